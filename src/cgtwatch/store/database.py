"""What the parts of the store stand on, whichever database it is: units of work, views of one moment, and who remembers what."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from cgtwatch.errors import BusyError, StoreError, StoreUnusable

VIEW = timedelta(seconds=30)
ASK_LESS = "ask for less, or try again when less is going on"


class _Lock(Protocol):
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


class Database(ABC):
    """The connections of one process to one database. `where` is how messages call it; it holds no password.

    `on_server`: several processes may write it.
    """

    on_server: bool

    def __init__(self, where: str, *, readonly: bool) -> None:
        self.where = where
        self.writes = not readonly  # whether this process may write
        self._patience = threading.local()

    @contextmanager
    def hurried(self, within: timedelta) -> Iterator[None]:
        """Let units of work of this thread wait no longer than that for others; then `BusyError`."""
        before = self._within
        self._patience.within = within
        try:
            yield
        finally:
            self._patience.within = before

    @property
    def _within(self) -> timedelta | None:
        """How long this thread waits for others; None: as long as usual."""
        found: timedelta | None = getattr(self._patience, "within", None)
        return found

    @contextmanager
    def _turn(self, lock: _Lock) -> Iterator[None]:
        """A turn among the threads of this process."""
        within = self._within
        if not lock.acquire(timeout=-1 if within is None else within.total_seconds()):
            raise BusyError(f"{self.where}: something else is being stored; try again in a moment")
        try:
            yield
        finally:
            lock.release()

    @property
    @abstractmethod
    def remembers(self) -> bool:
        """Whether nobody but this process writes, so that what it has written need not be read again."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[Any]:
        """Held while something must not change between a unit of work and what is remembered of it."""

    @abstractmethod
    def write(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        """One unit of work: committed whole at the end, or nothing of it. Units of all processes come one after the other.

        With `durable` it survives a power cut (one fsync). Without, a power cut may take it and what was committed without
        since, never anything before: right for what the next visit finds out again.
        """

    @abstractmethod
    def aside(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        """One unit of work that nothing else is in order with: it keeps nobody waiting where the database can do so. Its statements
        say themselves whom they find, and no number is drawn; of rows that others change too it changes one.
        """

    @abstractmethod
    def read(self, *, at_length: bool = False) -> AbstractContextManager[Connection]:
        """One consistent view of what is committed. It lasts `VIEW` at most, then `StoreError`: what is written meanwhile cannot be
        cleared away. `at_length` is for checks, copies, and what goes through everything.
        """

    @abstractmethod
    def recording(self) -> AbstractContextManager[None]:
        """Held by one thread of all processes while it looks at what is stored and adds to it, so that two see each other.

        Between processes all of it is one unit of work: what its thread writes meanwhile is committed at the end, or not at all.
        """

    @abstractmethod
    def tidy(self, *, rewrite: bool = False) -> None:
        """Bring what is committed from the log into the tables' files; with `rewrite` build those anew, which leaves nothing of
        what was deleted, takes a while, and needs as much room again.
        """

    @abstractmethod
    def close(self) -> None:
        """End all connections."""

    @abstractmethod
    def told_plainly(self) -> AbstractContextManager[None]:
        """Turn errors of the driver into those of `errors`."""

    def refuse_reader(self) -> None:
        """Raise what is told of one who may only read."""
        if not self.writes:
            raise StoreUnusable(f"{self.where}: was opened for reading only")


@contextmanager
def half_characters_told(where: str) -> Iterator[None]:
    """Text with one half of a surrogate pair, which no database can hold, as an error of `errors`."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise StoreError(f"{where}: text with half a character cannot be stored ({error.reason})") from error
