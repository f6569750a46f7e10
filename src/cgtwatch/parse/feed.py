"""RSS, Atom and RDF to drafts, and JSON Feed by its own reader; feedparser is used here and nowhere else.

Feeds of the usual make are read by `feed_plain`, which gives the same entries; feedparser reads all others.

feedparser is handed clean UTF-8 and asked for the raw dates: left alone it reads a whole feed as MacRoman for one bad byte,
and Chinese dates wrongly.
"""

import io
import re
from collections.abc import Mapping
from typing import Any
from xml.sax import SAXException

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Attachment, Draft, Parsed
from cgtwatch.model.source import Source
from cgtwatch.parse import MOST_ENTRIES, Page, feed_plain, jsonfeed
from cgtwatch.parse.drafts import attachment, dated, in_order, language_of, plain, title_of
from cgtwatch.parse.feed_plain import Raw
from cgtwatch.parse.hub import hub_of
from cgtwatch.parse.xmltidy import NotAFeed, Tidied, tidy
from cgtwatch.text.charset import Decoded, decode
from cgtwatch.text.clean import one_line
from cgtwatch.text.urls import join

# What feedparser's two parsers were seen to raise on broken input; a crash of another kind ends the child, not the service.
_BROKEN = (SAXException, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OverflowError)

# UTF-8 that somebody took for Latin-1 and encoded again: five such pairs in a row are no accident. feedparser mends them.
_TWICE = re.compile("(?:[\u00c2-\u00f4][\u0080-\u00bf]{1,3}){5}")


def parse(source: Source, page: Page) -> Parsed:
    """The entries of a feed, in its order, at most 2,000.

    A feed whose end is missing gives the entries that are whole, `truncated` and a warning. Raises `ParseError` that says
    what came where it is no feed, or where nothing whole is left of it.
    """
    decoded = decode(page.body, page.charset, "xml", source.encoding)
    if jsonfeed.is_json(decoded.text):
        return jsonfeed.parse(source, page, decoded)
    try:
        tidied = tidy(decoded.text)
    except NotAFeed as error:
        raise ParseError(
            f"{source.id}: expected a feed (RSS, Atom, RDF or JSON Feed), got {error}; open {page.url} in a browser: "
            "the feed may have moved, or kind list or page fits better"
        ) from error
    try:
        read = _read(tidied)
    except _BROKEN as error:
        raise ParseError(
            f"{source.id}: expected a well-formed feed, got one that cannot be read ({type(error).__name__}: {error})"
        ) from error
    return _parsed(source, page, decoded, tidied, read)


def _read(tidied: Tidied) -> Raw:
    return feed_plain.read(tidied.markup) or _read_by_feedparser(tidied.markup)


def _read_by_feedparser(markup: bytes) -> Raw:
    import feedparser  # a quarter of a child's start, and few feeds need it

    # It is not told the address: it would join ids to it too, and an id must not change with the address it came from.
    headers = {"content-type": "application/xml; charset=utf-8"}
    read = feedparser.parse(io.BytesIO(markup), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    broken = one_line(str(read.get("bozo_exception", "")), 120) if read.bozo else None
    # As plain dictionaries: feedparser's own answer `updated` with `published` where the first is missing.
    return Raw(dict(read.feed), [dict(entry) for entry in read.entries], broken)


def _parsed(source: Source, page: Page, decoded: Decoded, tidied: Tidied, read: Raw) -> Parsed:
    feed_language = read.feed.get("language")
    drafts = (_draft(source, page, entry, feed_language, place) for place, entry in enumerate(read.entries[:MOST_ENTRIES]))
    ordered = in_order(drafts)
    warnings = list(ordered.warnings)
    if tidied.cut:
        if not ordered.drafts:
            raise ParseError(
                f"{source.id}: expected a whole feed, got one cut off before its first entry ended ({len(page.body)} bytes)"
            )
        warnings.append(f"the feed is cut off after {len(ordered.drafts)} entries: nothing may be taken as removed")
    elif read.broken is not None and not ordered.drafts:
        raise ParseError(f"{source.id}: expected a well-formed feed with entries, got broken markup without any: {read.broken}")
    elif read.broken is not None:
        warnings.append(f"the feed is not well-formed: {read.broken}")
    if tidied.capped:
        warnings.append(f"only the first {MOST_ENTRIES} entries were read")
    if "\ufffd" in decoded.text:
        warnings.append(f"{decoded.encoding}: {decoded.how}")
    if _TWICE.search(decoded.text):
        warnings.append("parts of the feed were encoded twice by the publisher and are shown mended")
    title = one_line(plain(read.feed.get("title")), 300)
    hub = hub_of(decoded.text, page.url)
    return Parsed(
        ordered.drafts, None, title, tuple(warnings), decoded.encoding, tidied.cut or tidied.capped, hub=hub.url, topic=hub.topic
    )


def _draft(source: Source, page: Page, entry: Mapping[str, Any], feed_language: object, place: int) -> Draft | None:
    """One entry; None where it holds nothing."""
    guid = entry.get("id")
    link = _first_text(entry.get("feedburner_origlink"), entry.get("link"))
    url = (join(page.url, link) or "") if link else ""
    text = max((plain(value) for value in _bodies(entry)), key=len, default="")
    if not (url or text or guid or plain(entry.get("title"))):
        return None
    title = title_of(entry.get("title"), text, url)
    dates = (entry.get(name) for name in ("published", "updated", "created"))
    when = dated(dates, url, zone=source.timezone, now=page.now)
    said = source.language or (feed_language if isinstance(feed_language, str) else None)
    return Draft(
        title=title,
        url=url,
        guid=one_line(guid, 1000) if isinstance(guid, str) and guid.strip() else None,
        text=text,
        published=when.published,
        published_on=when.on,
        date_from=when.stood,
        position=place,
        attachments=_attachments(page.url, entry),
        language=language_of(f"{title}\n{text}", said),
        author=one_line(plain(entry.get("author")), 200) or None,
    )


def _bodies(entry: Mapping[str, Any]) -> list[object]:
    return [*(content.get("value") for content in entry.get("content", ())), entry.get("summary")]


def _first_text(*values: object) -> str:
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def _attachments(base: str, entry: Mapping[str, Any]) -> tuple[Attachment, ...]:
    found = (
        attachment(base, link.get("href"), link.get("title")) for link in entry.get("links", ()) if link.get("rel") == "enclosure"
    )
    return tuple(dict.fromkeys(item for item in found if item))
