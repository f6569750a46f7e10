"""Follow a list to its older pages until something known is met, so that what appeared during an outage is found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from cgtwatch.diff.identity import keys
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Visit
from cgtwatch.model.item import ItemKeys, KnownItem, SourceState
from cgtwatch.model.source import Kind, Source

PATIENCE = 3  # failed catch-ups in a row after which the first pages alone are accepted


@dataclass(frozen=True, slots=True)
class Reading:
    """All pages of a visit as one. `partial`: older pages could not be read, so the next visit must not be satisfied with a 304."""

    parsed: Parsed
    requests: int
    size: int
    partial: bool = False
    failed: Failed | None = None


class _Gets(Protocol):
    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit: ...


class _Parses(Protocol):
    def parse(self, source: Source, fetched: Fetched) -> Parsed: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """How pages are got and read."""

    acquirer: _Gets
    parser: _Parses


def follow(
    source: Source,
    state: SourceState,
    visit: Fetched,
    first: Parsed,
    known: Sequence[KnownItem],
    doors: Doors,
) -> Reading:
    """Read on from `first` while nothing known was met, within the source's page limit."""
    reading = Reading(first, visit.requests, len(visit.body))
    if source.kind is not Kind.LIST or not first.drafts:
        return reading
    names = _names(known)
    page, seen = 1, {visit.url, visit.requested}
    while not _meets(reading.parsed.drafts, names):
        url = _next(source, visit.url, reading.parsed, page)
        if url is None or url in seen:
            break
        seen.add(url)
        page += 1
        got = doors.acquirer.get(source, url)
        if not isinstance(got, Fetched):
            return _stopped(reading, state, got, known)
        try:
            more = doors.parser.parse(source, got)
        except ParseError as error:  # no reason to disbelieve the first page
            return _stopped(reading, state, _unreadable(got, error), known)
        joined = _join(reading.parsed, more)
        if len(joined.drafts) == len(reading.parsed.drafts):
            break  # a site that answers page 1 for every page
        reading = Reading(joined, reading.requests + got.requests, reading.size + len(got.body))
    return reading


def _stopped(reading: Reading, state: SourceState, got: Visit, known: Sequence[KnownItem]) -> Reading:
    """An older page failed. With a history to catch up on, the visit fails as a whole: else what stands there would be lost."""
    requests = reading.requests + got.requests
    if isinstance(got, Failed) and known and state.failures < PATIENCE:
        return replace(reading, requests=requests, failed=got)
    return Reading(replace(reading.parsed, truncated=True), requests, reading.size, partial=True)


def _unreadable(got: Fetched, error: ParseError) -> Failed:
    hint = "open that page in a browser; mend `next` or `paging`, or lower `max_pages`"
    message = f"an older page, {got.url}, cannot be read: {error}"
    size = len(got.body)
    return Failed(
        got.requested, ErrorClass.PARSE, message, hint, got.fetched_at, got.duration, got.status, size=size, requests=got.requests
    )


def _next(source: Source, base: str, parsed: Parsed, page: int) -> str | None:
    limit = source.paging.max_pages if source.paging else source.list.max_pages if source.list else 1
    if page >= limit:
        return None
    if parsed.next_url or source.paging is None:
        return parsed.next_url
    number = source.paging.start + page - 1
    if source.paging.by == "path" and source.paging.path:
        return urljoin(base, source.paging.path.replace("{n}", str(number)))
    if source.paging.by == "query" and source.paging.param:
        parts = urlsplit(base)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != source.paging.param]
        return urlunsplit(parts._replace(query=urlencode([*query, (source.paging.param, str(number))])))
    return None


def _join(first: Parsed, more: Parsed) -> Parsed:
    names = {name for draft in first.drafts for name in _of(keys(draft))}
    fresh = [draft for draft in more.drafts if not names & set(_of(keys(draft)))]
    start = len(first.drafts)
    placed = tuple(replace(draft, position=start + n) for n, draft in enumerate(fresh))
    return replace(
        first,
        drafts=first.drafts + placed,
        next_url=more.next_url,
        warnings=first.warnings + more.warnings,
        truncated=first.truncated or more.truncated,
    )


def _names(known: Sequence[KnownItem]) -> frozenset[str]:
    return frozenset(name for item in known for name in _of(item.keys))


def _meets(drafts: Sequence[Draft], names: frozenset[str]) -> bool:
    return bool(names) and any(name in names for draft in drafts for name in _of(keys(draft)))


def _of(found: ItemKeys) -> list[str]:
    return [name for name in (found.guid, found.link, found.title_date) if name]
