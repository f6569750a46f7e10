"""One clock for many machines: the database's, carried on by the monotonic one between two looks.

Machines' clocks differ, and due times and leases that one has written are compared by another.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cgtwatch.errors import STORAGE_TROUBLE

LOOK = 60.0  # seconds between two looks at the other clock
SOON = 5.0  # the same while it cannot be asked
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def going_on() -> float:
    """Seconds of a clock that nobody sets and that goes on while the machine sleeps, as the database's does."""
    return time.clock_gettime(_CLOCK)


class SharedClock:
    """Tells the time that `ask` tells. Until that tells any it is this machine's. Thread-safe; nobody waits for another's look."""

    def __init__(
        self,
        ask: Callable[[], datetime | None],
        wall: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = going_on,
    ) -> None:
        self._ask, self._wall, self._monotonic = ask, wall, monotonic
        self._looking = threading.Lock()
        self._next = float("-inf")
        self._told: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """The time now, aware UTC."""
        if self._monotonic() >= self._next and self._looking.acquire(blocking=self._told is None):
            try:
                if self._monotonic() >= self._next:
                    self._look()
            finally:
                self._looking.release()
        if self._told is None:
            return self._wall()
        at, since = self._told
        return at + timedelta(seconds=self._monotonic() - since)

    def _look(self) -> None:
        before = self._monotonic()
        try:
            told = self._ask()
        except STORAGE_TROUBLE:
            self._next = self._monotonic() + SOON
            return
        after = self._monotonic()
        self._next = after + LOOK
        if told is not None:
            self._told = told + timedelta(seconds=(after - before) / 2), after
