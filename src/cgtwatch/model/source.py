"""A source: an address to watch, with everything `sources.yaml` may say of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from cgtwatch.model.taxonomy import Level


class Kind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    LIST = "list"
    PAGE = "page"
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

    item: str
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
    """Older pages addressed by number, where the page itself names no next one."""

    by: str  # "path" or "query"
    path: str | None = None  # template with {n}, joined to the source's url
    param: str | None = None
    start: int = 1  # the number of the *second* page
    max_pages: int = 5


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
    """An address to watch. Durations are `timedelta`, sizes are bytes."""

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
    alternates: tuple[str, ...] = ()
    list: ListRule | None = None
    paging: Paging | None = None
    detail: DetailRule = field(default_factory=DetailRule)
    page: PageRule | None = None
    folder: FolderRule | None = None
