"""Records of an API's answer to drafts, by the JMESPath expressions of the source's `api` rule."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Attachment, Draft, Parsed
from cgtwatch.model.source import ApiRule, Source
from cgtwatch.parse import MOST_ENTRIES, Page
from cgtwatch.parse.answer import Answer, ensure_ok, expression, read_answer, records
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.drafts import Dated, attachment, in_address, in_order, language_of, plain, title_of, whole_number
from cgtwatch.parse.records import Path, Template, compile_link, compile_path, text_of
from cgtwatch.parse.select import Expression, compile_expression
from cgtwatch.text.clean import one_line
from cgtwatch.text.dates import parse_date
from cgtwatch.text.html import parse_html, to_text
from cgtwatch.text.urls import join, normalise

MOST_OF_A_WHOLE = 60_000  # records of an answer that holds all there are; the largest known has 40,000
_LONGEST_FIELD = 2000
_LONGEST_CURSOR = 4000
_MOST_ATTACHMENTS = 50
_URL_KEYS = (
    "url",
    "href",
    "link",
    "fileurl",
    "file_url",
    "downloadurl",
    "download_url",
    "path",
    "filepath",
    "file_path",
    "src",
    "#text",
)
_NAME_KEYS = ("name", "title", "filename", "file_name", "label", "text", "description")
_SLASHED_DATE = re.compile(r"\\?/Date\((-?\d{1,14})(?:[+-]\d{4})?\)\\?/")
_HIGHLIGHT = re.compile(r"(?:<|&lt;)/?(?:em|b|strong|font|span|mark|i)\b[^<>&]{0,100}(?:>|&gt;)", re.IGNORECASE)
_EPOCHS = ((14, 1_000_000), (11, 1000), (8, 1))  # digits from which a number is in micro-, milliseconds, seconds


@dataclass(slots=True)
class _Rule:
    """The compiled rule of one source."""

    source: Source
    page: Page
    rule: ApiRule
    title: Path
    key: Path | None
    link: Path | Template | None
    date: Path | None
    text: Path | None
    attachments: Path | None
    fields: tuple[tuple[str, Path], ...]
    html: dict[str, Expression]
    formats: tuple[str, ...]


@dataclass(slots=True)
class _Collected:
    """The drafts of an answer as they come, without records printed twice."""

    rule: _Rule
    most: int
    drafts: list[Draft | None] = field(default_factory=list)
    seen: set[Draft] = field(default_factory=set)
    count: int = 0

    def take(self, row: object) -> None:
        self.count += 1
        if self.count > self.most:
            return
        draft = _draft(self.rule, row)
        if draft is None or draft not in self.seen:
            self.drafts.append(draft)
        if draft is not None:
            self.seen.add(draft)


def parse(source: Source, page: Page) -> Parsed:
    """The records of an answer in its order: at most 2,000, or 60,000 where the answer holds every record there is.

    An answer without records gives no drafts and a warning. Raises `ParseError` where it is broken, an error in disguise, of
    another shape, or something else altogether.
    """
    compiled = _compiled(source, page)
    rule = compiled.rule
    collected = _Collected(compiled, MOST_OF_A_WHOLE if rule.whole else MOST_ENTRIES)
    answer = read_answer(source, page, rule, collected.take)
    if not answer.taken or not collected.count:
        for row in records(source, rule, answer.document):
            collected.take(row)
    else:
        ensure_ok(source, rule, answer.document)
    ordered = in_order(collected.drafts)
    warnings = [*answer.warnings, *ordered.warnings]
    capped = collected.count > collected.most
    if capped:
        warnings.append(f"only the first {collected.most} of {collected.count} records were read")
    if not collected.count:
        warnings.append(f"api.items {rule.items!r} finds an empty list in an answer of {len(page.body)} bytes")
    return _paged(compiled, answer, Parsed(ordered.drafts, None, "", tuple(warnings), answer.encoding, capped))


def _compiled(source: Source, page: Page) -> _Rule:
    """Raises `ParseError` that names the key where an expression is wrong."""
    rule = source.api
    if rule is None:
        raise ParseError(f"{source.id}: kind api needs an api rule with items")

    def path(key: str) -> Path | None:
        return compiled(compile_path, source, f"api.{key}", getattr(rule, key))

    return _Rule(
        source=source,
        page=page,
        rule=rule,
        title=expression(source, "title", rule.title),
        key=path("key"),
        link=compiled(compile_link, source, "api.link", rule.link),
        date=path("date"),
        text=path("text"),
        attachments=path("attachments"),
        fields=tuple((name, expression(source, f"fields.{name}", spelled)) for name, spelled in rule.fields),
        html={part: compiled(compile_expression, source, f"api.html.{part}", spelled) for part, spelled in rule.html},
        formats=(rule.date_format,) if rule.date_format else (),
    )


def _draft(rule: _Rule, row: object) -> Draft | None:
    """One record; None where it holds neither title, link nor text."""
    url = _link(rule, row)
    text = _body(rule, row)
    raw_title = _unlit(_markup(rule, "title", rule.title.find(row)))
    guid = one_line(_markup(rule, "key", rule.key.find(row)), 1000) or None if rule.key else None
    if not (url or text or guid or plain(raw_title)):
        return None
    title = title_of(raw_title, text, url) or one_line(guid or "", _LONGEST_FIELD)
    when = _dated(rule, row, url)
    return Draft(
        title=title,
        url=url,
        guid=guid,
        text=text,
        published=when.published,
        published_on=when.on,
        attachments=_attachments(rule, row),
        language=language_of(f"{title}\n{text}", rule.source.language),
        date_from=when.stood,
    )


def _unlit(title: str) -> str:
    """A title without the marks of a search, which some answers escape."""
    return _HIGHLIGHT.sub("", title) if "&lt;" in title or "<" in title else title


def _link(rule: _Rule, row: object) -> str:
    if rule.link is None:
        return ""
    found = rule.link.find(row)
    links = _html_values(rule, "link", found) if "link" in rule.html else _strings(found)
    return next((url for link in links if (url := join(rule.page.url, link))), "")


def _body(rule: _Rule, row: object) -> str:
    """The text, and below it the further fields, a line each."""
    text = plain(_markup(rule, "text", rule.text.find(row))) if rule.text else ""
    lines = [
        f"{name}: {value}"
        for name, path in rule.fields
        if (value := one_line(plain(_markup(rule, name, path.find(row))), _LONGEST_FIELD))
    ]
    return "\n".join([text, *lines] if text else lines)


def _markup(rule: _Rule, part: str, value: object) -> str:
    """The value as text or markup; where the rule says how to read this part as HTML, what it finds in it."""
    return next(iter(_html_values(rule, part, value)), "") if part in rule.html else text_of(value)


def _html_values(rule: _Rule, part: str, value: object) -> list[str]:
    root = parse_html("\n".join(_strings(value)))
    return [] if root is None else [found.value for found in rule.html[part].every(root)]


def _strings(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in map(text_of, values) if text.strip()]


def _dated(rule: _Rule, row: object, url: str) -> Dated:
    """The record's own date; else the day that the address holds."""
    if rule.date:
        found = rule.date.find(row)
        values = _html_values(rule, "date", found) if "date" in rule.html else _written_dates(found)
        for value in values:
            when = parse_date(value, zone=rule.source.timezone, formats=rule.formats, now=rule.page.now)
            if when:
                return Dated(when.at, when.on, "row")
    return in_address(url, now=rule.page.now)


def _written_dates(value: object) -> list[str]:
    """A date as text: numbers are moments since 1970 or days without marks, `[2026, 7, 8]` and `/Date(…)/` are what some libraries write."""
    if isinstance(value, list):
        if 3 <= len(value) <= 7 and all(type(part) is int for part in value):
            year, month, day = value[:3]
            try:
                return [date(year, month, day).isoformat()]
            except (ValueError, OverflowError):
                return []
        return [text for inner in value[:10] for text in _written_dates(inner)]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [_epoch_text(value)]
    text = plain(text_of(value))
    slashed = _SLASHED_DATE.search(text)
    return [_epoch_text(int(slashed[1]))] if slashed else [text] if text else []


def _epoch_text(value: float) -> str:
    """A number as digits that the reader of dates knows: ten for seconds, thirteen for milliseconds, eight for a day."""
    if not abs(value) < 1e17:  # NaN is not
        return ""
    digits = str(int(value))
    if len(digits) in (8, 10, 13, 14) and digits.isdigit():
        return digits
    scale = next((scale for least, scale in _EPOCHS if len(digits.lstrip("-")) > least), 1)
    return f"{int(value) // scale:010d}" if value >= 0 else ""


def _attachments(rule: _Rule, row: object) -> tuple[Attachment, ...]:
    """Linked documents: addresses, objects that hold one, a JSON text of them, or links inside HTML."""
    if rule.attachments is None:
        return ()
    value = rule.attachments.find(row)
    base = rule.page.url
    if "attachments" in rule.html:
        root = parse_html("\n".join(_strings(value)))
        every = rule.html["attachments"].every(root) if root is not None else ()
        found = [attachment(base, one.value, to_text(one.element)) for one in every]
    else:
        found = [_linked(base, one) for one in _listed(value)]
    return tuple(dict.fromkeys(one for one in found if one))[:_MOST_ATTACHMENTS]


def _listed(value: object) -> Sequence[object]:
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ()
    return value[:_MOST_ATTACHMENTS] if isinstance(value, list) else [value]


def _linked(base: str, one: object) -> Attachment | None:
    if isinstance(one, dict):
        lowered = {str(key).lower(): value for key, value in one.items()}
        url = next((lowered[key] for key in _URL_KEYS if isinstance(lowered.get(key), str)), None)
        name = next((lowered[key] for key in _NAME_KEYS if isinstance(lowered.get(key), str)), None)
        return attachment(base, url, name)
    return attachment(base, one, None)


def _paged(rule: _Rule, answer: Answer, parsed: Parsed) -> Parsed:
    """With what `paging` finds: where further records are, and how many there are."""
    paging = rule.source.paging
    if paging is None:
        return parsed

    def found(key: str, spelled: str | None) -> Any:  # noqa: ANN401 - the JSON border
        return expression(rule.source, f"paging.{key}", spelled).find(answer.document) if spelled else None

    next_url = cursor = None
    if parsed.drafts and paging.by in ("next", "cursor"):
        said = one_line(text_of(found("next", paging.next)), _LONGEST_CURSOR)
        if paging.by == "cursor":
            cursor = said or None
        elif said and (url := join(rule.page.url, said)) and normalise(url) != normalise(rule.page.url):
            next_url = url
    total = whole_number(text_of(found("total", paging.total)))
    return Parsed(
        parsed.drafts, next_url, parsed.title, parsed.warnings, parsed.encoding, parsed.truncated, cursor=cursor, total=total
    )
