"""Politeness: how many requests a host gets at a time and how far apart, over all sources of the process; and when it wants none.

Where several processes ask, they keep a common `Book`: a turn that one has there no other gets, and what a server asks of one is
known to all.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol
from zlib import crc32

from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.text.hosts import server_of

LONGEST_HOLD = timedelta(hours=1)
SPREAD = 0.25  # of the gap, at most: requests at a steady beat look like an attack and meet other clocks' beats
MOST_HOSTS = 4096
NEVER = float("-inf")
LONGEST_TURN = timedelta(minutes=1)  # a turn whose holder died is free again after that
MARGIN = timedelta(seconds=5)  # between the end of an exchange and that of its turn
LOOK = 1.0  # seconds between two looks at what is written in the book


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


class Book(Protocol):
    """What the processes that ask tell each other. All of it raises what is in `STORAGE_TROUBLE`."""

    def take_turn(self, name: str, until: datetime, now: datetime) -> datetime | None:
        """Take the turn `name` until then, unless somebody has it; then when it is free at the latest, None where it was taken."""

    def end_turn(self, name: str, until: datetime, free_at: datetime) -> None:
        """Let the turn be free from `free_at`, where it is still the one that was taken `until` then."""

    def hold_server(self, name: str, until: datetime, status: int) -> None:
        """A server asks to be left alone until then; an earlier, later one stands."""

    def held_servers(self, now: datetime) -> Mapping[str, tuple[datetime, int]]:
        """Every server that still wants to be left alone: until when, and the status by which it said so."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The book, and the clock by which all that write in it go."""

    book: Book
    clock: Callable[[], datetime]


class Pacing:
    """One budget per host name, whatever the port or scheme: it is the same machine that answers.

    Holds are per server (host and port), because it is a server that says it has had enough; whoever would ask it in the
    meantime is told so at once, and no thread waits.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        shared: Shared | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._shared = shared
        self._looked = NEVER
        self._changed = threading.Condition(threading.Lock())
        self._budgets: dict[str, _Budget] = {}
        self._holds: dict[str, _Hold] = {}

    def turn(self, host: str, connections: int, gap: timedelta, lasts: timedelta | None = None) -> "Turn":
        """Hold one of the host's `connections` for a `with`; blocks until one is free and the gap since the last request has passed.

        Where sources of one host ask for different gaps, each keeps its own after itself, so the next one waits for both. A gap
        is stretched by up to a quarter, which hangs on the host and the number of its requests alone. `lasts`: how long the
        exchange may take; other processes get the turn after that, should this one die.
        """
        return Turn(self, host, max(connections, 1), gap.total_seconds(), min(lasts or LONGEST_TURN, LONGEST_TURN) + MARGIN)

    def hold(self, site: str, wait: timedelta, status: int, now: datetime) -> None:
        """A server asks to be left alone for `wait` from `now`; of more than an hour only that is kept."""
        until = now + min(wait, LONGEST_HOLD)
        with self._changed:
            known = self._holds.get(site)
            if known is None or until > known.until:
                if len(self._holds) >= MOST_HOSTS:
                    self._holds = {name: one for name, one in self._holds.items() if one.until > now}
                self._holds[site] = _Hold(until, status)
        if self._shared is not None:
            with suppress(*STORAGE_TROUBLE):  # then the others find out for themselves
                self._shared.book.hold_server(site, until, status)

    @property
    def nobody_rests(self) -> bool:
        """Whether no server has ever asked to be left alone: the common case, told quickly."""
        if self._shared is not None:
            self._look(self._shared)
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

    def take(self, host: str, connections: int, lasts: timedelta) -> "tuple[str, datetime] | None":
        """Wait for a turn among all processes; its name and until when it is ours. `Turn` calls it."""
        if self._shared is None:
            return None
        names = [host, *(f"{host} {number}" for number in range(2, connections + 1))]
        while True:
            now = self._shared.clock()
            until, free = now + lasts, now + LONGEST_TURN
            for name in names:
                taken = self._shared.book.take_turn(name, until, now)
                if taken is None:
                    return name, until
                free = min(free, taken)
            self._looked = NEVER  # whoever has it may learn that the server wants to rest
            if self._sleep(max(0.02, min((free - now).total_seconds(), LOOK))):
                return None  # the process ends: what would be asked now fails anyway

    def give(self, mine: "tuple[str, datetime]", pause: float) -> None:
        """Give back what `take` took; the host is asked again after `pause` seconds at the earliest. `Turn` calls it."""
        if self._shared is not None:
            with suppress(*STORAGE_TROUBLE):  # it ends by itself
                self._shared.book.end_turn(*mine, self._shared.clock() + timedelta(seconds=pause))

    def _look(self, shared: Shared) -> None:
        """Learn now and then what servers asked of other processes."""
        if self._monotonic() - self._looked < LOOK:
            return
        self._looked = self._monotonic()
        now = shared.clock()
        found = {name: _Hold(*said) for name, said in shared.book.held_servers(now).items()}
        with self._changed:  # what was just asked of us may not stand in the book yet, or could not be written
            ours = {name: one for name, one in self._holds.items() if now < one.until <= now + LONGEST_HOLD}
            self._holds = ours | found

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

    __slots__ = ("_connections", "_host", "_lasts", "_pacing", "_pause", "_taken")

    def __init__(self, pacing: Pacing, host: str, connections: int, pause: float, lasts: timedelta = LONGEST_TURN) -> None:
        self._pacing, self._host, self._connections, self._pause, self._lasts = pacing, host, connections, pause, lasts
        self._taken: tuple[str, datetime] | None = None

    def __enter__(self) -> None:
        wait = self._pacing.begin(self._host, self._connections, self._pause)
        try:
            if wait > 0:
                self._pacing.sleep(wait)
            self._taken = self._pacing.take(self._host, self._connections, self._lasts)
        except BaseException:
            self._pacing.end(self._host, self._pause)
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._taken is not None:
            self._pacing.give(self._taken, self._pause)
        self._pacing.end(self._host, self._pause)


def _drawn(host: str, asked: int) -> float:
    """A number from 0 to 1 that is the same for the same host and count."""
    return crc32(f"{host} {asked}".encode("utf-8", "replace")) / 0xFFFFFFFF
