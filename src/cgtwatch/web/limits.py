"""How often somebody may do something: counts over a sliding window, in memory."""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

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
