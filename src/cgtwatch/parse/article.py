"""A detail page to an article: by the source's rule, or by structure where there is none."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from lxml.html import HtmlElement

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article, Attachment
from cgtwatch.model.source import DetailMode, DetailRule, Source
from cgtwatch.parse.document import Unread
from cgtwatch.parse.drafts import LONGEST_TITLE, Dated, attachment, dated, language_of
from cgtwatch.parse.heading import bare_date, head_date
from cgtwatch.parse.markup import Markup, read_markup
from cgtwatch.parse.select import Expression, compile_expression
from cgtwatch.registry import load
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.dates import from_url, parse_date
from cgtwatch.text.html import to_text

_MAIN_TEXT = {"auto": "cgtwatch.parse.maintext:main_text", "date": "cgtwatch.parse.maintext:likely_date"}
_DOCUMENTS = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|rtf|zip|rar|7z)(?:[?#]|$)", re.IGNORECASE)
_SITE = re.compile(r"\s+[|\-–—_»·]+\s+|_|\|")
# Metadata that names the publication, in the order of trust. `PubDate` of Chinese ministries can be the time at which the
# page was generated, so what the page shows to a reader stands above it.
_PUBLISHED = ("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "firstpublishedtime")
_PERHAPS = ("pubdate", "publishdate", "publish-date", "publication_date", "dc.date.issued", "dcterms.issued", "dc.date", "date", "citation_date",
            "sailthru.date", "parsely-pub-date", "weibo:article:create_at", "article:published", "originalpublicationdate")  # fmt: skip


def read(unread: Unread) -> Article:
    """The article on a page. Raises `ParseError` where the bytes are no HTML or the rule cannot be used.

    A rule that finds no body falls back to structure, with a warning: a new layout must not lose a document.
    """
    source, page = unread.source, unread.page
    rule = source.detail
    markup = read_markup(source, page)
    warnings = list(markup.warnings)
    body_rule = _compiled(source, "body", rule.body)
    parts = body_rule.elements(markup.root) if body_rule else []
    if body_rule and not parts:
        warnings.append(f"detail.body {rule.body!r} finds nothing; the main text was found by structure")
    lines = to_text(markup.root).split("\n")
    title = _title(source, rule, markup, lines)
    when = _published(source, rule, markup, lines, unread)
    attached = _attachments(source, rule, markup, parts)  # before the main text is looked for, which takes the tree apart
    text = (
        clean("\n".join(to_text(part) for part in parts)) if parts else load(_MAIN_TEXT, "auto", what="text finder")(markup.root)
    )
    return Article(
        title=title,
        text=text,
        published=when.published,
        published_on=when.on,
        attachments=attached,
        language=language_of(f"{title}\n{text}", source.language),
        warnings=tuple(warnings),
    )


def _compiled(source: Source, key: str, spelled: str | None) -> Expression | None:
    try:
        return compile_expression(spelled) if spelled and source.detail.mode is not DetailMode.NONE else None
    except ValueError as error:
        raise ParseError(f"{source.id}: detail.{key}: {error}") from error


def _title(source: Source, rule: DetailRule, markup: Markup, lines: list[str]) -> str:
    """By the rule; by the page's metadata; by its one heading; else the head's title without the name of the site."""
    expression = _compiled(source, "title", rule.title)
    ruled = one_line(expression.first(markup.root), LONGEST_TITLE) if expression else ""
    if ruled:
        return ruled
    metas = dict(_metas(markup.root))
    named = one_line(metas.get("articletitle") or "", LONGEST_TITLE)
    if named:
        return named
    headings = [text for element in markup.root.iter("h1") if (text := one_line(to_text(element), LONGEST_TITLE))]
    head = markup.title
    inside = [text for text in headings if text in head or head in text]
    if inside:
        return max(inside, key=len)
    if len(headings) == 1 and len(headings[0]) > 3:
        return headings[0]
    social = one_line(metas.get("og:title") or "", LONGEST_TITLE)
    return social or max(_SITE.split(head), key=len, default=head).strip() or one_line(lines[0] if lines else "", LONGEST_TITLE)


def _published(source: Source, rule: DetailRule, markup: Markup, lines: list[str], unread: Unread) -> Dated:
    zone, now = source.timezone, unread.page.now
    expression = _compiled(source, "date", rule.date)
    formats = (rule.date_format,) if rule.date_format else ()
    for found in expression.every(markup.root) if expression else ():
        when = parse_date(found.value, zone=zone, formats=formats, now=now)
        if when:
            return Dated(when.at, when.on)
    metas = list(_metas(markup.root))
    said = [value for name in _PUBLISHED for key, value in metas if key == name] + list(_linked_data(markup.root))
    shown = [element.get("datetime") or to_text(element) for element in markup.root.iter("time")]
    perhaps = [value for name in _PERHAPS for key, value in metas if key == name]
    return (
        _first(said, zone, now)
        or _known(head_date(_short(lines), zone=zone, now=now))
        or _known(bare_date(_short(lines), zone=zone, now=now))
        or _first(perhaps, zone, now)
        or _first(shown, zone, now)
        or _known(Dated(None, from_url(unread.page.url, now=now)))
        or Dated(None, _likely(markup, unread))
    )


def _first(values: list[str], zone: str, now: datetime) -> Dated | None:
    return _known(dated(values, "", zone=zone, now=now))


def _known(when: Dated) -> Dated | None:
    return when if when.on else None


def _likely(markup: Markup, unread: Unread) -> date | None:
    found: date | None = load(_MAIN_TEXT, "date", what="date finder")(markup.root, unread.page.url, unread.page.now)
    return found


def _short(lines: list[str]) -> list[str]:
    """The lines that can carry a label and a date: sentences that mention one are left out."""
    return [line for line in lines if len(line) <= 160]


def _metas(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for meta in root.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if key and meta.get("content"):
            yield key.strip().lower(), meta.get("content") or ""


def _linked_data(root: HtmlElement) -> Iterator[str]:
    """`datePublished` of schema.org, as JSON-LD or microdata."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                yield from _dates_in(json.loads(script.text or ""), depth=4)
            except (ValueError, RecursionError):
                continue
    for element in root.iterfind(".//*[@itemprop='datePublished']"):
        yield element.get("datetime") or element.get("content") or to_text(element)


def _dates_in(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - the JSON border
    if isinstance(value, dict):
        if isinstance(value.get("datePublished"), str):
            yield value["datePublished"]
        value = list(value.values())
    if isinstance(value, list) and depth:
        for inner in value[:100]:
            yield from _dates_in(inner, depth - 1)


def _attachments(source: Source, rule: DetailRule, markup: Markup, parts: list[HtmlElement]) -> tuple[Attachment, ...]:
    """By the rule, else every link to a document inside the body (or, without a known body, on the page)."""
    expression = _compiled(source, "attachments", rule.attachments)
    if expression:
        rows = [(found.value, to_text(found.element)) for found in expression.every(markup.root)]
    else:
        links = (link for part in parts or [markup.root] for link in part.iter("a"))
        rows = [(href, to_text(link)) for link in links if (href := link.get("href")) and _DOCUMENTS.search(href)]
    found = (attachment(markup.base, href, name) for href, name in rows)
    return tuple({item.url: item for item in found if item}.values())
