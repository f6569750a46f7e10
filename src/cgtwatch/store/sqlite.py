"""One writer and many readers of one SQLite file, and what its errors mean to a person.

SQLite before 3.51.3 can lose commits when a checkpoint of one connection races a commit of another (the WAL-reset bug). So one
connection writes, only that one checkpoints, and all others are opened read-only with automatic checkpoints switched off.
"""

import math
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from cgtwatch.errors import BusyError, StoreError, StoreFull, StoreUnusable
from cgtwatch.store import database
from cgtwatch.store.database import Database, half_characters_told

_WAL_LIMIT = 64 * 1024 * 1024  # bytes that the log file keeps after a checkpoint
_READERS = 8
_END = "cgtwatch_end"  # when the view of a connection is to end, on the monotonic clock
_STEPS = 50_000  # of SQLite's machine between two looks at the clock: some milliseconds
_LEAST_FREE = 128 * 1024  # bytes that the shared memory of a WAL and a page or two need


def file_of(database_url: str) -> Path | None:
    """The file of `sqlite:///PATH`; None for a database in memory."""
    name = make_url(database_url).database
    return None if name in (None, "", ":memory:") else Path(str(name))


def called(database_url: str) -> str:
    """How messages call the database."""
    return str(file_of(database_url) or "the database in memory")


def plain_error(error: BaseException, where: str) -> StoreError | BusyError:
    """What a database error means, in one line with the mend. `where` names the database."""
    origin = getattr(error, "orig", None) or error
    code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
    said = " ".join(str(origin).split())
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError(f"{where}: another process holds the database ({said}); wait for it or stop it, then try again")
    if code == sqlite3.SQLITE_INTERRUPT:
        return StoreError(
            f"{where}: looking took longer than {database.VIEW.total_seconds():.0f} s and was ended; {database.ASK_LESS}"
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"{where}: no space left on the disk; nothing was lost, make room and work goes on")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        return StoreUnusable(f"{where}: cannot be opened for this ({said}); check that file and folder exist and may be written")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreUnusable(f"{where}: is damaged or no database ({said}); restore the latest backup with `cgtwatch db restore`")
    if code == sqlite3.SQLITE_IOERR:
        if _full(Path(where).parent):  # SQLite has no word for "no room for the shared memory of the WAL"
            return StoreFull(f"{where}: no space left on the disk; nothing was lost, make room and work goes on")
        return StoreUnusable(f"{where}: the disk failed ({said}); check the disk, then run `cgtwatch db check`")
    return StoreError(f"{where}: {said}; nothing of this step was stored")


def too_long(where: str) -> StoreError:
    """What is told of a view that was ended."""
    return StoreError(
        f"{where}: looking took longer than {database.VIEW.total_seconds():.0f} s and was ended; {database.ASK_LESS}"
    )


@contextmanager
def told_plainly(where: str) -> Iterator[None]:
    """Turn errors of the database, and text that no database can hold, into those of `errors`."""
    try:
        with half_characters_told(where):
            yield
    except (DBAPIError, sqlite3.Error) as error:
        raise plain_error(error, where) from error


def make_engine(url: str, *, readonly: bool, busy_timeout: timedelta) -> Engine:
    """Connections that write (one, shared by all who ask), or that read."""
    path = file_of(url)
    memory = path is None

    def connect() -> sqlite3.Connection:
        address = ":memory:" if path is None else f"file:{quote(str(path.absolute()))}?mode={_mode(path, readonly)}"
        # Transactions are begun by the listener below: the driver's own way knows no read transactions.
        raw = sqlite3.connect(
            address, timeout=busy_timeout.total_seconds(), isolation_level=None, check_same_thread=False, uri=True
        )
        raw.execute("PRAGMA foreign_keys=ON")
        if readonly:
            raw.execute("PRAGMA wal_autocheckpoint=0")
            raw.execute("PRAGMA query_only=ON")
        else:
            raw.execute("PRAGMA secure_delete=ON")  # what is deleted of a reader is overwritten; many builds do so anyway
        if not readonly and not memory:
            raw.execute("PRAGMA auto_vacuum=INCREMENTAL")  # heard by a new file alone: room is given back step by step
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA synchronous=FULL")
            raw.execute(f"PRAGMA journal_size_limit={_WAL_LIMIT}")
        return raw

    if readonly and not memory:
        engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=_READERS, max_overflow=-1)
    else:
        engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    begin = "BEGIN" if readonly else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _mode(path: Path, readonly: bool) -> str:
    if not readonly:
        return "rwc"
    # In a folder that may not be written, or is full, SQLite cannot make the shared memory of a WAL; without a WAL nobody is
    # writing either.
    mute = not os.access(path.parent, os.W_OK) or _full(path.parent)
    return "ro&immutable=1" if mute and not path.with_name(path.name + "-wal").exists() else "ro"


def _full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False


class SqliteDatabase(Database):
    """The connections of one process. Threads write one after the other; readers do not wait for the writer."""

    on_server = False

    def __init__(self, database_url: str, *, readonly: bool, busy_timeout: timedelta) -> None:
        super().__init__(called(database_url), readonly=readonly)
        self._lock = threading.RLock()
        self._recorder = threading.Lock()
        self._durable = True
        memory = file_of(database_url) is None
        self._writing = None if readonly else make_engine(database_url, readonly=False, busy_timeout=busy_timeout)
        self._reading = (
            self._writing if memory and self._writing else make_engine(database_url, readonly=True, busy_timeout=busy_timeout)
        )
        if self._reading is not self._writing:
            event.listen(self._reading, "before_cursor_execute", self._refuse_late)
        self._writer: Connection | None = None
        if self._writing is not None:
            with self.told_plainly():
                self._writer = self._writing.connect()

    @property
    def remembers(self) -> bool:
        """The process that writes a file is the only one; those that read it see what another has written."""
        return self.writes

    def alone(self) -> AbstractContextManager[None]:
        """The lock that units of work take."""
        return self._turn(self._lock)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """One thread after the other; there is no other process."""
        with self._recorder:
            yield

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """See `Database.write`."""
        with self.alone(), self.told_plainly():
            self._settle_durability(durable)
            with self._waiting_as_told(), self._open_writer().begin():
                yield self._open_writer()

    @contextmanager
    def aside(self, *, durable: bool = True) -> Iterator[Connection]:
        """As any other: a file has one writer."""
        with self.write(durable=durable) as connection:
            yield connection

    @contextmanager
    def read(self, *, at_length: bool = False) -> Iterator[Connection]:
        """See `Database.read`."""
        if self._reading is self._writing:
            with self.write() as connection:
                yield connection
            return
        limit = nullcontext if at_length else self._ended_in_time
        with self.told_plainly(), self._reading.connect() as connection, limit(connection), connection.begin():
            yield connection

    def tidy(self, *, rewrite: bool = False) -> None:
        """Bring what is committed from the log into the file and empty the log; with `rewrite` build the file anew."""
        with self._lock, self.told_plainly():
            raw = self._open_writer().connection.dbapi_connection
            if raw is not None:  # outside a transaction by the driver itself, for SQLAlchemy would begin one
                for statement in (["VACUUM"] if rewrite else []) + ["PRAGMA wal_checkpoint(TRUNCATE)"]:
                    raw.cursor().execute(statement).fetchall()

    def close(self) -> None:
        """Readers first, then the writer, so that the last checkpoint is the writer's."""
        with self._lock, self.told_plainly():
            self._reading.dispose()
            if self._writer is not None and self._writing is not None:
                self._writer.close()
                self._writer = None
                self._writing.dispose()

    @contextmanager
    def told_plainly(self) -> Iterator[None]:
        """See `Database.told_plainly`."""
        with told_plainly(self.where):
            yield

    @contextmanager
    def _ended_in_time(self, connection: Connection) -> Iterator[None]:
        """Interrupt the statement at work once the view has lasted too long, and refuse every later one."""
        raw, end = connection.connection.dbapi_connection, monotonic() + database.VIEW.total_seconds()
        if raw is not None:
            raw.set_progress_handler(lambda: monotonic() > end, _STEPS)
        connection.info[_END] = end
        try:
            yield
        finally:
            del connection.info[_END]
            if raw is not None:
                raw.set_progress_handler(None, 0)

    def _refuse_late(self, connection: Connection, *_: object) -> None:
        if connection.info.get(_END, math.inf) < monotonic():
            raise too_long(self.where)

    @contextmanager
    def _waiting_as_told(self) -> Iterator[None]:
        """Wait for other processes no longer than this thread wants to."""
        within, raw = self._within, None if self._writer is None else self._writer.connection.dbapi_connection
        if within is None or raw is None:
            yield
            return
        usual = raw.cursor().execute("PRAGMA busy_timeout").fetchone()[0]
        raw.cursor().execute(f"PRAGMA busy_timeout={min(usual, int(within.total_seconds() * 1000))}")
        try:
            yield
        finally:
            raw.cursor().execute(f"PRAGMA busy_timeout={usual}")

    def _open_writer(self) -> Connection:
        if self._writer is None:
            raise StoreUnusable(f"{self.where}: was opened for reading only")
        return self._writer

    def _settle_durability(self, durable: bool) -> None:
        if durable is self._durable or self._writer is None:
            return
        raw = self._writer.connection.dbapi_connection
        if raw is not None:
            # Outside a transaction by the driver itself, for SQLAlchemy would begin one.
            raw.cursor().execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._durable = durable
