"""The table of `sources list`: what needs a person first, what is wrong and what to try beneath the row, and a sum."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cgtwatch.cli.show import EMPTY, shown

Row = Mapping[str, Any]
# In the order of what a person can do something about; the rest of the words of `diff.health` mean that all is well, or nothing yet.
_FIRST = ("blocked", "broken", "changed shape", "held", "silent", "slow", "unverified")
_STYLES = {"ok": "green", "off": "dim", "waiting": "dim", "blocked": "red", "broken": "red", "changed shape": "red"}
_TIMES = {"last_ok": "success", "last_new": "new item", "expected_next": "expected", "next_poll": "next visit"}
_LONGEST = 38  # characters of an id that are worth a column of this width
_STEPS = ((timedelta(days=2), "d", 86400), (timedelta(hours=2), "h", 3600), (timedelta(minutes=2), "min", 60))


def away(at: str | None, now: datetime) -> str:
    """How far an instant (ISO) lies from `now`, in one unit: `3h ago`, `in 2d`, `now`."""
    if not at:
        return EMPTY
    ahead = datetime.fromisoformat(at) - now
    for least, unit, seconds in _STEPS:
        if abs(ahead) >= least:
            count = round(abs(ahead).total_seconds() / seconds)
            return f"in {count}{unit}" if ahead > timedelta() else f"{count}{unit} ago"
    return "now"


def print_health(rows: Iterable[Row], now: datetime, *, off: bool) -> None:
    """`rows` of `ops.sources.health_rows` for a person; those switched off only where `off` says so."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    every = list(rows)
    kept = sorted((row for row in every if off or row["enabled"]), key=_rank)
    console = Console(highlight=False)
    if kept:
        lines = _lines(kept, now, console.width)
        console.print(Text(lines[0][0], style="bold"), no_wrap=True, overflow="ellipsis")
        for row, (line, start, end) in zip(kept, lines[1:], strict=True):
            text = Text(line)
            text.stylize(_STYLES.get(state(row), "yellow"), start, end)
            console.print(text, no_wrap=True, overflow="ellipsis")
            for word, said in (("", row["what"]), ("try: ", row["hint"])):
                if said and state(row) != "waiting":
                    console.print(Padding(Text(word + shown(said), style="dim" if word else ""), (0, 0, 0, 4)))
    console.print(_sum(every, off))


def state(row: Row) -> str:
    """The word of `diff.health`, told further apart: what the guard holds, and what was never visited."""
    if row["enabled"] and row["last_visit"] is None:
        return "waiting"
    if row["held"] and row["error"] is not None:
        return "held"
    return str(row["health"])


def _rank(row: Row) -> int:
    word = state(row)
    return _FIRST.index(word) if word in _FIRST else len(_FIRST) + (word == "off")


def _lines(rows: Sequence[Row], now: datetime, width: int) -> list[tuple[str, int, int]]:
    """The header and a line for each row, with where the word for its health stands; columns that do not fit are left away."""
    cells = [["id", "health", *_TIMES.values(), "items"]]
    cells += [[row["id"], state(row), *(away(row[name], now) for name in _TIMES), str(row["items"])] for row in rows]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    widths[0] = min(widths[0], max(_LONGEST, width - 60))
    columns = list(range(len(widths)))
    while len(columns) > 2 and sum(widths[n] + 2 for n in columns) - 2 > width:
        columns.pop()
    start = widths[0] + 2
    return [("  ".join(_cell(line[n], widths[n]) for n in columns).rstrip(), start, start + widths[1]) for line in cells]


def _cell(text: str, width: int) -> str:
    return (text if len(text) <= width else f"{text[: width - 1]}…").ljust(width)


def _sum(rows: Sequence[Row], off: bool) -> str:
    if not rows:
        return "No source in the file."
    words = Counter(state(row) for row in rows if row["enabled"])
    on = sum(words.values())
    told = ", ".join(f"{count} {word}" for word, count in words.most_common())
    rest = len(rows) - on
    hidden = "" if off or not rest else " (--off shows them)"
    return f"\n{on} switched on{': ' + told if told else ''}; {rest} off{hidden}"
