"""Tables of policy events, of how they are found and stand to each other, and of what is told of them."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from cgtwatch.store.columns import Base, Number, UtcText, only
from cgtwatch.store.tables.documents import LabelColumns

_LIVE = "live IS 1"
_TOLD = "withdrawn IS 0 AND relevant IS 1"


class EventRow(Base, LabelColumns, table=True):
    """One act as one item reports it; `withdrawn` when a later revision no longer does."""

    __tablename__: ClassVar[str] = "event"
    __table_args__ = (
        # What pages by day look for: acts of some weeks, what is due in a month.
        Index("ix_event_on", "document_date", "published", "first_seen", "jurisdiction", "cluster", "id", "seq", **only(_TOLD)),
        Index("ix_event_comment_deadline", "comment_deadline", **only(_TOLD)),
        Index("ix_event_effective_date", "effective_date", **only(_TOLD)),
    )

    id: str = Field(primary_key=True)
    item: str = Field(foreign_key="item.id", index=True)
    source: str = Field(foreign_key="source.id", index=True)
    title: str
    url: str
    published: date | None
    first_seen: datetime = Field(sa_type=UtcText)
    last_changed: datetime = Field(sa_type=UtcText, index=True)
    revision: int
    cluster: str = Field(index=True)
    thread: str = Field(index=True)
    evidence: dict[str, Any] = Field(sa_type=JSON)
    confidence: dict[str, float] = Field(sa_type=JSON)
    main: bool
    language: str
    summary: str
    rules: str
    seq: int = Field(sa_type=Number)
    withdrawn: bool


class EventEntryRow(Base, table=True):
    """An event as the full-text index has it, whose `rowid` is this `id`: a later change of the event is a later entry.

    `words` is the fingerprint of what was indexed. Of the entries of an event one at most is live, none where it is withdrawn; the
    others wait to be cleared away. `stamp` is drawn anew by every writing that touches the event: what has a later one than was
    seen last is to be looked at again.
    """

    __tablename__: ClassVar[str] = "event_entry"
    __table_args__ = (Index("uq_event_entry_live", "event", unique=True, **only(_LIVE)), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    event: str = Field(foreign_key="event.id")
    words: str
    stamp: int = Field(index=True, sa_type=Number)
    live: bool


class EventTagRow(Base, table=True):
    """A value by which an event is found: issuer, modality, document number, title key."""

    __tablename__: ClassVar[str] = "event_tag"
    __table_args__ = (Index("ix_event_tag_kind_value", "kind", "value", "event"),)

    event: str = Field(primary_key=True, foreign_key="event.id")
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)


class LinkRow(Base, table=True):
    """A relation between two events."""

    __tablename__: ClassVar[str] = "link"

    event: str = Field(primary_key=True, foreign_key="event.id")
    other: str = Field(primary_key=True, foreign_key="event.id", index=True)
    relation: str = Field(primary_key=True)
    reason: str


class AnnouncementRow(Base, table=True):
    """Something to tell; `seq` is drawn inside the one writing transaction and never used again, so it is commit order."""

    __tablename__: ClassVar[str] = "announcement"
    __table_args__ = (UniqueConstraint("event", "kind", "cause"), {"sqlite_autoincrement": True})

    seq: int | None = Field(default=None, primary_key=True, sa_type=Number)
    event: str = Field(foreign_key="event.id")
    kind: str
    cause: str
    at: datetime = Field(sa_type=UtcText)
    change: str
