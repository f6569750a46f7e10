"""Which database an address means: a SQLite file, one in memory, or a PostgreSQL server; and connections to it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from cgtwatch import registry
from cgtwatch.errors import ConfigError
from cgtwatch.store import sqlite
from cgtwatch.store.database import Database
from cgtwatch.store.sqlite import told_plainly

__all__ = ["Database", "Place", "database_of", "held", "name_of", "path_of", "place_of", "reader", "told_plainly", "writer"]

_POSTGRES = {
    "database": "cgtwatch.store.postgres:PostgresDatabase",
    "engine": "cgtwatch.store.postgres:make_engine",
    "called": "cgtwatch.store.postgres:called",
    "held": "cgtwatch.store.holding:held",
    "told": "cgtwatch.store.postgres:told_plainly",
}
_WRITE = "write sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"


class Place(Enum):
    """Where a database stands."""

    MEMORY = "memory"
    FILE = "file"
    SERVER = "server"


def place_of(database_url: str) -> Place:
    """Where the database of an address stands. Raises `ConfigError` for what is no address of one, without repeating it."""
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise ConfigError([f"CGTWATCH_DATABASE_URL: not an address of a database; {_WRITE}"]) from error
    if url.drivername == "postgresql+psycopg":
        if not url.database:
            raise ConfigError(["CGTWATCH_DATABASE_URL: names no database; write postgresql+psycopg://USER@HOST/NAME"])
        return Place.SERVER
    if url.get_backend_name() != "sqlite":
        raise ConfigError([f"CGTWATCH_DATABASE_URL: {url.drivername} is not supported; {_WRITE}"])
    return Place.MEMORY if sqlite.file_of(database_url) is None else Place.FILE


def path_of(database_url: str) -> Path | None:
    """The file of `sqlite:///PATH`; None for a database in memory or on a server. Raises `ConfigError` as `place_of` does."""
    return sqlite.file_of(database_url) if place_of(database_url) is Place.FILE else None


def name_of(database_url: str) -> str:
    """How messages call the database; never with a password."""
    called: str = _postgres("called")(database_url) if _on_server(database_url) else sqlite.called(database_url)
    return called


def database_of(database_url: str, *, readonly: bool, busy_timeout: timedelta) -> Database:
    """The connections of this process to the database."""
    kind = _postgres("database") if _on_server(database_url) else sqlite.SqliteDatabase
    database: Database = kind(database_url, readonly=readonly, busy_timeout=busy_timeout)
    return database


def held(database_url: str, *, alone: bool) -> AbstractContextManager[None]:
    """See `cgtwatch.store.held`."""
    holding: AbstractContextManager[None] = (
        _postgres("held")(database_url, alone=alone) if _on_server(database_url) else nullcontext()
    )
    return holding


@contextmanager
def writer(database_url: str, busy_timeout: timedelta) -> Iterator[Connection]:
    """A writing connection for one piece of work, such as a migration; outside a transaction."""
    with _connected(database_url, readonly=False, busy_timeout=busy_timeout) as connection:
        yield connection


@contextmanager
def reader(database_url: str, busy_timeout: timedelta = timedelta(seconds=10)) -> Iterator[Connection]:
    """A reading connection to an existing database, for one question."""
    with _connected(database_url, readonly=True, busy_timeout=busy_timeout) as connection:
        yield connection


@contextmanager
def _connected(database_url: str, *, readonly: bool, busy_timeout: timedelta) -> Iterator[Connection]:
    server = _on_server(database_url)
    engine: Engine = (_postgres("engine") if server else sqlite.make_engine)(
        database_url, readonly=readonly, busy_timeout=busy_timeout
    )
    told: AbstractContextManager[None] = (_postgres("told") if server else told_plainly)(name_of(database_url))
    try:
        with told, engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _on_server(database_url: str) -> bool:
    return place_of(database_url) is Place.SERVER


def _postgres(name: str) -> Any:  # noqa: ANN401 - a part of the module that imports the driver, which not everybody has
    try:
        return registry.load(_POSTGRES, name, what="part of the store")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise ConfigError(
            ["CGTWATCH_DATABASE_URL: PostgreSQL needs the extra `cluster`; run `pip install cgtwatch[cluster]`"]
        ) from error
