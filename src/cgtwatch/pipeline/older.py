"""One older page of a source into the store: its entries since a day, with the pages behind them, linked and told to nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from cgtwatch.diff.decide import decide
from cgtwatch.diff.identity import day_of
from cgtwatch.diff.matching import match_page
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.fetch import Fetched
from cgtwatch.model.item import Change, Finding, Outcome, Plan
from cgtwatch.model.source import Source
from cgtwatch.pipeline.apart import told_apart
from cgtwatch.pipeline.compare import latest
from cgtwatch.pipeline.details import Completed, asks_for_pages, complete
from cgtwatch.pipeline.keeping import keep
from cgtwatch.pipeline.poll import PollParts
from cgtwatch.pipeline.recognise import link_up, stored_item
from cgtwatch.store.records import FetchFacts, StoredItem, VisitRecord

SLICE = 20  # entries that are stored together: an interruption loses no more


@dataclass(frozen=True, slots=True)
class PageRow:
    """What one page came to; of a long one what each further part came to. `older` entries are from before the day and not stored."""

    source: str
    page: int
    url: str
    entries: int = 0
    new: int = 0
    completed: int = 0  # known without their text, and read now
    known: int = 0
    older: int = 0
    relevant: int = 0  # of those stored now
    oldest: date | None = None
    newest: date | None = None
    requests: int = 0
    bytes: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose older pages are read, back to which day, with which parts."""

    source: Source
    since: date
    parts: PollParts


def take_in(asked: Asked, at: Fetched, parsed: Parsed, page: int) -> Iterator[PageRow]:
    """Store what a page holds, a few entries at a time: a row for each such part. Between two it may be ended."""
    source, parts = asked.source, asked.parts
    known = parts.store.known(source.id)
    state = replace(parts.store.state(source.id), last_visit=at.fetched_at)
    plan = decide(source, state, at, replace(parsed, truncated=True), match_page(source, parsed, known), parts.clock())
    plan = told_apart(plan, source.id, parts.store)
    there = [finding for finding in plan.findings if finding.draft is not None]
    within = [finding for finding in there if not _older(finding.draft, asked.since)]
    wanted = [one for one in (_wanted(source, finding, parts) for finding in within) if one is not None]
    days = [day for finding in there if finding.draft and (day := day_of(finding.draft))]
    row = PageRow(
        source.id, page, at.url, len(there), known=len(within) - len(wanted), older=len(there) - len(within),
        oldest=min(days, default=None), newest=max(days, default=None), requests=at.requests, bytes=len(at.body),
    )  # fmt: skip
    key = keep(parts.archive, at.body)
    for start in range(0, len(wanted), SLICE):
        if parts.stopping():
            break
        part = replace(plan, findings=tuple(wanted[start : start + SLICE]), state=state, baseline=False, notes=())
        yield _with(row, *_slice(asked, at, part, key))
        row = PageRow(source.id, page, at.url)
    if not wanted:
        yield row


def _older(draft: Draft | None, since: date) -> bool:
    day = day_of(draft) if draft else None
    return day is not None and day < since


def _wanted(source: Source, finding: Finding, parts: PollParts) -> Finding | None:
    """The finding where something of it is still to be stored: it is new, or its own page was never read."""
    if finding.known is None:
        return replace(finding, quiet=True)
    assert finding.draft is not None
    before = latest(parts.store, finding.item_id) if asks_for_pages(source) and finding.draft.url else None
    unread = before is not None and before.archive_key is None
    return replace(finding, change=Change.UPDATED, quiet=True) if unread else None


def _slice(asked: Asked, at: Fetched, plan: Plan, key: str) -> tuple[Completed, tuple[StoredItem, ...]]:
    """Some entries with their pages, stored."""
    source, parts = asked.source, asked.parts
    done = complete(source, plan, parts.acquirer(source), parts.parser, parts.archive, partial(latest, parts.store))
    marks = {finding.item_id: finding.fingerprint for finding in plan.findings}
    # A visit would tell as news what an empty fingerprint says is unread; the next backfill sees it by its missing page.
    entries = [replace(one, finding=replace(one.finding, fingerprint=marks[one.finding.item_id])) for one in done.entries]
    entries = [one for one in entries if not _older(one.finding.draft, asked.since)]
    items = tuple(stored_item(source, one, at.fetched_at, parts.read) for one in entries)
    items = tuple(item for item in items if item.revision is not None)
    facts = FetchFacts(
        at.requested, at.url, Outcome.OK, at.fetched_at, at.status, message=f"older pages, since {asked.since}",
        size=len(at.body) + done.size, duration=at.duration, requests=at.requests + done.requests, archive_key=key,
        content_type=at.headers.get("content-type", ""),
    )  # fmt: skip
    with parts.recording():  # reports of one act by two sources must see each other
        items = link_up(items, parts.store)
        parts.store.record_older(VisitRecord(source.id, plan, facts, items))
    return done, items


def _with(row: PageRow, done: Completed, items: Sequence[StoredItem]) -> PageRow:
    new = [item for item in items if item.finding.known is None]
    relevant = sum(1 for item in items if item.classification is not None and item.classification.labels.relevant)
    read = len(items) - len(new)
    skipped = len(done.entries) - len(items)  # by the day of their own page, or as they were
    return replace(
        row, new=row.new + len(new), completed=row.completed + read, older=row.older + skipped, relevant=row.relevant + relevant,
        requests=row.requests + done.requests, bytes=row.bytes + done.size, notes=(*row.notes, *done.plan.notes),
    )  # fmt: skip
