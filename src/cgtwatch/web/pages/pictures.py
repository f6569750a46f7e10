"""Pictures drawn on the server: events per week and place as stacked bars, measured in percent so that letters keep their size."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cgtwatch.compose.words import Words

WEEKS, GROUPS = 26, 6
HEIGHT, _TOP, _FLOOR = 150, 14, 126  # pixels: of the picture, of the highest bar's upper edge, of the line that bars stand on
_GAP = 0.22  # of a week's width
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Group:
    """What one colour stands for. `place` is a jurisdiction's code; empty: all the others."""

    place: str
    name: str
    shade: str  # class of the colour
    total: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar, in pixels from above."""

    shade: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A week, from `x` percent on; `said` is all of it in words, `numbers` are in the order of the groups."""

    first: date
    said: str
    x: float
    pieces: tuple[Piece, ...]
    numbers: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on an axis: where it stands, and the word."""

    at: float
    said: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the template draws. `width` is a bar's, in percent; `rungs` are the lines of the scale; empty without any act."""

    title: str
    about: str
    groups: tuple[Group, ...]
    bars: tuple[Bar, ...]
    width: float
    months: tuple[Mark, ...]
    rungs: tuple[Mark, ...]
    height: int = HEIGHT
    floor: int = _FLOOR


def weeks_until(today: date) -> list[date]:
    """The Mondays of the last weeks, that of `today` last."""
    this = today - timedelta(days=today.weekday())
    return [this - _WEEK * back for back in reversed(range(WEEKS))]


def weeks_picture(counts: Iterable[tuple[date, str, int]], today: date, said: Words) -> Picture:
    """Acts per week; `counts` are day, jurisdiction and number. The places with most acts have a colour, the rest share one."""
    mondays = weeks_until(today)
    table: dict[date, Counter[str]] = {monday: Counter() for monday in mondays}
    for day, place, number in counts:
        week = table.get(day - timedelta(days=day.weekday()))
        if week is not None:
            week[place.partition("-")[0]] += number
    groups = _groups(table.values(), said)
    tallest = max((sum(week.values()) for week in table.values()), default=0)
    scale = _scale(tallest)
    step = 100 / len(mondays)
    bars = tuple(_bar(monday, step * n, table[monday], groups, scale, said) for n, monday in enumerate(mondays))
    total = sum(bar.total for bar in bars)
    return Picture(
        title=said.say("weeks_title"),
        about=said.count("weeks_about", total, first=said.day(mondays[0]), last=said.day(today), most=tallest),
        groups=groups if total else (),
        bars=bars if total else (),
        width=round(step * (1 - _GAP), 3),
        months=tuple(_months(mondays, step, said)),
        rungs=tuple(Mark(round(_y(value, scale), 1), str(value)) for value in (scale // 2, scale) if value),
    )


def _groups(weeks: Iterable[Counter[str]], said: Words) -> tuple[Group, ...]:
    totals: Counter[str] = Counter()
    for week in weeks:
        totals.update(week)
    known = sorted((place for place in totals if place), key=lambda place: (-totals[place], place))[:GROUPS]
    rest = totals.total() - sum(totals[place] for place in known)
    named = [Group(place, said.place(place), f"k{n}", totals[place]) for n, place in enumerate(known, start=1)]
    return (*named, Group("", said.say("weeks_others"), "k0", rest)) if rest else tuple(named)


def _bar(monday: date, x: float, week: Counter[str], groups: Sequence[Group], scale: int, said: Words) -> Bar:
    named = {group.place for group in groups if group.place}
    others = sum(number for place, number in week.items() if place not in named)
    numbers = tuple(week[group.place] if group.place else others for group in groups)
    pieces, below = [], 0
    for group, number in zip(groups, numbers, strict=True):
        if number:
            top = _y(below + number, scale)
            pieces.append(Piece(group.shade, round(top, 1), round(_y(below, scale) - top, 1)))
            below += number
    lines = [said.say("colon", a=said.say("weeks_of", day=said.day(monday)), b=below)]
    lines += (f"{group.name} {number}" for group, number in zip(groups, numbers, strict=True) if number)
    return Bar(monday, "\n".join(lines), round(x, 3), tuple(pieces), numbers, below)


def _scale(most: int) -> int:
    """The least even number of a readable kind that is not below `most`."""
    for power in (1, 10, 100, 1_000, 10_000, 100_000):
        for step in (2, 4, 6, 8, 10):
            if step * power >= most:
                return step * power
    return most


def _y(value: float, scale: int) -> float:
    return _FLOOR - (_FLOOR - _TOP) * value / scale


def _months(mondays: Sequence[date], step: float, said: Words) -> Iterable[Mark]:
    """The name of each month at the first Monday in it; the year where it begins. None at the right edge, where it has no room."""
    for n, monday in enumerate(mondays[:-1]):
        if monday.day <= 7:
            yield Mark(round(step * n, 3), said.say("weeks_month", month=said.tables["months"][monday.month - 1]))
