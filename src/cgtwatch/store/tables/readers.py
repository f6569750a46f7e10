"""Tables of readers: subscriptions, their digests, and what was chosen for whom."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, text
from sqlmodel import Field

from cgtwatch.store.columns import Base, UtcText

_LIVE = text("removed_at IS NULL")
_RANGE = text("to_seq > from_seq")


class SubscriptionRow(Base, table=True):
    """A reader. A removed one keeps its row, without its target, so that old digests still say whose they were."""

    __tablename__: ClassVar[str] = "subscription"
    __table_args__ = (
        Index("uq_subscription_name", "name", unique=True, sqlite_where=_LIVE),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    channel: str
    target: str
    cadence: dict[str, Any] = Field(sa_type=JSON)
    filter: dict[str, Any] = Field(sa_type=JSON)
    timezone: str
    language: str
    status: str
    promise: str
    sent_upto: int
    created_at: datetime = Field(sa_type=UtcText)
    next_due: datetime | None = Field(sa_type=UtcText)
    welcomed: bool
    note: str
    removed_at: datetime | None = Field(sa_type=UtcText)
    options: dict[str, Any] = Field(sa_type=JSON)
    origin: str


class DigestRow(Base, table=True):
    """What was composed from a range of announcements. Only a welcome may have an empty range, so only real ranges are unique."""

    __tablename__: ClassVar[str] = "digest"
    __table_args__ = (Index("uq_digest_range", "subscription", "from_seq", unique=True, sqlite_where=_RANGE),)

    id: int | None = Field(default=None, primary_key=True)
    subscription: int = Field(foreign_key="subscription.id")
    from_seq: int
    to_seq: int
    subject: str
    text: str
    html: str
    events: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcText)
    reason: str


class ChoiceRow(Base, table=True):
    """Whether a subscription wanted an announcement; the key keeps one announcement out of two digests of one subscription."""

    __tablename__: ClassVar[str] = "choice"

    subscription: int = Field(primary_key=True, foreign_key="subscription.id")
    seq: int = Field(primary_key=True, foreign_key="announcement.seq", index=True)
    digest: int = Field(foreign_key="digest.id", index=True)
    wanted: bool
    reason: str
