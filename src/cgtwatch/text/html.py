"""HTML to plain text: what a reader sees, block by block on its own line."""

import re

from lxml import html as lxml_html
from lxml.etree import LxmlError, ParserError

from cgtwatch.text.clean import clean

_UNSEEN_NAMES = """
    script style template head title noscript svg iframe object embed canvas math audio video select option datalist
"""
_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody tfoot thead tr ul
"""
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = frozenset({"td", "th"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TAG_OR_ENTITY = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_LONG_TAG = re.compile(r"<([a-zA-Z][^\s<>/]*+)[^<>]{20000,}+")
_QUOTED = re.compile("\"[^\"]*\"|'[^']*'")
_MOST_ATTRIBUTES = 2000  # of one element: the parser's time grows with their square
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse_html(text: str) -> lxml_html.HtmlElement | None:
    """The root of a page that may be ill-formed; None where nothing can be made of it."""
    markup = _LONG_TAG.sub(_bounded, _ILLEGAL.sub("", text)).encode("utf-8")
    try:
        return lxml_html.document_fromstring(markup, parser=lxml_html.HTMLParser(encoding="utf-8", no_network=True))
    except (LxmlError, ParserError, ValueError):
        return None


def _bounded(tag: re.Match[str]) -> str:
    """A tag without its attributes where there are thousands of them."""
    return f"<{tag[1]}" if len(_QUOTED.sub("", tag[0]).split()) > _MOST_ATTRIBUTES else tag[0]


def looks_like_html(text: str) -> bool:
    """Whether a text that should be plain holds tags or entities."""
    return _TAG_OR_ENTITY.search(text) is not None


def to_text(markup: str | lxml_html.HtmlElement) -> str:
    """The visible text, cleaned; blocks and line breaks become lines, cells are set apart by a blank."""
    if isinstance(markup, str):
        if not looks_like_html(markup):
            return clean(markup)
        root = parse_html(markup)
        if root is None:
            return clean(_TAG_OR_ENTITY.sub(" ", markup))
    else:
        root = markup
    return clean("".join(_pieces(root)))


def _pieces(root: lxml_html.HtmlElement) -> list[str]:
    """The text in reading order. A loop, not a recursion: hostile pages are nested fifty thousand deep."""
    out: list[str] = []
    stack: list[tuple[lxml_html.HtmlElement, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if leaving:
            _break(out, tag)
        else:
            seen = bool(tag) and (tag not in _UNSEEN or element is root) and not is_hidden(element)
            if seen:
                _break(out, tag)
                out.append(_flat(element.text))
                stack.append((element, True))
                stack.extend((child, False) for child in reversed(element))
                continue
        if element is not root:
            out.append(_flat(element.tail))
    return out


def _break(out: list[str], tag: str) -> None:
    """A new line where a block or `br` begins or ends, one for several; a blank between cells."""
    if tag in _BLOCKS or tag == "br":
        while out and not out[-1].strip(" \t"):
            out.pop()
        if out and out[-1] != "\n":
            out.append("\n")
    elif tag in _CELLS:
        out.append(" ")


def is_hidden(element: lxml_html.HtmlElement) -> bool:
    """Whether the element itself says that it is not to be shown."""
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None


def _flat(text: str | None) -> str:
    """A line end in the source of a page is a blank on the screen, and between Chinese characters not even that."""
    return text.replace("\r", " ").replace("\n", " ") if text else ""
