"""What all tables share: their registry with stable constraint names, and times as sortable UTC text."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, MetaData, String
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Migrations address constraints by name, so every name is the same on every database.
_NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
REGISTRY = registry(metadata=MetaData(naming_convention=_NAMES))
METADATA = REGISTRY.metadata


class UtcText(TypeDecorator[datetime]):
    """A moment as `2026-07-08T01:02:03.123456Z`: aware UTC on both sides, text of one width that sorts by time everywhere."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Text of an aware moment; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without time zone cannot be stored: {value}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """The moment, aware."""
        return None if value is None else datetime.fromisoformat(value)


class Base(SQLModel, registry=REGISTRY):
    """The parent of all tables; its metadata is our own, not the one that SQLModel shares among all its users."""
