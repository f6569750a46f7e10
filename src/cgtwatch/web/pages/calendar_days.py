"""What stands on which day: deadlines and effective dates as a month's grid and as a list of days. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cgtwatch.compose.words import Words
from cgtwatch.store.outlook import Due

KINDS = {"deadline": "comment_deadline", "effective": "effective_date"}  # in an address, and the label that it is
AHEAD = 91  # days that the list of what is coming looks forward
IN_CELL = 4  # entries; the list has the others
_DAY, _WEEK = timedelta(days=1), 7
_FIRST, _LAST = date(1990, 1, 1), date(2099, 12, 1)  # months that are shown; no act is older, no deadline later
Free = Callable[[str | None, date], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on a day. `tone` is its class; `left` says how long a deadline still is, `free` that the day is none of work there."""

    id: str
    title: str
    place: str
    issuers: str
    kind: str
    tone: str
    left: str
    free: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its entries. `when` says where it lies: past, today, coming."""

    on: date
    name: str
    weekday: str
    when: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in the grid; `inside`: it belongs to the month."""

    day: Day
    inside: bool
    more: int

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The entries that have room."""
        return self.day.entries[:IN_CELL]


@dataclass(frozen=True, slots=True)
class Span:
    """The days looked at: those of a month's whole weeks, or from today on where no month is asked for."""

    month: date
    first: date
    last: date


def month_of(text: str) -> date | None:
    """The first day of the month `2026-07`; None for anything else."""
    year, _, number = text.partition("-")
    if len(text) != 7 or not (year + number).isascii() or not (year + number).isdigit():
        return None
    try:
        found = date(int(year), int(number), 1)
    except ValueError:
        return None
    return found if _FIRST <= found <= _LAST else None


def span_of(month: date) -> Span:
    """The whole weeks of a month, Monday first (ISO 8601)."""
    following = next_month(month)
    last = following - _DAY
    return Span(month, month - _DAY * month.weekday(), last + _DAY * (6 - last.weekday()))


def next_month(month: date) -> date:
    """The first of the month after."""
    return (month.replace(day=28) + 4 * _DAY).replace(day=1)


def month_before(month: date) -> date:
    """The first of the month before."""
    return (month - _DAY).replace(day=1)


def each_once(found: Iterable[Due]) -> list[Due]:
    """An act once on a day, whichever of its reports tells of it; the one that the others are named after, where it does."""
    kept: dict[tuple[date, str, str], Due] = {}
    for one in found:
        key = (one.on, one.kind, one.cluster)
        if key not in kept or one.event == one.cluster:
            kept[key] = one
    return list(kept.values())


def entry(due: Due, today: date, said: Words, issuers: str, free: str) -> Entry:
    """A line of a day."""
    deadline = due.kind == "comment_deadline"
    near = deadline and 0 <= (due.on - today).days <= _WEEK
    tone = ("urgent" if near else "calm") if deadline else "badge"
    left = said.days_left(due.on, today) if deadline and due.on >= today else ""
    name = said.say("calendar_deadline" if deadline else "calendar_effective")
    return Entry(due.event, due.title, said.place(due.jurisdiction), issuers, name, tone, left, free)


def days(entries: Iterable[tuple[date, Entry]], today: date, said: Words) -> list[Day]:
    """The days that have something, in order."""
    filed: dict[date, list[Entry]] = {}
    for on, one in entries:
        filed.setdefault(on, []).append(one)
    return [day(on, filed[on], today, said) for on in sorted(filed)]


def first_entries(every: Sequence[Day], most: int) -> tuple[list[Day], bool]:
    """The first days that together have no more than `most` entries, one day at least; and whether that leaves any out."""
    found: list[Day] = []
    count = 0
    for one in every:
        count += len(one.entries)
        if found and count > most:
            return found, True
        found.append(one)
    return found, False


def day(on: date, entries: Sequence[Entry], today: date, said: Words) -> Day:
    """A day in words."""
    when = "today" if on == today else "past" if on < today else "coming"
    return Day(on, said.day(on), said.tables["weekdays"][on.weekday()], when, tuple(entries))


def grid(span: Span, found: Iterable[Day], today: date, said: Words) -> list[list[Cell]]:
    """The weeks of a month, a cell a day."""
    known = {one.on: one for one in found}
    cells = []
    for n in range((span.last - span.first).days + 1):
        on = span.first + n * _DAY
        one = known.get(on) or day(on, (), today, said)
        cells.append(Cell(one, on.month == span.month.month, max(0, len(one.entries) - IN_CELL)))
    return [cells[start : start + _WEEK] for start in range(0, len(cells), _WEEK)]
