"""What a page's source looks like before it is read: its title, roughly what a reader sees, its forms, and whether it broke off."""

import re
from urllib.parse import urlsplit

from cgtwatch.model.fetch import Fetched

LOOKED_AT = 200_000  # characters of a body; what stands before the page stands at its beginning
_HEAD = 2000
_END = 10_000  # bytes; after the end of a page stand at most a few scripts and remarks
_ENDED = re.compile(rb"</(?:html|body|frameset)\s*>", re.IGNORECASE)
_WHOLE = re.compile(rb"<(?:html|body|!doctype)\b", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:[\w.\-]+:)?(?:rss|feed|rdf|channel|urlset|sitemapindex)\s*>", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:[\w.\-]+:)?(?:rss|feed|rdf|urlset|sitemapindex)\b", re.IGNORECASE)
_PASSWORD = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_REFRESH = re.compile(r"<meta[^>]{0,100}http-equiv\s*=\s*[\"']?refresh[^>]{0,300}url\s*=", re.IGNORECASE)
_MOVES = re.compile(
    r"(?:window|self|top|document|parent)\s*\.\s*location|location\s*\.\s*(?:href|replace|assign|reload)|<frameset|<iframe",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_UTF8_LENGTHS = ((0xF0, 4), (0xE0, 3), (0xC0, 2))


def is_markup(body: str) -> bool:
    """Whether a body is a web page or plain words, and not a feed, a map or data."""
    head = body[:_HEAD].lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("{", "[", "<rss", "<feed", "<rdf", "<urlset", "<sitemapindex")):
        return False
    if head.startswith("<?xml"):
        return "<html" in head
    return True


def page_title(body: str) -> str:
    """What stands between the title tags of a page's source; empty where there is none."""
    head = body[:LOOKED_AT]
    start = head.lower().find("<title")
    start = head.find(">", start) + 1 if start >= 0 else 0
    end = head.lower().find("</title", start) if start else -1
    return " ".join(head[start:end].split()) if end > start else ""


def visible(body: str) -> str:
    """Roughly what a reader of a page's source sees, in linear time: good enough to tell little from much.

    What is only for readers without scripts counts where there is hardly anything else.
    """
    shown = _seen(body, ("script", "style", "title", "noscript", "!--"))
    return (
        shown
        if len(shown) > 80 or "<noscript" not in body[:LOOKED_AT].lower()
        else _seen(body, ("script", "style", "title", "!--"))
    )


def _seen(body: str, unseen: tuple[str, ...]) -> str:
    source, lower = body[:LOOKED_AT], body[:LOOKED_AT].lower()
    kept, at = [], 0
    while (start := source.find("<", at)) >= 0:
        kept.append(source[at:start])
        at = _after_tag(lower, start, unseen)
        if at < 0:
            return " ".join(" ".join(kept).split())
    kept.append(source[at:])
    return " ".join(" ".join(kept).split())


def _after_tag(lower: str, start: int, unseen: tuple[str, ...]) -> int:
    for name in unseen:
        if lower.startswith(name, start + 1):
            end = "-->" if name == "!--" else f"</{name}"
            closed = lower.find(end, start)
            return lower.find(">", closed) + 1 or -1 if closed >= 0 else -1
    return lower.find(">", start) + 1 or -1


def asks_password(body: str) -> bool:
    """Whether a form on the page takes a password."""
    return _PASSWORD.search(body[:LOOKED_AT]) is not None


def leads_on(body: str) -> bool:
    """Whether the page itself sends its reader elsewhere or is only a frame around something else."""
    return _REFRESH.search(body[:LOOKED_AT]) is not None or _MOVES.search(body[:LOOKED_AT]) is not None


def has_scripts(body: str) -> bool:
    """Whether any script is on the page."""
    return _SCRIPT.search(body[:LOOKED_AT]) is not None


def led_to(visit: Fetched) -> str:
    """The path and query that redirects led to; empty where there were none or the address stayed the same."""
    if visit.url == visit.requested or not visit.redirects:
        return ""
    parts = urlsplit(visit.url)
    asked = urlsplit(visit.requested)
    return f"{parts.path}?{parts.query}" if (parts.path, parts.query) != (asked.path, asked.query) else ""


def broken_off(body: bytes) -> str:
    """Where a page or a map stops in the middle of something; empty where it does not."""
    tail = body.rstrip(b"\x00 \t\r\n")
    if body[:2] == b"\x1f\x8b" or not tail.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or ended(body):
        return ""
    low = tail[-LOOKED_AT:].lower()
    opened = low.rfind(b"<")
    if opened > low.rfind(b">") and re.match(rb"<(?:[a-z/!?]|$)", low[opened : opened + 2]):
        return "inside a tag"
    for start, end, what in (
        (b"<!--", b"-->", "a remark"),
        (b"<script", b"</script", "a script"),
        (b"<style", b"</style", "a style"),
    ):
        if (begun := low.rfind(start)) >= 0 and low.find(end, begun) < 0:
            return f"inside {what}"
    if _cut_character(tail):
        return "inside a character"
    return "before its end" if _ROOT.search(body[:_HEAD]) else ""


def ended(body: bytes) -> bool:
    """Whether a web page, a feed or a map says that it is over. What never says that it began need not."""
    if body[:2] == b"\x1f\x8b":
        return True
    if _ROOT.search(body[:_HEAD]):
        return _ROOT_END.search(body[-_END:]) is not None
    return _ENDED.search(body[-_END:]) is not None


def unended(body: bytes) -> bool:
    """Whether a body began as a whole web page and never says that it is over. Some sites never say so."""
    return _WHOLE.search(body[:_HEAD]) is not None and not ended(body)


def _cut_character(tail: bytes) -> bool:
    """Whether the last bytes are the beginning of a character in UTF-8, after others that are whole."""
    for back in range(1, min(4, len(tail)) + 1):
        byte = tail[-back]
        if byte < 0x80:
            return False
        if byte >= 0xC0:
            need = next(length for least, length in _UTF8_LENGTHS if byte >= least)
            try:
                tail[-400 - back : -back].decode("utf-8")
            except UnicodeDecodeError as error:
                return error.start < 4 and error.end < 8 and back < need  # the window may have begun inside one
            return back < need
    return False
