"""Which days a review is asked for, and in which pieces a long one is shown. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cgtwatch.compose.review import Period

PRESETS = ("month", "last_month", "last_quarter", "year", "last_year")
_DAY = timedelta(days=1)
_FIRST_WEEK = 7  # days
_FIRST, _LAST = date(1990, 1, 1), date(2099, 12, 31)  # no review looks further


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive days of a review that are shown on one page, with how many acts they have."""

    first: date
    last: date
    count: int


def preset(name: str, today: date) -> Period:
    """The period of one of `PRESETS`; this month and this year end today."""
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    if name == "last_month":
        return Period((month - _DAY).replace(day=1), month - _DAY)
    if name == "last_quarter":
        quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        last = quarter - _DAY
        return Period(last.replace(month=last.month - 2, day=1), last)
    if name == "last_year":
        return Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    return Period(year if name == "year" else month, today)


def usual(today: date) -> str:
    """The preset that the page opens with: this month, but in its first week the last one, since there is little to review yet."""
    return "last_month" if today.day <= _FIRST_WEEK else "month"


def period_of(first: str, last: str, today: date) -> tuple[Period, bool]:
    """The period asked for, and whether it was understood: a day that is none stands for the usual one, days are put in order."""
    begin, end = _day(first), _day(last)
    good = (not first or begin is not None) and (not last or end is not None)
    end = end or (today if begin is None or begin <= today else begin)
    begin = begin or (end.replace(day=1) if not last else end.replace(month=1, day=1))
    return (Period(begin, end), good) if begin <= end else (Period(end, begin), False)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST <= found <= _LAST else None


def within(place: str, counts: Iterable[tuple[date, str, int]]) -> dict[date, int]:
    """How many acts each day has in `place` and its parts; empty: everywhere."""
    found: dict[date, int] = {}
    for day, where, number in counts:
        if not place or where == place or where.startswith(f"{place}-"):
            found[day] = found.get(day, 0) + number
    return found


def pieces(period: Period, counts: Mapping[date, int], most: int) -> list[Piece]:
    """`period` in whole days, each piece with at most `most` acts where a day has not more by itself; one piece at least."""
    made: list[Piece] = []
    first, count = period.first, 0
    for day in sorted(counts):
        if count and count + counts[day] > most:
            made.append(Piece(first, day - _DAY, count))
            first, count = day, 0
        count += counts[day]
    return [*made, Piece(first, period.last, count)]
