"""JSON Feed (jsonfeed.org, versions 1 and 1.1) to drafts."""

import json
from collections.abc import Mapping
from typing import Any

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.source import Source
from cgtwatch.parse import MOST_ENTRIES, Page
from cgtwatch.parse.drafts import attachment, dated, in_order, language_of, plain, title_of
from cgtwatch.parse.hub import Hub
from cgtwatch.text.charset import Decoded
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.urls import join

_VERSION = "jsonfeed.org/version/"


def is_json(text: str) -> bool:
    """Whether a text starts as a JSON object or list does."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def parse(source: Source, page: Page, decoded: Decoded) -> Parsed:
    """The items of a JSON Feed. Raises `ParseError` where it is other JSON, or is cut off."""
    try:
        feed = json.loads(decoded.text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        # A cut JSON document is no JSON at all, so it can never pass for a whole feed.
        raise ParseError(
            f"{source.id}: expected a JSON Feed, got JSON that cannot be read: {one_line(str(error), 120)}"
        ) from error
    if not isinstance(feed, dict) or _VERSION not in str(feed.get("version", "")) or not isinstance(feed.get("items"), list):
        keys = ", ".join(sorted(map(str, feed))[:6]) if isinstance(feed, dict) else f"a list of {len(feed)}"
        raise ParseError(f"{source.id}: expected a JSON Feed (version, items), got JSON with {one_line(keys, 120)}")
    rows = feed["items"][:MOST_ENTRIES]
    ordered = in_order(_draft(source, page, row, feed.get("language")) if isinstance(row, dict) else None for row in rows)
    warnings = list(ordered.warnings)
    capped = len(feed["items"]) > MOST_ENTRIES
    if capped:
        warnings.append(f"only the first {MOST_ENTRIES} entries were read")
    title = one_line(plain(feed.get("title")), 300)
    hub = _hub(page, feed)
    return Parsed(ordered.drafts, None, title, tuple(warnings), decoded.encoding, capped, hub=hub.url, topic=hub.topic)


def _hub(page: Page, feed: Mapping[str, Any]) -> Hub:
    """The first hub that speaks WebSub; the feed is known to it by `feed_url`."""
    listed = feed.get("hubs") if isinstance(feed.get("hubs"), list) else []
    hubs = [hub for hub in listed or () if isinstance(hub, dict) and str(hub.get("type", "WebSub")).lower() == "websub"]
    url = next((found for hub in hubs if (found := join(page.url, str(hub.get("url") or "")))), None)
    return Hub(url, join(page.url, str(feed.get("feed_url") or "")) or page.url) if url else Hub()


def _draft(source: Source, page: Page, row: Mapping[str, Any], feed_language: object) -> Draft | None:
    link = row.get("url") or row.get("external_url")
    url = (join(page.url, link) or "") if isinstance(link, str) else ""
    plain_text = row.get("content_text")
    bodies = (clean(plain_text) if isinstance(plain_text, str) else "", plain(row.get("content_html")), plain(row.get("summary")))
    text = max(bodies, key=len)
    guid = str(row["id"]) if isinstance(row.get("id"), str | int) and len(str(row["id"])) <= 1000 else ""
    if not (url or text or guid or plain(row.get("title"))):
        return None
    title = title_of(row.get("title"), text, url)
    when = dated((row.get("date_published"), row.get("date_modified")), url, zone=source.timezone, now=page.now)
    said = source.language or next((x for x in (row.get("language"), feed_language) if isinstance(x, str)), None)
    linked = row.get("attachments")
    found = (
        [attachment(page.url, a.get("url"), a.get("title")) for a in linked if isinstance(a, dict)]
        if isinstance(linked, list)
        else []
    )
    return Draft(
        title=title,
        url=url,
        guid=one_line(guid, 1000) or None,
        text=text,
        published=when.published,
        published_on=when.on,
        date_from=when.stood,
        attachments=tuple(item for item in found if item),
        language=language_of(f"{title}\n{text}", said),
        author=_author(row),
    )


def _author(row: Mapping[str, Any]) -> str | None:
    authors = row.get("authors") if isinstance(row.get("authors"), list) else [row.get("author")]
    names = [one_line(plain(author.get("name")), 200) for author in authors or () if isinstance(author, dict)]
    return ", ".join(name for name in names if name) or None
