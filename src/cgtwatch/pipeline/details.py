"""Fetch the page behind each new or changed row, and join what it adds to the row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from cgtwatch.errors import ParseError, unwritable
from cgtwatch.model.draft import Article, Attachment, Draft
from cgtwatch.model.fetch import Fetched, Validators, Visit
from cgtwatch.model.item import Change, Finding, Plan
from cgtwatch.model.source import DetailMode, Kind, Source

MAX_DETAILS = 60  # a visit; the rest of a flood follows at the next one
MAX_BASELINE_DETAILS = 20  # first look: enough to know what is open, without a siege of the site
MAX_TEXT = 400_000  # characters kept of a document


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding whose draft is complete, and the archived page it was completed from."""

    finding: Finding
    archive_key: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completed:
    """All findings of a visit after their pages were read; `plan.state` asks for a full next visit where some could not be."""

    plan: Plan
    entries: tuple[Entry, ...]
    requests: int = 0
    size: int = 0


class _Gets(Protocol):
    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit: ...


class _Reads(Protocol):
    def article(self, source: Source, fetched: Fetched) -> Article: ...


class Archive(Protocol):
    """Raw bytes by their hash."""

    def put(self, body: bytes) -> str: ...


def keep(archive: Archive, body: bytes) -> str:
    """The key under which `body` is kept. Raises `StoreError` where it cannot be: that is no fault of the source."""
    try:
        return archive.put(body)
    except OSError as error:
        raise unwritable(error.filename or "the archive of raw pages", error) from error


def complete(source: Source, plan: Plan, acquirer: _Gets, parser: _Reads, archive: Archive) -> Completed:
    """Every finding of `plan`, with text from its detail page where the source asks for it.

    A page that fails leaves its row as it is, with an empty fingerprint: the next visit, made without conditions, tries again.
    """
    wanted = _wanted(source, plan)
    entries: list[Entry] = []
    requests = size = missed = 0
    for finding in plan.findings:
        if finding.item_id not in wanted or finding.draft is None:
            entries.append(Entry(finding))
            continue
        got = acquirer.get(source, finding.draft.url)
        requests += got.requests
        size += len(got.body) if isinstance(got, Fetched) else got.size
        entry = _joined(source, finding, got, parser, archive)
        missed += entry.finding.fingerprint == ""
        entries.append(entry)
    late = _left_over(source, plan, wanted)
    entries = [
        Entry(replace(e.finding, fingerprint=""), e.archive_key, e.notes) if e.finding.item_id in late else e for e in entries
    ]
    if missed or late:
        state = replace(plan.state, validators=Validators())
        plan = replace(plan, state=state, notes=(*plan.notes, f"{missed + len(late)} detail pages are still to be read"))
    return Completed(plan, tuple(entries), requests, size)


def asks_for_pages(source: Source) -> bool:
    """Whether new rows of `source` lead to a page that is read too."""
    return source.kind is Kind.FOLDER or (source.detail.mode is not DetailMode.NONE and source.kind in {Kind.LIST, Kind.FEED})


def _candidates(source: Source, plan: Plan) -> list[str]:
    if not asks_for_pages(source):
        return []
    return [f.item_id for f in plan.findings if f.change in {Change.NEW, Change.UPDATED} and f.draft is not None and f.draft.url]


def _limit(source: Source, plan: Plan) -> int:
    if source.kind is Kind.FOLDER:
        return 2_000
    return MAX_BASELINE_DETAILS if plan.baseline else MAX_DETAILS


def _wanted(source: Source, plan: Plan) -> frozenset[str]:
    return frozenset(_candidates(source, plan)[: _limit(source, plan)])


def _left_over(source: Source, plan: Plan, wanted: frozenset[str]) -> frozenset[str]:
    """Those that the limit put off; a first look's backlog is not worth asking for again."""
    return frozenset() if plan.baseline else frozenset(_candidates(source, plan)) - wanted


def _joined(source: Source, finding: Finding, got: Visit, parser: _Reads, archive: Archive) -> Entry:
    if not isinstance(got, Fetched):
        return Entry(replace(finding, fingerprint=""), None, (f"detail page: {getattr(got, 'message', 'not read')}",))
    key = keep(archive, got.body)
    try:
        article = parser.article(source, got)
    except ParseError as error:
        return Entry(finding, key, (f"detail page: {error}",))  # the same bytes would fail again: no retry
    assert finding.draft is not None
    return Entry(replace(finding, draft=join(source, finding.draft, article)), key, article.warnings)


def join(source: Source, row: Draft, article: Article) -> Draft:
    """What row and page say together: the row's title unless it is cut or a file's name, the longer text, the row's date first."""
    cut = row.title.endswith(("…", "...")) or source.kind is Kind.FOLDER
    title = article.title if article.title and (cut or not row.title) else row.title
    text = article.text if len(article.text) > len(row.text) or source.kind is Kind.FOLDER else row.text
    own = row.published_on is not None and source.kind is not Kind.FOLDER
    return replace(
        row, title=title, text=text[:MAX_TEXT],
        published=row.published if own else article.published,
        published_on=row.published_on if own else article.published_on,
        attachments=_merged(row.attachments, article.attachments), language=row.language or article.language,
    )  # fmt: skip


def _merged(first: Sequence[Attachment], more: Sequence[Attachment]) -> tuple[Attachment, ...]:
    return tuple(dict.fromkeys((*first, *more)))
