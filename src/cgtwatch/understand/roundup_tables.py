"""Entries of tables that say in their head which column is the day, which the authority and which the act."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from cgtwatch.understand.dates_mask import fold
from cgtwatch.understand.dates_spot import spot
from cgtwatch.understand.roundup_entry import Entry

_FEWEST = 3
_LONGEST_LABEL = 24  # characters; what heads a column is a word or two
_LONGEST_NAME = 300
_WHEN = re.compile(r"(?:时间|日期|年份|年月)$|^(?:date|issued|when|time|month|published|issue date|release date)$", re.IGNORECASE)
_WHO = re.compile(
    r"(?:机构|主体|部门|单位|机关|部委|发布者)$|^(?:authority|issuer|agency|body|department|regulator|issued by|organi[sz]ation|institution)$",
    re.IGNORECASE,
)
_WHAT = re.compile(
    r"(?:名称|文件|政策|标题|法规|法律|文件名)$|^(?:document|title|policy|name|act|guideline|guidance|regulation|measure|development)s?$",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-:=\s]*")
_MONTH = re.compile(r"(?P<y>(?:19|20)\d{2})\s?(?:年\s?|[-./])(?P<m>\d{1,2})\s?月?")
_NAME = re.compile(r"《(?P<name>(?:[^《》]|《[^《》]*》){4,160})》(?P<mark>[^《》|]{0,20})$")
_MARKS = " *#`\t\u3000"


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands between two bars or breaks."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(slots=True)
class _Row:
    """What of a row is known so far."""

    on: date | None = None
    span: tuple[int, int] | None = None
    who: str = ""
    rest: list[str] = field(default_factory=list)


def by_columns(text: str) -> list[Entry]:
    """One entry a row, for tables of which every row is a line; else of those whose cells are lines and whose acts stand in 《》."""
    if "|" not in text and "\t" not in text:
        return []
    return _by_rows(text) or _by_cells(text)


def _by_rows(text: str) -> list[Entry]:
    entries: list[Entry] = []
    columns: tuple[int, int, int] | None = None
    before = _Row()
    for cells in _rows(text):
        found = _columns([cell.text for cell in cells])
        if found:
            columns, before = found, _Row()
            continue
        if columns is None or len(cells) <= max(columns):
            continue
        when, who, what = (cells[place] for place in columns)
        on = _day(when.text)
        if on:
            before.on, before.span = on, (when.start, when.end)
        before.who = who.text or before.who
        if before.on is None or not what.text:
            continue
        rest = "\n".join(cell.text for place, cell in enumerate(cells) if place not in columns)
        entries.append(_entry(before, what, what.text.strip("《》"), rest))
    return entries if len(entries) >= _FEWEST else []


def _rows(text: str) -> Iterator[list[_Cell]]:
    """The cells of every line with at least two bars, or tabs; empty ones count."""
    position = 0
    for line in text.split("\n"):
        bar = "|" if line.count("|") >= 2 else "\t" if line.count("\t") >= 2 else ""
        if bar and not _RULE.fullmatch(line.replace(bar, "")):
            cells = list(_split(line, bar, position))
            # The bars at both ends of a line hold nothing before and behind them.
            first = 1 if bar == "|" and not cells[0].text else 0
            last = len(cells) - 1 if bar == "|" and not cells[-1].text else len(cells)
            yield cells[first:last]
        position += len(line) + 1


def _split(line: str, bar: str, position: int) -> Iterator[_Cell]:
    for part in line.split(bar):
        stripped = part.strip(_MARKS)
        yield _Cell(position + (part.index(stripped) if stripped else 0), stripped)
        position += len(part) + 1


def _columns(labels: Sequence[str]) -> tuple[int, int, int] | None:
    """The places of day, authority and act in the head of a table."""
    if any(len(label) > _LONGEST_LABEL for label in labels):
        return None
    places = [next((place for place, label in enumerate(labels) if form.search(label)), None) for form in (_WHEN, _WHO, _WHAT)]
    when, who, what = places
    return (
        (when, who, what) if when is not None and who is not None and what is not None and len({when, who, what}) == 3 else None
    )


def _by_cells(text: str) -> list[Entry]:
    """Cells one below the other: a day opens a row, and every act in it has its authority beside it."""
    cells = list(_cells(text))
    head = next((k for k in range(len(cells) - 2) if _columns([cell.text for cell in cells[k : k + 5]])), None)
    if head is None:
        return []
    columns = _columns([cell.text for cell in cells[head : head + 5]]) or (0, 0, 0)
    authority_first = columns[1] < columns[2]
    entries: list[Entry] = []
    row = _Row()
    for place in range(head, len(cells)):
        cell = cells[place]
        on = _day(cell.text)
        name = _NAME.match(cell.text)
        if on:
            row = _Row(on, (cell.start, cell.end))
        elif name and row.on:
            beside = cells[place - 1] if authority_first else cells[min(place + 1, len(cells) - 1)]
            row.who = beside.text if not _day(beside.text) and not _NAME.match(beside.text) else row.who
            after = cells[place + 1].text if place + 1 < len(cells) and authority_first else ""
            entries.append(_entry(row, cell, name["name"], name["mark"] + "\n" + after))
    return entries if len(entries) >= _FEWEST else []


def _cells(text: str) -> Iterator[_Cell]:
    for match in re.finditer(r"[^|\n\t]+", text):
        stripped = match[0].strip(_MARKS)
        if stripped:
            yield _Cell(match.start() + match[0].index(stripped), stripped)


def _entry(row: _Row, what: _Cell, name: str, rest: str) -> Entry:
    chinese = any(char > "\u2e80" for char in row.who + name)
    mark = "（征求意见稿）" if "征求意见" in rest[:40] and "征求意见" not in name else ""
    title = f"{row.who}发布《{name}》{mark}" if chinese else f"{row.who} issued {name}"
    return Entry(what.start, what.end, title[:_LONGEST_NAME], rest.strip(), row.on, name=name + mark, day_span=row.span)


def _day(cell: str) -> date | None:
    """The day that a cell holds and nothing else; of a month its first."""
    if len(cell) > _LONGEST_LABEL:
        return None
    folded = fold(cell)
    days = spot(folded, None, None)
    if len(days) == 1 and not (folded[: days[0].start] + folded[days[0].end :]).strip(" .()"):
        return days[0].day
    month = _MONTH.fullmatch(folded)
    return date(int(month["y"]), int(month["m"]), 1) if month and 1 <= int(month["m"]) <= 12 else None
