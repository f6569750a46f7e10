"""Which schema a database has, told without alembic, so that opening a store stays cheap."""

from functools import cache

from sqlalchemy import Connection, MetaData, String, create_mock_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeDecorator

from cgtwatch.errors import StoreNewer, StoreUnusable
from cgtwatch.store.columns import METADATA
from cgtwatch.store.connection import Place, name_of, path_of, place_of, reader

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
SCHEMA_LOCK = 0x6367_7477_0003  # the advisory lock of whoever makes or changes a schema on a server
# What is indexed stands nowhere but in the index (content=''), and no hit is ranked (columnsize=0): a third of the room.
FULL_TEXT = "CREATE VIRTUAL TABLE event_words USING fts5(words, content='', columnsize=0, tokenize='ascii')"
# On PostgreSQL the words are kept beside their index: a phrase is found by its tokens, and looked for in the row. The function says
# what it costs, or the server would rather take every row apart than ask the index.
WORDS = (
    'CREATE TABLE event_words (id BIGINT NOT NULL, words TEXT COLLATE "C" NOT NULL, CONSTRAINT pk_event_words PRIMARY KEY (id))',
    "ALTER TABLE event_words ALTER words SET STORAGE EXTERNAL",  # not to be unpacked for each look: a fifth more room, four times as fast
    "CREATE FUNCTION tokens_of(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20000 "
    "SET search_path = pg_catalog AS $$ SELECT array_to_tsvector(string_to_array(btrim(words), ' ')) $$",
    "CREATE INDEX ix_event_words_words ON event_words USING gin (tokens_of(words))",
)


def state_of(database_url: str) -> str:
    """See `cgtwatch.store.state_of`."""
    path = path_of(database_url)
    if place_of(database_url) is not Place.SERVER and (path is None or not path.exists() or path.stat().st_size == 0):
        return "empty"
    with reader(database_url) as connection:
        return state_in(connection, name_of(database_url))


def state_in(connection: Connection, where: str) -> str:
    """The same of a database that is open."""
    if (
        connection.dialect.name == "postgresql"
        and (encoding := connection.execute(text("SHOW server_encoding")).scalar()) != "UTF8"
    ):
        raise StoreUnusable(f"{where}: keeps text as {encoding}; make it anew with ENCODING 'UTF8' TEMPLATE template0")
    revision = _revision(connection, where)
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
    """The whole present schema at once, for a database in memory or on a server, inside the caller's transaction.

    A test holds it equal to what the migrations make.
    """
    for statement in _statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
    connection.execute(text(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:head)"), {"head": HEAD})  # noqa: S608 - a constant


@cache
def _statements(dialect: str) -> tuple[str, ...]:
    """What makes the present tables and indexes, put into words once for all databases of a kind."""
    found: list[str] = []
    server = dialect == "postgresql"
    address = "postgresql+psycopg://" if server else "sqlite://"
    kind = make_url(address).get_dialect()()
    engine = create_mock_engine(address, lambda made, *_, **__: found.append(str(made.compile(dialect=kind))))
    (_in_order_of_code_points() if server else METADATA).create_all(engine, checkfirst=False)
    return (*found, *(WORDS if server else (FULL_TEXT,)))


def _in_order_of_code_points() -> MetaData:
    """The tables with text that sorts as on SQLite, whatever collation the server's database has."""
    made = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        for column in table.to_metadata(made).columns:
            kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
            if isinstance(kind, String):
                column.type = String(kind.length, collation="C")
    return made


def _revision(connection: Connection, where: str) -> str | None:
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if VERSION_TABLE not in names:
        raise StoreUnusable(f"{where}: holds other tables ({', '.join(sorted(names)[:3])}); name a database of its own")
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()  # noqa: S608 - a constant
    return str(found[0]) if found else None
