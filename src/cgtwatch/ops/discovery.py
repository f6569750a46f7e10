"""What an address offers to be watched, as ready entries for sources.yaml: its feeds, its lists, its map of the site."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from cgtwatch.app import App
from cgtwatch.compose.records import day
from cgtwatch.config.proposal import entry
from cgtwatch.errors import CgtwatchError, ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, ListRule, Names, Source
from cgtwatch.ops.guessing import place_of
from cgtwatch.pipeline.pages import Doors, first_pages

Row = dict[str, Any]
_FEEDS, _MAPS, _SHOWN = 3, 2, 10
_FEED_BODY = re.compile(rb"^\W*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.DOTALL)
_MAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_ZONES = {
    "cn": "Asia/Shanghai", "tw": "Asia/Taipei", "hk": "Asia/Hong_Kong", "jp": "Asia/Tokyo", "kr": "Asia/Seoul", "uk": "Europe/London",
    "gov": "America/New_York", "sg": "Asia/Singapore", "de": "Europe/Berlin", "fr": "Europe/Paris", "ch": "Europe/Zurich", "eu": "Europe/Brussels",
}  # fmt: skip


def discover(app: App, url: str, *, browser: bool = False) -> Iterator[Row]:
    """A row for each proposal, best first within its kind; one row with `error` where the address could not be read, or the
    page holds neither a feed nor a list.

    Nothing is stored. Requests: the page, at most three feeds, robots.txt and two maps of the site.
    """
    source = _unnamed(url, "browser" if browser else "http")
    visit = app.acquirer(source).visit(source, SourceState(source.id))
    if not isinstance(visit, Fetched):
        problem = visit if isinstance(visit, Failed) else None
        yield _trouble(url, f"{problem.error.value}: {problem.message}" if problem else "nothing came", _hint(problem))
        return
    if _FEED_BODY.match(visit.body[:2000]):
        if (row := _feed(app, _as_feed(source, visit.url), visit, "")) is not None:
            yield row
        return
    try:
        offer = app.parser.discover(source, visit)
    except ParseError as error:
        yield _trouble(
            url, f"parse: {error}", "name the address of a page with a list, or of a feed; records of JSON or XML are `kind: api`"
        )
        return
    source = replace(source, url=visit.url, language=offer.language)
    listed = bool(offer.lists)
    for feed in offer.feeds[:_FEEDS]:
        asked = _as_feed(source, feed.url)
        got = app.acquirer(asked).visit(asked, SourceState(asked.id))
        if (row := _feed(app, asked, got, feed.title or offer.title)) is not None:
            listed = True
            yield row
    for proposal in offer.lists:
        pages = proposal.paging
        paging = {"paging": {"by": pages.by, "path": pages.path, "start": pages.start}} if pages else {}
        keys = {"list": _changed(proposal.rule), **paging, "detail": "auto"}
        yield _row(replace(source, kind=Kind.LIST), proposal.drafts, offer.title, keys)
    yield from _maps(app, source, offer.title)
    if not listed:
        drawn = "a single page is watched with `kind: page`"
        hint = drawn if browser else f"a list drawn by script: `cgtwatch sources discover --browser`; {drawn}"
        yield _trouble(url, "no feed on this page, and no rows that repeat with links", hint)


def _unnamed(url: str, via: str) -> Source:
    """A source as far as its address tells it."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    zone = _ZONES.get(host.rpartition(".")[2], "UTC")
    return Source(slug_of(url), Kind.PAGE, url, Names(host, host), via=via, timezone=zone, gap=timedelta(milliseconds=500))


def slug_of(url: str) -> str:
    """An id from the address: the host's names that mean something, and the last step of the path."""
    parts = urlsplit(url)
    host = parts.hostname or "source"
    names = (
        [host]
        if re.fullmatch(r"[\d.:]+", host)
        else [name for name in host.split(".") if name not in ("www", "com", "org", "gov", "net", "cn", "edu")]
    )
    steps = [step.partition(".")[0] for step in parts.path.split("/") if step]
    steps = [step for step in steps if step not in ("index", "")][-1:]
    return re.sub(r"[^a-z0-9]+", "-", "-".join([*reversed(names), *steps]).lower()).strip("-")[:64].strip("-") or "source"


def _hint(problem: Failed | None) -> str:
    if problem is not None and problem.error is ErrorClass.BLOCKED:
        return f"look again with `--browser`; {problem.hint}; a bridge (`bridge: {{rsshub: …}}`) or a feed of the site may do too"
    return problem.hint if problem else ""


def _trouble(url: str, error: str, hint: str) -> Row:
    return {"proposal": None, "url": url, "error": error, "hint": hint}


def _as_feed(source: Source, url: str) -> Source:
    return replace(source, kind=Kind.FEED, url=url, id=slug_of(url))


def _feed(app: App, source: Source, got: Visit, title: str) -> Row | None:
    """The row of a feed that was got; None where it is none."""
    parsed = _parsed(app, source, got)
    return None if parsed is None else _row(source, parsed.drafts, title or parsed.title, {})


def _maps(app: App, source: Source, title: str) -> Iterator[Row]:
    """Maps named in robots.txt, else the usual place; one that cannot be read is not worth a word."""
    root = urljoin(source.url, "/")
    got = app.acquirer(source).get(source, urljoin(root, "robots.txt"), 512 * 1024)
    named = _MAP_LINE.findall(got.body.decode("utf-8", "replace")) if isinstance(got, Fetched) else []
    for url in dict.fromkeys([*named, urljoin(root, "sitemap.xml")][: _MAPS if named else 1]):
        asked = replace(source, kind=Kind.SITEMAP, url=urljoin(root, url), id=f"{slug_of(root)}-sitemap"[:64])
        parsed = _parsed(app, asked, app.acquirer(asked).visit(asked, SourceState(asked.id)))
        if parsed is not None and parsed.drafts:
            path = urlsplit(source.url).path.rpartition("/")[0] + "/"
            near = tuple(one for one in parsed.drafts if path != "/" and path in urlsplit(one.url).path)
            yield _row(asked, near or parsed.drafts, title, {"sitemap": {"match": re.escape(path)}} if near else {})


def _parsed(app: App, source: Source, got: Visit) -> Parsed | None:
    if not isinstance(got, Fetched):
        return None
    try:
        return first_pages(source, got, Doors(app.acquirer(source), app.parser, lambda _: ""))
    except CgtwatchError:
        return None


def _changed(rule: ListRule) -> Row:
    """The keys of a rule that are not the defaults."""
    usual = asdict(ListRule())
    return {key: value for key, value in asdict(rule).items() if value != usual[key]}


def _row(source: Source, drafts: Sequence[Draft], title: str, rule: Row) -> Row:
    """A proposed source as the row that is shown; `rule` holds the keys of its kind."""
    keys = {
        "id": source.id, "name": title[:120] or source.id, "kind": source.kind.value, "url": source.url,
        "via": source.via if source.via != "http" else None, "language": source.language,
        "jurisdiction": place_of(source.url), "timezone": source.timezone if source.timezone != "UTC" else None, "every": "6h", **rule,
    }  # fmt: skip
    return {
        "proposal": source.kind.value, "url": source.url, "title": title, "count": len(drafts),
        "dated": sum(one.published_on is not None for one in drafts), "entry": entry(keys),
        "keys": {key: value for key, value in keys.items() if value not in (None, {}, "")},
        "items": [{"published": day(one.published_on), "title": one.title, "url": one.url} for one in drafts[:_SHOWN]],
    }  # fmt: skip
