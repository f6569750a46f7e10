"""How often somebody may do something, and how much of it is done at once: counts in memory."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cgtwatch.errors import BusyError

_MOST_KEYS = 10_000  # whom we remember; whoever was quiet longest is forgotten first


class Limit:
    """At most `most` times in `window` for each key. Safe to use from several threads."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most, self._window = most, window
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, key: str, now: datetime) -> bool:
        """Count one more for `key`; False, and nothing is counted, where that would be too many."""
        with self._guard:
            times = self._recent(key, now)
            if len(times) >= self._most:
                return False
            times.append(now)
            return True

    def reached(self, key: str, now: datetime) -> bool:
        """Whether one more for `key` would be too many."""
        with self._guard:
            return len(self._recent(key, now)) >= self._most

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and not now - self._window < times[0] <= now:  # the clock may have been set back
            times.popleft()
        while len(self._times) > _MOST_KEYS:
            self._times.popitem(last=False)
        return times


class Turns:
    """At most so many side by side, and so many more who wait for their turn. Safe to use from several threads."""

    def __init__(self, side_by_side: int, waiting: int) -> None:
        self._room = threading.BoundedSemaphore(side_by_side)
        self._door = threading.BoundedSemaphore(side_by_side + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One's turn, as soon as it has come. Raises `BusyError` where too many wait already."""
        if not self._door.acquire(blocking=False):
            raise BusyError("too much of that is asked for at once; try again in a moment")
        try:
            with self._room:
                yield
        finally:
            self._door.release()
