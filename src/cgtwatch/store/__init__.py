"""The memory: the only room that knows SQL.

In come values of `model` and the records of `records`; each write is one transaction, whole or not at all. Out go the same
types, never rows. It decides nothing, reads no clock, and lets no SQL error through: they become `BusyError`, `StoreFull`,
`StoreUnusable`, `StoreNewer` or plain `StoreError`, each one clear line.

Importing this package or its records costs nothing; SQLModel comes with the first `open_store`, alembic with the first
`upgrade`.
"""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgtwatch import registry

if TYPE_CHECKING:
    from cgtwatch.store.store import Store

__all__ = ["BUSY_TIMEOUT", "Store", "open_store", "save_copy", "state_of", "upgrade"]

PARTS = {
    "Store": "cgtwatch.store.store:Store",
    "open": "cgtwatch.store.store:open_store",
    "copy": "cgtwatch.store.store:save_copy",
    "upgrade": "cgtwatch.store.migrate:upgrade",
    "state": "cgtwatch.store.schema:state_of",
}
BUSY_TIMEOUT = timedelta(seconds=10)


def open_store(database_url: str, *, readonly: bool = False, busy_timeout: timedelta = BUSY_TIMEOUT) -> "Store":
    """The store at `database_url` (`sqlite:///PATH`, or `sqlite://` for one in memory), whose schema is current or which is
    empty.

    An empty database gets its schema first. Raises `StoreUnusable` (with what to do) where the schema is older or the file is no
    database of ours, `StoreNewer`, or `BusyError` when another process holds it for longer than `busy_timeout`.
    """
    store: Store = registry.load(PARTS, "open", what="part of the store")(
        database_url, readonly=readonly, busy_timeout=busy_timeout
    )
    return store


def upgrade(database_url: str, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> str:
    """Bring the schema to this version in one transaction, creating the database where there is none; the revision it now has.

    Raises `StoreNewer` for a database of a newer version, which is not touched.
    """
    revision: str = registry.load(PARTS, "upgrade", what="part of the store")(database_url, busy_timeout=busy_timeout)
    return revision


def save_copy(database_url: str, path: Path) -> Path:
    """A consistent copy of a database of any released schema at `path`, whole or not at all.

    Raises `StoreUnusable` where it cannot be written.
    """
    copied: Path = registry.load(PARTS, "copy", what="part of the store")(database_url, path, busy_timeout=BUSY_TIMEOUT)
    return copied


def state_of(database_url: str) -> str:
    """`empty` (or not there), `current`, `older` or `newer`. Raises `StoreUnusable` for what is no database of ours."""
    state: str = registry.load(PARTS, "state", what="part of the store")(database_url)
    return state


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the class `Store`, which comes with SQLModel, for those who name it
    if name != "Store":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return registry.load(PARTS, name, what="part of the store")
