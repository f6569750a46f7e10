"""Move a SQLite installation to a PostgreSQL server, and prove that everything arrived.

All of it is one transaction on the server: cut off at any instant, the target is as empty as before, and the source is only read.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, func, insert, select, text

from cgtwatch.errors import ConfigError, StoreError, StoreUnusable
from cgtwatch.store.columns import METADATA
from cgtwatch.store.connection import Place, name_of, path_of, place_of, reader, writer
from cgtwatch.store.indexing import rebuild
from cgtwatch.store.schema import SCHEMA_LOCK, create, refuse_unless_current, state_in, state_of
from cgtwatch.store.store import open_store
from cgtwatch.store.tables import BODY, EVENT_ENTRY

AT_ONCE = 1_000  # rows that are in memory at a time
BODIES_AT_ONCE = 50
MADE_ANEW = frozenset({EVENT_ENTRY.name})  # the index of words is built on the server from what was copied
_SPAN = 1 << 256
Bodies = Iterable[tuple[str, bytes]]  # keys with what was fetched
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Copied:
    """A table in both places: how many rows, and a hash over all of them that does not depend on their order."""

    table: str
    rows: int
    there: int
    hash: str
    hash_there: str

    @property
    def same(self) -> bool:
        """Whether all arrived as it was."""
        return (self.rows, self.hash) == (self.there, self.hash_there)


class Sum:
    """A hash over a set of rows: the sum of the hashes of each."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Row) -> None:
        """One row more."""
        words = json.dumps({name: row[name] for name in sorted(row)}, sort_keys=True, ensure_ascii=False, default=_plain)
        self.add_hash(hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest())

    def add_hash(self, digest: bytes) -> None:
        """One row more, by its hash."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(digest, "big")) % _SPAN

    @property
    def hash(self) -> str:
        """In hex."""
        return f"{self._sum:064x}"


def copy(
    source_url: str, target_url: str, bodies: Bodies, now: datetime, *, tell: Callable[[str], None], busy_timeout: timedelta
) -> list[Copied]:
    """See `cgtwatch.store.copy`."""
    _refuse(source_url, target_url)
    _refuse_unsound(source_url, busy_timeout)
    with reader(source_url, busy_timeout) as source, source.begin(), _target(target_url, busy_timeout) as target:
        found = []
        for table in METADATA.sorted_tables:
            if table.name not in MADE_ANEW and table.name != BODY.name:
                tell(table.name)
                sent = _sent(source, target, table)
                found.append(_compared(table.name, sent, _seen(target, table)))
        tell(BODY.name)
        found.append(_compared(BODY.name, _put(target, bodies, now), _bodies_seen(target)))
        tell("the index of words")
        entries = rebuild(target)
        found.append(Copied("event_words", entries, _words(target), "", ""))
        different = [one.table for one in found if not one.same]
        if different:
            raise StoreError(
                f"{name_of(target_url)}: {', '.join(different)} did not arrive as sent; nothing of the copy was kept"
            )
        _go_on_numbering(source, target)
    return found


def _refuse(source_url: str, target_url: str) -> None:
    if path_of(source_url) is None:
        raise ConfigError(
            [f"{name_of(source_url)}: only a SQLite file is copied; unset CGTWATCH_DATABASE_URL, or name the file there"]
        )
    if place_of(target_url) is not Place.SERVER:
        raise ConfigError(["--to: names no PostgreSQL database; write postgresql+psycopg://USER@HOST/NAME"])
    refuse_unless_current(state_of(source_url), name_of(source_url))


def _refuse_unsound(source_url: str, busy_timeout: timedelta) -> None:
    store = open_store(source_url, readonly=True, busy_timeout=busy_timeout)
    try:
        problems = store.check()
    finally:
        store.close()
    if problems:
        raise StoreUnusable(f"{name_of(source_url)}: is not whole, nothing was copied ({problems[0]}); see `cgtwatch db check`")


@contextmanager
def _target(url: str, busy_timeout: timedelta) -> Iterator[Connection]:
    """The target with the present schema and nothing in it, in one transaction over all that is done. Refuses what holds anything."""
    with writer(url, busy_timeout) as target, target.begin():
        target.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
        target.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        state = state_in(target, name_of(url))
        if state == "empty":
            create(target)
        else:
            refuse_unless_current(state, name_of(url))
        for table in METADATA.sorted_tables:
            if target.execute(select(*table.primary_key.columns).limit(1)).first() is not None:
                raise StoreUnusable(
                    f"{name_of(url)}: holds data already (table {table.name}), nothing was copied; name an empty database"
                )
        yield target


def _sent(source: Connection, target: Connection, table: Table) -> Sum:
    sent = Sum()
    for rows in _parts(source, table):
        plain = [dict(row) for row in rows]
        for row in plain:
            sent.add(row)
        target.execute(insert(table), plain)
    return sent


def _seen(target: Connection, table: Table) -> Sum:
    seen = Sum()
    for rows in _parts(target, table):
        for row in rows:
            seen.add(dict(row))
    return seen


def _parts(db: Connection, table: Table) -> Iterator[list[RowMapping]]:
    streamed = db.execute(select(table).execution_options(stream_results=True, yield_per=AT_ONCE))
    for part in streamed.mappings().partitions(AT_ONCE):
        yield list(part)


def _put(target: Connection, bodies: Bodies, now: datetime) -> Sum:
    sent, waiting = Sum(), list[Row]()
    for key, body in bodies:
        packed = zlib.compress(body, 6)
        waiting.append({"key": key, "packed": packed, "put_at": now})
        sent.add_hash(hashlib.sha256(key.encode() + packed).digest())
        if len(waiting) == BODIES_AT_ONCE:
            target.execute(insert(BODY), waiting)
            waiting = []
    if waiting:
        target.execute(insert(BODY), waiting)
    return sent


def _bodies_seen(target: Connection) -> Sum:
    """The server hashes them itself: they need not come back."""
    seen = Sum()
    asked = text("SELECT sha256(convert_to(key, 'UTF8') || packed) FROM body")
    for row in target.execute(asked, execution_options={"stream_results": True, "yield_per": AT_ONCE}):
        seen.add_hash(bytes(row[0]))
    return seen


def _words(target: Connection) -> int:
    return int(target.execute(select(func.count()).select_from(text("event_words"))).scalar_one())


def _compared(table: str, sent: Sum, seen: Sum) -> Copied:
    return Copied(table, sent.rows, seen.rows, sent.hash, seen.hash)


def _go_on_numbering(source: Connection, target: Connection) -> None:
    """What draws numbers by itself goes on behind the highest ever drawn: the `seq` of announcements is never used twice."""
    drawn = {row[0]: int(row[1]) for row in source.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    for table in METADATA.sorted_tables:
        for column in table.primary_key.columns:
            named = target.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{table.name}"', "column": column.name}
            )
            sequence = named.scalar()
            if sequence is None:
                continue
            highest = int(target.execute(select(func.coalesce(func.max(column), 0))).scalar_one())
            last = max(highest, 0 if table.name in MADE_ANEW else drawn.get(table.name, 0))
            if last:
                target.execute(
                    text("SELECT setval(CAST(:sequence AS regclass), :last, true)"), {"sequence": sequence, "last": last}
                )


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(f"a column holds a {type(value).__name__}, which nobody can compare")
