"""Events as a table: the columns that people sort and count by, as CSV for anything; see `workbook` for one with true dates and links."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent
from cgtwatch.text.clean import one_line

LONGEST_CELL = 2000  # characters; Excel takes 32,767
# What a spreadsheet takes for a formula (OWASP, CSV Injection); in East Asian versions the wide forms are taken too.
_FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
# Columns with the width of each in the workbook.
COLUMNS = {
    "date": 12, "title": 64, "issuers": 28, "jurisdiction": 16, "level": 14, "doc_type": 16, "stage": 16, "modalities": 26,
    "importance": 12, "document_number": 22, "document_date": 14, "effective_date": 14, "comment_deadline": 16, "source": 26,
    "link": 40, "page": 30, "first_seen": 18, "last_changed": 18, "id": 20,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What the second sheet says: lines of a name and a value."""

    sheet: str
    lines: tuple[tuple[str, str], ...]


def rows(events: Iterable[PolicyEvent], context: DigestContext, words: Words) -> Iterator[dict[str, Any]]:
    """A row an event, with the names of `COLUMNS`: texts in the reader's words, days and instants (UTC) as such, None where nothing is."""
    base = (context.public_url or "").rstrip("/")
    for event in events:
        labels = event.labels
        yield {
            "date": event.on,
            "title": one_line(event.title, LONGEST_CELL),
            "issuers": words.issuers(labels.issuers, context.issuer_names),
            "jurisdiction": words.place(labels.jurisdiction),
            "level": words.name("levels", labels.level),
            "doc_type": words.name("doc_types", labels.doc_type),
            "stage": words.name("stages", labels.stage),
            "modalities": words.say("comma").join(words.name("modalities", one) for one in labels.modalities),
            "importance": words.name("importances", labels.importance),
            "document_number": one_line(labels.document_number or "", 200),
            "document_date": labels.document_date,
            "effective_date": labels.effective_date,
            "comment_deadline": labels.comment_deadline,
            "source": words.pick(context.source_names.get(event.source), event.source),
            "link": safe_link(event.url),
            "page": safe_link(f"{base}/events/{event.id}") if base else "",
            "first_seen": event.first_seen,
            "last_changed": event.last_changed,
            "id": event.id,
        }


def as_csv(heads: Iterable[str], found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), with the mark by which Excel knows UTF-8; nothing in them can act as a formula."""
    yield "\ufeff" + _line(list(heads))
    for row in found:
        yield _line([_plain(row[name]) for name in COLUMNS])


def _line(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value or "")
    return f"'{text}" if text.startswith(_FORMULA) else text
