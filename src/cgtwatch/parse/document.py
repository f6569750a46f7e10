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
}
_TYPES = {"text/html": "html", "application/xhtml+xml": "html", "text/markdown": "markdown", "text/plain": "text"}
_SUFFIXES = {
    "html": "html",
    "htm": "html",
    "shtml": "html",
    "xhtml": "html",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
}
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
    unread = Unread(source, page, file_name(page.url) or page.url)
    kind = _kind(unread)
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


def _kind(unread: Unread) -> str:
    """The reader for a document. A name or type that the bytes contradict is not believed."""
    body, page = unread.page.body, unread.page
    if b"%PDF-" in body[:1024]:
        return "pdf"
    other = magic(body)
    if other or (
        body[:2000].count(b"\x00") > 20 and not decode(body[:2000], page.charset, "text", None).encoding.startswith("utf-")
    ):
        raise ParseError(
            f"{unread.source.id}: expected text, Markdown, HTML or PDF, got {other or 'binary data'} ({len(body)} bytes) as {unread.name!r}; "
            "save it as one of these"
        )
    media = page.content_type.partition(";")[0].strip().lower()
    if media == "application/pdf" or unread.name.lower().endswith(".pdf"):
        raise ParseError(f"{unread.source.id}: expected a PDF, got {len(body)} bytes of something else as {unread.name!r}")
    head = decode(body[:4000], page.charset, "text", unread.source.encoding).text
    if _HTML_HEAD.match(head):
        return "html"
    if head.lstrip("\ufeff\r\n\t ").startswith("---\n") or _FRONT_MATTER.match(head):
        return "markdown"
    if "<" not in head:
        return "markdown" if unread.name.lower().endswith((".md", ".markdown")) else "text"
    suffix = unread.name.rpartition(".")[2].lower() if "." in unread.name else ""
    said = _TYPES.get(media)
    return said if said in ("html", "markdown") else _SUFFIXES.get(suffix) or said or "text"
