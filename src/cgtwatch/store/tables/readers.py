"""Tables of readers: subscriptions, their digests, and what was chosen for whom."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index
from sqlmodel import Field

from cgtwatch.store.columns import Base, Number, UtcText, only

_LIVE = "removed_at IS NULL"
_RANGE = "to_seq > from_seq"


class SubscriptionRow(Base, table=True):
    """A reader. A removed one keeps its row, without its target, so that old digests still say whose they were."""

    __tablename__: ClassVar[str] = "subscription"
    __table_args__ = (
        Index("uq_subscription_name", "name", unique=True, **only(_LIVE)),
        Index("ix_subscription_due", "status", "next_due", **only(_LIVE)),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    name: str
    channel: str
    target: str
    cadence: dict[str, Any] = Field(sa_type=JSON)
    filter: dict[str, Any] = Field(sa_type=JSON)
    timezone: str
    language: str
    status: str
    promise: str
    sent_upto: int = Field(sa_type=Number)
    created_at: datetime = Field(sa_type=UtcText)
    next_due: datetime | None = Field(sa_type=UtcText)
    welcomed: bool
    note: str
    removed_at: datetime | None = Field(sa_type=UtcText)
    options: dict[str, Any] = Field(sa_type=JSON)
    origin: str


class DigestRow(Base, table=True):
    """What became of a range of announcements for one subscription. Only a message without news may have an empty range, so only
    real ranges are unique.
    """

    __tablename__: ClassVar[str] = "digest"
    __table_args__ = (Index("uq_digest_range", "subscription", "from_seq", unique=True, **only(_RANGE)),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    subscription: int = Field(foreign_key="subscription.id", sa_type=Number)
    from_seq: int = Field(sa_type=Number)
    to_seq: int = Field(sa_type=Number)
    edition: int | None = Field(foreign_key="edition.id", sa_type=Number, index=True)  # None: nothing was said
    selection: int | None = Field(
        foreign_key="selection.id", sa_type=Number, index=True
    )  # None: there was nothing to choose from
    created_at: datetime = Field(sa_type=UtcText)
    reason: str


class EditionRow(Base, table=True):
    """What a digest says, kept once for all who were told the same."""

    __tablename__: ClassVar[str] = "edition"

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    hash: str = Field(unique=True)
    subject: str
    text: str
    html: str
    events: list[str] = Field(sa_type=JSON)


class SelectionRow(Base, table=True):
    """What one filter chose from a range of announcements, kept once for all who share it."""

    __tablename__: ClassVar[str] = "selection"

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    hash: str = Field(unique=True)


class ChoiceRow(Base, table=True):
    """Whether an announcement was wanted in a selection, and why."""

    __tablename__: ClassVar[str] = "choice"

    selection: int = Field(primary_key=True, foreign_key="selection.id", sa_type=Number)
    seq: int = Field(primary_key=True, foreign_key="announcement.seq", sa_type=Number, index=True)
    wanted: bool
    reason: str
