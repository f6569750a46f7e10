"""The text of tables: Excel workbooks and CSV files, a line for each row."""

import csv
import io
import warnings as python_warnings
from collections.abc import Iterable, Iterator
from datetime import datetime, time

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Article
from cgtwatch.parse.document import Unread
from cgtwatch.parse.package import MOST_TEXT, office
from cgtwatch.parse.told import article_of
from cgtwatch.text.charset import decode
from cgtwatch.text.clean import clean, one_line

_MOST_CELLS = 500_000  # also empty ones: a single cell at the far end of a row makes 16,384
_UNNAMED = ("sheet", "工作表", "表")
# What a file that lies about its own parts makes the library raise.
_BROKEN = (
    InvalidFileException,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    SyntaxError,
)


def read(unread: Unread) -> Article:
    """An Excel workbook: the visible sheets, the values as last computed. Raises `ParseError` where it is broken or a bomb."""
    with office(unread.source.id, unread.name, unread.page.body), python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")  # it tells of every feature of a workbook that it does not know
        try:
            book = openpyxl.load_workbook(io.BytesIO(unread.page.body), read_only=True, data_only=True, keep_links=False)
            text, warnings = _joined(_rows(book))
            hidden = sum(1 for sheet in book.worksheets if sheet.sheet_state != "visible")
            named = book.properties.title
            book.close()
        except _BROKEN as error:
            reason = one_line(str(error) or type(error).__name__, 120)
            raise ParseError(
                f"{unread.source.id}: expected a workbook that can be read, got a broken one as {unread.name!r}: {reason}"
            ) from error
    if hidden:
        warnings.append(f"{hidden} hidden sheet(s) were not read")
    if not text:
        warnings.append("the workbook has no text in it")
    return article_of(unread, text, named, warnings, table=True)


def read_csv(unread: Unread) -> Article:
    """A table as text, its cells set apart by commas, semicolons or tabs."""
    decoded = decode(unread.page.body, unread.page.charset, "text", unread.source.encoding)
    head = decoded.text[:2000].partition("\n")[0]
    comma = max(",;\t", key=head.count)
    lines = decoded.text.splitlines()
    try:
        text, warnings = _joined(csv.reader(lines, delimiter=comma))
    except csv.Error:  # a cell of more than 128 KiB: no table then
        text, warnings = clean(decoded.text[:MOST_TEXT]), []
    return article_of(unread, text, None, warnings, table=True)


def _rows(book: "openpyxl.Workbook") -> Iterator[Iterable[object]]:
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        if not sheet.title.lower().startswith(_UNNAMED):
            yield (sheet.title,)
        sheet.reset_dimensions()  # the size that a sheet says it has may be the largest there is
        yield from sheet.iter_rows(values_only=True)


def _joined(rows: Iterable[Iterable[object]]) -> tuple[str, list[str]]:
    lines: list[str] = []
    cells = characters = 0
    for row in rows:
        values = list(row)
        cells += 1 + len(values)
        line = " | ".join(shown for value in values if (shown := _shown(value)))
        if line:
            lines.append(line)
            characters += len(line)
        if cells > _MOST_CELLS or characters > MOST_TEXT:
            return clean("\n".join(lines)), [f"only the first {len(lines)} rows were read"]
    return clean("\n".join(lines)), []


def _shown(value: object) -> str:
    """A cell as a reader sees it, on one line; a day without its midnight."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return one_line(str(value))
