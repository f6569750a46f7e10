"""Fetch the page behind each new or changed row with its attachments, and join what they add to the row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cgtwatch.diff.fingerprint import plain
from cgtwatch.diff.signs import LITTLE, wall
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article, Attachment, Draft
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Validators, Visit
from cgtwatch.model.item import Change, Finding, Plan, Revision
from cgtwatch.model.source import DetailMode, Kind, Source
from cgtwatch.parse.stamps import generated
from cgtwatch.pipeline.attachments import (
    MAX_BYTES,
    MAX_TEXT,
    MOST_AT_FIRST,
    MOST_OF_A_VISIT,
    PASSING,
    Before,
    Doors,
    Gathered,
    Gets,
    Purse,
    Reads,
    document_itself,
    gather,
    joined,
    names_document,
    taken_apart,
)
from cgtwatch.pipeline.keeping import Archive, keep
from cgtwatch.text.clean import one_line
from cgtwatch.text.dates import from_url

MAX_DETAILS = 60  # a visit; the rest of a flood follows at the next one
MAX_BASELINE_DETAILS = 20  # first look: enough to know what is open, without a siege of the site
# How long what is missing of an item is asked for again. A page can be listed before it is there, a site can shut its door for an hour.
PATIENCE = timedelta(days=3)
SHORT_PATIENCE = timedelta(hours=6)
# A redirect to a private address is a site set up wrongly, or hostile; the first is mended within hours.
_PERHAPS_PASSING = frozenset({ErrorClass.BLOCKED, ErrorClass.HTTP_4XX, ErrorClass.REFUSED, ErrorClass.REDIRECT})
_MOST_NOTES = 30
_TRUST = ("row", "page", "meta", "address")
_PAGED = frozenset({Kind.LIST, Kind.FEED, Kind.API, Kind.SITEMAP})


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


Past = Callable[[str], Revision | None]  # the latest revision of an item


def nothing_before(_item: str) -> Revision | None:
    """The past of an item of which nothing is stored."""
    return None


@dataclass(frozen=True, slots=True)
class _Page:
    """What came of the page behind one row."""

    finding: Finding
    article: Article | None = None
    key: str | None = None
    note: str = ""
    patience: timedelta = timedelta()
    itself: Attachment | None = None  # where the row leads to a document


def complete(
    source: Source, plan: Plan, acquirer: Gets, parser: Reads, archive: Archive, past: Past = nothing_before
) -> Completed:
    """Every finding of `plan`, with text from its detail page and attachments where the source asks for them.

    What fails for a passing reason leaves its row with an empty fingerprint: the next visit, made without conditions, tries
    again what is missing, for three days. What was known of an item before stays.
    """
    doors = Doors(acquirer, parser, archive)
    purse = Purse(MOST_AT_FIRST if plan.baseline else MOST_OF_A_VISIT, resumes=not plan.baseline)
    wanted = _wanted(source, plan)
    pages = {f.item_id: _page(source, f, doors, purse) for f in plan.findings if f.item_id in wanted}
    stamps = generated([page.article for page in pages.values() if page.article], source.timezone)
    now = plan.state.last_visit
    entries = [
        _entry(source, _sober(pages[f.item_id], stamps, now), doors, purse, _Past(past, now)) if f.item_id in pages else Entry(f)
        for f in plan.findings
    ]
    late = _left_over(source, plan, wanted)
    entries = [replace(e, finding=replace(e.finding, fingerprint="")) if e.finding.item_id in late else e for e in entries]
    missed = sum(1 for e in entries if e.finding.item_id in wanted and e.finding.fingerprint == "")
    notes = [f"{_called(e.finding)}: {note}" for e in entries for note in e.notes]
    if missed or late:
        plan = replace(plan, state=replace(plan.state, validators=Validators()))
        notes.append(f"{missed + len(late)} detail pages are still to be read")
    plan = replace(plan, notes=(*plan.notes, *notes[-_MOST_NOTES:])) if notes else plan
    return Completed(plan, tuple(entries), purse.requests, purse.size)


def asks_for_pages(source: Source) -> bool:
    """Whether new rows of `source` lead to a page that is read too."""
    return source.kind is Kind.FOLDER or (source.detail.mode is not DetailMode.NONE and source.kind in _PAGED)


def _names_attachments(source: Source) -> bool:
    """Whether the records of `source` name documents that are read without any detail page."""
    return source.kind is Kind.API and source.api is not None and source.api.attachments is not None


def _candidates(source: Source, plan: Plan) -> list[str]:
    news = [f for f in plan.findings if f.change in {Change.NEW, Change.UPDATED} and f.draft is not None]
    if asks_for_pages(source):
        return [f.item_id for f in news if f.draft and f.draft.url]
    return [f.item_id for f in news if f.draft and f.draft.attachments] if _names_attachments(source) else []


def _limit(source: Source, plan: Plan) -> int:
    if source.kind is Kind.FOLDER:
        return 2_000
    return MAX_BASELINE_DETAILS if plan.baseline else MAX_DETAILS


def _wanted(source: Source, plan: Plan) -> frozenset[str]:
    return frozenset(_candidates(source, plan)[: _limit(source, plan)])


def _left_over(source: Source, plan: Plan, wanted: frozenset[str]) -> frozenset[str]:
    """Those that the limit put off; a first look's backlog is not worth asking for again."""
    return frozenset() if plan.baseline else frozenset(_candidates(source, plan)) - wanted


# ---- one page


def _page(source: Source, finding: Finding, doors: Doors, purse: Purse) -> _Page:
    assert finding.draft is not None
    if not asks_for_pages(source):
        return _Page(finding, Article())
    url = finding.draft.url
    if purse.tired(url):
        return _Page(finding, note="detail page: left for the next visit, the site is too slow", patience=PATIENCE)
    got = doors.acquirer.get(source, url, MAX_BYTES if names_document(url) else None)
    purse.spend(url, got)
    if not isinstance(got, Fetched):
        return _Page(finding, note=f"detail page: {_message(got)}", patience=_patience(got))
    key = keep(doors.archive, got.body)
    itself = document_itself(url, got, key) if source.kind is not Kind.FOLDER else None
    try:
        article = doors.parser.article(source, got)
    except ParseError as error:  # the same bytes would fail again: no retry
        return _Page(finding, None, key, f"detail page: {str(error).removeprefix(f'{source.id}: ')}", itself=itself)
    stands_before = None if itself or source.kind is Kind.FOLDER else _wall(finding.draft, got, article)
    if stands_before:
        return _Page(finding, note=f"detail page: {stands_before} came", patience=SHORT_PATIENCE)
    return _Page(finding, article, key, "; ".join(article.warnings), itself=itself)


def _wall(row: Draft, got: Fetched, article: Article) -> str | None:
    """What came in the place of the page with status 200; a page that names the row is the row's, whatever else it says."""
    named = plain(row.title).rstrip(".… ")[:20]
    said = plain(f"{article.title}\n{article.text}")
    return None if named and named in said else wall(got, article.title if len(article.text) < LITTLE else "", article.text)


def _patience(got: Visit) -> timedelta:
    if not isinstance(got, Failed) or got.error in PASSING:
        return PATIENCE
    by_robots = got.error is ErrorClass.BLOCKED and got.status is None
    return SHORT_PATIENCE if got.error in _PERHAPS_PASSING and not by_robots else timedelta()


def _message(got: Visit) -> str:
    return got.message if isinstance(got, Failed) else "not read"


def _sober(page: _Page, stamps: frozenset[datetime], now: datetime | None) -> _Page:
    """Without a date that is only the moment at which the site was generated."""
    article = page.article
    if article is None or article.published is None or article.date_from != "meta" or now is None:
        return page
    if article.published.replace(second=0, microsecond=0) not in stamps:
        return page
    day = from_url(page.finding.draft.url, now=now) if page.finding.draft else None
    return replace(page, article=replace(article, published=None, published_on=day, date_from="address" if day else ""))


@dataclass(frozen=True, slots=True)
class _Past:
    """What is known of items from before this visit."""

    latest: Past
    now: datetime | None


def _entry(source: Source, page: _Page, doors: Doors, purse: Purse, past: _Past) -> Entry:
    finding = page.finding
    assert finding.draft is not None
    latest = past.latest(finding.item_id) if finding.known is not None else None
    own, texts = taken_apart(finding.known.text) if finding.known is not None else ("", {})
    row = finding.draft if page.article else _as_before(source, finding, own)
    draft = join(source, row, page.article) if page.article else row
    linked = _merged((page.itself,) if page.itself else (), draft.attachments)
    before = Before(
        {a.url: a for a in latest.attachments} if latest else {}, texts, bool(finding.known) and not _changed(finding)
    )
    if page.article is None and latest is not None:
        linked = _merged(linked, latest.attachments)
    outside = tuple(each for each in linked if each is not page.itself)
    found = Gathered(outside) if source.kind is Kind.FOLDER else gather(source, outside, doors, purse, before)
    draft = replace(
        draft, text=joined(draft.text, found.texts), attachments=_merged((page.itself,) if page.itself else (), found.attachments)
    )
    patience = max(page.patience, PATIENCE if found.again else timedelta())
    again = patience > timedelta() and _waited(latest, past.now) < patience
    notes = tuple(note for note in (page.note, *found.notes) if note)
    return Entry(replace(finding, draft=draft, fingerprint="" if again else finding.fingerprint), page.key, notes)


def _changed(finding: Finding) -> bool:
    """Whether the row itself is another than before, and not only something behind it still missing."""
    return finding.known is not None and finding.known.fingerprint != ""


def _waited(latest: Revision | None, now: datetime | None) -> timedelta:
    return now - latest.seen_at if latest is not None and now is not None else timedelta()


def _as_before(source: Source, finding: Finding, own: str) -> Draft:
    """The row of a page that could not be read: what was once read of it stays."""
    assert finding.draft is not None
    row, known = finding.draft, finding.known
    if known is None:
        return row
    title = known.title if _stands_in(source, row) else row.title
    return replace(row, title=title, text=own if len(own) > len(row.text) else row.text)


def _called(finding: Finding) -> str:
    return one_line(finding.draft.title, 40) if finding.draft else finding.item_id


# ---- row and page


def join(source: Source, row: Draft, article: Article) -> Draft:
    """What row and page say together: the row's title unless it is cut or only an address or a file's name, the longer text, the
    date that is trusted most.
    """
    title = article.title if article.title and (_stands_in(source, row) or not row.title) else row.title
    text = article.text if len(article.text) > len(row.text) or source.kind is Kind.FOLDER else row.text
    dated = _dated(source, row, article)
    return replace(
        dated, title=title, text=text[:MAX_TEXT], url=article.url or row.url, issuer=article.issuer, jurisdiction=article.jurisdiction,
        attachments=_merged(row.attachments, article.attachments), language=row.language or article.language,
    )  # fmt: skip


def _stands_in(source: Source, row: Draft) -> bool:
    return row.title.endswith(("…", "...")) or source.kind in {Kind.FOLDER, Kind.SITEMAP}


def _dated(source: Source, row: Draft, article: Article) -> Draft:
    """The row with the date that is trusted most: of the row, the page, its metadata, the address. A page of the row's day adds the hour."""
    if row.published_on is None or source.kind is Kind.FOLDER:
        return _with_date_of(article, row) if article.published_on or row.published_on is None else row
    if article.published_on is None:
        return row
    mine, other = _trust(row.date_from or "row"), _trust(article.date_from)
    if other < mine or (other == mine and source.kind is Kind.SITEMAP):
        return _with_date_of(article, row)
    same_day = row.published is None and article.published_on == row.published_on
    return replace(row, published=article.published) if same_day else row


def _with_date_of(article: Article, row: Draft) -> Draft:
    return replace(row, published=article.published, published_on=article.published_on, date_from=article.date_from)


def _trust(source: str) -> int:
    return _TRUST.index(source) if source in _TRUST else len(_TRUST)


def _merged(first: Sequence[Attachment], more: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Each address once, as first named."""
    return tuple({each.url: each for each in (*reversed(more), *reversed(first))}.values())[::-1]
