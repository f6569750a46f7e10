"""Tables of documents: items, their revisions, and what each revision is about."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from cgtwatch.store.columns import Base, Number, UtcText


class LabelColumns(SQLModel):
    """The fields of the taxonomy as columns; lists stand here in their order, and in a table of tags to be found by."""

    cgt: bool
    policy: bool
    relevant: bool
    modalities: list[str] = Field(sa_type=JSON)
    doc_type: str
    stage: str
    jurisdiction: str | None
    issuers: list[str] = Field(sa_type=JSON)
    level: str | None
    document_number: str | None
    document_date: date | None
    effective_date: date | None
    comment_deadline: date | None
    importance: str
    topics: list[str] | None = Field(default=None, sa_type=JSON)  # None: read before there were any


class ItemRow(Base, table=True):
    """A document at a source: its keys, and the number of its latest revision."""

    __tablename__: ClassVar[str] = "item"

    id: str = Field(primary_key=True)
    source: str = Field(foreign_key="source.id", index=True)
    guid: str
    link: str
    path: str
    title_date: str
    fingerprint: str
    position: int
    revision: int
    first_seen: datetime = Field(sa_type=UtcText, index=True)
    last_seen: datetime = Field(sa_type=UtcText)
    last_changed: datetime = Field(sa_type=UtcText, index=True)
    gone: bool


class RevisionRow(Base, table=True):
    """One version of an item; `fetch` is the visit that brought it, as long as the log keeps it."""

    __tablename__: ClassVar[str] = "revision"

    item: str = Field(primary_key=True, foreign_key="item.id")
    number: int = Field(primary_key=True)
    title: str
    url: str
    text: str
    fingerprint: str
    seen_at: datetime = Field(sa_type=UtcText)
    published: datetime | None = Field(sa_type=UtcText)
    published_on: date | None
    attachments: list[dict[str, Any]] = Field(sa_type=JSON)
    language: str | None
    archive_key: str | None
    fetch: int | None = Field(foreign_key="fetch.id", sa_type=Number, ondelete="SET NULL", index=True)


class ClassificationRow(Base, LabelColumns, table=True):
    """What one revision is about, and the words it rests on."""

    __tablename__: ClassVar[str] = "classification"
    __table_args__ = (ForeignKeyConstraint(["item", "revision"], ["revision.item", "revision.number"]),)

    item: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    evidence: dict[str, Any] = Field(sa_type=JSON)
    confidence: dict[str, float] = Field(sa_type=JSON)
    language: str
    rules: str


class ItemTagRow(Base, table=True):
    """A value of a list (issuer, modality) of an item's latest classification."""

    __tablename__: ClassVar[str] = "item_tag"
    __table_args__ = (Index("ix_item_tag_kind_value", "kind", "value"),)

    item: str = Field(primary_key=True, foreign_key="item.id")
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
