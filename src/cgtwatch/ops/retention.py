"""What is old is forgotten in rounds of small steps, between which everybody else has their turn."""

import logging
import time
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from cgtwatch.ops.logs import fields

if TYPE_CHECKING:
    from cgtwatch.app import App
    from cgtwatch.store import Store
    from cgtwatch.store.retention import Step

FIRST = timedelta(hours=1)  # of a clock that nobody set, before anything is forgotten by it
EVERY = timedelta(hours=12)  # between the beginnings of two rounds
SET = timedelta(minutes=5)  # by which the clock may run apart from the monotonic one in that time
BUDGET, PAUSE = 0.5, 0.01  # seconds of work at one call, and between two steps, in which others write
OVER = timedelta(days=30)  # how long a token that ended is still listed
PUT_LATELY = 86_400.0  # seconds in which a body that was put is referred to by whoever put it
PAGES = 256  # pages of the database that are given back to the disk in one step
NIGHT = range(3, 5)  # hours in which readers sleep, for what takes the writer seconds
_log = logging.getLogger(__name__)
P = TypeVar("P")


class Archive(Protocol):
    """Raw bytes that can be thrown away part by part."""

    def parts(self) -> tuple[str, ...]: ...

    def sweep(self, part: str, needed: Callable[[str], bool], before: float) -> "Swept": ...


class Kept(Protocol):
    """Raw bytes that can be read one after the other."""

    def keys(self) -> Iterator[str]: ...

    def get(self, key: str) -> bytes: ...


class Swept(Protocol):
    """How many bodies went, and how many bytes."""

    @property
    def bodies(self) -> int: ...

    @property
    def size(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How old things may become; None: they are kept for ever."""

    fetch: timedelta | None = None
    raw: timedelta | None = None
    revision: timedelta | None = None
    delivery: timedelta | None = None


class Needed:
    """The keys of all bytes that something refers to: eight bytes each, so that a million take 8 MB.

    Two keys that begin alike are taken for one, which keeps a body too many at worst.
    """

    def __init__(self) -> None:
        self._marks = array("Q")
        self._sorted = False

    def add(self, keys: list[str]) -> None:
        """These are needed."""
        self._marks.extend(int(key[:16], 16) for key in keys)
        self._sorted = False

    def __contains__(self, key: str) -> bool:
        if not self._sorted:
            self._marks, self._sorted = array("Q", sorted(set(self._marks))), True
        mark = int(key[:16], 16)
        place = bisect_left(self._marks, mark)
        return place < len(self._marks) and self._marks[place] == mark


class Forgetting:
    """Works a round off, a little at each call. One thread at a time."""

    def __init__(self, app: "App", monotonic: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._monotonic = monotonic
        self._since: tuple[datetime, float] | None = None  # when the clock was looked at first since it was set
        self._begun: datetime | None = None
        self._round: Iterator[tuple[str, int]] | None = None
        self._sum: Counter[str] = Counter()

    def work(self) -> None:
        """Go on with the round, or begin one where it is time to; for half a second at most."""
        now = self._app.clock()
        if not self._steady(now):
            self._round = None
            return
        if self._round is None:
            if self._begun is not None and timedelta() <= now - self._begun < EVERY:
                return
            self._begun, self._sum = now, Counter()
            self._round = steps(self._app.store, self._app.archive, limits_of(self._app), now)
        until = self._monotonic() + BUDGET
        while not self._app.stopping.is_set() and self._monotonic() < until:
            step = next(self._round, None)
            if step is None:
                self._end()
                return
            self._sum[step[0]] += step[1]
            self._app.stopping.wait(PAUSE)

    def _end(self) -> None:
        self._round = None
        if done := {what: count for what, count in self._sum.items() if count}:
            _log.info("forgotten %s", fields(**done))

    def _steady(self, now: datetime) -> bool:
        """Whether the clock has gone as it should for long enough: one that was set wrong would make everything old."""
        ticks = self._monotonic()
        if self._since is None or abs((now - self._since[0]).total_seconds() - (ticks - self._since[1])) > SET.total_seconds():
            self._since = now, ticks
        return ticks - self._since[1] >= FIRST.total_seconds()


def limits_of(app: "App") -> Limits:
    """What the settings say."""
    one = app.settings
    days = (one.retention_fetch_days, one.retention_raw_days, one.retention_revision_days, one.retention_delivery_days)
    return Limits(*(None if each is None else timedelta(days=each) for each in days))


def steps(store: "Store", archive: Archive, limits: Limits, now: datetime) -> Iterator[tuple[str, int]]:
    """One round: after each step what it was about, and how much went (`raw_bytes`: of the disk). What refers to something goes first."""
    fetch, raw, revision, delivery = (
        None if age is None else now - age for age in (limits.fetch, limits.raw, limits.revision, limits.delivery)
    )
    if fetch is not None or raw is not None:
        yield from _walked("visits", 0, lambda place: store.forget_visits(fetch, raw, place))
    if fetch is not None:
        yield from _emptied("held", lambda: store.forget_held(fetch))
    if revision is not None:
        yield from _walked("revisions", "", lambda place: store.forget_revisions(revision, place))
    if delivery is not None:
        yield from _walked("messages", 0, lambda place: store.forget_messages(delivery, place))
    yield from _emptied("tokens", lambda: store.forget_tokens(now - OVER))
    if raw is not None:
        yield from _swept(store, archive)
    if now.astimezone().hour in NIGHT:
        yield "search_entries", store.reindex(if_stale=True)
    while given := store.give_back(PAGES):
        yield "pages", given


def readable(archive: Kept, damaged: Callable[[str], None]) -> Iterator[tuple[str, bytes]]:
    """Every body with its key; `damaged` hears of those that are not what was stored."""
    keys = archive.keys()
    for key in keys:
        try:
            yield key, archive.get(key)
        except (KeyError, ValueError, OSError) as error:
            damaged(str(error))


def _walked(what: str, place: P, forget: "Callable[[P], Step[P]]") -> Iterator[tuple[str, int]]:
    then: P | None = place
    while then is not None:
        step = forget(then)
        yield what, step.gone
        then = step.next


def _emptied(what: str, forget: Callable[[], int]) -> Iterator[tuple[str, int]]:
    while gone := forget():
        yield what, gone


def _swept(store: "Store", archive: Archive) -> Iterator[tuple[str, int]]:
    """Throw away bytes that nothing refers to. What is put from now on is too young to go."""
    before = time.time() - PUT_LATELY
    needed = Needed()
    documents: tuple[str, int] | None = ("", 0)
    while documents is not None:
        keys, documents = store.keys_of_documents(documents)
        needed.add(keys)
        yield "raw", 0
    visits: int | None = 0
    while visits is not None:
        keys, visits = store.keys_of_visits(visits)
        needed.add(keys)
        yield "raw", 0
    needed.add(store.keys_of_held())
    for part in archive.parts():
        swept = archive.sweep(part, needed.__contains__, before)
        yield "raw", swept.bodies
        yield "raw_bytes", swept.size
