"""Many processes on one PostgreSQL: units of work one after the other over all of them, views of one moment, and what its errors
mean to a person.

A unit of work takes an advisory lock first, so that writers of all processes come one after the other as on SQLite: numbers that
are drawn inside are in the order of commits, and what is read inside is still so when it is written. A process that is stopped or
cut off in the middle loses its session, and with it the lock and all of the unit.
"""

import re
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry

from cgtwatch.errors import BusyError, StoreError, StoreFull, StoreUnusable
from cgtwatch.store import database
from cgtwatch.store.database import Database, half_characters_told

WRITING, RECORDING, OWNING = 0x6367_7477_0001, 0x6367_7477_0002, 0x6367_7477_0004  # keys of advisory locks; see also `schema`
_CONNECTIONS, _MORE = 8, 24  # kept, and more at the busiest; readers inside readers need some beyond the threads
_FRESH = 1.0  # seconds after a use in which a connection is taken to be well
_STILL = 10_000  # ms a unit of work may stand still before its session is ended: its process hangs, and others wait
_LOOKING = 30_000  # ms the same while it compares and links, when only others that record wait
CONNECT = {
    "connect_timeout": "10", "application_name": "cgtwatch", "client_encoding": "UTF8",
    # A peer that is gone without a word is noticed within half a minute.
    "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "25000",
}  # fmt: skip
_TAKE = "SELECT pg_advisory_xact_lock(%s), set_config('synchronous_commit', %s, true), "
_TAKE += "set_config('idle_in_transaction_session_timeout', %s, true), set_config('statement_timeout', '0', true)"
# A session that never came about has no code, only the words of the driver, and of the server in its language. Where they are not
# known, it is waited for.
_NO_SESSION = re.compile(r"connection failed|connection timeout|failed to resolve host|connection is bad")
_REFUSED = re.compile(
    r"authentication failed|no password supplied|no pg_hba\.conf entry|not permitted to log in|permission denied for database"
    r"|(role|database) \".*\" does not exist"
)
_NUL, _NOTHING_THERE = "\x00", "\ufffd"


class _Text(StrDumperUnknown):
    """Text for PostgreSQL, which holds everything but NUL: that becomes U+FFFD, so that no page can break a visit by it."""

    def dump(self, obj: str) -> Any:  # noqa: ANN401 - as the driver has it
        return super().dump(obj.replace(_NUL, _NOTHING_THERE) if _NUL in obj else obj)


def called(database_url: str) -> str:
    """How messages call the database: server and name, neither user nor password."""
    url = make_url(database_url)
    return f"postgresql://{url.host or 'local socket'}{f':{url.port}' if url.port else ''}/{url.database}"


def plain_error(error: BaseException, where: str) -> StoreError | BusyError:
    """What an error of the driver means, in one line with the mend. Values that were to be stored are not repeated."""
    if isinstance(error, NoneFree):
        return BusyError(f"{where}: all connections of this process are in use; try again")
    origin = getattr(error, "orig", None) or error
    state = getattr(origin, "sqlstate", None) or ""
    said = " ".join((getattr(getattr(origin, "diag", None), "message_primary", None) or str(origin)).split())
    if state == "57014":
        said = f"the question took too long ({said}); {database.ASK_LESS}"
    if state == "55P03":
        return BusyError(f"{where}: another process holds the database ({said}); wait for it or stop it, then try again")
    if state in ("53300", "53400"):
        return BusyError(f"{where}: has no connection free ({said}); raise max_connections, or run fewer workers")
    if state in ("53100", "53200"):
        return StoreFull(f"{where}: no room is left on the server ({said}); nothing was lost, make room and work goes on")
    if state[:2] in ("28", "3D") or state in ("42501", "25006"):
        return _refused(where, said)
    if state[:2] == "XX" or state == "58030":
        return StoreUnusable(f"{where}: is damaged ({said}); check the server's disk, then restore the latest backup")
    if state != "57014" and (state[:2] in ("08", "57") or state == "25P03" or isinstance(origin, psycopg.OperationalError)):
        return _away(where, said, begun=bool(state) or not _NO_SESSION.match(said))
    return StoreError(f"{where}: {said}; nothing of this step was stored")


def _refused(where: str, said: str) -> StoreUnusable:
    return StoreUnusable(f"{where}: cannot be used ({said}); check user, password, rights and name in CGTWATCH_DATABASE_URL")


def _away(where: str, said: str, *, begun: bool) -> StoreError:
    """A session that ended, or one that never began: then the server may have refused it, which waiting does not mend."""
    again = "what was not stored is done again when the server answers"
    if begun:
        return StoreError(f"{where}: the connection was lost ({said}); {again}")
    if _REFUSED.search(said):
        return _refused(where, said)
    return StoreError(f"{where}: cannot be reached ({said}); start it, or mend host and port in CGTWATCH_DATABASE_URL; {again}")


@contextmanager
def told_plainly(where: str) -> Iterator[None]:
    """Turn errors of the driver, and text that no database can hold, into those of `errors`."""
    try:
        with half_characters_told(where):
            yield
    except (DBAPIError, psycopg.Error, NoneFree) as error:
        raise plain_error(error, where) from error


def make_engine(
    url: str, *, readonly: bool, busy_timeout: timedelta, durable: bool = True, longest: timedelta = timedelta()
) -> Engine:
    """Connections to the server, tried before a use that is not soon after another, so that a restart of it is hardly felt.

    Their statements take no longer than `longest`; 0: as long as they like.
    """
    asked = make_url(url).query
    engine = create_engine(
        url, pool_size=_CONNECTIONS, max_overflow=_MORE, pool_timeout=busy_timeout.total_seconds(),
        pool_use_lifo=True, connect_args={name: value for name, value in CONNECT.items() if name not in asked},
    )  # fmt: skip
    settings = {
        "TimeZone": "UTC", "DateStyle": "ISO, YMD", "default_transaction_read_only": "on" if readonly else "off",
        "idle_in_transaction_session_timeout": str(_LOOKING), "lock_timeout": str(2 * int(busy_timeout.total_seconds() * 1000)),
        "synchronous_commit": "on" if durable else "off", "jit": "off",
        "statement_timeout": str(int(longest.total_seconds() * 1000)),
    }  # fmt: skip

    def begin(raw: psycopg.Connection[Any], _record: object) -> None:
        raw.adapters.register_dumper(str, _Text)
        settled = ", ".join(f"set_config('{name}', %s, false)" for name in settings)
        raw.autocommit = True
        raw.execute(f"SELECT {settled}".encode(), list(settings.values()))
        raw.autocommit = False

    def used(_raw: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def try_out(raw: psycopg.Connection[Any], record: ConnectionPoolEntry, _: object) -> None:
        fresh = time.monotonic() - record.info.get("used", float("inf")) < _FRESH
        try:
            if fresh and not _says_something(raw.pgconn.socket):
                return
            raw.execute(b"")
            raw.rollback()
        except psycopg.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "connect", begin)
    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", try_out)
    return engine


def _says_something(handle: int) -> bool:
    """Whether anything waits to be read where nothing was asked: a server that ends says so."""
    looking = select.poll()
    looking.register(handle, select.POLLIN)
    return bool(looking.poll(0))


class PostgresDatabase(Database):
    """The connections of one process. Nothing is remembered: what stands in the database may be another's."""

    on_server = True

    def __init__(self, database_url: str, *, readonly: bool, busy_timeout: timedelta) -> None:
        super().__init__(called(database_url), readonly=readonly)
        # Who wants a unit of work to be durable says so with it.
        # Who wants to look at length says so as well.
        self._engine = make_engine(
            database_url, readonly=readonly, busy_timeout=busy_timeout, durable=False, longest=database.VIEW
        )
        self._viewing = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # In the process threads wait here, so that one of them alone has a connection that waits.
        self._writer, self._recorder = threading.Lock(), threading.Lock()
        self._thread = threading.local()

    @property
    def remembers(self) -> bool:
        """Others write too."""
        return False

    def alone(self) -> nullcontext[None]:
        """Nothing is remembered."""
        return nullcontext()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """See `Database.recording`. The lock of the writers is taken by the first unit of work inside, and held from there on."""
        self.refuse_reader()
        with self._recorder, self.told_plainly(), self._engine.connect() as connection, connection.begin():
            self._take(connection, RECORDING, durable=False, still=_LOOKING)
            self._thread.recording = connection
            self._thread.wrote = self._thread.durable = False
            try:
                yield
            finally:
                self._thread.recording = None
            self._refuse_failed(connection)

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """See `Database.write`. In the thread that is recording it is a part of that, and committed with it."""
        self.refuse_reader()
        recording: Connection | None = getattr(self._thread, "recording", None)
        if recording is not None:
            with self.told_plainly():
                self._join(recording, durable)
                with recording.begin_nested():
                    yield recording
            return
        with self._turn(self._writer), self.told_plainly(), self._engine.connect() as connection, connection.begin():
            self._take(connection, WRITING, durable=durable, still=_STILL)
            yield connection
            self._refuse_failed(connection)

    @contextmanager
    def aside(self, *, durable: bool = True) -> Iterator[Connection]:
        """See `Database.aside`; without the writers' lock."""
        self.refuse_reader()
        with self.told_plainly(), self._engine.connect() as connection, connection.begin():
            if durable:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
            yield connection
            self._refuse_failed(connection)

    @contextmanager
    def read(self, *, at_length: bool = False) -> Iterator[Connection]:
        """See `Database.read`. In the thread that is recording it sees what that has written."""
        recording: Connection | None = getattr(self._thread, "recording", None)
        if recording is not None:
            with self.told_plainly():
                yield recording
            return
        with self.told_plainly(), self._viewing.connect() as connection, connection.begin():
            if at_length:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection

    def tidy(self, *, rewrite: bool = False) -> None:
        """Let the server reclaim the room of what was deleted; with `rewrite` build the tables anew, while which nobody reads them."""
        self.refuse_reader()
        outside = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self.told_plainly(), outside.connect() as connection:
            connection.execute(text("SET lock_timeout = 0"))
            connection.execute(text("SET statement_timeout = 0"))
            try:
                connection.execute(text("VACUUM FULL" if rewrite else "VACUUM"))
            finally:
                connection.invalidate()  # its settings are not those of the others any more

    def close(self) -> None:
        """End all connections."""
        with self.told_plainly():
            self._engine.dispose()

    @contextmanager
    def told_plainly(self) -> Iterator[None]:
        """See `Database.told_plainly`."""
        with told_plainly(self.where):
            yield

    def _join(self, recording: Connection, durable: bool) -> None:
        """Take the writers' lock once, and let the whole be durable where a part of it is to be."""
        if self._thread.wrote and (self._thread.durable or not durable):
            return
        self._take(recording, WRITING, durable=durable, still=_STILL)
        self._thread.wrote, self._thread.durable = True, durable

    def _take(self, connection: Connection, lock: int, *, durable: bool, still: int) -> None:
        if (within := self._within) is not None:
            connection.exec_driver_sql("SELECT set_config('lock_timeout', %s, true)", (str(int(within.total_seconds() * 1000)),))
        connection.exec_driver_sql(_TAKE, (lock, "on" if durable else "off", str(still)))

    def _refuse_failed(self, connection: Connection) -> None:
        """The driver commits a failed transaction without a word, and the server rolls it back."""
        raw: Any = connection.connection.dbapi_connection
        if raw is None or raw.info.transaction_status is not TransactionStatus.INTRANS:
            raise StoreError(f"{self.where}: a step failed on the way; nothing of it was stored")
