"""Items as feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, each naming its own address."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from cgtwatch.deliver.feed import Item

_ATOM = "http://www.w3.org/2005/Atom"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself. `addresses` are those of all its forms; `updated` is when its newest item came."""

    title: str
    about: str
    home: str
    addresses: Mapping[str, str]
    language: str
    updated: datetime
    items: Sequence[Item]
    id: str = ""  # of an Atom feed, where its address may change


def rss(channel: Channel) -> bytes:
    """RSS 2.0 with `atom:link rel=self`, as its Best Practices Profile asks for."""
    root = Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    top = SubElement(root, "channel")
    _add(top, "title", channel.title)
    _add(top, "link", channel.home)
    _add(top, "description", channel.about)
    _add(top, "language", channel.language)
    _add(top, "lastBuildDate", _rfc822(channel.updated))
    _add(top, "generator", "cgtwatch")
    _links(top, channel, "rss", "atom:link")
    for item in channel.items:
        entry = SubElement(top, "item")
        _add(entry, "title", item.title)
        if item.link:
            _add(entry, "link", item.link)
        _add(entry, "description", item.html)
        _add(entry, "guid", item.id, isPermaLink="false")
        _add(entry, "pubDate", _rfc822(item.began_at or item.at))
        for tag in item.tags:
            _add(entry, "category", tag)
    return _xml(root)


def atom(channel: Channel) -> bytes:
    """Atom 1.0."""
    root = Element("feed", {"xmlns": _ATOM, "xml:lang": channel.language})
    _add(root, "id", channel.id or channel.addresses["atom"])
    _add(root, "title", channel.title)
    _add(root, "subtitle", channel.about)
    _add(root, "updated", _rfc3339(channel.updated))
    _add(root, "generator", "cgtwatch")
    _add(SubElement(root, "author"), "name", "cgtwatch")
    _links(root, channel, "atom", "link")
    for item in channel.items:
        entry = SubElement(root, "entry")
        _add(entry, "id", item.id)
        _add(entry, "title", item.title)
        _add(entry, "updated", _rfc3339(item.at))
        _add(entry, "published", _rfc3339(item.began_at or item.at))
        if item.link:
            SubElement(entry, "link", {"rel": "alternate", "href": item.link})
        if item.summary:
            _add(entry, "summary", item.summary)
        _add(entry, "content", item.html, type="html")
        for tag in item.tags:
            SubElement(entry, "category", {"term": _plain(tag)})
    return _xml(root)


def json_feed(channel: Channel) -> bytes:
    """JSON Feed 1.1."""
    top = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.about,
        "home_page_url": channel.home,
        "feed_url": channel.addresses["json"],
        "language": channel.language,
        "items": [_json_item(item) for item in channel.items],
    }
    return json.dumps(top, ensure_ascii=False, indent=1).encode()


def _json_item(item: Item) -> dict[str, object]:
    said = {
        "id": item.id, "url": item.link, "title": item.title, "content_html": item.html, "summary": item.summary,
        "date_published": _rfc3339(item.began_at or item.at), "date_modified": _rfc3339(item.at) if item.began_at else "",
        "tags": list(item.tags), "language": _tag(item.language),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


FORMS: Mapping[str, tuple[str, Callable[[Channel], bytes]]] = {
    "rss": ("application/rss+xml", rss),
    "atom": ("application/atom+xml", atom),
    "json": ("application/feed+json", json_feed),
}


def _links(top: Element, channel: Channel, own: str, name: str) -> None:
    """Its own address, and those of its other forms."""
    for form, address in channel.addresses.items():
        SubElement(top, name, {"rel": "self" if form == own else "alternate", "type": FORMS[form][0], "href": address})


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _plain(text)


def _plain(text: str) -> str:
    """Without what no XML may hold."""
    return _FORBIDDEN.sub("", text)


def _xml(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8")


def _tag(language: str) -> str:
    """A language tag (RFC 5646)."""
    return "zh-CN" if language == "zh" else "en"


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
