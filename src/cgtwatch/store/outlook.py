"""What the pages by day show: acts counted by day and place, what is due, and which digests come next."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, cast, exists, func, literal_column, or_, select, true

from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.store.browsing import Browsing
from cgtwatch.store.codec import event_of
from cgtwatch.store.portable import monday_of
from cgtwatch.store.readers import subscription_of
from cgtwatch.store.records import EventQuery
from cgtwatch.store.search import LIVE, event_conditions, over
from cgtwatch.store.tables import ANNOUNCEMENT, EVENT, EVENT_ENTRY, EVENT_TAG, SUBSCRIPTION
from cgtwatch.store.words import entries_holding

_DAY = timedelta(days=1)
_DUE = {"comment_deadline": EVENT.c.comment_deadline, "effective_date": EVENT.c.effective_date}
# An event's entry in the index of words, looked up for each: in a join SQLite would begin with all entries, for the days are few.
_NUMBER = select(EVENT_ENTRY.c.id).where(EVENT_ENTRY.c.event == EVENT.c.id, LIVE).scalar_subquery()
_DAY_SEEN = func.substr(cast(EVENT.c.first_seen, String), literal_column("1"), literal_column("10"))  # the same where it groups
_Asked = tuple[ColumnElement[str], tuple[ColumnElement[bool], ...]]
_TOLD = (EVENT.c.withdrawn.is_(False), EVENT.c.relevant.is_(true()))


@dataclass(frozen=True, slots=True)
class Due:
    """A day on which an event closes for comment (`comment_deadline`) or comes into force (`effective_date`); as much of it as a line says."""

    on: date
    kind: str
    event: str
    cluster: str
    title: str
    jurisdiction: str | None
    issuers: tuple[str, ...]


class Outlook(Browsing):
    """The part of the store that looks along the days."""

    def acts_by_day(self, first: date, last: date) -> list[tuple[date, str, int]]:
        """Relevant acts of these days, both included, each once: the day, the jurisdiction (empty: none), how many.

        What has no day counts by when it was seen, if it was news then; as in a review.
        """
        return self._acts(first, last, lambda day: cast(day, String))

    def acts_by_week(self, first: date, last: date) -> list[tuple[date, str, int]]:
        """The same, counted by week: for each the Monday on which it begins (ISO 8601), however few of its days were asked for."""
        return self._acts(first, last, monday_of)

    def _acts(
        self, first: date, last: date, shown: Callable[[ColumnElement[Any]], ColumnElement[str]]
    ) -> list[tuple[date, str, int]]:
        found: Counter[tuple[str, str]] = Counter()
        one_each = select(EVENT.c.jurisdiction, func.count()).where(*_TOLD, EVENT.c.id == EVENT.c.cluster)
        begin = datetime.combine(first, time(), UTC)
        undated = (EVENT.c.document_date.is_(None), EVENT.c.published.is_(None), EVENT.c.seq > 0)
        end = datetime.combine(last, time(), UTC) + _DAY if last < date.max else datetime.max.replace(tzinfo=UTC)
        seen = (EVENT.c.first_seen >= begin, EVENT.c.first_seen < end)
        days: list[_Asked] = [(shown(day), (condition,)) for day, condition in _days(first, last)]
        days.append((shown(_DAY_SEEN), (*undated, *seen)))
        with self._database.read() as db:
            for day, conditions in days:
                counted = one_each.add_columns(day).where(*conditions).group_by(day, EVENT.c.jurisdiction)
                for place, number, on in db.execute(counted):
                    found[on, place or ""] += number
        return [(date.fromisoformat(on), place, number) for (on, place), number in sorted(found.items())]

    def due_between(self, first: date, last: date, query: EventQuery, most: int) -> list[Due]:
        """Comment deadlines and effective dates of relevant events in these days, soonest first, at most `most` of each kind.

        Of `query` everything counts but its days and its page. From `query.today` on an act that has its final form, or was repealed,
        has no deadline any more.
        """
        columns = (EVENT.c.id, EVENT.c.cluster, EVENT.c.title, EVENT.c.jurisdiction, EVENT.c.issuers)
        found: list[Due] = []
        with self._database.read() as db:
            said = self.holding(db, query.query)
            for kind, wanted in _due(db, first, last, query, said):
                rows = db.execute(wanted.with_only_columns(_DUE[kind], *columns, *_entry(said), maintain_column_froms=True))
                found += (
                    Due(on, kind, event, cluster, title, place, tuple(names))
                    for on, event, cluster, title, place, names, *_ in _first(rows, said, most)
                )
        return sorted(found, key=lambda one: (one.on, one.kind, one.event))

    def due_events(self, first: date, last: date, query: EventQuery, most: int) -> list[PolicyEvent]:
        """The same events whole, each once."""
        found: dict[str, PolicyEvent] = {}
        with self._database.read() as db:
            said = self.holding(db, query.query)
            for _, wanted in _due(db, first, last, query, said):
                rows = _first(db.execute(wanted.add_columns(*_entry(said))), said, most)
                found |= {row._mapping[EVENT.c.id]: event_of(row._mapping) for row in rows}
        return list(found.values())

    def announced_after(self, seq: int, most: int) -> int:
        """How many announcements came after `seq`; no further than `most`."""
        some = select(ANNOUNCEMENT.c.seq).where(ANNOUNCEMENT.c.seq > seq).limit(most).subquery()
        with self._database.read() as db:
            return int(db.execute(select(func.count()).select_from(some)).scalar_one())

    def next_digests(self, most: int) -> list[Subscription]:
        """The active subscriptions whose digest comes soonest; those that are told at once have none to wait for."""
        live = (SUBSCRIPTION.c.removed_at.is_(None), SUBSCRIPTION.c.status == str(Status.ACTIVE))
        wanted = select(SUBSCRIPTION).where(*live, SUBSCRIPTION.c.next_due.is_not(None))
        timed = wanted.where(SUBSCRIPTION.c.cadence["every"].as_string() != str(Every.NOW))
        with self._database.read() as db:
            rows = db.execute(timed.order_by(SUBSCRIPTION.c.next_due, SUBSCRIPTION.c.id).limit(most)).mappings()
            return [subscription_of(row) for row in rows]


def _due(
    db: Connection, first: date, last: date, query: EventQuery, said: Callable[[int], bool] | None
) -> Iterator[tuple[str, Select[Any]]]:
    """The events of both kinds, soonest first; those that hold the words of the query, unless `said` is asked of each."""
    asked = replace(query, relevant=None, since=None, until=None, first=None, last=None, issuers=(), topics=())
    words, tags = entries_holding(db, query.query), list(_tags(query))
    for kind, day in _DUE.items():
        due = (*_TOLD, day.between(first, last))
        wanted = select(EVENT).where(*due, *tags, *event_conditions(asked))
        if words is not None and said is None:
            wanted = wanted.where(_NUMBER.in_(words))
        if kind == "comment_deadline" and query.today is not None:
            wanted = wanted.where(or_(day < query.today, ~over()))
        yield kind, wanted.order_by(day, EVENT.c.id)


def _tags(query: EventQuery) -> Iterator[ColumnElement[bool]]:
    """Asked of each event, for the days are few: a list of all that carry a common tag would be gathered first."""
    for kinds, values in ((("issuer",), query.issuers), (("modality", "topic"), query.topics)):
        if values:
            tag = EVENT_TAG.c
            yield exists().where(tag.event == EVENT.c.id, tag.kind.in_(kinds), tag.value.in_(map(str, values)))


def _entry(said: Callable[[int], bool] | None) -> tuple[ColumnElement[int], ...]:
    return () if said is None else (_NUMBER.label("entry"),)


def _first(rows: Iterable[Any], said: Callable[[int], bool] | None, most: int) -> Iterator[Any]:
    """The first of these rows, of those alone whose entry (their last column) holds the words where that is asked."""
    return islice(rows if said is None else (row for row in rows if said(row[-1])), most)


def _days(first: date, last: date) -> Iterator[tuple[ColumnElement[Any], ColumnElement[bool]]]:
    """The day of an act is its own date, else when it appeared: each of both asked for apart, so that an index serves it."""
    yield EVENT.c.document_date, EVENT.c.document_date.between(first, last)
    yield EVENT.c.published, and_(EVENT.c.document_date.is_(None), EVENT.c.published.between(first, last))
