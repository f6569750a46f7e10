"""What history says of when news comes: instants for each source, and counts by hour of the week for each place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from cgtwatch.diff.calendar import Place
from cgtwatch.diff.profile import OFFICE

_BELIEVED = timedelta(days=2)  # before it was seen, for what a source says of when it published
_HOUR = timedelta(hours=1)
_MIDNIGHT = time()


class Arrived(Protocol):
    """An item that was new at its source: when we saw it, and when it was published, where the source tells the hour."""

    @property
    def source(self) -> str: ...

    @property
    def at(self) -> datetime: ...

    @property
    def published(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, order=True)
class News:
    """What came at one instant, however many items; not `exact`: some time before it was seen."""

    at: datetime
    exact: bool


def news(
    history: Iterable[Arrived], places: Mapping[str, Place], since: datetime, until: datetime
) -> dict[str, tuple[News, ...]]:
    """What came at each source of `places` in that time, oldest first. A batch counts once: it is one act of publishing."""
    found: dict[str, set[News]] = defaultdict(set)
    for one in history:
        if one.source in places and since <= one.at <= until:
            found[one.source].add(_instant(one, places[one.source]))
    return {source: tuple(sorted(each)) for source, each in found.items()}


def _instant(one: Arrived, place: Place) -> News:
    said = one.published
    if said is None or not one.at - _BELIEVED <= said <= one.at:
        return News(one.at, exact=False)
    if _MIDNIGHT in (said.astimezone(UTC).time(), said.astimezone(place.zone).time()):  # a day without an hour
        return News(one.at, exact=False)
    return News(said.replace(second=0, microsecond=0), exact=True)


def add(week: list[float], found: Iterable[News], place: Place, gap: timedelta) -> None:
    """Count news by the hour of the week. What was seen with unknown hour came within `gap` before, rather in office hours."""
    back = max(1, round(gap / _HOUR))
    for one in found:
        if one.exact:
            week[hour_of(one.at, place)] += 1
            continue
        hours = [hour_of(one.at - n * _HOUR, place) for n in range(back)]
        whole = sum(OFFICE[hour] for hour in hours)
        for hour in hours:
            week[hour] += OFFICE[hour] / whole


def hour_of(at: datetime, place: Place) -> int:
    """The hour of the week whose habits `at` has at a place."""
    local = at.astimezone(place.zone)
    return place.calendar.like(local.date()) * 24 + local.hour
