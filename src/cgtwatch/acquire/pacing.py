"""Politeness: how many requests a host gets at a time and how far apart, over all sources of the process."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta


@dataclass(slots=True)
class _Budget:
    active: int = 0
    free_at: float = float("-inf")  # when the next request may start


class Pacing:
    """One budget per host name, whatever the port or scheme: it is the same machine that answers."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._changed = threading.Condition()
        self._budgets: dict[str, _Budget] = {}

    @contextmanager
    def turn(self, host: str, connections: int, gap: timedelta) -> Iterator[None]:
        """Hold one of the host's `connections`; blocks until one is free and the gap since the last request has passed.

        Where sources of one host ask for different gaps, each keeps its own after itself, so the next one waits for both.
        """
        pause = gap.total_seconds()
        with self._changed:
            budget = self._budgets.setdefault(host, _Budget())
            while budget.active >= max(connections, 1):
                self._changed.wait()
            budget.active += 1
            now = self._monotonic()
            start = max(now, budget.free_at)
            budget.free_at = start + pause  # taken before the wait, so that the next one queues behind it
        try:
            if start > now:
                self._sleep(start - now)
            yield
        finally:
            with self._changed:
                budget.active -= 1
                budget.free_at = max(budget.free_at, self._monotonic() + pause)
                self._changed.notify_all()

    def wait_for(self, host: str, connections: int) -> timedelta | None:
        """How long a turn at `host` would have to wait now, without taking it; None: until somebody else is done."""
        with self._changed:
            budget = self._budgets.get(host)
            if budget is None:
                return timedelta()
            if budget.active >= max(connections, 1):
                return None
            return timedelta(seconds=max(0.0, budget.free_at - self._monotonic()))
