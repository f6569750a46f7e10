"""A source: an address to watch, with everything `sources.yaml` may say of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from cgtwatch.model.taxonomy import Level


class Kind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    LIST = "list"
    API = "api"
    PAGE = "page"
    SITEMAP = "sitemap"
    FOLDER = "folder"


class FirstLook(StrEnum):
    """What becomes of the items found at the first good visit: stored only, or announced too."""

    SILENT = "silent"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class Names:
    """A name in both languages of the reader; where only one is known both hold it."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ListRule:
    """Where the rows of a list page and the parts of a row stand.

    An expression is `selector` (its text), `selector@attribute`, `self`, alternatives joined by ` | ` (the first that
    exists), and optionally ` ~ regex` (what the pattern's first group, or the whole match, finds in the value).
    """

    item: str = ""
    script: str | None = None  # regex with named groups (title, link, date, text) over the whole page, instead of `item`
    title: str = "a"
    link: str = "a@href"
    date: str | None = None
    date_format: str | None = None
    text: str | None = None
    next: str | None = None
    drop: str | None = None
    max_pages: int = 5


@dataclass(frozen=True, slots=True)
class Paging:
    """Where further pages are. Numbers, offsets and cursors go where the first request already has `param`: form, JSON body or query.

    `path`: an address template with `{n}`, joined to the source's. `query`, `form`: the page's number. `offset`: the number of
    rows before the page. `window`: the first and the last record, `param` naming both ("startrecord,endrecord"). `cursor`: what
    `next` finds in the answer before. `next`: the address that `next` finds there. `total`: finds the number of all records.
    """

    by: str
    path: str | None = None
    param: str | None = None
    start: int = 1  # the number of the *second* page; the offset or first record of the first one for `offset` and `window`
    size: int | None = None  # rows of a page
    next: str | None = None
    total: str | None = None
    max_pages: int = 5


@dataclass(frozen=True, slots=True)
class RequestRule:
    """How the address is asked, where a plain GET is not enough. Values may hold placeholders and `env:NAME`."""

    method: str = "GET"
    params: tuple[tuple[str, str], ...] = ()  # joined to the query
    form: tuple[tuple[str, str], ...] = ()  # body, application/x-www-form-urlencoded
    json: str | None = None  # body, JSON text; placeholders inside its strings


@dataclass(frozen=True, slots=True)
class ApiRule:
    """Where the records of an answer and the parts of a record stand, as JMESPath.

    `link` is an expression, or an address template with expressions in braces (`https://…/{id}`). `html` names parts whose value
    is HTML, each with the selector expression to read it by. For a `list` only `format`, `items`, `ok` and `html` are used: `items` finds the HTML that
    the list rule is for.
    """

    format: str = "json"  # json, jsonp, or xml
    items: str = "@"
    ok: str | None = None  # must hold, else the answer is an error in disguise
    key: str | None = None
    title: str = "title"
    link: str | None = None
    date: str | None = None
    date_format: str | None = None
    text: str | None = None
    attachments: str | None = None
    fields: tuple[tuple[str, str], ...] = ()  # further values that are told with the text: a change of one is an update
    html: tuple[tuple[str, str], ...] = ()
    whole: bool = False  # the answer holds every record there is: what is missing is gone


@dataclass(frozen=True, slots=True)
class Taken:
    """One value read from a preloaded page, by a pattern's first group or by a selector and attribute."""

    name: str
    regex: str | None = None
    css: str | None = None
    attr: str | None = None


@dataclass(frozen=True, slots=True)
class Preload:
    """A page that is asked first, for its cookies and for values that the source's request needs."""

    url: str
    cookies: bool = False
    set: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class SitemapRule:
    """Which addresses of a sitemap count, and which maps of an index are read (both: regex found in the address)."""

    match: str | None = None
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """A service that reads the site for us: an RSSHub route, or an address that returns the rendered HTML of `{url}`."""

    rsshub: str | None = None
    render: str | None = None


class DetailMode(StrEnum):
    """Whether the page behind a new row is fetched, and how its main text is found."""

    NONE = "none"
    AUTO = "auto"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class DetailRule:
    """Where a detail page keeps its parts; with `auto` everything is found by structure."""

    mode: DetailMode = DetailMode.NONE
    body: str | None = None
    title: str | None = None
    date: str | None = None
    date_format: str | None = None
    attachments: str | None = None
    drop: str | None = None
    script: str | None = None  # regex with named groups (title, date, body) for pages that keep their text in a script


class Watch(StrEnum):
    """What of a watched page counts."""

    TEXT = "text"
    LINKS = "links"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class PageRule:
    """Which part of a watched page counts."""

    part: str | None = None
    ignore: tuple[str, ...] = ()
    watch: Watch = Watch.TEXT


@dataclass(frozen=True, slots=True)
class FolderRule:
    """A directory into which documents are dropped."""

    path: str
    match: str = "*"


@dataclass(frozen=True, slots=True)
class Source:
    """An address to watch. Durations are `timedelta`, sizes are bytes.

    In `url`, `request`, `preload` and `headers` stand placeholders: `{term}`, `{since:FORMAT}`, `{now:FORMAT}` and the names that `preload` sets.
    A value `env:NAME` stays as it is until the request is made, so that a secret is never part of a source.
    """

    id: str
    kind: Kind
    url: str  # empty for a folder
    name: Names
    via: str = "http"
    enabled: bool = True
    issuer: str | None = None
    jurisdiction: str | None = None
    level: Level | None = None
    language: str | None = None
    confidence: str | None = None
    timezone: str = "UTC"
    every: timedelta = timedelta(hours=6)
    exactly: bool = False
    timeout: timedelta = timedelta(seconds=30)
    gap: timedelta = timedelta(seconds=2)
    connections: int = 1
    max_bytes: int = 8 * 1024 * 1024
    robots: str = "obey"  # obey or ignore
    first_look: FirstLook = FirstLook.SILENT
    must_match: str | None = None
    encoding: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    user_agent: str | None = None
    verify: bool | str = True  # False, or the path of a CA bundle
    cookies: bool = False  # kept from request to request and from visit to visit, in memory
    cookie: tuple[tuple[str, str], ...] = ()  # sent always
    proxy: str | None = None  # an address or env:NAME
    alternates: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()  # one request each
    hints: tuple[str, ...] = ()  # ids of sources (a final * stands for any rest) whose next visit news here brings forward
    platform: str | None = None  # the site family whose rules were taken
    request: RequestRule | None = None
    preload: Preload | None = None
    bridge: Bridge | None = None
    api: ApiRule | None = None
    sitemap: SitemapRule | None = None
    list: ListRule | None = None
    paging: Paging | None = None
    detail: DetailRule = field(default_factory=DetailRule)
    page: PageRule | None = None
    folder: FolderRule | None = None


def sharing(sources: Iterable[Source]) -> dict[str, tuple[str, ...]]:
    """The addresses that several of the `sources` are read from by plain HTTP while switched on, each with their ids."""
    found: dict[str, list[str]] = {}
    for one in sources:
        if one.enabled and one.url and one.via == "http":
            found.setdefault(one.url, []).append(one.id)
    return {url: tuple(ids) for url, ids in found.items() if len(ids) > 1}


def hinted_by(source: Source, sources: Iterable[Source]) -> list[str]:
    """The ids of the other `sources` that news of `source` is a hint for: named in full, or by a beginning and a star."""
    return [
        one.id
        for one in sources
        if one.id != source.id and any(one.id == h or (h.endswith("*") and one.id.startswith(h[:-1])) for h in source.hints)
    ]
