"""How rows are shown: tables and colour on a person's terminal, JSON lines in a pipe."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

Row = Mapping[str, Any]
EMPTY = "–"
PROSE = frozenset(
    {"title", "subject", "error", "what", "hint", "filter", "changes", "why", "answer", "note", "found", "mend", "url", "to"}
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
Json = Annotated[bool, typer.Option("--json", help="Print JSON lines, also on a terminal.")]


def plain(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    """`value` as JSON knows it: times and days as ISO text, enums by value, tuples as lists."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value


def as_json(json_wanted: bool) -> bool:
    """JSON where asked for, and wherever a program reads us."""
    return json_wanted or not sys.stdout.isatty()


def print_json(row: Row) -> None:
    """One line of JSON, out at once."""
    print(json.dumps(plain(row), ensure_ascii=False), flush=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table for a person; `empty` is said where there is no row.

    Columns stand in the order of their worth: on a narrow terminal the last ones are left away, and only prose is folded.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, cells = Console(), [[shown(cell) for cell in row] for row in rows]
    if not cells:
        console.print(Text(empty, style="dim"))
        return
    kept = _fitting(columns, cells, console.width)
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for n in kept:
        prose = columns[n] in PROSE
        drawn.add_column(columns[n].replace("_", " "), no_wrap=not prose, overflow="fold", ratio=1 if prose else None)
    for row in cells:
        drawn.add_row(*(Text(row[n]) for n in kept))
    console.print(drawn)


def _fitting(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns that fit into `width` characters: prose shares the line and the first of it stays, what is empty everywhere goes first."""
    from rich.cells import cell_len

    kept = [n for n in range(len(columns)) if any(row[n] != EMPTY for row in cells)] or list(range(len(columns)))
    story = next((n for n in kept if columns[n] in PROSE), None)

    def needed(n: int) -> int:
        widest = max(len(columns[n]), *(cell_len(row[n]) for row in cells))
        share = width // (2 + sum(columns[each] in PROSE for each in kept))
        return min(widest, max(20, share)) if columns[n] in PROSE else widest

    while len(kept) > 2 and sum(needed(n) + 1 for n in kept) > width + 1:
        last = next(n for n in reversed(kept) if n != story)
        kept.remove(last if last != kept[0] else kept[-1])
    return kept


def shown(value: object) -> str:
    """`value` as a cell: no None, times to the minute in the reader's own zone, no terminal escapes."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        more = f" +{len(value) - 2}" if len(value) > 3 else ""
        return ", ".join(shown(inner) for inner in (value[:2] if more else value)) + more or EMPTY
    text = value.value if isinstance(value, Enum) else str(value)
    if INSTANT.fullmatch(str(text)):
        return shown(datetime.fromisoformat(str(text)))
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in str(text))


def listing(
    rows: Iterable[Row], json_wanted: bool, columns: Sequence[str], cells: Callable[[Row], Sequence[object]], *, empty: str
) -> None:
    """`rows` as JSON lines or as a table of `cells`."""
    if as_json(json_wanted):
        for row in rows:
            print_json(row)
        return
    table(columns, (cells(row) for row in rows), empty=empty)


def progress(rows: Iterable[Row], total: int | None, what: str) -> Iterator[Row]:
    """The same rows, with a bar on a person's standard error while they come."""
    if not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(what, total=total)
        for row in rows:
            yield row
            if "summary" not in row:
                bar.update(task, advance=1, description=shown(row.get("source") or row.get("subscription") or what))


def note(text: str) -> None:
    """A line for a person, beside the output."""
    print(text, file=sys.stderr, flush=True)
