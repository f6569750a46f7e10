"""When each source is asked, so that news is found sooner with as many requests as before.

A source's `every` is its budget. The sources of one interval share theirs, and it is spent where news is likely: the hours of the
week are learned for a time zone as a whole, how busy a source is from its own count, and a visit has one price for all of them.
The square root of a source's rate is its weight, so that the rare ones are not starved; three times its own budget is the most a
source gets on a day. Where the longest gap leaves nothing to spend elsewhere, the interval stays and its hours are chosen. What
this gains is measured in `benchmarks/freshness.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, sqrt
from types import MappingProxyType
from zoneinfo import ZoneInfo

from cgtwatch.diff.calendar import FRIDAY, NO_CALENDARS, Calendar, Place, place_of
from cgtwatch.diff.news import Arrived, News, add, hour_of, news
from cgtwatch.diff.pace import STEP, Curve, Pace, Priced, curve_of
from cgtwatch.diff.phase import beat, beats
from cgtwatch.diff.price import prices
from cgtwatch.diff.profile import HOURS, Profile, learned
from cgtwatch.model.source import Source

HISTORY = timedelta(weeks=26)  # what is older says little of today
SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=4)
_BEFORE, _AHEAD = timedelta(days=2), timedelta(days=9)  # of a plan; it is made anew long before it ends
_DAY, _WEEK, _HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
_COUNT, _WEEKS = 1.0, 1 / 3  # what is believed of a source before anything was seen: three pieces of news a week
_CHANCE = 1e-3  # below which the news of a day is no chance
_FREE = 0.5  # of the news of a mean day, below which a day is taken for free
_AT_MOST = 3.0  # times as much news as usual is expected for the rest of a day that began so
_NEVER: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Paces:
    """A pace for each source that has one, until the next plan. `free`: the free day that goes on where a source is at home."""

    made: datetime
    by: Mapping[str, Pace] = field(default_factory=dict)
    free: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    raised: frozenset[Place] = frozenset()

    def of(self, source_id: str) -> Pace | None:
        """The pace of a source; None where it is asked at its fixed interval."""
        return self.by.get(source_id)

    def unexpected(self, source_id: str, at: datetime) -> bool:
        """Whether news at that time comes on a day planned as free, so that a new plan may say otherwise of the rest of it."""
        begin, end = self.free.get(source_id, (at, at))
        return begin <= at < end


def longest(every: timedelta) -> timedelta:
    """The longest gap between two visits to a source of that interval."""
    return min(4 * every, max(LONGEST, every))


def plan(
    history: Iterable[Arrived],
    sources: Sequence[Source],
    now: datetime,
    calendars: Mapping[str, Calendar] = NO_CALENDARS,
    begun: Mapping[str, datetime] = _NEVER,
) -> Paces:
    """The paces of `sources` from `now` on; the same input has the same plan.

    `calendars` by country. `begun`: when each source was first looked at, so that a young one is not taken for a rare one.
    Sources that are switched off, folders and those with an exact interval have no pace.
    """
    adapting = [source for source in sources if source.enabled and source.url and not source.exactly]
    at_home = {source.id: place_of(source, calendars) for source in adapting}
    found = news(history, at_home, now - HISTORY, now)
    rates = {s.id: _rate(found.get(s.id, ()), now - max(begun.get(s.id, now - HISTORY), now - HISTORY)) for s in adapting}
    profiles = _profiles(found, adapting, at_home, now)
    raised = {place: more for place in set(at_home.values()) if (more := _raise(place, found, rates, at_home, profiles, now))}
    curves = {place: _curve(place, profiles[place.zone], now, raised.get(place)) for place in set(at_home.values())}
    by: dict[str, Pace] = {}
    for every, members in _by_interval(adapting).items():
        if longest(every) > every:
            by |= _priced(every, {s.id: curves[at_home[s.id]] for s in members}, rates, now)
        elif beats(every):
            span = (now - _BEFORE, now + _AHEAD + every)
            by |= {s.id: beat(s.id, every, at_home[s.id], profiles[at_home[s.id].zone], span) for s in members}
    free = {p: p.span(p.day(now)) for p in curves if p not in raised and not _works(p, profiles[p.zone], now)}
    return Paces(now, by, {name: free[place] for name, place in at_home.items() if place in free}, frozenset(raised))


def _by_interval(sources: Iterable[Source]) -> dict[timedelta, list[Source]]:
    made: dict[timedelta, list[Source]] = defaultdict(list)
    for source in sources:
        made[source.every].append(source)
    return made


def _priced(every: timedelta, curves: Mapping[str, Curve], rates: Mapping[str, float], now: datetime) -> dict[str, Pace]:
    limits = (every, min(SHORTEST, every), longest(every))
    found = prices(curves, {name: sqrt(rates[name]) for name in curves}, now, limits)
    return {name: Priced(name, curves[name], price, *limits) for name, price in found.items()}


def _rate(found: Sequence[News], watched: timedelta) -> float:
    """News a week: the mean of a Gamma distribution."""
    return (len(found) + _COUNT) / (max(watched, timedelta()) / _WEEK + _WEEKS)


def _works(place: Place, profile: Profile, at: datetime) -> bool:
    """Whether much is to be expected on the day of `at`."""
    like = place.calendar.like(place.day(at))
    return sum(profile[like * 24 : like * 24 + 24]) >= _FREE * 24


# ---- what a week is like


def _profiles(
    found: Mapping[str, Sequence[News]], sources: Sequence[Source], at_home: Mapping[str, Place], now: datetime
) -> dict[ZoneInfo, Profile]:
    """The profile of each time zone, over all its countries, from the days that are over."""
    begin = min((each[0].at for each in found.values()), default=now)
    spans = {place: (place.span(place.day(begin))[1], place.span(place.day(now))[0]) for place in set(at_home.values())}
    seen = {place.zone.key: [0.0] * HOURS for place in spans}
    days = {place.zone.key: [0.0] * 7 for place in spans}
    for source in sources:
        place = at_home[source.id]
        since, until = spans[place]
        over = [one for one in found.get(source.id, ()) if since <= one.at < until]
        add(seen[place.zone.key], over, place, min(source.every, longest(source.every)))
    for place, (since, until) in sorted(spans.items(), key=lambda each: str(each[0])):
        for n in range(max(0, (until + _DAY / 2 - since) // _DAY)):
            days[place.zone.key][place.calendar.like(place.day(since + _DAY / 2 + n * _DAY))] += 1
    made = learned(seen, days)
    return {place.zone: made[place.zone.key] for place in spans}


def _curve(place: Place, profile: Profile, now: datetime, more: float | None) -> Curve:
    """What is to be expected at a place from two days ago until nine days ahead; today `more` times as much as usual."""
    start = (now - _BEFORE).replace(minute=0, second=0, microsecond=0)
    begin, end = place.span(place.day(now))
    rate = []
    for n in range(int((_BEFORE + _AHEAD) / _HOUR / STEP)):
        at = start + n * STEP * _HOUR
        hour = hour_of(at, place)
        if more is None or not begin <= at < end:
            rate.append(profile[hour])
        elif _works(place, profile, now):
            rate.append(profile[hour] * more)
        else:
            rate.append(max(profile[hour], profile[FRIDAY * 24 + hour % 24]))
    return curve_of(start, rate)


# ---- what was not expected


def _raise(
    place: Place,
    found: Mapping[str, Sequence[News]],
    rates: Mapping[str, float],
    at_home: Mapping[str, Place],
    profiles: Mapping[ZoneInfo, Profile],
    now: datetime,
) -> float | None:
    """How many times as much as usual came at a place today; None where that can be chance."""
    here = [name for name, home in at_home.items() if home == place]
    begin = place.span(place.day(now))[0]
    today = [one for name in here for one in reversed(found.get(name, ())) if one.at >= begin]
    if len(today) < 2:
        return None
    profile, hours = profiles[place.zone], (now - begin) / _HOUR
    passed = sum(profile[hour_of(begin + n * _HOUR, place)] * min(1.0, hours - n) for n in range(int(hours) + 1))
    expected = passed * sum(rates[name] for name in here) / HOURS
    if _chance(len(today), expected) >= _CHANCE:
        return None
    return min(len(today) / expected, _AT_MOST) if expected else _AT_MOST


def _chance(count: int, expected: float) -> float:
    """How likely a Poisson variable is `count` or more."""
    term = total = exp(-expected)
    for n in range(1, count):
        term *= expected / n
        total += term
    return max(0.0, 1 - total)
