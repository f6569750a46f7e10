"""Politeness: how many requests a host gets at a time and how far apart, over all sources of the process; and when it wants none."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from zlib import crc32

from cgtwatch.text.hosts import server_of

LONGEST_HOLD = timedelta(hours=1)
SPREAD = 0.25  # of the gap, at most: requests at a steady beat look like an attack and meet other clocks' beats
MOST_HOSTS = 4096
NEVER = float("-inf")


@dataclass(slots=True)
class _Budget:
    active: int = 0
    asked: int = 0
    free_at: float = NEVER  # when the next request may start


@dataclass(frozen=True, slots=True)
class _Hold:
    until: datetime
    status: int


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a server still wants to be left alone, and the status by which it said so."""

    wait: timedelta
    status: int


class Pacing:
    """One budget per host name, whatever the port or scheme: it is the same machine that answers.

    Holds are per server (host and port), because it is a server that says it has had enough; whoever would ask it in the
    meantime is told so at once, and no thread waits.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._changed = threading.Condition(threading.Lock())
        self._budgets: dict[str, _Budget] = {}
        self._holds: dict[str, _Hold] = {}

    def turn(self, host: str, connections: int, gap: timedelta) -> "Turn":
        """Hold one of the host's `connections` for a `with`; blocks until one is free and the gap since the last request has passed.

        Where sources of one host ask for different gaps, each keeps its own after itself, so the next one waits for both. A gap
        is stretched by up to a quarter, which hangs on the host and the number of its requests alone.
        """
        return Turn(self, host, max(connections, 1), gap.total_seconds())

    def hold(self, site: str, wait: timedelta, status: int, now: datetime) -> None:
        """A server asks to be left alone for `wait` from `now`; of more than an hour only that is kept."""
        until = now + min(wait, LONGEST_HOLD)
        with self._changed:
            known = self._holds.get(site)
            if known is None or until > known.until:
                if len(self._holds) >= MOST_HOSTS:
                    self._holds = {name: one for name, one in self._holds.items() if one.until > now}
                self._holds[site] = _Hold(until, status)

    @property
    def nobody_rests(self) -> bool:
        """Whether no server has ever asked to be left alone: the common case, told quickly."""
        return not self._holds

    def rest(self, site: str, now: datetime) -> Rest | None:
        """What is left of a hold; None where the server may be asked."""
        hold = self._holds.get(site)
        if hold is None:
            return None
        left = hold.until - now  # of more than the longest: the clock was set back
        return Rest(left, hold.status) if timedelta() < left <= LONGEST_HOLD else None

    def rests(self, urls: Iterable[str], now: datetime) -> bool:
        """Whether the server of one of these addresses has asked to be left alone, and still wants it."""
        return bool(self._holds) and any(self.rest(server_of(url), now) is not None for url in urls)

    def begin(self, host: str, connections: int, pause: float) -> float:
        """Take a turn; how long to sleep before using it, in seconds. `Turn` calls it."""
        with self._changed:
            budget = self._budget(host)
            while budget.active >= connections:
                self._changed.wait()
                budget = self._budget(host)
            budget.active += 1
            budget.asked += 1
            now = self._monotonic()
            start = max(now, budget.free_at)
            budget.free_at = start + pause  # taken before the wait, so that the next one queues behind it
            return start - now

    def end(self, host: str, pause: float) -> None:
        """Give a turn back."""
        with self._changed:
            budget = self._budgets[host]
            budget.active -= 1
            stretched = pause * (1 + SPREAD * _drawn(host, budget.asked)) if pause else 0.0
            budget.free_at = max(budget.free_at, self._monotonic() + stretched)
            self._changed.notify_all()

    def sleep(self, seconds: float) -> None:
        """Wait; `Turn` calls it."""
        self._sleep(seconds)

    def _budget(self, host: str) -> _Budget:
        budget = self._budgets.get(host)
        if budget is None:
            if len(self._budgets) >= MOST_HOSTS:
                now = self._monotonic()
                self._budgets = {name: one for name, one in self._budgets.items() if one.active or one.free_at > now}
            budget = self._budgets[host] = _Budget()
        return budget


class Turn:
    """A host's permission to ask it once, as a context manager."""

    __slots__ = ("_connections", "_host", "_pacing", "_pause")

    def __init__(self, pacing: Pacing, host: str, connections: int, pause: float) -> None:
        self._pacing, self._host, self._connections, self._pause = pacing, host, connections, pause

    def __enter__(self) -> None:
        wait = self._pacing.begin(self._host, self._connections, self._pause)
        if wait > 0:
            try:
                self._pacing.sleep(wait)
            except BaseException:
                self._pacing.end(self._host, self._pause)
                raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pacing.end(self._host, self._pause)


def _drawn(host: str, asked: int) -> float:
    """A number from 0 to 1 that is the same for the same host and count."""
    return crc32(f"{host} {asked}".encode("utf-8", "replace")) / 0xFFFFFFFF
