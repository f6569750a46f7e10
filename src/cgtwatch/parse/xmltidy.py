"""Makes a feed's markup safe and readable for a strict parser: no document type, no entities, no tail that was cut off."""

import re
from dataclasses import dataclass
from html.entities import html5

from cgtwatch.parse import MOST_ENTRIES
from cgtwatch.text.clean import one_line
from cgtwatch.text.html import to_text

_PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)")
# A recorded Atom feed stands inside the page template of its site.
_WRAPPED = re.compile(r"<()(feed)(?=\s[^>]*http://www\.w3\.org/2005/Atom)", re.IGNORECASE)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENDLESS_TAG = re.compile(r"<[^\s<>!?/][^<>]{100000}")  # the parser's time grows with the square of the attributes
_ENTITY = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_KEPT = frozenset({"amp", "lt", "gt", "quot", "apos"})
_TITLE = re.compile(r"<title[^>]*>(.{0,300}?)</title", re.DOTALL | re.IGNORECASE)
_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "entry"})


class NotAFeed(ValueError):
    """The text is something else; the message says what."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """Markup ready to be read. `cut`: the end was missing; `capped`: entries beyond the most were left out."""

    markup: bytes
    cut: bool
    capped: bool


def tidy(text: str) -> Tidied:
    """The feed in `text` from its root on. Raises `NotAFeed` that says what the text is instead."""
    text = _ILLEGAL.sub("", text).lstrip("\ufeff")
    start = _PROLOG.match(text[:200_000])
    found = _TAG.match(text, start.end() if start else 0) or _TAG.match(text, max(0, text[:1000].find("<")))
    if not found or found[2].lower() not in _ROOTS:
        found = _WRAPPED.search(text[:3000])
    if not found:
        raise NotAFeed(described(text))
    root, name = (found[1] or "") + found[2], found[2].lower()
    text = text[found.start() :]
    if "<rss:" in text and "xmlns:rss" not in text:
        text = text.replace("<rss:", "<").replace("</rss:", "</")
    ends = _entry_ends(text, "entry" if name in ("feed", "entry") else "item")
    cut = not re.search(rf"</{re.escape(root)}\s*>|^<{re.escape(root)}[^<>]*/>", text, re.IGNORECASE)
    capped = len(ends) > MOST_ENTRIES
    if capped:
        text = text[: ends[MOST_ENTRIES - 1]]
    elif cut:
        text = text[: ends[-1]] if ends else _before_first_entry(text, name)
    if cut or capped:
        text += _closing(text, root)
    return Tidied(('<?xml version="1.0" encoding="utf-8"?>' + _entities(text)).encode("utf-8", "replace"), cut, capped)


def described(text: str) -> str:
    """What a text that is no feed looks like, in a few words for a person."""
    head = text.lstrip("\ufeff \t\r\n")[:3000]
    title = _TITLE.search(head)
    called = f" titled {one_line(to_text(title[1]), 80)!r}" if title and title[1].strip() else ""
    root = _TAG.match(head, _prolog_end(head))
    name = root[2].lower() if root else ""
    looks = (
        (not head, "nothing at all"),
        (head.startswith("%PDF-"), "a PDF document"),
        (head.startswith(("{", "[")), "JSON"),
        (
            name in ("html", "head", "body", "div", "script", "meta", "p") or head[:15].lower().startswith("<!doctype html"),
            "an HTML page" + called,
        ),
        (name in ("urlset", "sitemapindex"), "a sitemap"),
        (bool(name), f"XML with the root <{one_line(name, 40)}>"),
    )
    return next((words for true, words in looks if true), f"no markup; it starts {one_line(head[:60])!r}")


def _prolog_end(text: str) -> int:
    found = _PROLOG.match(text)
    return found.end() if found else 0


def _entry_ends(text: str, name: str) -> list[int]:
    return [found.end() for found in re.finditer(rf"</(?:[\w.\-]+:)?{name}\s*>", text, re.IGNORECASE)]


def _before_first_entry(text: str, root: str) -> str:
    found = re.search(r"<(?:[\w.\-]+:)?(?:item|entry)\b", text[1:], re.IGNORECASE)
    return text[: found.start() + 1] if found else "" if root == "entry" else text.rpartition("<")[0]


def _closing(text: str, root: str) -> str:
    """The end tags that a cut takes away: the channel of RSS, then the root."""
    channel = re.search(r"<((?:[\w.\-]+:)?channel)\b[^>]*>", text, re.IGNORECASE)
    inner = (
        f"</{channel[1]}>" if channel and channel[1] != root and not re.search(rf"</{re.escape(channel[1])}\s*>", text) else ""
    )
    return f"{inner}</{root}>"


def _entities(text: str) -> str:
    """HTML's named entities as characters, and a bare `&` escaped: XML knows five names, feeds use all of HTML's."""
    pieces = _CDATA.split(text)
    if any(_ENDLESS_TAG.search(piece) for piece in pieces if not piece.startswith("<![CDATA[")):
        raise NotAFeed("markup with a tag of more than 100,000 characters")
    return "".join(piece if piece.startswith("<![CDATA[") else _ENTITY.sub(_one_entity, piece) for piece in pieces)


def _one_entity(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        return found[0] if _legal(name) else ""
    if name in _KEPT:
        return found[0]
    character = html5.get(f"{name};", "")
    return character if character and not set(character) & set("<>&\"'") else f"&amp;{name};"


def _legal(reference: str) -> bool:
    """Whether a character reference names a character that XML 1.0 allows."""
    number = int("0" + reference[1:], base=0) if reference[1] in "xX" else int(reference[1:])
    return number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number <= 0x10FFFF
