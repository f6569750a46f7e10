"""Plain text and Markdown to articles: title, date and body, without losing a line."""

import re
from collections.abc import Mapping
from dataclasses import replace

from cgtwatch.model.draft import Article
from cgtwatch.parse.document import Unread
from cgtwatch.parse.drafts import LONGEST_TITLE, Dated, dated, language_of
from cgtwatch.parse.heading import bare_date, head_date, title_line, without_label
from cgtwatch.text.charset import Decoded, decode
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.html import to_text
from cgtwatch.text.urls import join

_FRONT = re.compile(r"\s*---[ \t]*\n(?P<front>(?:.*\n)*?)---[ \t]*(?:\n|\Z)")
_KEY = re.compile(r"(?P<key>[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff \-]*?)\s*:(?:[ \t]+(?P<value>.*))?")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:\-]{1,59}")
_BLOCK_TAG = re.compile(r"<(?:p|div|br|table|tr|ul|ol|li|h[1-6]|section|article|blockquote|figure)\b", re.IGNORECASE)
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_DATE_IN_NAME = re.compile(r"(?<![0-9A-Za-z])(?:19|20)\d\d[-._年]\d{1,2}[-._月]\d{1,2}(?![0-9A-Za-z])")  # not inside a hash
_DATE_KEYS = ("date", "published", "pubdate", "publish_date", "published_at", "release_date", "发布日期", "日期", "updated")
_MARKS = (
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\(<?[^)\n]*>?\)"), r"\1"),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)


def read_text(unread: Unread) -> Article:
    """A plain text: the first real line is the title and leaves the body, a labelled line above the body gives the date."""
    decoded = _decoded(unread)
    lines = clean(decoded.text).split("\n")
    return _article(unread, decoded, lines, title="", when=Dated())


def read_markdown(unread: Unread) -> Article:
    """Markdown: front matter gives title and date where it has them; the body becomes plain text, HTML in it too."""
    decoded = _decoded(unread)
    text = decoded.text.replace("\r\n", "\n").lstrip("\ufeff")
    found = _FRONT.match(text)
    front = _front(found["front"]) if found else {}
    body = text[found.end() :] if found else text
    title = one_line(to_text(front.get("title", "")), LONGEST_TITLE)
    when = dated((front.get(key) for key in _DATE_KEYS), "", zone=unread.source.timezone, now=unread.page.now)
    article = _article(unread, decoded, _reduced(body).split("\n"), title=title, when=when)
    url = join("https://", front.get("url", "")) or ""
    return replace(article, url=url, issuer=_word(front.get("issuer")), jurisdiction=_word(front.get("jurisdiction")))


def _word(value: str | None) -> str | None:
    """An id of the register or of a place, as it stands in front matter; None for anything else."""
    return value if value and _WORD.fullmatch(value) else None


def _article(unread: Unread, decoded: Decoded, lines: list[str], *, title: str, when: Dated) -> Article:
    zone, now = unread.source.timezone, unread.page.now
    index = title_line(lines)
    first = without_label(lines[index]) if index is not None else ""
    title = title or one_line(first, LONGEST_TITLE)
    if when.on is None:
        when = head_date(lines, zone=zone, now=now)
    if when.on is None:
        named = _DATE_IN_NAME.search(unread.name.rpartition("/")[2])
        when = dated([named[0]] if named else [], "", zone=zone, now=now)
    if when.on is None:
        when = bare_date(lines, zone=zone, now=now)
    # The title is kept once: as the title. A title that was cut stays whole in the body.
    body = [line for number, line in enumerate(lines) if number != index] if index is not None and first == title else lines
    text = clean("\n".join(body))
    return Article(
        title=title or one_line(unread.name, LONGEST_TITLE),
        text=text,
        published=when.published,
        published_on=when.on,
        language=language_of(f"{title}\n{text}", unread.source.language),
        warnings=(f"{decoded.encoding}: {decoded.how}",) if "\ufffd" in decoded.text else (),
    )


def _decoded(unread: Unread) -> Decoded:
    return decode(unread.page.body, unread.page.charset, "text", unread.source.encoding)


def _front(text: str) -> Mapping[str, str]:
    """The keys of the first level with a value on their own line; quotes taken off. Lists and nested keys are left out."""
    front: dict[str, str] = {}
    for line in text.split("\n"):
        found = _KEY.fullmatch(line.rstrip()) if line[:1].strip() else None
        if found and found["value"]:
            front.setdefault(found["key"].strip().lower(), _unquoted(found["value"].strip()))
    return front


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


def _reduced(body: str) -> str:
    if _BLOCK_TAG.search(body):
        return to_text(_BETWEEN_PARAGRAPHS.sub("\n<br>\n", body))
    for mark, kept in _MARKS:
        body = mark.sub(kept, body)
    return clean(body)
