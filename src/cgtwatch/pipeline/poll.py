"""One visit to one source: acquire → parse → guard → diff → detail pages → understand → link → one write."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Protocol

from cgtwatch.diff.decide import decide, failed, held, unchanged
from cgtwatch.diff.guard import judge, unreadable
from cgtwatch.diff.pace import Pace
from cgtwatch.diff.rhythm import paced
from cgtwatch.errors import STORAGE_TROUBLE, NotFound, ParseError
from cgtwatch.model.classification import Document, Understanding
from cgtwatch.model.draft import Article, Parsed
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified, Validators, Visit
from cgtwatch.model.item import Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import Source
from cgtwatch.pipeline.again import Parts, read_again
from cgtwatch.pipeline.announce import announcements
from cgtwatch.pipeline.attachments import Doors as Behind
from cgtwatch.pipeline.details import Archive, complete, keep
from cgtwatch.pipeline.pages import Doors, Reading, read_all, size_of
from cgtwatch.pipeline.recognise import link_up, stored_item
from cgtwatch.store import Store
from cgtwatch.store.records import FetchFacts, Recorded, StoredItem, VisitRecord

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
    """

    acquirer: Callable[[Source], Acquirer]
    parser: Parser
    archive: Archive
    store: Store
    read: Callable[[Document], Understanding]
    clock: Callable[[], datetime]
    recording: Lock
    stopping: Callable[[], bool] = lambda: False  # then exchanges fail by our own doing
    hinted: Callable[[Source], Collection[str]] = lambda source: source.hints
    pace: Callable[[str], Pace | None] = lambda _: None
    heard: Callable[[Source, Parsed], None] = lambda _, __: None
    resting: Callable[[Source], bool] = lambda _: False


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A visit after reading: what it leads to, what is kept of it, and what it cost."""

    plan: Plan
    visit: Visit
    reading: Reading | None = None
    items: tuple[StoredItem, ...] = ()
    kept: tuple[str, ...] = ()  # archive keys
    more: tuple[int, int] = (0, 0)  # requests and bytes of detail pages

    @property
    def requests(self) -> int:
        """All requests of the visit."""
        return (self.reading.requests if self.reading else self.visit.requests) + self.more[0]

    @property
    def size(self) -> int:
        """All bytes read."""
        return (self.reading.size if self.reading else size_of(self.visit)) + self.more[1]


def poll(source: Source, parts: PollParts) -> PollRow:
    """Visit `source` once and record what came of it in one write.

    Trouble of the source is a row, never an exception; what is in `STORAGE_TROUBLE` passes through, because then nothing can be recorded.
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
        seen = _Seen(failed(source, state, visit, parts.clock()), visit)
    seen = replace(seen, plan=paced(source, seen.plan, parts.pace(source.id)))
    stopped = isinstance(seen.visit, Failed) and (parts.stopping() or (seen.requests == 0 and parts.resting(source)))
    recorded = Recorded() if stopped else _record(source, seen, parts)
    if (recorded.new or recorded.updated) and source.hints and not seen.plan.baseline:
        parts.store.bring_forward(parts.hinted(source), parts.clock())
    if not stopped and seen.reading is not None and seen.plan.outcome is Outcome.OK:
        parts.heard(source, seen.reading.parsed)
    return _row(source, seen, recorded, (parts.clock() - started).total_seconds())


def _look(source: Source, state: SourceState, parts: PollParts) -> _Seen:
    visit = parts.acquirer(source).visit(source, state)
    if isinstance(visit, NotModified):
        return _read_again(source, state, _Seen(unchanged(source, state, visit, parts.clock()), visit), parts)
    if isinstance(visit, Failed):
        kept = (keep(parts.archive, visit.body),) if visit.body else ()
        return _Seen(failed(source, state, visit, parts.clock()), visit, kept=kept)
    return _compare(source, state, visit, parts)


def _compare(source: Source, state: SourceState, visit: Fetched, parts: PollParts) -> _Seen:
    known = parts.store.known(source.id)
    try:
        reading = read_all(source, state, visit, known, Doors(parts.acquirer(source), parts.parser, partial(keep, parts.archive)))
    except ParseError as error:
        return _unread(source, state, visit, error, parts)
    if reading.failed is not None:
        return _Seen(failed(source, state, reading.failed, parts.clock()), reading.failed, reading, kept=reading.kept)
    verdict = judge(source, state, visit, reading.parsed, known)
    if not verdict.trusted:
        return _Seen(held(source, state, visit, verdict, parts.clock()), visit, reading, kept=reading.kept)
    plan = decide(source, state, visit, reading.parsed, known, parts.clock())
    return _read_again(source, state, _read_on(source, plan, visit, reading, parts), parts)


def _unread(source: Source, state: SourceState, visit: Fetched, error: ParseError, parts: PollParts) -> _Seen:
    """The parser refused the page: a wall in front of the site, which is held, or not what its kind expects, which is a failure."""
    kept = tuple(keep(parts.archive, answer.body) for answer in (visit, *visit.more))
    verdict = unreadable(source, visit, str(error).removeprefix(f"{source.id}: "))
    if verdict.error is not ErrorClass.PARSE:
        return _Seen(held(source, state, visit, verdict, parts.clock()), visit, kept=kept)
    trouble = Failed(
        visit.requested, ErrorClass.PARSE, verdict.reason.removeprefix(f"{source.id}: "), verdict.hint, visit.fetched_at,
        visit.duration, visit.status, size=size_of(visit), requests=visit.requests, headers=visit.headers,
    )  # fmt: skip
    return _Seen(failed(source, state, trouble, parts.clock()), trouble, kept=kept)


def _read_on(source: Source, plan: Plan, visit: Fetched, reading: Reading, parts: PollParts) -> _Seen:
    completed = complete(source, plan, parts.acquirer(source), parts.parser, parts.archive, partial(_latest, parts.store))
    items = tuple(stored_item(source, found, visit.fetched_at, parts.read) for found in completed.entries)
    plan = completed.plan
    if reading.partial:  # neither a 304 nor an old day of a map must hide what could not be read
        plan = replace(plan, state=replace(plan.state, validators=Validators(), full_fetch_at=None))
    if any(page.changed is None for page in reading.parsed.follow):  # an index without days never tells of news in its maps
        plan = replace(plan, state=replace(plan.state, validators=Validators()))
    return _Seen(plan, visit, reading, items, reading.kept, (completed.requests, completed.size))


def _read_again(source: Source, state: SourceState, seen: _Seen, parts: PollParts) -> _Seen:
    """With the edits of pages that no row shows."""
    doors = Behind(parts.acquirer(source), parts.parser, parts.archive)
    again = read_again(source, state, seen.plan, Parts(doors, parts.store))
    edited = {entry.finding.item_id for entry in again.entries}
    found = tuple(stored_item(source, entry, seen.visit.fetched_at, parts.read) for entry in again.entries)
    items = (*(item for item in seen.items if item.finding.item_id not in edited), *found)
    plan = replace(seen.plan, notes=(*seen.plan.notes, *again.notes)) if again.notes else seen.plan
    return replace(seen, plan=plan, items=items, more=(seen.more[0] + again.requests, seen.more[1] + again.size))


def _latest(store: Store, item_id: str) -> Revision | None:
    try:
        return store.item(item_id).latest
    except NotFound:
        return None


def _record(source: Source, seen: _Seen, parts: PollParts) -> Recorded:
    visit, state = seen.visit, seen.plan.state
    kind = visit.headers.get("content-type", "") if isinstance(visit, Fetched | Failed) else ""
    facts = FetchFacts(
        visit.requested, visit.url if isinstance(visit, Fetched) else visit.requested, seen.plan.outcome, visit.fetched_at, visit.status,
        state.error, state.message, seen.size, visit.duration, seen.requests, " ".join(seen.kept) or None, kind,
    )  # fmt: skip
    if not any(item.events for item in seen.items):
        return parts.store.record_visit(VisitRecord(source.id, seen.plan, facts, seen.items))
    with parts.recording:  # two sources that report one act at the same time must see each other
        items = link_up(seen.items, parts.store)
        announce = announcements(source, seen.plan, items, lambda event: _stored(parts.store, event))
        return parts.store.record_visit(VisitRecord(source.id, seen.plan, facts, items, announce))


def _stored(store: Store, event_id: str) -> PolicyEvent | None:
    try:
        return store.event(event_id)
    except NotFound:
        return None


def _row(source: Source, seen: _Seen, recorded: Recorded, seconds: float) -> PollRow:
    visit, state = seen.visit, seen.plan.state
    error = f"{state.error}: {state.message}" if state.error else None
    status = visit.status if source.url else None  # a folder has none
    return PollRow(
        source.id, seen.plan.outcome, status, recorded.new, recorded.updated, recorded.gone, seen.requests, seen.size,
        round(seconds, 3), error, len(recorded.announced), seen.plan.baseline, seen.plan.notes,
    )  # fmt: skip
