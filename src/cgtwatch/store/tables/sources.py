"""Tables of sources: what is watched, its state between visits, the log of visits, and pages in quarantine."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field

from cgtwatch.store.columns import Base, Number, UtcText


class SourceRow(Base, table=True):
    """A source that is or was in `sources.yaml`; what it says there stays there."""

    __tablename__: ClassVar[str] = "source"

    id: str = Field(primary_key=True)
    kind: str
    url: str
    name_zh: str
    name_en: str
    listed: bool
    added_at: datetime = Field(sa_type=UtcText)


class SourceStateRow(Base, table=True):
    """What is remembered between visits; written at every visit, so it is kept apart and narrow."""

    __tablename__: ClassVar[str] = "source_state"

    source: str = Field(primary_key=True, foreign_key="source.id")
    etag: str | None
    last_modified: str | None
    body_sha256: str | None
    next_poll: datetime | None = Field(sa_type=UtcText, index=True)
    last_visit: datetime | None = Field(sa_type=UtcText)
    last_ok: datetime | None = Field(sa_type=UtcText)
    last_new: datetime | None = Field(sa_type=UtcText)
    failures: int
    error: str | None
    message: str
    hint: str
    items_seen: int
    baseline_done: bool
    held: int
    permanent_url: str | None
    full_fetch_at: datetime | None = Field(sa_type=UtcText)
    held_as: str
    good: int
    others: list[Any] | None = Field(sa_type=JSON)  # validators of further addresses
    lease: datetime | None = Field(default=None, sa_type=UtcText)  # until then a worker has it
    cycle: int = Field(
        default=0, sa_column_kwargs={"server_default": text("0")}
    )  # how often it was taken: what a late worker fails by


class FetchRow(Base, table=True):
    """One visit."""

    __tablename__: ClassVar[str] = "fetch"
    __table_args__ = (Index("ix_fetch_source_id", "source", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    source: str = Field(foreign_key="source.id")
    requested: str
    url: str
    outcome: str
    at: datetime = Field(sa_type=UtcText)
    status: int | None
    error: str | None
    message: str
    size: int = Field(sa_type=BigInteger)
    duration: int = Field(sa_type=BigInteger)  # microseconds
    requests: int
    archive_key: str | None
    content_type: str
    new: int
    updated: int
    gone: int


class HeldPageRow(Base, table=True):
    """A page in quarantine, until it is released."""

    __tablename__: ClassVar[str] = "held_page"

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    source: str = Field(foreign_key="source.id", index=True)
    url: str
    archive_key: str | None
    content_type: str
    error: str | None
    reason: str
    hint: str
    at: datetime = Field(sa_type=UtcText)
    released_at: datetime | None = Field(sa_type=UtcText)
    kept: bool | None


class PushRow(Base, table=True):
    """Our subscription at the hub of a feed."""

    __tablename__: ClassVar[str] = "push"

    source: str = Field(primary_key=True, foreign_key="source.id")
    hub: str
    topic: str
    state: str
    asked_at: datetime = Field(sa_type=UtcText)
    lease_until: datetime | None = Field(sa_type=UtcText)
