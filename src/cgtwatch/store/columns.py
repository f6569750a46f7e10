"""What all tables share: their registry with stable constraint names, and times as sortable UTC text."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, MetaData, String, text
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator, TypeEngine
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


class Number(TypeDecorator[int]):
    """A number that grows with every row ever written: of 64 bits everywhere (SQLite says so of every integer)."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        """`INTEGER` on SQLite, which numbers rows by itself under that name alone."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


def only(condition: str) -> dict[str, Any]:
    """What limits an index to rows of that condition, which is worded for SQLite: queries must say it in the very words."""
    worded = condition.replace(" IS 1", " IS true").replace(" IS 0", " IS false")
    return {"sqlite_where": text(condition), "postgresql_where": text(worded)}


class Base(SQLModel, registry=REGISTRY):
    """The parent of all tables; its metadata is our own, not the one that SQLModel shares among all its users."""
