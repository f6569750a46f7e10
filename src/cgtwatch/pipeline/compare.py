"""A visit that brought a page: parse → guard → diff → detail pages → understand → link, up to what is to be recorded.

`poll` loads this when the first page comes, for a round in which nothing has changed needs nothing of it.
"""

from dataclasses import replace
from functools import partial

from cgtwatch.diff.decide import decide, failed, held
from cgtwatch.diff.guard import judge, unreadable
from cgtwatch.diff.matching import match_page
from cgtwatch.errors import NotFound, ParseError
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Validators
from cgtwatch.model.item import Plan, Revision, SourceState
from cgtwatch.model.source import Source
from cgtwatch.pipeline.again import Parts, read_again
from cgtwatch.pipeline.announce import announcements
from cgtwatch.pipeline.apart import told_apart
from cgtwatch.pipeline.attachments import Doors as Behind
from cgtwatch.pipeline.details import complete
from cgtwatch.pipeline.keeping import keep, size_of
from cgtwatch.pipeline.pages import Doors, Reading, read_all
from cgtwatch.pipeline.poll import PollParts, Seen
from cgtwatch.pipeline.recognise import link_up, stored_item
from cgtwatch.store import Store
from cgtwatch.store.records import FetchFacts, Recorded, VisitRecord


def compared(source: Source, state: SourceState, visit: Fetched, parts: PollParts) -> Seen:
    """What a page with bytes leads to."""
    known = parts.store.known(source.id)
    try:
        reading = read_all(source, state, visit, known, Doors(parts.acquirer(source), parts.parser, partial(keep, parts.archive)))
    except ParseError as error:
        return _unread(source, state, visit, error, parts)
    if reading.failed is not None:
        return Seen(failed(source, state, reading.failed, parts.clock()), reading.failed, reading, kept=reading.kept)
    found = match_page(source, reading.parsed, known)
    verdict = judge(source, state, visit, reading.parsed, found)
    if not verdict.trusted:
        return Seen(held(source, state, visit, verdict, parts.clock()), visit, reading, kept=reading.kept)
    plan = told_apart(decide(source, state, visit, reading.parsed, found, parts.clock()), source.id, parts.store)
    return edited_behind(source, state, _read_on(source, plan, visit, reading, parts), parts)


def _unread(source: Source, state: SourceState, visit: Fetched, error: ParseError, parts: PollParts) -> Seen:
    """The parser refused the page: a wall in front of the site, which is held, or not what its kind expects, which is a failure."""
    kept = tuple(keep(parts.archive, answer.body) for answer in (visit, *visit.more))
    verdict = unreadable(source, visit, str(error).removeprefix(f"{source.id}: "))
    if verdict.error is not ErrorClass.PARSE:
        return Seen(held(source, state, visit, verdict, parts.clock()), visit, kept=kept)
    trouble = Failed(
        visit.requested, ErrorClass.PARSE, verdict.reason.removeprefix(f"{source.id}: "), verdict.hint, visit.fetched_at,
        visit.duration, visit.status, size=size_of(visit), requests=visit.requests, headers=visit.headers,
    )  # fmt: skip
    return Seen(failed(source, state, trouble, parts.clock()), trouble, kept=kept)


def _read_on(source: Source, plan: Plan, visit: Fetched, reading: Reading, parts: PollParts) -> Seen:
    completed = complete(source, plan, parts.acquirer(source), parts.parser, parts.archive, partial(latest, parts.store))
    items = tuple(stored_item(source, found, visit.fetched_at, parts.read) for found in completed.entries)
    plan = completed.plan
    if reading.partial:  # neither a 304 nor an old day of a map must hide what could not be read
        plan = replace(plan, state=replace(plan.state, validators=Validators(), full_fetch_at=None))
    if any(page.changed is None for page in reading.parsed.follow):  # an index without days never tells of news in its maps
        plan = replace(plan, state=replace(plan.state, validators=Validators()))
    return Seen(plan, visit, reading, items, reading.kept, (completed.requests, completed.size))


def edited_behind(source: Source, state: SourceState, seen: Seen, parts: PollParts) -> Seen:
    """With the edits of pages that no row shows."""
    doors = Behind(parts.acquirer(source), parts.parser, parts.archive)
    again = read_again(source, state, seen.plan, Parts(doors, parts.store))
    edited = {entry.finding.item_id for entry in again.entries}
    found = tuple(stored_item(source, entry, seen.visit.fetched_at, parts.read) for entry in again.entries)
    items = (*(item for item in seen.items if item.finding.item_id not in edited), *found)
    plan = replace(seen.plan, notes=(*seen.plan.notes, *again.notes)) if again.notes else seen.plan
    return replace(seen, plan=plan, items=items, more=(seen.more[0] + again.requests, seen.more[1] + again.size))


def latest(store: Store, item_id: str) -> Revision | None:
    """The latest revision of an item; None where nothing is stored of it."""
    try:
        return store.item(item_id).latest
    except NotFound:
        return None


def announced(source: Source, seen: Seen, facts: FetchFacts, parts: PollParts) -> Recorded:
    """Link what was found to earlier acts, and record it with what is to be told."""
    with parts.recording():  # two sources that report one act at the same time must see each other
        items = link_up(seen.items, parts.store)
        announce = announcements(source, seen.plan, items, lambda event: _stored(parts.store, event))
        return parts.store.record_visit(VisitRecord(source.id, seen.plan, facts, items, announce, seen.claim))


def _stored(store: Store, event_id: str) -> PolicyEvent | None:
    try:
        return store.event(event_id)
    except NotFound:
        return None
