"""How often a source brings news, counted in days that are worked where it is at home, and when its silence is no chance."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from statistics import mean, variance
from types import MappingProxyType

from cgtwatch.diff.calendar import NO_CALENDARS, Calendar, Place, place_of
from cgtwatch.diff.news import Arrived
from cgtwatch.model.source import Source

MEMORY = timedelta(weeks=52)  # of news from which a habit is learned
FEWEST = 8  # days with news before a silence means anything
_CHANCE = 1e-4  # of so long a gap; with a hundred gaps a year and source this is one false alarm in a hundred of them
_OWN = 1.5  # times the longest gap that a source has had
_LEAST = timedelta(days=14)
_DAY = timedelta(days=1)
_MONTH = 20  # working days
_FARTHEST = 366  # days that are looked ahead
_NEVER: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Habit:
    """What may be expected of a source. `every` is its mean gap in working days; `silent_from` is None where too little is known."""

    last: datetime
    expected: datetime
    every: float
    silent_from: datetime | None = None


def habits(
    history: Iterable[Arrived],
    sources: Sequence[Source],
    now: datetime,
    calendars: Mapping[str, Calendar] = NO_CALENDARS,
    begun: Mapping[str, datetime] = _NEVER,
) -> dict[str, Habit]:
    """The habit of each source that has brought news twice or more; `begun`: when each was first looked at."""
    since = now - MEMORY
    seen: dict[str, list[datetime]] = {source.id: [] for source in sources if source.url}  # a folder is filled by hand
    for one in history:
        if one.source in seen and since <= one.at <= now:
            seen[one.source].append(one.at)
    made = {}
    for source in sources:
        if came := sorted(seen.get(source.id, ())):
            habit = _habit(came, place_of(source, calendars), max(begun.get(source.id, came[0]), since))
            if habit is not None:
                made[source.id] = habit
    return made


def _habit(came: Sequence[datetime], place: Place, begun: datetime) -> Habit | None:
    days = sorted({place.day(at) for at in came})
    if len(days) < 2:
        return None
    first = min(place.day(begun), days[0])
    gaps = [_working(place, a, b) for a, b in zip([first, *days], days, strict=False)]
    watched = max(sum(gaps), 1)
    every = max(watched / len(days), 0.5)
    expected = came[-1] + (_after(place, days[-1], ceil(every)) - days[-1])
    if len(days) < FEWEST:
        return Habit(came[-1], expected, every)
    # Days come by chance at an unknown rate: after k of them in T, a gap longer than n has the chance (T / (T + n))^k.
    # Where they come in bursts they tell as much as fewer of them would.
    far = watched * (_CHANCE ** (-_bursts(gaps) / len(days)) - 1)
    silent = _after(place, days[-1], ceil(max(far, _OWN * max(gaps))))
    return Habit(came[-1], expected, every, came[-1] + max(silent - days[-1], _LEAST))


def _bursts(gaps: Sequence[int]) -> float:
    """By how much the counts of a month scatter more than by chance: variance over mean, 1 at least."""
    months: Counter[int] = Counter()
    at = 0
    for gap in gaps:
        at += gap
        months[at // _MONTH] += 1
    counts = [months[n] for n in range(at // _MONTH)]  # the last one is not over
    if len(counts) < 3 or not sum(counts):
        return 1.0
    return max(1.0, variance(counts) / mean(counts))


def _working(place: Place, begin: date, end: date) -> int:
    """Working days after `begin` up to `end`."""
    return sum(place.calendar.works(begin + n * _DAY) for n in range(1, (end - begin).days + 1))


def _after(place: Place, day: date, count: int) -> date:
    """The day that so many working days after `day` have brought."""
    for _ in range(_FARTHEST):
        if count <= 0:
            break
        day += _DAY
        count -= place.calendar.works(day)
    return day
