"""A detail page or a dropped file to an article: what it is is told by its bytes first, then by its type and name."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article
from cgtwatch.model.source import DetailMode, DetailRule, Kind, Names, Source
from cgtwatch.parse import Page
from cgtwatch.parse.markup import magic
from cgtwatch.registry import load
from cgtwatch.text.charset import decode
from cgtwatch.text.clean import one_line
from cgtwatch.text.urls import file_name

# Imported on first use: a child that reads feeds never pays for PDF or for finding the main text of a page.
READERS = {
    "pdf": "cgtwatch.parse.pdf:read",
    "html": "cgtwatch.parse.article:read",
    "markdown": "cgtwatch.parse.prose:read_markdown",
    "text": "cgtwatch.parse.prose:read_text",
    "docx": "cgtwatch.parse.word:read",
    "pptx": "cgtwatch.parse.word:read_slides",
    "xlsx": "cgtwatch.parse.sheet:read",
    "csv": "cgtwatch.parse.sheet:read_csv",
    "zip": "cgtwatch.parse.archive:read",
}
_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "text",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
}
_SUFFIXES = {
    "html": "html",
    "htm": "html",
    "shtml": "html",
    "xhtml": "html",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
    "csv": "csv",
    "tsv": "csv",
}
# What is known by its first bytes and has no reader: what to call it. Names refine it, as many kinds share one container.
_UNREADABLE = (
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)
_CALLED = {
    "doc": "an old Word document (.doc)",
    "xls": "an old Excel workbook (.xls)",
    "ppt": "an old PowerPoint file (.ppt)",
    "wps": "a WPS document (.wps)",
    "et": "a WPS table (.et)",
    "dps": "a WPS presentation (.dps)",
    "ofd": "an OFD document",
    "epub": "an EPUB book",
    "odf": "an OpenDocument file",
}
_CONTROLS = bytes(
    {*range(9), *range(16, 27), *range(28, 32)}
)  # what no charset uses in a text; ISO 2022 shifts with 14, 15 and 27
_PACKAGE = {"kind": "cgtwatch.parse.package:kind_of"}
DOCUMENTS = frozenset(
    ["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "ofd", "rtf", "zip", "rar", "7z", "odt", "ods"]
)  # suffixes that promise no web page
_OFFICE_HTML = b"urn:schemas-microsoft-com:office"  # Word and Excel can save HTML under their own suffix, and many an export does
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(?:.*\r?\n)*?---[ \t]*(?:\r?\n|\Z)")
_HTML_HEAD = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A document before reading: whose it is, its bytes, and its name for a person."""

    source: Source
    page: Page
    name: str


def read_article(source: Source, page: Page) -> Article:
    """The article on a detail page or in a document. Raises `ParseError` where it is of a kind that cannot be read."""
    unread = Unread(source, page, page.name or file_name(page.url) or page.url)
    try:
        return read_as(kind_of(unread), unread)
    except ParseError as error:
        if str(error).startswith(f"{source.id}: "):
            raise
        raise ParseError(f"{source.id}: {error}") from error


def read_as(kind: str, unread: Unread) -> Article:
    """The article by the reader of that kind."""
    article: Article = load(READERS, kind, what="document reader")(unread)
    return article


def document(body: bytes, name: str, *, now: datetime | None = None, zone: str = "Asia/Shanghai") -> Article:
    """The article in a file called `name`, read in this process. Raises `ParseError` as `read_article` does.

    Without `now` dates up to the year 2100 are believed.
    """
    source = Source(
        one_line(name, 80) or "document", Kind.FOLDER, "", Names(name, name), timezone=zone, detail=DetailRule(DetailMode.AUTO)
    )
    page = Page(body, name, "", None, now or datetime(2099, 1, 1, tzinfo=UTC))
    return read_article(source, page)


def kind_of(unread: Unread) -> str:
    """The reader for a document. A name or type that the bytes contradict is not believed. Raises `ParseError` where there is none."""
    body, page = unread.page.body, unread.page
    if b"%PDF-" in body[:1024]:
        return "pdf"
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(unread)
    _refuse_binary(unread)
    media = page.content_type.partition(";")[0].strip().lower()
    head = decode(body[:4000], page.charset, "text", unread.source.encoding).text
    is_html = is_web_page(body) or _HTML_HEAD.match(head) is not None
    wanted = "pdf" if media == "application/pdf" else _suffix(unread.name)
    if wanted in DOCUMENTS and (is_html or wanted == "pdf") and _OFFICE_HTML not in body[:4000]:
        got = "a web page" if is_html else f"{len(body)} bytes of something else"
        raise ParseError(f"expected a {wanted.upper()} document, got {got} as {unread.name!r}")
    if is_html:
        return "html"
    if head.lstrip("\ufeff\r\n\t ").startswith("---\n") or _FRONT_MATTER.match(head):
        return "markdown"
    said = _TYPES.get(media)
    suffix = _SUFFIXES.get(_suffix(unread.name))
    if "<" not in head:
        return suffix if suffix in ("markdown", "csv") else "csv" if said == "csv" else "text"
    return said if said in ("html", "markdown", "csv") else suffix or said or "text"


def is_web_page(body: bytes) -> bool:
    """Whether bytes begin as HTML does, in any charset that has ASCII in it."""
    return _HTML_HEAD.match(body[:4000].decode("utf-8", "replace").lstrip("\ufeff")) is not None


def _zipped(unread: Unread) -> str:
    package = load(_PACKAGE, "kind", what="reader of packages")
    try:
        kind: str = package(unread.page.body)
    except ParseError as error:
        raise ParseError(f"{error}, as {unread.name!r}") from error
    if kind not in READERS:
        raise ParseError(f"{unread.name!r} is {_CALLED.get(kind, kind)}, whose text cannot be read here; ask for a PDF or DOCX")
    return kind


def _refuse_binary(unread: Unread) -> None:
    body = unread.page.body
    head = body[:2000].lstrip()
    known = next((name for start, name in _UNREADABLE if head.startswith(start)), None)
    if known:
        called = _CALLED.get(_suffix(unread.name), known) if known.startswith("an old Office") else known
        raise ParseError(f"{unread.name!r} is {called}, whose text cannot be read here; ask for a PDF or DOCX")
    other = magic(body)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    binary = head.count(b"\x00") > 20 or controls * 20 > len(head) > 200
    if other or (binary and not decode(head, unread.page.charset, "text", None).encoding.startswith("utf-")):
        raise ParseError(
            f"expected a text, web page, PDF or Office document, got {other or 'binary data'} ({len(body)} bytes) as {unread.name!r}"
        )


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
