"""Which schema a database has, told without alembic, so that opening a store stays cheap."""

from functools import cache

from sqlalchemy import Connection, create_mock_engine, inspect, text
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from cgtwatch.errors import StoreNewer, StoreUnusable
from cgtwatch.store.columns import METADATA
from cgtwatch.store.connection import name_of, path_of, reader

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
)  # all that were ever released, oldest first; a test holds them against the scripts
HEAD = REVISIONS[-1]
VERSION_TABLE = "alembic_version"
# What is indexed stands nowhere but in the index (content=''), and no hit is ranked (columnsize=0): a third of the room.
FULL_TEXT = "CREATE VIRTUAL TABLE event_words USING fts5(words, content='', columnsize=0, tokenize='ascii')"


def state_of(database_url: str) -> str:
    """See `cgtwatch.store.state_of`."""
    path = path_of(database_url)
    if path is None or not path.exists() or path.stat().st_size == 0:
        return "empty"
    with reader(database_url) as connection:
        revision = _revision(connection, name_of(database_url))
    if revision is None:
        return "empty"
    if revision not in REVISIONS:
        return "newer"
    return "current" if revision == HEAD else "older"


def refuse_unless_current(state: str, where: str) -> None:
    """Raise what is to be told of a database whose schema this version does not work with."""
    if state == "newer":
        raise StoreNewer(f"{where}: was written by a newer cgtwatch; install that version again, this one does not touch it")
    if state == "older":
        raise StoreUnusable(f"{where}: has the schema of an older version; run `cgtwatch db upgrade`, which takes a backup first")
    if state == "empty":
        raise StoreUnusable(f"{where}: there is no database yet; run `cgtwatch db upgrade` or start `cgtwatch run`")


def create(connection: Connection) -> None:
    """The whole present schema at once, for a database in memory; a test holds it equal to what the migrations make."""
    for statement in _statements():
        connection.exec_driver_sql(statement)
    connection.execute(text(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:head)"), {"head": HEAD})  # noqa: S608 - a constant


@cache
def _statements() -> tuple[str, ...]:
    """What makes the present tables and indexes, put into words once for all databases in memory."""
    found: list[str] = []
    dialect = SQLiteDialect()
    METADATA.create_all(
        create_mock_engine("sqlite://", lambda made, *_, **__: found.append(str(made.compile(dialect=dialect)))), checkfirst=False
    )
    return (*found, FULL_TEXT)


def _revision(connection: Connection, where: str) -> str | None:
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if VERSION_TABLE not in names:
        raise StoreUnusable(f"{where}: holds other tables ({', '.join(sorted(names)[:3])}); name a database of its own")
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()  # noqa: S608 - a constant
    return str(found[0]) if found else None
