"""The table of what people say of events against what was read."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON
from sqlmodel import Field

from cgtwatch.store.columns import Base, UtcText


class MarkRow(Base, table=True):
    """What was said of one event; `read` is its reading, which comes back when the mark is cleared."""

    __tablename__: ClassVar[str] = "mark"

    event: str = Field(primary_key=True, foreign_key="event.id")
    fields: list[str] = Field(sa_type=JSON)
    labels: dict[str, Any] = Field(sa_type=JSON)
    relevant: bool | None
    note: str
    by: str
    at: datetime = Field(sa_type=UtcText)
    read: dict[str, Any] = Field(sa_type=JSON)
