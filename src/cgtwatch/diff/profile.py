"""In which hours of the week news comes at a place: learned from little, by believing what is alike before."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from math import exp

HOURS = 168  # of a week that begins on Monday at 0:00
_DAY = 24
_OFFICE = range(8, 18)
_QUIET = 0.3  # what is believed of nights and weekends before anything was seen; the mean is 1
_FAITH = 2.0  # news that an hour must have brought before it counts as much as what is believed of it
_KERNEL = tuple(exp(-0.5 * n * n) for n in range(-3, 4))

Profile = tuple[float, ...]
"""How much news each hour of the week brings; the mean is 1."""


def _open(hour: int) -> bool:
    return hour // _DAY < 5 and hour % _DAY in _OFFICE


_BUSY = sum(1 for hour in range(HOURS) if _open(hour))
OFFICE: Profile = tuple((HOURS - _QUIET * (HOURS - _BUSY)) / _BUSY if _open(hour) else _QUIET for hour in range(HOURS))
"""What is believed before anything was seen: news comes in office hours."""


def learned(counts: Mapping[str, Sequence[float]], days: Mapping[str, Sequence[float]]) -> dict[str, Profile]:
    """The profile of each place, from its counts by hour of the week and from how many days of each weekday it was watched.

    What is seen is added to what was believed: first of all places together, by the hour of working days and of weekends; then of
    each place likewise; then of each of its hours of the week.
    """
    if not counts:
        return {}
    smooth = {place: _smooth(found) for place, found in counts.items()}
    evenly = {place: _evenly(found, days[place]) for place, found in smooth.items()}
    common = _believe(_folded(_sum(smooth.values())), _folded(_sum(evenly.values())), OFFICE)
    made = {}
    for place, found in smooth.items():
        own = _believe(_folded(found), _folded(evenly[place]), common)
        made[place] = _scaled(_believe(found, evenly[place], own))
    return made


def _evenly(found: Sequence[float], days: Sequence[float]) -> list[float]:
    """What each hour would have brought if all hours brought the same."""
    watched = sum(days) * _DAY
    each = sum(found) / watched if watched else 0.0
    return [each * days[hour // _DAY] for hour in range(HOURS)]


def _believe(seen: Sequence[float], evenly: Sequence[float], before: Profile) -> Profile:
    """The mean of a Gamma distribution: what was seen and what was believed, weighed by how much there is of either."""
    return tuple((s + _FAITH * b) / (e + _FAITH) for s, e, b in zip(seen, evenly, before, strict=True))


def _sum(many: Iterable[Sequence[float]]) -> list[float]:
    return [sum(each) for each in zip(*many, strict=True)]


def _folded(values: Sequence[float]) -> list[float]:
    """Working days all alike, weekends too."""
    week = [values[day * _DAY : (day + 1) * _DAY] for day in range(7)]
    work, rest = [sum(each) for each in zip(*week[:5], strict=True)], [sum(each) for each in zip(*week[5:], strict=True)]
    return list(chain(*[work] * 5, *[rest] * 2))


def _smooth(values: Sequence[float]) -> list[float]:
    whole = sum(_KERNEL)
    return [sum(w * values[(hour + n) % HOURS] for n, w in enumerate(_KERNEL, -3)) / whole for hour in range(HOURS)]


def _scaled(values: Profile) -> Profile:
    mean = sum(values) / HOURS
    return tuple(value / mean for value in values)
