"""Rows of a list page to drafts, by the expressions of the source's `list` rule."""

import re
from datetime import datetime

from lxml.html import HtmlElement

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.source import ListRule, Source
from cgtwatch.parse import MOST_ENTRIES, Page
from cgtwatch.parse.drafts import LONGEST_TITLE, Dated, in_order, language_of
from cgtwatch.parse.markup import Markup, read_markup
from cgtwatch.parse.select import Expression, compile_expression
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.dates import from_url, parse_date
from cgtwatch.text.html import to_text
from cgtwatch.text.urls import join, normalise

_CUT_TITLE = re.compile(r"\s*(?:…+|\.{3,}|⋯+)$")


class _Rule:
    """The compiled rule of one source. Raises `ParseError` that names the key where an expression is wrong."""

    def __init__(self, source: Source) -> None:
        rule = source.list
        if rule is None:
            raise ParseError(f"{source.id}: kind list needs a list rule with item")
        self._source, self._rule = source, rule
        self.item = self._expression("item")
        self.title = self._expression("title")
        self.link = self._expression("link")
        self.date = self._expression("date")
        self.text = self._expression("text")
        self.next = self._expression("next")
        self.drop = self._expression("drop")
        self.formats = (rule.date_format,) if rule.date_format else ()

    def _expression(self, key: str) -> Expression | None:
        spelled = getattr(self._rule, key)
        try:
            return compile_expression(spelled) if spelled else None
        except ValueError as error:
            raise ParseError(f"{self._source.id}: list.{key}: {error}") from error


def parse(source: Source, page: Page) -> Parsed:
    """The rows of the page in its order, at most 2,000, and the address of the next page where there is one.

    A page on which the item selector finds nothing gives no drafts and a warning: whether that is a new layout or an empty
    list is for the guard to judge. Raises `ParseError` where the bytes are no HTML or the rule cannot be used.
    """
    rule = _Rule(source)
    markup = read_markup(source, page)
    if rule.drop:
        for found in rule.drop.elements(markup.root):
            found.drop_tree()
    rows = rule.item.elements(markup.root) if rule.item else []
    drafts = [_draft(source, rule, markup, row, page.now) for row in rows[:MOST_ENTRIES]]
    ordered = in_order(drafts)
    warnings = [*markup.warnings, *ordered.warnings]
    if not rows:
        warnings.append(
            f"list.item {_spelled(source.list)!r} finds nothing on a page of {len(page.body)} bytes titled {markup.title!r}"
        )
    if len(rows) > MOST_ENTRIES:
        warnings.append(f"only the first {MOST_ENTRIES} of {len(rows)} rows were read")
    following = _next(rule, markup, page) if ordered.drafts else None
    return Parsed(
        ordered.drafts, following, markup.title, tuple(warnings), markup.encoding, markup.cut or len(rows) > MOST_ENTRIES
    )


def _spelled(rule: ListRule | None) -> str:
    return rule.item if rule else ""


def _draft(source: Source, rule: _Rule, markup: Markup, row: HtmlElement, now: datetime) -> Draft | None:
    """One row; None where it has neither title nor link, as the head of a table."""
    title, url = _title(rule, row), _link(rule, markup, row)
    if not title and not url:
        return None
    text = clean(rule.text.first(row)) if rule.text else ""
    when = _dated(source, rule, row, url, now)
    return Draft(
        title=title or one_line(url, LONGEST_TITLE),
        url=url,
        text=text,
        published=when.published,
        published_on=when.on,
        language=language_of(f"{title}\n{text}", source.language),
    )


def _title(rule: _Rule, row: HtmlElement) -> str:
    """The title; where the page prints it shortened, the whole one that the element's own `title` attribute keeps."""
    found = next(rule.title.every(row), None) if rule.title else None
    if found is None:
        return ""
    title, whole = one_line(found.value, LONGEST_TITLE), one_line(found.element.get("title") or "", LONGEST_TITLE)
    stem = _CUT_TITLE.sub("", title)
    return whole if stem != title and whole.startswith(stem) else title


def _link(rule: _Rule, markup: Markup, row: HtmlElement) -> str:
    links = (join(markup.base, found.value) for found in rule.link.every(row)) if rule.link else ()
    return next((link for link in links if link), "")


def _dated(source: Source, rule: _Rule, row: HtmlElement, url: str, now: datetime) -> Dated:
    """By the rule; without one, from what the row says; at last from the address."""
    values = (found.value for found in rule.date.every(row)) if rule.date else iter((_shortest(row),))
    for value in values:
        when = parse_date(value, zone=source.timezone, formats=rule.formats, now=now)
        if when:
            return Dated(when.at, when.on)
    return Dated(None, from_url(url, now=now) if url else None)


def _shortest(row: HtmlElement) -> str:
    """The parts of a row that are no links: dates stand beside the title, and a title may hold dates of its own."""
    linked = {line for link in row.iter("a") for line in to_text(link).split("\n")}
    return " ".join(line for line in to_text(row).split("\n") if line not in linked)


def _next(rule: _Rule, markup: Markup, page: Page) -> str | None:
    """The next page as the page itself names it; pages that are only numbered are counted by the pipeline."""
    links = (join(markup.base, found.value) for found in rule.next.every(markup.root)) if rule.next else ()
    return next((link for link in links if link and normalise(link) != normalise(page.url)), None)
