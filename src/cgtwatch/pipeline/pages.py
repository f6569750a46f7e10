"""Read all of a visit as one: every search term's answer, the maps of a sitemap, and older pages until something known is met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce
from itertools import pairwise
from typing import Protocol

from cgtwatch.diff.identity import keys, other_document, printed_day, title_of
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, FurtherPage, Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Visit
from cgtwatch.model.item import ItemKeys, KnownItem, SourceState
from cgtwatch.model.source import Kind, Source
from cgtwatch.pipeline.keeping import size_of

_NAMESAKES = 200  # entries of one title that are looked at
PATIENCE = 3  # failed catch-ups in a row after which the first pages alone are accepted
_PAGED = frozenset({Kind.LIST, Kind.API})
_NO_SUCH_PAGE = frozenset({404, 410})
_MEND = "open that page in a browser; mend `next` or `paging`, or lower `max_pages`"


@dataclass(frozen=True, slots=True)
class Reading:
    """All pages of a visit as one. `partial`: older pages could not be read, so the next visit must not be satisfied with a 304.

    `failed`: a page that must not be missed could not be read; the visit counts as failed.
    """

    parsed: Parsed
    requests: int = 0
    size: int = 0  # bytes read
    kept: tuple[str, ...] = ()  # archive keys
    partial: bool = False
    failed: Failed | None = None


class _Gets(Protocol):
    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit: ...

    def turn(self, source: Source, at: Fetched, parsed: Parsed, page: int) -> Visit | None: ...


class _Parses(Protocol):
    def parse(self, source: Source, fetched: Fetched) -> Parsed: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """How pages are got, read and kept."""

    acquirer: _Gets
    parser: _Parses
    keep: Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class _Visited:
    """What every page of a visit is read with."""

    source: Source
    state: SourceState
    known: Sequence[KnownItem]
    names: frozenset[str]
    doors: Doors


def read_all(source: Source, state: SourceState, visit: Fetched, known: Sequence[KnownItem], doors: Doors) -> Reading:
    """Everything that the answers of `visit` lead to, in their order, each entry once.

    Raises `ParseError` where an answer that the source asked for cannot be read; of older pages and further maps it is told in
    the reading.
    """
    visited = _Visited(source, state, known, frozenset(name for item in known for name in _of(item.keys)), doors)
    whole: Reading | None = None
    for answer in (visit, *visit.more):
        first = doors.parser.parse(source, answer)
        reading = Reading(first, 0, len(answer.body), (doors.keep(answer.body),))
        if source.kind in _PAGED and first.drafts:
            reading = _older_pages(visited, answer, reading)
        elif first.follow:
            reading = _further_maps(visited, reading)
        whole = reading if whole is None else _beside(whole, reading)
        if whole.failed is not None:
            break
    assert whole is not None
    whole = replace(whole, requests=whole.requests + visit.requests)
    return _without(whole, visit.lost) if visit.lost else whole


def _without(whole: Reading, lost: tuple[str, ...]) -> Reading:
    """The reading of a visit some of whose search terms gave no answer: nothing may be taken as gone, and all is asked anew."""
    parsed = replace(whole.parsed, truncated=True, warnings=(*whole.parsed.warnings, *lost))
    return replace(whole, parsed=parsed, partial=True)


def first_pages(source: Source, visit: Fetched, doors: Doors) -> Parsed:
    """What the answers of a visit themselves hold, without older pages; of an index only its first map. For a dry look.

    Raises `ParseError` where one cannot be read.
    """
    parsed = reduce(joined, (doors.parser.parse(source, answer) for answer in (visit, *visit.more)))
    if parsed.follow and not parsed.drafts:
        got = doors.acquirer.get(source, parsed.follow[0].url)
        if isinstance(got, Fetched):
            parsed = joined(parsed, doors.parser.parse(source, got))
    return parsed


def _older_pages(visited: _Visited, at: Fetched, reading: Reading) -> Reading:
    """Read on while nothing known was met, within the source's page limit."""
    page, asked, last = 1, {at.url, at.requested}, reading.parsed
    while page < _most_pages(visited.source) and not _meets(last.drafts, visited.names):
        if last.next_url in asked:
            break
        page += 1
        got = visited.doors.acquirer.turn(visited.source, at, last, page)
        if got is None or (_is_get(at) and got.requested in asked):
            break
        asked.add(got.requested)
        if not isinstance(got, Fetched):
            return _ended(reading, got) if got.status in _NO_SUCH_PAGE else _stopped(visited, reading, got)
        try:
            last = visited.doors.parser.parse(visited.source, got)
        except ParseError as error:  # no reason to disbelieve the first page
            return _stopped(visited, reading, _unreadable(got, error))
        before = len(reading.parsed.drafts)
        reading = _with(visited, reading, joined(reading.parsed, last), got)
        if len(reading.parsed.drafts) == before:
            break  # a site that answers page 1 for every page
    return reading


def _further_maps(visited: _Visited, reading: Reading) -> Reading:
    """Read the maps that an index names: the first, and all that may have changed since the last good visit."""
    wanted = [page.url for n, page in enumerate(reading.parsed.follow) if n == 0 or not _read_before(visited, page)]
    if len(wanted) < len(reading.parsed.follow):
        reading = replace(reading, parsed=replace(reading.parsed, truncated=True))
    for url in wanted:
        got = visited.doors.acquirer.get(visited.source, url)
        if not isinstance(got, Fetched):
            reading = _stopped(visited, reading, got)
        else:
            try:
                more = visited.doors.parser.parse(visited.source, got)
            except ParseError as error:
                reading = _stopped(visited, reading, _unreadable(got, error))
            else:
                reading = _with(visited, reading, joined(reading.parsed, more), got)
        if reading.failed is not None:
            break
    return reading


def _read_before(visited: _Visited, page: FurtherPage) -> bool:
    """Whether a map has not changed since it was read, by its own day; days of two time zones may be one apart."""
    last, whole = visited.state.last_ok, visited.state.full_fetch_at is not None
    changed = page.changed
    return (
        bool(visited.known) and whole and last is not None and changed is not None and changed < last.date() - timedelta(days=1)
    )


def _with(visited: _Visited, reading: Reading, parsed: Parsed, got: Fetched) -> Reading:
    """The reading after one more page."""
    kept = (*reading.kept, visited.doors.keep(got.body))
    requests, size = reading.requests + got.requests, reading.size + len(got.body)
    return replace(reading, parsed=parsed, requests=requests, size=size, kept=kept)


def _most_pages(source: Source) -> int:
    return source.paging.max_pages if source.paging else source.list.max_pages if source.list else 1


def _is_get(answer: Fetched) -> bool:
    """Pages of a form all have one address."""
    return answer.ask is None or answer.ask.body is None


def _ended(reading: Reading, got: Visit) -> Reading:
    """The site says that there is no further page: asking again would bring no other answer and only hold up what is here."""
    told = f"no older page at {got.requested} (status {got.status}): {_MEND}"
    parsed = replace(reading.parsed, truncated=True, warnings=(*reading.parsed.warnings, told))
    return replace(reading, parsed=parsed, requests=reading.requests + got.requests, partial=True)


def _stopped(visited: _Visited, reading: Reading, got: Visit) -> Reading:
    """A further page failed. With a history to catch up on, the visit fails as a whole: else what stands there would be lost."""
    requests = reading.requests + got.requests
    reading = replace(reading, size=reading.size + size_of(got))
    if isinstance(got, Failed) and visited.known and visited.state.failures < PATIENCE:
        message = got.message if got.requested in got.message else f"a further page, {got.requested}: {got.message}"
        return replace(reading, requests=requests, failed=replace(got, message=message))
    return replace(reading, parsed=replace(reading.parsed, truncated=True), requests=requests, partial=True)


def _unreadable(got: Fetched, error: ParseError) -> Failed:
    message = f"a further page, {got.url}, cannot be read: {error}"
    size = len(got.body)
    return Failed(
        got.requested,
        ErrorClass.PARSE,
        message,
        _MEND,
        got.fetched_at,
        got.duration,
        got.status,
        size=size,
        requests=got.requests,
    )


def _beside(whole: Reading, reading: Reading) -> Reading:
    """Two answers of one visit as one reading."""
    return Reading(
        joined(whole.parsed, reading.parsed),
        whole.requests + reading.requests,
        whole.size + reading.size,
        (*whole.kept, *reading.kept),
        whole.partial or reading.partial,
        reading.failed,
    )


def joined(first: Parsed, more: Parsed) -> Parsed:
    """Two pages as one: entries of the second that the first does not have come after it."""
    before: dict[str, list[ItemKeys]] = {}
    for draft in first.drafts:
        named = keys(draft)
        before.setdefault(title_of(named), []).append(named)
    fresh = [draft for draft in more.drafts if not _stands(keys(draft), before)]
    start = len(first.drafts)
    placed = tuple(replace(draft, position=start + n) for n, draft in enumerate(fresh))
    return replace(
        first,
        drafts=first.drafts + placed,
        warnings=tuple(dict.fromkeys(first.warnings + more.warnings)),
        truncated=first.truncated or more.truncated,
    )


def _stands(found: ItemKeys, before: Mapping[str, Sequence[ItemKeys]]) -> bool:
    """Whether an entry is there already. Not by its title alone: many a notice bears the title of another."""
    return any(_same(found, other) for other in before.get(title_of(found), ())[:_NAMESAKES])


def _same(one: ItemKeys, two: ItemKeys) -> bool:
    """Whether two entries of one title are one entry, met on two pages or by two search terms."""
    if (one.guid and one.guid == two.guid) or (one.link and one.link == two.link):
        return True
    apart = one.link and two.link and (one.path != two.path or other_document(one, two))
    return one.title_date == two.title_date and not apart


def _meets(drafts: Sequence[Draft], names: frozenset[str]) -> bool:
    """Whether a page reaches what is known: it stands below something new, or nothing new is there. Pinned rows stand above."""
    known = [any(name in names for name in _of(keys(draft))) for draft in drafts]
    return all(known) or any(after and not before for before, after in pairwise(known)) if names else False


def _of(found: ItemKeys) -> list[str]:
    """The names by which an entry is met again; a title without a day is given to many."""
    title = found.title_date if printed_day(found) or not (found.guid or found.link) else ""
    return [name for name in (found.guid, found.link, title) if name]
