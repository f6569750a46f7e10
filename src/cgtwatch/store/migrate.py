"""Bring a database from any released schema to the present one: the only module that imports alembic."""

from datetime import timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from cgtwatch.errors import StoreError, StoreUnusable
from cgtwatch.store.connection import Place, name_of, path_of, place_of, writer
from cgtwatch.store.schema import HEAD, SCHEMA_LOCK, create, refuse_unless_current, state_in, state_of

SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(database_url: str, *, busy_timeout: timedelta) -> str:
    """See `cgtwatch.store.upgrade`."""
    place, path = place_of(database_url), path_of(database_url)
    if place is Place.MEMORY:
        raise StoreError("a database in memory has its schema from the start")
    state = state_of(database_url)
    if state == "current":
        return HEAD
    if state == "newer":
        refuse_unless_current(state, name_of(database_url))
    if path is not None:
        _make_folder(path)
    with writer(database_url, busy_timeout) as connection:
        if place is Place.SERVER:
            _on_server(connection, database_url)
        else:
            run(connection, SCRIPTS)
    return HEAD


def _make_folder(path: Path) -> None:
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(
            f"{path}: its folder cannot be made ({error.strerror}); choose another or give the right to"
        ) from error


def _on_server(connection: Connection, database_url: str) -> None:
    """A database on a server begins with the schema of its day; of two processes one makes it, and the other finds it made."""
    with connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
        if state_in(connection, name_of(database_url)) == "empty":
            create(connection)
            return
    run(connection, SCRIPTS)


def run(connection: Connection, scripts: Path) -> None:
    """Run what is missing of `scripts`, all in one transaction: a kill leaves the old schema or the new one, nothing between."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        with connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
            command.upgrade(config, "head")
        return
    # A table that is copied to change its shape is dropped and made again; foreign keys are checked at the end instead.
    _pragma(connection, "foreign_keys=OFF")
    try:
        with connection.begin():
            command.upgrade(config, "head")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise StoreError(
                    f"the migration would break {len(broken)} references (first: {tuple(broken[0])}); nothing was changed"
                )
    finally:
        _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, setting: str) -> None:
    raw = connection.connection.dbapi_connection
    if raw is not None:  # by the driver itself: inside a transaction it would have no effect
        raw.cursor().execute(f"PRAGMA {setting}")
