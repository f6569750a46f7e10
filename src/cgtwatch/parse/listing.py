"""Rows of a list page to drafts, by the expressions of the source's `list` rule."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from lxml.html import HtmlElement

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.source import ListRule, Source
from cgtwatch.parse import MOST_ENTRIES, Page
from cgtwatch.parse.answer import read_answer, records
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.drafts import LONGEST_TITLE, Dated, in_address, in_order, language_of, plain, whole_number
from cgtwatch.parse.markup import Markup, magic, markup_of, read_markup
from cgtwatch.parse.rowscript import Row, rows
from cgtwatch.parse.select import Expression, compile_expression
from cgtwatch.text.charset import Decoded, decode
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.dates import parse_date
from cgtwatch.text.html import to_text
from cgtwatch.text.urls import join, normalise

_LONGEST_CURSOR = 4000
_BULLET = re.compile(r"^[·•●▪■◆►»›・]+\s*(?=\S)")  # drawn before a title by hand
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
        self.link = None if rule.script else self._expression("link")
        self.date = self._expression("date")
        self.text = self._expression("text")
        self.next = self._expression("next")
        self.drop = self._expression("drop")
        # `a@href ~ /t(\d{8})_`: what stands in a link is the address's word, which the page behind it may overrule.
        self.date_is_in_link = rule.date is not None and re.fullmatch(r"[^|]*@href\s*~.*", rule.date) is not None
        self.formats = (rule.date_format,) if rule.date_format else ()

    def _expression(self, key: str) -> Expression | None:
        return compiled(compile_expression, self._source, f"list.{key}", getattr(self._rule, key))


def parse(source: Source, page: Page) -> Parsed:
    """The rows of the page in its order, at most 2,000, and the address of the next page where there is one.

    With `api` the page is the HTML inside an answer's JSON; with `list.script` rows are what a pattern finds in the whole text.
    A page on which nothing is found gives no drafts and a warning: whether that is a new layout or an empty list is for the
    guard to judge. Raises `ParseError` where the bytes are no HTML or the rule cannot be used.
    """
    rule = _Rule(source)
    given = _given(source, page)
    if rule.drop:
        for found in rule.drop.elements(given.markup.root):
            found.drop_tree()
    drafts = _drafts(source, rule, given, page)
    ordered = in_order(drafts[:MOST_ENTRIES])
    warnings = [*given.markup.warnings, *ordered.warnings]
    if not drafts:
        warnings.append(
            f"{_spelled(source.list)} finds nothing on a page of {len(page.body)} bytes titled {given.markup.title!r}"
        )
    capped = len(drafts) > MOST_ENTRIES
    if capped:
        warnings.append(f"only the first {MOST_ENTRIES} of {len(drafts)} rows were read")
    further = _further(source, rule, given.markup, page) if ordered.drafts else _Further()
    return Parsed(
        drafts=ordered.drafts,
        next_url=further.url,
        title=given.markup.title,
        warnings=tuple(warnings),
        encoding=given.markup.encoding,
        truncated=given.markup.cut or capped,
        cursor=further.cursor,
        total=_total(source, given.markup),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What the list is read from: its tree, and the text in which a pattern searches."""

    markup: Markup
    text: str


@dataclass(frozen=True, slots=True)
class _Further:
    url: str | None = None
    cursor: str | None = None


def _given(source: Source, page: Page) -> _Given:
    scripted = source.list is not None and source.list.script is not None
    if source.api is not None:
        answer = read_answer(source, page, source.api)
        html = "\n".join(_pieces(records(source, source.api, answer.document)))
        decoded = Decoded(html, answer.encoding, "inside the answer")
        return _Given(markup_of(source, page, replace(decoded, text=html if "<" in html else f"<body>{html}</body>")), html)
    if not scripted:
        return _Given(read_markup(source, page), "")
    decoded = decode(page.body, page.charset, "html", source.encoding)
    if not decoded.text.strip() or magic(page.body):
        raise ParseError(
            f"{source.id}: expected a page with a list in a script, got {magic(page.body) or 'nothing'} from {page.url}"
        )
    html = decoded.text if "<" in decoded.text else "<body></body>"  # a script alone has no markup
    return _Given(markup_of(source, page, replace(decoded, text=html)), decoded.text)


def _pieces(found: object) -> Iterator[str]:
    """The texts among what `api.items` finds, however deep in lists."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, list):
        for inner in found[: 10 * MOST_ENTRIES]:
            yield from _pieces(inner)


def _drafts(source: Source, rule: _Rule, given: _Given, page: Page) -> list[Draft | None]:
    script = source.list.script if source.list else None
    if script:
        return [_scripted(source, rule, given.markup, row, page.now) for row in rows(source, script, given.text)]
    found = rule.item.elements(given.markup.root) if rule.item else []
    kept = found[: MOST_ENTRIES + 1]
    return [_draft(source, rule, given.markup, row, page.now) for row in kept] + [None] * (len(found) - len(kept))


def _spelled(rule: ListRule | None) -> str:
    if rule is None:
        return "list.item"
    return f"list.script {rule.script!r}" if rule.script else f"list.item {rule.item!r}"


def _scripted(source: Source, rule: _Rule, markup: Markup, row: Row, now: datetime) -> Draft | None:
    """A row that a pattern found; None where it has neither title nor link."""
    title, text, url = one_line(plain(row.title), LONGEST_TITLE), plain(row.text), join(markup.base, row.link) or ""
    if not title and not url:
        return None
    told = parse_date(plain(row.date), zone=source.timezone, formats=rule.formats, now=now) if row.date else None
    when = Dated(told.at, told.on, "row") if told else in_address(url, now=now)
    return _entry(source, title, url, text, when)


def _draft(source: Source, rule: _Rule, markup: Markup, row: HtmlElement, now: datetime) -> Draft | None:
    """One row; None where it has neither title nor link, as the head of a table."""
    title, url = _title(rule, row), _link(rule, markup, row)
    if not title and not url:
        return None
    text = clean(rule.text.first(row)) if rule.text else ""
    when = _dated(source, rule, row, url, now)
    return _entry(source, title, url, text, when)


def _entry(source: Source, title: str, url: str, text: str, when: Dated) -> Draft:
    """What was read of a row; one without a title is called by its address."""
    return Draft(
        title=title or one_line(url, LONGEST_TITLE),
        url=url,
        text=text,
        published=when.published,
        published_on=when.on,
        language=language_of(f"{title}\n{text}", source.language),
        date_from=when.stood,
    )


def _title(rule: _Rule, row: HtmlElement) -> str:
    """The title; where the page prints it shortened, the whole one that the element's own `title` attribute keeps."""
    found = next(rule.title.every(row), None) if rule.title else None
    if found is None:
        return ""
    title, whole = (
        _BULLET.sub("", one_line(found.value, LONGEST_TITLE)),
        one_line(found.element.get("title") or "", LONGEST_TITLE),
    )
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
            return Dated(when.at, when.on, "address" if rule.date_is_in_link else "row")
    return in_address(url, now=now)


def _shortest(row: HtmlElement) -> str:
    """The parts of a row that are no links: dates stand beside the title, and a title may hold dates of its own."""
    linked = {line for link in row.iter("a") for line in to_text(link).split("\n")}
    return " ".join(line for line in to_text(row).split("\n") if line not in linked)


def _further(source: Source, rule: _Rule, markup: Markup, page: Page) -> _Further:
    """The next page as the page itself names it; pages that are only numbered are counted by the pipeline."""
    paging = source.paging
    if paging is not None and paging.by == "cursor":
        said = _paging_rule(source, "next", paging.next)
        return _Further(cursor=said.first(markup.root)[:_LONGEST_CURSOR] or None) if said else _Further()
    named = _paging_rule(source, "next", paging.next) if paging is not None and paging.by == "next" else rule.next
    links = (join(markup.base, found.value) for found in named.every(markup.root)) if named else ()
    return _Further(url=next((link for link in links if link and normalise(link) != normalise(page.url)), None))


def _total(source: Source, markup: Markup) -> int | None:
    said = _paging_rule(source, "total", source.paging.total) if source.paging else None
    return whole_number(said.first(markup.root)) if said else None


def _paging_rule(source: Source, key: str, spelled: str | None) -> Expression | None:
    return compiled(compile_expression, source, f"paging.{key}", spelled)
