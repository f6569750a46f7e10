"""Events as a table: the columns that people sort and count by, as CSV for anything and as a workbook with true dates and links."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent
from cgtwatch.text.clean import one_line

LONGEST_CELL = 2000  # characters; Excel takes 32,767
_MOST_LINKS = 60_000  # of a sheet; Excel takes 65,530
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


def as_workbook(heads: Iterable[str], found: Iterable[dict[str, Any]], about: About, title: str) -> bytes:
    """An Office Open XML workbook: the head stays in sight, can be filtered by, days are days and addresses are links."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "C2"
    for place, width in enumerate(COLUMNS.values()):
        sheet.column_dimensions[_letter(place)].width = width
    sheet.append([_styled(sheet, text, Font(bold=True)) for text in heads])
    number = 1
    for number, row in enumerate(found, start=2):
        sheet.append([_cell(sheet, name, row[name], number) for name in COLUMNS])
    sheet.auto_filter.ref = f"A1:{_letter(len(COLUMNS) - 1)}{number}"
    told = book.create_sheet(about.sheet[:31])
    told.column_dimensions["A"].width, told.column_dimensions["B"].width = 24, 90
    for name, value in about.lines:
        told.append([_styled(told, name, Font(bold=True)), _text(told, value)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


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


_LINK = Font(color="0563C1", underline="single")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def _cell(sheet: Any, name: str, value: object, number: int) -> object:  # noqa: ANN401 - a sheet that is only written
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.replace(tzinfo=None))  # a workbook knows no zones; the head says UTC
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
        return cell
    if not value:
        return None
    cell = _text(sheet, str(value))
    if name in ("link", "page") and number <= _MOST_LINKS // 2:
        cell.hyperlink = str(value)
        cell.font = _LINK
    elif name == "title":
        cell.alignment = _WRAPPED
    return cell


def _text(sheet: Any, value: str) -> Cell:  # noqa: ANN401
    """A text that stays one: what begins with `=` would be taken for a formula."""
    cell: Cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _styled(sheet: Any, value: str, font: Font) -> Cell:  # noqa: ANN401
    cell = _text(sheet, value)
    cell.font = font
    return cell


def _letter(place: int) -> str:
    return chr(ord("A") + place)
