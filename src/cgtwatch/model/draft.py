"""What a parser saw on a page, before anything is decided about it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document linked from an item; `sha256` and `size` (bytes) are known once it was read."""

    url: str
    name: str
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry as a parser saw it. Text is plain, cleaned of control characters, and never HTML.

    `guid` is the publisher's own id or None; `published` is aware UTC; `published_on` is the day as the publisher prints it
    (in the source's zone), also where no time is known. Both are None where no believable date was found.
    """

    title: str
    url: str = ""
    guid: str | None = None
    text: str = ""
    published: datetime | None = None
    published_on: date | None = None
    attachments: tuple[Attachment, ...] = ()
    language: str | None = None
    author: str | None = None
    position: int = 0  # from the top of the first page, over all pages of a visit
    date_from: str = ""  # where the date stood: "row", "page", "meta" or "address", in falling order of trust; empty: no date
    links: tuple[str, ...] = ()  # of a watched page
    issuer: str | None = None  # as the document itself says in its front matter, instead of the source's
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class FurtherPage:
    """An address to read as part of a visit, and the day of its last change where that is told."""

    url: str
    changed: date | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one page held: its drafts in the page's order, the next page if it names one, and what a person should know.

    `cursor` and `total` are what `paging` finds; `follow` are further addresses to read as part of this visit (maps of a sitemap
    index); `hub` and `topic` are a feed's WebSub links.
    """

    drafts: tuple[Draft, ...]
    next_url: str | None = None
    title: str = ""  # of the page or feed
    warnings: tuple[str, ...] = ()
    encoding: str = "utf-8"
    truncated: bool = False
    cursor: str | None = None
    total: int | None = None
    follow: tuple["FurtherPage", ...] = ()
    hub: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A detail page or document as read: what it adds to the row that led there."""

    title: str = ""
    text: str = ""
    published: datetime | None = None
    published_on: date | None = None
    attachments: tuple[Attachment, ...] = ()
    language: str | None = None
    warnings: tuple[str, ...] = ()
    date_from: str = ""  # "page", "meta" or "address"
    url: str = ""  # where the document says that it comes from (front matter)
    issuer: str | None = None
    jurisdiction: str | None = None
