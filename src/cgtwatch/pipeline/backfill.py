"""The older pages of a source, one after another, until their entries are from before a day; `older` takes each of them in."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from cgtwatch.diff.guard import judge, unreadable
from cgtwatch.diff.identity import day_of
from cgtwatch.diff.matching import match_page
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import Failed, Fetched, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Source
from cgtwatch.pipeline.keeping import keep
from cgtwatch.pipeline.older import Asked, PageRow, take_in
from cgtwatch.pipeline.pages import Doors, joined, read_all

_OVERLAP = timedelta(days=2)  # what `{since}` takes off the last good visit
_NO_SUCH_PAGE = frozenset({404, 410})
_PAGED = frozenset({Kind.LIST, Kind.API})
_FEED = (
    "a feed shows its latest entries only; for older ones watch the list of the site: `cgtwatch sources discover URL` proposes "
    "one, and its own `paging` leads back"
)
_ALONE = (
    "only its first page can be asked for: nothing says where older ones are; give it `paging` (docs/sources.md, Further pages)"
)


@dataclass(frozen=True, slots=True)
class End:
    """Why no further page is read. `reached`: everything since the day is here, as far as the source shows it."""

    reached: bool
    why: str


def no_pages(source: Source) -> str | None:
    """Why there is nothing older to be had from a source, with what to do; None where it can be tried."""
    if source.kind is Kind.PAGE:
        return "it is one page, watched as a whole; older documents stand on the lists of the site: `cgtwatch sources discover URL` proposes them"
    if source.kind is Kind.FOLDER:
        return "it is a folder, and all that lies there is read at every visit; put the older documents there"
    return None


def backfill(asked: Asked, most_pages: int) -> Iterator[PageRow | End]:
    """Read the pages of a source until their entries are from before the day: rows of each page, last the end of each search.

    What is found is stored with its own dates and announced to nobody. Entries that are known cost their list page alone; of those
    whose own page was never read it is read now. The state of the source, by which it is visited, is not touched.
    """
    source = _wide(asked.source, most_pages)
    start = datetime.combine(asked.since, time(), ZoneInfo(source.timezone)) + _OVERLAP
    visit = asked.parts.acquirer(source).visit(source, SourceState(source.id, last_ok=start))
    if not isinstance(visit, Fetched):
        yield End(reached=False, why=f"its page could not be read: {_said(visit)}")
        return
    for answer in (visit, *visit.more):
        yield from _walk(replace(asked, source=source), answer, most_pages)


def _wide(source: Source, most_pages: int) -> Source:
    """The source without its own limit of pages, which is for visits."""
    paging = replace(source.paging, max_pages=most_pages) if source.paging else None
    return replace(source, paging=paging, list=replace(source.list, max_pages=most_pages) if source.list else None)


def _said(visit: Visit) -> str:
    return f"{visit.message}; {visit.hint}" if isinstance(visit, Failed) else "its server says that it is not modified"


def _walk(asked: Asked, first: Fetched, most_pages: int) -> Iterator[PageRow | End]:
    """Page after page from an answer on; last the end."""
    at, page, seen, urls = first, 1, Parsed(()), {first.url, first.requested}
    while True:
        try:
            parsed = _read(asked, at)
        except ParseError as error:
            yield _unread(asked, at, page, error)
            return
        before, seen = len(seen.drafts), joined(seen, parsed)
        if len(seen.drafts) == before:  # empty, or a site that answers its last page for every further one
            yield _ended(asked, seen, page - 1)
            return
        if page == 1 and (doubt := _doubt(asked, at, parsed)):
            yield End(reached=False, why=doubt)
            return
        nothing_since = yield from _taken_in(asked, at, parsed, page)
        if asked.parts.stopping():
            yield End(reached=False, why="it was interrupted; what is stored stays, and the next time goes on from there")
            return
        if nothing_since and _newest_first(parsed):
            yield End(reached=True, why=f"all that the source shows since {asked.since} is here")
            return
        if page >= most_pages:
            yield End(reached=False, why=f"{page} pages were read; --pages {2 * page} reads on")
            return
        page += 1
        got = _next(asked, first, parsed, page, urls)
        if not isinstance(got, Fetched):
            yield _ended(asked, seen, page - 1) if got is None else _stopped(asked, seen, got, page)
            return
        urls.add(got.requested)
        at = got


def _taken_in(asked: Asked, at: Fetched, parsed: Parsed, page: int) -> Generator[PageRow, None, bool]:
    """Rows of a page; whether it held nothing since the day."""
    entries = older = 0
    for row in take_in(asked, at, parsed, page):
        entries, older = entries + row.entries, older + row.older
        yield row
    return 0 < entries <= older


def _next(asked: Asked, first: Fetched, parsed: Parsed, page: int, urls: set[str]) -> Visit | None:
    """The page after; None where there is none."""
    source = asked.source
    if source.kind not in _PAGED or parsed.next_url in urls:
        return None
    got = asked.parts.acquirer(source).turn(source, first, parsed, page)
    plain = first.ask is None or first.ask.body is None  # pages of a form all have one address
    return None if got is None or (plain and got.requested in urls) else got


def _read(asked: Asked, at: Fetched) -> Parsed:
    """The entries of a page; of an index of maps those of all its maps."""
    parts, source = asked.parts, asked.source
    parsed = parts.parser.parse(source, at)
    if not parsed.follow:
        return parsed
    doors = Doors(parts.acquirer(source), parts.parser, partial(keep, parts.archive))
    return read_all(source, SourceState(source.id), replace(at, more=()), (), doors).parsed


def _doubt(asked: Asked, at: Fetched, parsed: Parsed) -> str | None:
    """What the guard says against the first page."""
    store, source = asked.parts.store, asked.source
    verdict = judge(source, store.state(source.id), at, parsed, match_page(source, parsed, store.known(source.id)))
    return None if verdict.trusted else f"its page is doubted: {verdict.reason}; {verdict.hint}"


def _newest_first(parsed: Parsed) -> bool:
    """Whether what comes after is older still; where the order says nothing all pages are read."""
    days = [day for draft in parsed.drafts if (day := day_of(draft))]
    return sum(1 for above, below in pairwise(days) if above < below) <= 0.1 * len(days)


# ---- ends


def _unread(asked: Asked, at: Fetched, page: int, error: ParseError) -> End:
    verdict = unreadable(asked.source, at, str(error).removeprefix(f"{asked.source.id}: "))
    return End(reached=False, why=f"page {page} at {at.url} cannot be read: {verdict.reason}; {verdict.hint}")


def _ended(asked: Asked, seen: Parsed, pages: int) -> End:
    """No further page: the source has none, or we do not know where."""
    source = asked.source
    if source.kind is Kind.FEED:
        return End(reached=False, why=_FEED)
    if pages <= 1 and source.kind is Kind.LIST and source.paging is None and (source.list is None or source.list.next is None):
        return End(reached=False, why=_ALONE)
    return End(reached=True, why=f"its pages end {_at(seen)}; it shows nothing older")


def _stopped(asked: Asked, seen: Parsed, got: Visit, page: int) -> End:
    if got.status in _NO_SUCH_PAGE and page > 2:
        return _ended(asked, seen, page - 1)
    return End(
        reached=False, why=f"page {page} at {got.requested} could not be read: {_said(got)}; the next time goes on from there"
    )


def _at(seen: Parsed) -> str:
    days: Sequence[date] = [day for draft in seen.drafts if (day := day_of(draft))]
    return f"at {min(days)}" if days else f"after {len(seen.drafts)} entries"
