"""Tables of what several workers share beside the work itself: when hosts may be asked again, and the bytes that were fetched."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import LargeBinary
from sqlmodel import Field

from cgtwatch.store.columns import Base, UtcText


class HostRow(Base, table=True):
    """A host that was asked lately, or that asked to be left alone until then by an answer of that status."""

    __tablename__: ClassVar[str] = "host"

    name: str = Field(primary_key=True)
    free_at: datetime | None = Field(sa_type=UtcText)
    held_until: datetime | None = Field(sa_type=UtcText)
    status: int | None


class BodyRow(Base, table=True):
    """What was fetched, compressed, under the SHA-256 of what it was; filled only where workers share no folder.

    `put_at` is when it was last put here, also where it was here already: what a visit under way may be about to refer to.
    """

    __tablename__: ClassVar[str] = "body"

    key: str = Field(primary_key=True)
    packed: bytes = Field(sa_type=LargeBinary)
    put_at: datetime | None = Field(default=None, sa_type=UtcText)
