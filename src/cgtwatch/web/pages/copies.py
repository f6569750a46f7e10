"""What is kept of an event's document: which bytes belong to it, what they are, and how they may be shown without being trusted."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin, urlsplit

import nh3

from cgtwatch.compose.links import safe_link
from cgtwatch.model.item import Revision
from cgtwatch.parse.document import DOCUMENTS
from cgtwatch.parse.markup import magic
from cgtwatch.text.charset import decode
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.html import looks_like_html, to_text

LONGEST_SHOWN = 400_000  # characters of a copy shown as text
_MOST_MARKUP, _DEEPEST = 1_000_000, 400  # characters and nesting that the sanitiser takes well under a second for
_KEPT_TAGS = """
    a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins
    kbd li mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul var wbr
"""
_GONE_TAGS = """
    script style template noscript svg math iframe object embed canvas audio video select option head title textarea
"""
_UNCLOSED_TAGS = """
    area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option tbody thead tfoot
"""
_TAGS, _GONE, _UNCLOSED = (set(names.split()) for names in (_KEPT_TAGS, _GONE_TAGS, _UNCLOSED_TAGS))
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}, "*": {"lang", "dir"}}
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s<>/]*+)[^<>]*?(/?)>")
_LONG_TAG = re.compile(r"<([a-zA-Z][^\s<>/]*+)[^<>]{5000,}+")
_SAFE_SUFFIXES = frozenset({*DOCUMENTS, "csv", "json", "txt", "xml", "zip"}) - {"html", "htm", "shtml", "xhtml"}
# The style stands in the page itself, named by its hash: a sandboxed page has no origin that could load anything.
_STYLE = (
    ":root{color-scheme:light dark}body{margin:1rem;font:15px/1.6 system-ui,sans-serif;overflow-wrap:anywhere}h1{font-size:1.3rem}"
    "table{border-collapse:collapse;max-width:100%}td,th{border:1px solid #8888;padding:.2rem .5rem;vertical-align:top}pre{white-space:pre-wrap}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; "
# Links open beside the page, out of the sandbox; nothing else may leave it (CSP 3, HTML 7.1.6).
SHOWN = {
    "Content-Security-Policy": f"{_NOTHING}sandbox allow-popups allow-popups-to-escape-sandbox; style-src 'sha256-{_HASH}'; "
    "frame-ancestors 'self'"
}
_SAVED = {"Content-Security-Policy": f"{_NOTHING}sandbox; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Copy:
    """Bytes that are kept. `size` is 0 where it was not noted; `revision` is the latest that they belong to."""

    key: str
    name: str
    url: str
    size: int
    revision: int
    seen_at: datetime
    attached: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What the bytes of a copy are: `kind` is `page`, `text` or `document`; only the first two have a text."""

    kind: str
    text: str = ""
    suffix: str = "bin"


def copies(revisions: Iterable[Revision]) -> tuple[Copy, ...]:
    """What is kept of a document, latest revision first, each content once; a document's own page before what is attached to it."""
    found: dict[str, Copy] = {}
    for one in sorted(revisions, key=lambda revision: -revision.number):
        kept = [
            Copy(each.sha256, one_line(each.name) or each.url, each.url, each.size, one.number, one.seen_at, attached=True)
            for each in one.attachments
            if each.sha256
        ]
        if one.archive_key and one.archive_key not in {each.key for each in kept}:
            kept.insert(0, Copy(one.archive_key, one_line(one.title), one.url, 0, one.number, one.seen_at, attached=False))
        for each in kept:
            found.setdefault(each.key, each)
    return tuple(found.values())


def content(body: bytes, url: str) -> Content:
    """What `body`, that was read from `url`, is: decided by the bytes, not by what a server or a name says of them."""
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower().removeprefix(".")
    known = magic(body)
    if known is not None or b"\x00" in body[:1024]:
        guessed = "pdf" if known == "a PDF document" else suffix
        return Content("document", suffix=guessed if guessed in _SAFE_SUFFIXES else "bin")
    text = decode(body, None, "html", None).text
    if looks_like_html(text[:200_000]):
        return Content("page", text, "html.txt")  # whoever saves it shall see its source, not run it
    return Content("text", text, suffix if suffix in {"csv", "json", "xml"} else "txt")


def as_text(found: Content) -> str:
    """What a reader sees of it, plain and bounded."""
    whole = found.text[: 2 * _MOST_MARKUP]
    return (to_text(whole) if found.kind == "page" else clean(whole))[:LONGEST_SHOWN]


def as_page(found: Content, url: str) -> str:
    """A page of its own for the sandbox, under `SHOWN`: text, tables and links, nothing that loads or acts.

    Empty where the page is too large or nested too deep to be cleaned while a reader waits: its text can still be shown.
    """
    if found.kind != "page" or len(found.text) > _MOST_MARKUP or _depth(found.text) > _DEEPEST:
        return ""
    body = nh3.clean(
        _LONG_TAG.sub(r"<\1", found.text), tags=_TAGS, clean_content_tags=_GONE, attributes=_ATTRIBUTES,
        attribute_filter=_linked(url), link_rel="noopener noreferrer nofollow", url_schemes={"http", "https"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )  # fmt: skip
    head = f'<meta charset="utf-8"><title>-</title><style>{_STYLE}</style>'
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def saved(copy: Copy, found: Content) -> dict[str, str]:
    """The headers with which the bytes are handed over as a file (RFC 6266, RFC 8187): never opened in place, never guessed at."""
    stem = PurePosixPath(one_line(re.sub(r"[/\\:*?\"<>|%\s]+", " ", copy.name), 80)).stem.strip(". ") or "document"
    name = f"{stem}.{found.suffix}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._") or "document"
    return {
        **_SAVED,
        "Content-Disposition": f"attachment; filename=\"{plain}.{found.suffix}\"; filename*=UTF-8''{quote(name, safe='')}",
    }


def _linked(base: str) -> Callable[[str, str, str], str | None]:
    def kept(tag: str, name: str, value: str) -> str | None:
        if (tag, name) != ("a", "href"):
            return value[:40]
        try:
            return safe_link(urljoin(base, value)) or None
        except ValueError:
            return None

    return kept


def _depth(markup: str) -> int:
    """How deep elements nest at most, roughly: the sanitiser's time grows with its square."""
    return max(_levels(markup), default=0)


def _levels(markup: str) -> Iterator[int]:
    level = 0
    for found in _TAG.finditer(markup):
        if found[2].lower() not in _UNCLOSED and not found[3]:
            level = max(0, level - 1) if found[1] else level + 1
            yield level
