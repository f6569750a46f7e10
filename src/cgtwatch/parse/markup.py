"""The bytes of a web page to an element tree, or a clear word that they are no web page."""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from cgtwatch.errors import ParseError
from cgtwatch.model.source import Source
from cgtwatch.parse import Page
from cgtwatch.text.charset import Decoded, decode
from cgtwatch.text.clean import one_line
from cgtwatch.text.html import parse_html, to_text
from cgtwatch.text.urls import join

# One family of Chinese content systems sends its list as records inside a script, for its own script to draw.
_RECORDS = re.compile(r"<script[^>]*type=[\"']text/xml[\"'][^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
# Its further pages are an XML answer of such records.
_RECORD = re.compile(r"(<record\b[^>]*>)\s*<!\[CDATA\[(.*?)\]\]>\s*(</record\s*>)", re.DOTALL | re.IGNORECASE)
_MOST_CHARACTERS = 6_000_000  # a tree takes twenty times the text: 120 of the 256 MiB that a child has
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP or Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "gzip data"),
)


@dataclass(frozen=True, slots=True)
class Markup:
    """A web page: its tree, the address its links start from, its title, and what a person should know."""

    root: HtmlElement
    base: str
    title: str
    encoding: str
    warnings: tuple[str, ...] = ()
    cut: bool = False  # the page went on


def magic(body: bytes) -> str | None:
    """What bytes that are no text are, by how they start; None where nothing is known."""
    head = body[:1024].lstrip()
    return next((name for start, name in _MAGIC if head.startswith(start)), None)


def read_markup(source: Source, page: Page) -> Markup:
    """The page's tree. Raises `ParseError` where the bytes are something else, or nothing."""
    other = magic(page.body)
    if other or not page.body.strip():
        raise ParseError(
            f"{source.id}: expected a web page, got {other or 'nothing'} from {page.url}; look at the address in a browser"
        )
    decoded = decode(page.body, page.charset, "html", source.encoding)
    if decoded.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        raise ParseError(
            f"{source.id}: expected a web page, got JSON: {one_line(decoded.text[:80])!r}; kind api reads such answers, "
            "and a list with api.items the HTML inside"
        )
    if "<" not in decoded.text:
        raise ParseError(f"{source.id}: expected a web page, got text without any markup: {one_line(decoded.text[:80])!r}")
    return markup_of(source, page, decoded)


def markup_of(source: Source, page: Page, decoded: Decoded) -> Markup:
    """The tree of a page's text, the records that it keeps as data for its script unwrapped. Raises `ParseError`."""
    text = decoded.text[:_MOST_CHARACTERS]
    cut = len(decoded.text) > _MOST_CHARACTERS
    if "<![CDATA[" in text:
        text = _RECORDS.sub(lambda found: "<div>" + _CDATA.sub(r"\1", found[1]) + "</div>", text)
        text = _RECORD.sub(r"\1\2\3", text)
    root = parse_html(text)
    if root is None:
        raise ParseError(
            f"{source.id}: expected a web page, got markup of {len(page.body)} bytes that cannot be read or is too large"
        )
    base = next((join(page.url, tag.get("href") or "") for tag in root.iter("base")), None)
    warnings = [f"{decoded.encoding}: {decoded.how}"] if "\ufffd" in text else []
    if cut:
        warnings.append(f"only the first {_MOST_CHARACTERS} of {len(decoded.text)} characters were read")
    return Markup(root, base or page.url, page_title(root), decoded.encoding, tuple(warnings), cut)


def page_title(root: HtmlElement) -> str:
    """What the page's head calls it; where that is empty, its first heading."""
    named = [one_line(element.text_content(), 300) for element in root.iter("title")]
    headed = (one_line(to_text(element), 300) for name in ("h1", "h2") for element in root.iter(name))
    return next((name for name in (*named, *headed) if name), "")
