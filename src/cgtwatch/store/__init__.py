"""The memory: the only room that knows SQL.

In come values of `model` and the records of `records`; each write is one transaction, whole or not at all. Out go the same
types, never rows. It decides nothing, reads no clock, and lets no SQL error through: they become `BusyError`, `StoreFull`,
`StoreUnusable`, `StoreNewer` or plain `StoreError`, each one clear line.

Importing this package or its records costs nothing; SQLModel comes with the first `open_store`, alembic with the first
`upgrade`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgtwatch import registry

if TYPE_CHECKING:
    from cgtwatch.store.copying import Bodies, Copied
    from cgtwatch.store.restoring import Restored, Shrunk
    from cgtwatch.store.store import Store

__all__ = ["BUSY_TIMEOUT", "Store", "copy", "held", "open_store", "restore", "save_copy", "state_of", "upgrade", "vacuum"]

PARTS = {
    "Store": "cgtwatch.store.store:Store",
    "open": "cgtwatch.store.store:open_store",
    "copy": "cgtwatch.store.store:save_copy",
    "upgrade": "cgtwatch.store.migrate:upgrade",
    "restore": "cgtwatch.store.restoring:restore",
    "vacuum": "cgtwatch.store.restoring:vacuum",
    "held": "cgtwatch.store.connection:held",
    "move": "cgtwatch.store.copying:copy",
    "state": "cgtwatch.store.schema:state_of",
}
BUSY_TIMEOUT = timedelta(seconds=10)


def open_store(database_url: str, *, readonly: bool = False, busy_timeout: timedelta = BUSY_TIMEOUT) -> "Store":
    """The store at `database_url` (`sqlite:///PATH`, `sqlite://` for one in memory, or `postgresql+psycopg://USER@HOST/NAME`), whose
    schema is current or which is empty.

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
    """A consistent copy of a database of any released schema at `path`, whole or not at all; of one on a server by `pg_dump`.

    Raises `StoreUnusable` where it cannot be written.
    """
    copied: Path = registry.load(PARTS, "copy", what="part of the store")(database_url, path, busy_timeout=BUSY_TIMEOUT)
    return copied


def restore(database_url: str, copy: Path, now: datetime, folder: Path | None = None) -> "Restored":
    """Put a copy of any released schema in the place of the database at `database_url`, which is kept beside under a dated name (one
    on a server: as a copy in `folder`).

    The copy is proved first. Raises `StoreUnusable` or `StoreNewer` where it cannot be used, `StoreFull` where there is no room for
    both, `BusyError` while others are connected to a server; then nothing was changed. The caller owns the data directory.
    """
    restored: Restored = registry.load(PARTS, "restore", what="part of the store")(
        database_url, copy, now, folder, busy_timeout=BUSY_TIMEOUT
    )
    return restored


def copy(
    source_url: str, target_url: str, bodies: "Bodies", now: datetime, tell: Callable[[str], None] = lambda _: None
) -> "list[Copied]":
    """Everything of a SQLite file, and `bodies` (keys with what was fetched), to an empty PostgreSQL database in one transaction.

    Counts and hashes of every table, equal in both places; `tell` hears which table is at hand. Raises `StoreUnusable` where the
    target holds anything or the source is not whole, `StoreError` where something did not arrive; then the target is as it was.
    """
    move = registry.load(PARTS, "move", what="part of the store")
    found: list[Copied] = move(source_url, target_url, bodies, now, tell=tell, busy_timeout=BUSY_TIMEOUT)
    return found


def vacuum(database_url: str) -> "Shrunk":
    """Make the file anew without its empty room; from then on room goes back by itself. Raises as `restore`. SQLite alone."""
    shrunk: Shrunk = registry.load(PARTS, "vacuum", what="part of the store")(database_url, busy_timeout=BUSY_TIMEOUT)
    return shrunk


def state_of(database_url: str) -> str:
    """`empty` (or not there), `current`, `older` or `newer`. Raises `StoreUnusable` for what is no database of ours."""
    state: str = registry.load(PARTS, "state", what="part of the store")(database_url)
    return state


def held(database_url: str, *, alone: bool) -> AbstractContextManager[None]:
    """Hold a database on a server while a `with` runs: `alone`, or together with others that do not want it alone.

    Raises `BusyError` where that cannot be. A file needs no such thing: its folder is locked.
    """
    if database_url.startswith("sqlite"):
        return nullcontext()
    holding: AbstractContextManager[None] = registry.load(PARTS, "held", what="part of the store")(database_url, alone=alone)
    return holding


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the class `Store`, which comes with SQLModel, for those who name it
    if name != "Store":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return registry.load(PARTS, name, what="part of the store")
