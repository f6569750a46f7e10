"""Bytes of one page come in, drafts or an article go out, as plain cleaned text.

It decides nothing about what is new or what matters, fetches nothing, and trusts nothing: `service` runs it in a child
process with limits. Each kind of source is one function listed in `PARSERS`; all raise `ParseError` and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime

PARSERS = {
    "feed": "cgtwatch.parse.feed:parse",
    "list": "cgtwatch.parse.listing:parse",
    "api": "cgtwatch.parse.api:parse",
    "sitemap": "cgtwatch.parse.sitemap:parse",
    "page": "cgtwatch.parse.page:parse",
    "folder": "cgtwatch.parse.folder:parse",
}

MOST_ENTRIES = 2000  # of one page; more is an attack or an archive, and the top of the page is what is new


@dataclass(frozen=True, slots=True)
class Page:
    """What a parser is given. `charset` is what the answer's header declares, `name` the file name it offers; `now` is aware UTC."""

    body: bytes
    url: str
    content_type: str
    charset: str | None
    now: datetime
    name: str = ""
    last_modified: datetime | None = None
