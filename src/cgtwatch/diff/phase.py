"""At which hours a fixed interval finds news soonest."""

from datetime import datetime, timedelta
from functools import cache

from cgtwatch.diff.calendar import Place
from cgtwatch.diff.pace import Beat, drawn
from cgtwatch.diff.profile import HOURS, Profile

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_SPREAD = 0.1  # of an interval, but half an hour at most: sources of one place need not come all at once
_WIDEST = timedelta(minutes=30)


def beats(every: timedelta) -> bool:
    """Whether an interval has hours of the day to keep: it divides a day, or is made of days."""
    return every > timedelta() and (_DAY % every == timedelta() or every % _DAY == timedelta())


def beat(source_id: str, every: timedelta, place: Place, profile: Profile, span: tuple[datetime, datetime]) -> Beat:
    """The beat of a source at its place over `span`."""
    step = min(every, _DAY)
    offset = timedelta(hours=best(profile, step / _HOUR)) + min(step * _SPREAD, _WIDEST) * drawn(source_id)
    times, day = [], place.day(span[0])
    while (midnight := place.span(day)[0]) < span[1]:
        times += [midnight + offset + step * n for n in range(_DAY // step)]
        day += _DAY
    return Beat(tuple(sorted(times)), every)


@cache
def best(profile: Profile, every: float) -> float:
    """The first hour of the day from which visits `every` so many hours find news soonest."""
    daily = [sum(profile[day * 24 + hour] for day in range(HOURS // 24)) for hour in range(24)]

    def waited(first: float) -> float:
        return sum(each * ((first - hour - 0.5) % every) for hour, each in enumerate(daily))

    return min((n / 4 for n in range(int(every * 4))), key=lambda first: (waited(first), first))
