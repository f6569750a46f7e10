"""The log of visits as a person reads it: one source page by page, and all sources day by day."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, case, func, literal_column, select

from cgtwatch.errors import BusyError, StoreError
from cgtwatch.model.health import Alarm
from cgtwatch.model.item import Outcome
from cgtwatch.store.records import FetchFacts
from cgtwatch.store.sources import fetch_of
from cgtwatch.store.tables import ALARM, FETCH
from cgtwatch.store.visited import SOON, Visited

_FAILED = func.sum(case((FETCH.c.outcome == str(Outcome.FAILED), 1), else_=0))
_DAY = func.substr(FETCH.c.at, literal_column("1"), literal_column("10"))  # times are text of one width, see `columns.UtcText`


@dataclass(frozen=True, slots=True)
class Day:
    """The visits to a source on one day (UTC): how many, how many of them failed, and what was new or changed."""

    source: str
    on: date
    visits: int
    failed: int
    news: int


class Logbook(Visited):
    """The part of the store that looks back at visits."""

    def visits(self, source_id: str, before: int | None = None, limit: int = 50) -> list[tuple[int, FetchFacts]]:
        """Visits to a source with their numbers, newest first; `before`: the last number of the page before."""
        self._up_to_date()
        asked = select(FETCH).where(FETCH.c.source == source_id)
        if before is not None:
            asked = asked.where(FETCH.c.id < before)
        with self._database.read() as db:
            rows = db.execute(asked.order_by(FETCH.c.id.desc()).limit(limit)).mappings()
            return [(row[FETCH.c.id], fetch_of(row)) for row in rows]

    def days_of_visits(self, since: datetime, after: int = 0) -> tuple[int, list[Day]]:
        """What each source's visits since then brought, day by day, and the number of the last visit that was counted.

        Visits up to number `after` are left out, so that whoever counts on need not count again: 100,000 visits take 0.1 s.
        """
        self._up_to_date()
        with self._database.read() as db:
            last = int(db.execute(select(func.max(FETCH.c.id))).scalar() or 0)
            first = max(after, _before(db, since, last))
            counted = select(FETCH.c.source, _DAY, func.count(), _FAILED, func.sum(FETCH.c.new + FETCH.c.updated))
            of = counted.where(FETCH.c.id > first, FETCH.c.id <= last, FETCH.c.at >= since).group_by(FETCH.c.source, _DAY)
            rows = db.execute(of).all()
        return last, [Day(row[0], date.fromisoformat(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows]

    def alarms_of(self, source_id: str, limit: int = 10) -> tuple[Alarm, ...]:
        """The alarms of one source, open or ended, newest first."""
        keys = (f"source:{source_id}", f"silence:{source_id}")
        asked = select(ALARM).where(ALARM.c.key.in_(keys)).order_by(ALARM.c.id.desc()).limit(limit)
        with self._database.read() as db:
            return tuple(Alarm(**dict(row)) for row in db.execute(asked).mappings())

    def _up_to_date(self) -> None:
        with suppress(StoreError, BusyError), self.hurried(SOON):  # else without the very last visits
            self.flush()


def _before(db: Connection, since: datetime, last: int) -> int:
    """The number of a visit before which all were earlier than `since`; the log is in the order of the visits."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        at = db.execute(select(FETCH.c.at).where(FETCH.c.id > middle).order_by(FETCH.c.id).limit(1)).scalar()
        if at is not None and at < since:
            low = middle + 1
        else:
            high = middle
    return low
