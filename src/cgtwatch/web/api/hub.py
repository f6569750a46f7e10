"""Who listens for news now: the store is asked once for all of them, and whoever cannot keep up is let go."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from cgtwatch.compose.records import event_record
from cgtwatch.errors import StoreError
from cgtwatch.model.event import Announcement
from cgtwatch.store import Store
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.web.forms import Refused

MOST_LISTENERS = 50
MOST_WAITING = 200  # announcements that wait for one listener; who has more is let go and comes back with its Last-Event-ID
AT_ONCE = 200  # announcements asked of the store at a time
LOOK_EVERY = 1.0  # seconds; also how soon listeners go when the service stops
Pause = Callable[[], Awaitable[None]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """One announcement for one listener: its number, and its event as `events --json` has it."""

    seq: int
    record: dict[str, Any]


@dataclass(eq=False, slots=True)
class Listener:
    """Somebody who listens. `after` is the number that it heard last when it came."""

    query: EventQuery
    after: int
    upto: int  # what it missed ends here; what comes later waits in `waiting`
    waiting: asyncio.Queue[News | None] = field(default_factory=asyncio.Queue)


class Hub:
    """All who listen. Belongs to one event loop; `pause` waits until it is time to look again, `stopping` says that all shall go."""

    def __init__(self, store: Callable[[], Store], stopping: Callable[[], bool], pause: Pause | None = None) -> None:
        self._store, self._stopping = store, stopping
        self._pause = pause or partial(asyncio.sleep, LOOK_EVERY)
        self._listeners: set[Listener] = set()
        self._seq = 0
        self._looking: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def _looks(self) -> bool:
        return self._looking is not None and not self._looking.done()

    async def join(self, query: EventQuery, after: int | None) -> Listener:
        """A place for one more, who has heard everything up to `after` (None: up to now). Raises `Refused` where all are taken."""
        if not self._looks:
            seq = await run_in_threadpool(self._store().last_seq)
            if not self._looks:  # else another came meanwhile, and may not have heard of everything up to there
                self._seq = seq
        if len(self._listeners) >= MOST_LISTENERS:
            raise Refused(503, f"{MOST_LISTENERS} listen already; come back later, or poll /api/events?after_seq=")
        one = Listener(query, self._seq if after is None else min(after, self._seq), self._seq)
        self._listeners.add(one)
        if not self._looks:
            self._looking = asyncio.get_running_loop().create_task(self._look())
        return one

    def leave(self, one: Listener) -> None:
        """Give the place back."""
        self._listeners.discard(one)

    async def told(self, one: Listener) -> AsyncIterator[News]:
        """First what it missed, each event once, then every announcement as it comes; ends when the service stops, or when it cannot
        keep up.
        """
        last = one.after
        while last < one.upto:
            asked = replace(one.query, seq=last, sort=Sort.SEQ, limit=AT_ONCE)
            missed = await run_in_threadpool(self._store().events, asked)
            for event in missed:
                last = event.seq
                yield News(last, event_record(event))
            if len(missed) < AT_ONCE:
                break
        while (news := await one.waiting.get()) is not None:
            if last < news.seq:
                yield news

    async def _look(self) -> None:
        try:
            while self._listeners and not self._stopping():
                await self._pause()
                try:
                    await self._tell()
                except StoreError as error:  # it will be there again
                    _log.warning("live news not read: %s", error)
        finally:
            for one in list(self._listeners):
                self._end(one)

    async def _tell(self) -> None:
        store = self._store()
        if not self._listeners or await run_in_threadpool(store.last_seq) <= self._seq:
            return
        page = await run_in_threadpool(store.announcements, self._seq, None, AT_ONCE)
        by_query: dict[EventQuery, list[Listener]] = {}
        for one in list(self._listeners):
            by_query.setdefault(one.query, []).append(one)
        for query, listeners in by_query.items():
            news = _of(page, await run_in_threadpool(self._wanted, query, self._seq))
            for one in listeners:
                self._offer(one, news)
        self._seq = page[-1].seq if page else self._seq

    def _offer(self, one: Listener, news: list[News]) -> None:
        if one not in self._listeners:
            return
        if one.waiting.qsize() + len(news) > MOST_WAITING:
            self._end(one)
            return
        for each in news:
            one.waiting.put_nowait(each)

    def _end(self, one: Listener) -> None:
        self.leave(one)
        one.waiting.put_nowait(None)

    def _wanted(self, query: EventQuery, after: int) -> frozenset[str]:
        """The ids of the events announced after that number which the query wants."""
        asked = replace(query, seq=after, sort=Sort.SEQ, limit=None, after=None)
        return frozenset(event.id for event in self._store().events(asked))


def _of(page: tuple[Announcement, ...], wanted: frozenset[str]) -> list[News]:
    return [News(one.seq, event_record(one.event) | {"seq": one.seq}) for one in page if one.event.id in wanted]
