"""One answer for several sources of one address, so that visits at the same moment ask its server once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cgtwatch.acquire.validators import CONDITIONS
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest

LASTS = timedelta(minutes=1)  # how old an answer to another source may be
MOST = 64  # addresses; answers that are no longer fresh go when another is asked for
LARGEST = 1024 * 1024  # bytes of an answer that is kept for others
_USEFUL = frozenset({200, 203, 304})

Exchange = Callable[[NetRequest], NetAnswer | NetFailure]
Key = tuple[object, ...]


@dataclass(slots=True)
class _Place:
    """What one request was answered lately; whoever asks the same meanwhile waits for it."""

    asking: threading.Lock = field(default_factory=threading.Lock)
    answer: NetAnswer | None = None
    conditions: tuple[str | None, ...] = ()
    at: datetime | None = None
    had_by: set[str] = field(default_factory=set)  # ids of the sources that have had it


class SharedAnswers:
    """Answers to plain questions that several sources ask alike; one for a process, from any number of threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._places: OrderedDict[Key, _Place] = OrderedDict()

    def answer(self, source_id: str, request: NetRequest, exchange: Exchange) -> NetAnswer | NetFailure:
        """What another source was just answered to the same request, as an answer that took no request; else what `exchange` gives.

        A 304 (RFC 9110 15.4.5) holds for the same conditions alone; a complete answer for any. No source is given twice what it
        has had, and trouble is nobody's but whose request met it.
        """
        place = self._place(_key(request))
        waited = place.asking.acquire(timeout=request.deadline.total_seconds())
        try:
            found = self._fresh(place, source_id, request) if waited else None
            if found is not None:
                place.had_by.add(source_id)
                return replace(found, requests=0, duration=timedelta())
            answer = exchange(request)
            if waited:
                self._keep(place, source_id, request, answer)
            return answer
        finally:
            if waited:
                place.asking.release()

    def _fresh(self, place: _Place, source_id: str, request: NetRequest) -> NetAnswer | None:
        found, at = place.answer, place.at
        if found is None or at is None or source_id in place.had_by or abs(self._clock() - at) > LASTS:
            return None
        if found.status == 304:
            return found if place.conditions == _conditions(request) else None
        return found if len(found.body) <= request.max_bytes else None

    def _keep(self, place: _Place, source_id: str, request: NetRequest, answer: NetAnswer | NetFailure) -> None:
        useful = isinstance(answer, NetAnswer) and answer.status in _USEFUL and len(answer.body) <= LARGEST
        place.answer = answer if isinstance(answer, NetAnswer) and useful else None
        place.conditions, place.at, place.had_by = _conditions(request), self._clock(), {source_id}

    def _place(self, key: Key) -> _Place:
        """The place of a request; those whose answers are old give theirs up."""
        now = self._clock()
        with self._lock:
            for old in [one for one in self._places.values() if one.at is not None and abs(now - one.at) > LASTS]:
                old.answer = None
            found = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > MOST:
                self._places.popitem(last=False)
            return found


def shareable(request: NetRequest) -> bool:
    """Whether its answer may be another's too: a GET that neither keeps cookies nor goes over the operator's own bridge."""
    return request.method == "GET" and request.body is None and request.jar is None and request.trusted is None


def _key(request: NetRequest) -> Key:
    """What two requests must have in common to be the same but for their conditions."""
    headers = frozenset((name, value) for name, value in request.headers.items() if name not in CONDITIONS)
    return request.url, headers, request.verify, request.proxy


def _conditions(request: NetRequest) -> tuple[str | None, ...]:
    return tuple(request.headers.get(name) for name in CONDITIONS)
