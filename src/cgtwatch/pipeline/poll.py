"""One visit to one source: acquire → parse → guard → diff → detail pages → understand → link → one write.

What lies between the first and the last of these stands in `compare`, and is loaded when the first page comes.
"""

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from cgtwatch import registry
from cgtwatch.diff.decide import failed, unchanged
from cgtwatch.diff.pace import Pace
from cgtwatch.diff.rhythm import paced
from cgtwatch.errors import STORAGE_TROUBLE, LeaseLost
from cgtwatch.model.classification import Document, Understanding
from cgtwatch.model.draft import Article, Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Visit
from cgtwatch.model.item import Outcome, Plan, SourceState
from cgtwatch.model.source import DetailMode, Source
from cgtwatch.pipeline.keeping import Archive, keep, size_of
from cgtwatch.store.records import FetchFacts, Recorded, StoredItem, VisitRecord

if TYPE_CHECKING:
    from cgtwatch.pipeline.pages import Reading
    from cgtwatch.store import Store

STEPS = {
    "compared": "cgtwatch.pipeline.compare:compared",
    "edited_behind": "cgtwatch.pipeline.compare:edited_behind",
    "announced": "cgtwatch.pipeline.compare:announced",
}
BESIDE = 1 / 8  # of the interval a source is visited early with another of its address; the spread parts them by a tenth
_log = logging.getLogger(__name__)


class Acquirer(Protocol):
    """The door in, as the corridor uses it."""

    def visit(self, source: Source, state: SourceState) -> Visit: ...

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit: ...

    def turn(self, source: Source, at: Fetched, parsed: Parsed, page: int) -> Visit | None: ...


class Parser(Protocol):
    """Bytes to drafts, in a child with limits; both raise `ParseError`."""

    def parse(self, source: Source, fetched: Fetched) -> Parsed: ...

    def article(self, source: Source, fetched: Fetched) -> Article: ...


@dataclass(frozen=True, slots=True)
class PollParts:
    """The rooms a poll walks through, put together by the app. `recording` makes linking and writing one step.

    `hinted` gives the ids of the sources whose next visit news of this one bring forward, `pace` when a source is likely to
    have news. `heard` gets what a good visit has read, for the hub that a feed may name. `resting`: the source's server has asked
    to be left alone, so a visit that asked nobody says nothing about the source and is not recorded; it is made up for later.
    `beside` gives the ids of the other sources of its address, which are visited with it, so that one request does for all.
    """

    acquirer: Callable[[Source], Acquirer]
    parser: Parser
    archive: Archive
    store: "Store"
    read: Callable[[Document], Understanding]
    clock: Callable[[], datetime]
    recording: Callable[[], AbstractContextManager[None]]
    stopping: Callable[[], bool] = lambda: False  # then exchanges fail by our own doing
    hinted: Callable[[Source], Collection[str]] = lambda source: source.hints
    pace: Callable[[str], Pace | None] = lambda _: None
    heard: Callable[[Source, Parsed], None] = lambda _, __: None
    resting: Callable[[Source], bool] = lambda _: False
    beside: Callable[[Source], Collection[str]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class PollRow:
    """What one visit came to, for people and programs."""

    source: str
    outcome: Outcome
    status: int | None = None
    new: int = 0
    updated: int = 0
    gone: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    error: str | None = None
    announced: int = 0
    baseline: bool = False
    notes: tuple[str, ...] = ()
    recorded: bool = True  # whether it left anything behind


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit after reading: what it leads to, what is kept of it, and what it cost."""

    plan: Plan
    visit: Visit
    reading: "Reading | None" = None
    items: tuple[StoredItem, ...] = ()
    kept: tuple[str, ...] = ()  # archive keys
    more: tuple[int, int] = (0, 0)  # requests and bytes of detail pages
    claim: int | None = None  # by which the visit may be recorded, where several workers visit

    @property
    def requests(self) -> int:
        """All requests of the visit."""
        return (self.reading.requests if self.reading else self.visit.requests) + self.more[0]

    @property
    def size(self) -> int:
        """All bytes read."""
        return (self.reading.size if self.reading else size_of(self.visit)) + self.more[1]


def poll(source: Source, parts: PollParts, claim: int | None = None) -> PollRow:
    """Visit `source` once and record what came of it in one write.

    Trouble of the source is a row, never an exception; what is in `STORAGE_TROUBLE` passes through, because then nothing can be recorded.
    Nor is it recorded where another worker has taken the source over meanwhile, which `claim` tells.
    """
    started = parts.clock()
    state = parts.store.state(source.id)
    try:
        seen = _look(source, state, parts)
    except STORAGE_TROUBLE:
        raise
    except Exception as error:  # noqa: BLE001 - the seam: one broken part must not stop the others
        _log.exception("poll broke source=%s", source.id)
        visit = Failed(
            source.url, ErrorClass.INTERNAL, f"{type(error).__name__}: {error}", "report this; other sources go on", parts.clock()
        )
        seen = Seen(failed(source, state, visit, parts.clock()), visit)
    seen = replace(seen, plan=paced(source, seen.plan, parts.pace(source.id)), claim=claim)
    stopped = isinstance(seen.visit, Failed) and (parts.stopping() or (seen.requests == 0 and parts.resting(source)))
    try:
        recorded = Recorded() if stopped else _record(source, seen, parts)
    except LeaseLost as lost:
        return PollRow(source.id, Outcome.UNCHANGED, requests=seen.requests, bytes=seen.size, notes=(str(lost),), recorded=False)
    if (recorded.new or recorded.updated) and source.hints and not seen.plan.baseline:
        parts.store.bring_forward(parts.hinted(source), parts.clock())
    if not stopped and seen.plan.state.error is None and (others := parts.beside(source)):
        parts.store.bring_forward(others, parts.clock(), within=source.every * BESIDE)
    if not stopped and seen.reading is not None and seen.plan.outcome is Outcome.OK:
        parts.heard(source, seen.reading.parsed)
    row = _row(source, seen, recorded, (parts.clock() - started).total_seconds())
    return replace(row, recorded=False) if stopped else row


def _look(source: Source, state: SourceState, parts: PollParts) -> Seen:
    visit = parts.acquirer(source).visit(source, state)
    if isinstance(visit, Fetched):
        seen: Seen = _step("compared")(source, state, visit, parts)
        return seen
    if isinstance(visit, Failed):
        kept = (keep(parts.archive, visit.body),) if visit.body else ()
        return Seen(failed(source, state, visit, parts.clock()), visit, kept=kept)
    seen = Seen(unchanged(source, state, visit, parts.clock()), visit)
    if source.detail.mode is not DetailMode.NONE:
        seen = _step("edited_behind")(source, state, seen, parts)
    return seen


def _step(name: str) -> Any:  # noqa: ANN401 - one of the functions named in `STEPS`
    return registry.load(STEPS, name, what="step of a poll")


def _record(source: Source, seen: Seen, parts: PollParts) -> Recorded:
    visit, state = seen.visit, seen.plan.state
    kind = visit.headers.get("content-type", "") if isinstance(visit, Fetched | Failed) else ""
    facts = FetchFacts(
        visit.requested, visit.url if isinstance(visit, Fetched) else visit.requested, seen.plan.outcome, visit.fetched_at, visit.status,
        state.error, state.message, seen.size, visit.duration, seen.requests, " ".join(seen.kept) or None, kind,
    )  # fmt: skip
    if any(item.events for item in seen.items):
        recorded: Recorded = _step("announced")(source, seen, facts, parts)
        return recorded
    return parts.store.record_visit(VisitRecord(source.id, seen.plan, facts, seen.items, claim=seen.claim))


def _row(source: Source, seen: Seen, recorded: Recorded, seconds: float) -> PollRow:
    visit, state = seen.visit, seen.plan.state
    error = f"{state.error}: {state.message}" if state.error else None
    status = visit.status if source.url else None  # a folder has none
    return PollRow(
        source.id, seen.plan.outcome, status, recorded.new, recorded.updated, recorded.gone, seen.requests, seen.size,
        round(seconds, 3), error, len(recorded.announced), seen.plan.baseline, seen.plan.notes,
    )  # fmt: skip
