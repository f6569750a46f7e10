"""Who works on a database on a server: one process alone, or several together; held by a session, which ends with its process."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

from cgtwatch.errors import BusyError
from cgtwatch.store.postgres import CONNECT, OWNING, called, told_plainly

_LOOK = 5.0  # seconds between two looks whether the session lives
_TAKE = {True: "SELECT pg_try_advisory_lock(%s)", False: "SELECT pg_try_advisory_lock_shared(%s)"}
# A machine that is gone without a word is noticed in half a minute, and no lock of its is left.
_NOTICE = (
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET idle_session_timeout = 0"
)
_MYSELF = b"SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()"
_END = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start::text = %s"
_log = logging.getLogger(__name__)


def _stop_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def held(database_url: str, *, alone: bool, taken_over: Callable[[], None] = _stop_this_process) -> Iterator[None]:
    """Hold the database while the block runs: `alone`, or together with others that do not want it alone.

    Raises `BusyError` where that cannot be. After a restart of the server it is held again within seconds; where another was
    first, `taken_over` is called (default: the process is asked to end).
    """
    holder = _Holder(database_url, alone=alone, taken_over=taken_over)
    with told_plainly(holder.where):
        holder.take()
    try:
        yield
    finally:
        holder.let_go()


class _Holder:
    """A session of its own, looked after by a thread of its own."""

    def __init__(self, database_url: str, *, alone: bool, taken_over: Callable[[], None]) -> None:
        self.where = called(database_url)
        url = make_url(database_url)
        patience: dict[str, Any] = {name: value for name, value in CONNECT.items() if name not in url.query}
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._address = make_conninfo(address, **patience)
        self._alone = alone
        self._taken_over = taken_over
        self._session: psycopg.Connection[Any] | None = None
        self._known_as: tuple[Any, ...] | None = None  # how the server calls the session that held last
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="ownership", daemon=True)

    def take(self) -> None:
        """Begin to hold. Raises `BusyError`, or an error of the driver."""
        self._hold()
        self._keeper.start()

    def let_go(self) -> None:
        """Hold no more."""
        self._ended.set()
        if self._session is not None:
            with suppress(psycopg.Error):
                self._session.close()

    def _hold(self) -> None:
        session = psycopg.connect(self._address, autocommit=True)
        try:
            session.execute(_NOTICE.encode())
            ours = self._known_as is not None and session.execute(_END, self._known_as).fetchone() is not None
            row = session.execute(_TAKE[self._alone].encode(), [OWNING]).fetchone()
            known = session.execute(_MYSELF).fetchone()
        except BaseException:
            session.close()
            raise
        if not (row and row[0]):
            session.close()
            if ours:  # a line that was cut: the server had not noticed yet, and lets go of it now; we look again
                return
            who = "another cgtwatch works on this database" if self._alone else "a cgtwatch works on this database alone"
            raise BusyError(f"{self.where}: {who}; stop it first")
        self._known_as = known
        self._session = session
        if self._ended.is_set():
            session.close()

    def _keep(self) -> None:
        while not self._ended.wait(_LOOK):
            try:
                if self._session is None or self._session.closed:
                    self._hold()
                else:
                    self._session.execute(b"SELECT 1")
            except psycopg.Error as error:
                _log.debug("ownership not proved: %s", type(error).__name__)  # whoever works tells of the server
            except BusyError as error:
                if not self._ended.is_set():
                    _log.error("this process ends: %s", error)
                    self._taken_over()
                return
