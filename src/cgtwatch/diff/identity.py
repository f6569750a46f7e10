"""By which names an entry is known again, and the id an item gets from the strongest of them."""

import re
from datetime import date
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from cgtwatch.model.draft import Draft
from cgtwatch.model.item import ItemKeys
from cgtwatch.text.canonical import canonical
from cgtwatch.text.urls import normalise, without_query

_TITLE = 300  # characters of a title that take part in a key
_STAND_IN = 80  # characters of the text, where an entry has no title
# A parameter that names a document: `?id=12` and `?id=13` are two, whatever else is alike.
_NAMES_A_DOCUMENT = re.compile(r"(?:[a-z_]*id|no|num|number|code|uuid|guid|key|docno|article|item|doc|p|n)", re.IGNORECASE)
_NAMES_A_VISIT = re.compile(
    r"(?:visit|visitor|request|req|client|trace|user|device|log|token|track|session|s)_?id", re.IGNORECASE
)


def keys(draft: Draft) -> ItemKeys:
    """The names of `draft`, strongest first; an empty one does not exist for it.

    The last one is the canonical title without case, a bar, and the day as printed (or nothing).
    """
    guid = (draft.guid or "").strip()
    if guid.lower().startswith(("http://", "https://")):
        guid = normalise(guid)
    link = normalise(draft.url) if draft.url else ""
    title = canonical(draft.title)[:_TITLE].casefold() or canonical(draft.text[: _STAND_IN * 8])[:_STAND_IN].casefold()
    day = day_of(draft)
    return ItemKeys(guid, link, without_query(link) if link else "", f"{title}|{day.isoformat() if day else ''}" if title else "")


def item_id(source_id: str, found: ItemKeys) -> str:
    """The id of an item first seen under these keys: `i` and 16 hexadecimal digits, the same at every start."""
    for kind, value in (("guid", found.guid), ("link", found.link), ("path", found.path), ("title", found.title_date)):
        if value:
            return "i" + sha256(f"{source_id}\x1f{kind}\x1f{value}".encode("utf-8", "replace")).hexdigest()[:16]
    raise ValueError(f"{source_id}: an entry without id, address, title or text cannot be told from others; it is to be skipped")


def day_of(draft: Draft) -> date | None:
    """The day an entry says it appeared on."""
    return draft.published_on or (draft.published.date() if draft.published else None)


def title_of(found: ItemKeys) -> str:
    """The title within the keys."""
    return found.title_date.rpartition("|")[0]


def printed_day(found: ItemKeys) -> date | None:
    """The day within the keys."""
    day = found.title_date.rpartition("|")[2]
    return date.fromisoformat(day) if day else None


def bare(url: str) -> str:
    """An address without what changes when a site goes to https or drops its `www.`."""
    return url.partition("://")[2].removeprefix("www.")


def tail(url: str) -> str:
    """An address without its host; empty where nothing but the host is left."""
    path = bare(url).partition("/")[2]
    return path if path.strip("/") else ""


def host(url: str) -> str:
    """The host of an address."""
    return bare(url).partition("/")[0]


def specific(url: str) -> bool:
    """Whether an address looks like one document's own, not like a section of a site."""
    last = tail(url).rstrip("/").rpartition("/")[2]
    return len(re.findall(r"\d", last)) >= 3 or len(last) >= 20


def other_document(one: ItemKeys, two: ItemKeys) -> bool:
    """Whether two addresses differ in a parameter that names a document, and so are two documents for certain."""
    if not one.path or bare(one.path) != bare(two.path):
        return False
    mine, theirs = _document_names(one.link), _document_names(two.link)
    return any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys())


def _document_names(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return {n.lower(): v for n, v in pairs if _NAMES_A_DOCUMENT.fullmatch(n) and not _NAMES_A_VISIT.fullmatch(n)}
