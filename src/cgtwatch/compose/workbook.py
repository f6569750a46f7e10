"""Events as a workbook; apart from the table itself, because its library is only loaded when somebody wants one."""

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font

from cgtwatch.compose.table import COLUMNS, About

_MOST_LINKS = 60_000  # of a sheet; Excel takes 65,530
_LINK = Font(color="0563C1", underline="single")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


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
