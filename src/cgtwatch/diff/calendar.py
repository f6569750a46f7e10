"""Which days of a country are not what their weekday says: holidays, and weekend days that are worked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from cgtwatch.model.source import Source

FRIDAY, SUNDAY = 4, 6
_WEEKEND = frozenset({5, 6})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a country that are unlike their weekday (Monday is 0), and which weekdays are its weekend."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()  # worked although they fall on a weekend
    weekend: frozenset[int] = _WEEKEND

    def like(self, day: date) -> int:
        """The weekday whose habits `day` has: a worked Saturday is a Friday, a holiday is a Sunday."""
        if day in self.workdays:
            return FRIDAY
        return SUNDAY if day in self.holidays else day.weekday()

    def works(self, day: date) -> bool:
        """Whether offices are open."""
        return day in self.workdays or (day.weekday() not in self.weekend and day not in self.holidays)


PLAIN = Calendar()
NO_CALENDARS: Mapping[str, Calendar] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source is at home: its clock and its calendar."""

    zone: ZoneInfo
    calendar: Calendar = PLAIN

    def day(self, at: datetime) -> date:
        """The local day at `at`."""
        return at.astimezone(self.zone).date()

    def span(self, day: date) -> tuple[datetime, datetime]:
        """When that local day begins and ends."""
        return self._midnight(day), self._midnight(day + _DAY)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def place_of(source: Source, calendars: Mapping[str, Calendar]) -> Place:
    """Where `source` is at home; without a calendar for its country weekends alone are free."""
    return Place(ZoneInfo(source.timezone), calendars.get(country_of(source), PLAIN))


def country_of(source: Source) -> str:
    """The country whose calendar a source keeps, as ISO 3166 has it: `CN` for `CN-BJ`; empty where none is said."""
    return (source.jurisdiction or "").partition("-")[0]
