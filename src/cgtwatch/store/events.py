"""Policy events: looked up, searched, followed through their threads, and found as candidates for linking."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    select,
    true,
)

from cgtwatch.errors import NotFound
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.store.codec import event_of
from cgtwatch.store.matching import lookup
from cgtwatch.store.records import Counts, EventQuery
from cgtwatch.store.room import Room
from cgtwatch.store.search import over, page_of_events
from cgtwatch.store.tables import ANNOUNCEMENT, CLASSIFICATION, EVENT, ITEM, LINK, REVISION

_AT_ONCE = 24  # keys asked for in one statement
_COMMON = 12  # events looked at for one key
_REPORTS = 300
_ITS_TEXT = (REVISION.c.item == EVENT.c.item) & (REVISION.c.number == EVENT.c.revision)
# The whole text speaks for the document's own event; an act that it only tells of is known by its title and summary.
_TEXT = case((EVENT.c.main, REVISION.c.text), else_=EVENT.c.summary)


class Events(Room):
    """The part of the store that knows events."""

    def events(self, query: EventQuery) -> list[PolicyEvent]:
        """Events in the order asked for; withdrawn ones are left out."""
        with self._database.read() as db:
            return [event_of(row) for row in page_of_events(db, query)]

    def event(self, event_id: str) -> PolicyEvent:
        """One event, also a withdrawn one."""
        found = self._events(select(EVENT).where(EVENT.c.id == event_id))
        if not found:
            raise NotFound(f"no event {event_id!r} is stored; see `cgtwatch events`")
        return found[0]

    def events_of(self, item_id: str) -> list[PolicyEvent]:
        """The events of an item, its own first; withdrawn ones are left out."""
        return self._events(_live().where(EVENT.c.item == item_id).order_by(EVENT.c.main.desc(), EVENT.c.id))

    def thread(self, event_id: str) -> list[PolicyEvent]:
        """All events of the event's thread in the order of their days."""
        thread = self.event(event_id).thread
        return sorted(self._events(_live().where(EVENT.c.thread == thread)), key=lambda e: (e.on or date.max, e.first_seen, e.id))

    def thread_links(self, event_id: str) -> tuple[Link, ...]:
        """What holds the event's thread together: the links between its members, each with the words or number that made it."""
        members = select(EVENT.c.id).where(EVENT.c.thread == self.event(event_id).thread, EVENT.c.withdrawn.is_(False))
        inside = select(LINK).where(LINK.c.event.in_(members), LINK.c.other.in_(members))
        with self._database.read() as db:
            rows = db.execute(inside.order_by(LINK.c.event, LINK.c.other, LINK.c.relation)).mappings()
            return tuple(Link(**dict(row) | {"relation": Relation(row["relation"])}) for row in rows)

    def links(self, event_id: str) -> tuple[Link, ...]:
        """Relations from and to an event."""
        either = select(LINK).where((LINK.c.event == event_id) | (LINK.c.other == event_id))
        with self._database.read() as db:
            rows = db.execute(either.order_by(LINK.c.event, LINK.c.other, LINK.c.relation)).mappings()
            return tuple(Link(**dict(row) | {"relation": Relation(row["relation"])}) for row in rows)

    def open_consultations(self, on: date, most: int | None = None) -> list[PolicyEvent]:
        """Relevant events open for comment on that day, soonest end first, one for each cluster; at most `most`.

        An act that has its final form, or was repealed, takes no comments any more, whatever its deadline says.
        """
        still_open = _live().where(*_open_on(on))
        # The first report of a cluster carries its id: it stands for the others where it is open itself.
        ordered = still_open.order_by(EVENT.c.comment_deadline, EVENT.c.id != EVENT.c.cluster, EVENT.c.id)
        first: dict[str, PolicyEvent] = {}
        # Few clusters have more than a handful of reports with a deadline of their own.
        for event in self._events(ordered if most is None else ordered.limit(8 * most)):
            first.setdefault(event.cluster, event)
        return list(first.values())[:most]

    def count_open(self, on: date, most: int) -> int:
        """How many acts are open for comment on that day, counted no further than `most`."""
        # Not distinct at once: SQLite would walk all clusters for that.
        some = select(EVENT.c.cluster).where(EVENT.c.withdrawn.is_(False), *_open_on(on)).limit(4 * most).subquery()
        with self._database.read() as db:
            return min(most, int(db.execute(select(func.count(some.c.cluster.distinct()))).scalar_one()))

    def counts(self) -> Counts:
        """How much is stored."""
        relevant = (
            select(func.count())
            .select_from(ITEM)
            .join(CLASSIFICATION, and_(CLASSIFICATION.c.item == ITEM.c.id, CLASSIFICATION.c.revision == ITEM.c.revision))
        )
        questions = (
            select(func.count()).select_from(ITEM),
            select(func.count()).select_from(EVENT).where(EVENT.c.withdrawn.is_(False)),
            relevant.where(CLASSIFICATION.c.relevant.is_(True)),
            select(func.count()).select_from(ANNOUNCEMENT),
        )
        with self._database.read() as db:
            return Counts(*(int(db.execute(question).scalar_one()) for question in questions))

    def candidates(self, keys: Sequence[str], limit: int = 12) -> list[tuple[PolicyEvent, str, frozenset[str]]]:
        """Events found under any of `keys` (`kind:value`, those that say most first), with the texts of their items and those keys.

        At most `limit`: those found by what says most, then by most. A key that many carry tells little: no more than a dozen
        events are looked at for one.
        """
        asked = list(dict.fromkeys(keys))
        with self._database.read() as db:
            hits = _hits(db, [lookup(key) for key in asked])
            chosen = sorted(hits, key=lambda each: (min(hits[each]), -len(hits[each])))[:limit]
            if not chosen:
                return []
            # The texts of those chosen alone: a key may lead to many.
            with_text = _live().add_columns(_TEXT.label("text_of_event")).outerjoin(REVISION, _ITS_TEXT)
            rows = db.execute(with_text.where(EVENT.c.id.in_(chosen))).mappings()
            found = {row[EVENT.c.id]: (event_of(row), row["text_of_event"] or "") for row in rows}
        return [(*found[each], frozenset(asked[place] for place in hits[each])) for each in chosen if each in found]

    def reports(self, clusters: Collection[str]) -> list[PolicyEvent]:
        """The events of some clusters that carry a number, at most a few hundred of them."""
        numbered = EVENT.c.cluster.in_(clusters) & EVENT.c.document_number.is_not(None)
        return self._events(_live().where(numbered).order_by(EVENT.c.id).limit(_REPORTS)) if clusters else []

    def _events(self, statement: Select[Any]) -> list[PolicyEvent]:
        with self._database.read() as db:
            return [event_of(row) for row in db.execute(statement).mappings()]


def _open_on(on: date) -> tuple[ColumnElement[bool], ...]:
    return EVENT.c.relevant.is_(true()), EVENT.c.comment_deadline >= on, ~over()


def _live() -> Select[Any]:
    return select(EVENT).where(EVENT.c.withdrawn.is_(False))


def _hits(db: Connection, pairs: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """The places of the keys under which each event is found."""
    hits: dict[str, list[int]] = {}
    for place, event_id in _found(db, pairs):
        hits.setdefault(event_id, []).append(place)
    return hits


def _found(db: Connection, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    """Each place with the first events that are found under its key, in order."""
    if db.dialect.name == "postgresql":
        kinds, values = [kind for kind, _ in pairs], [value for _, value in pairs]
        yield from sorted((row[1] - 1, row[0]) for row in db.exec_driver_sql(_FOUND_THERE, (kinds, values)))
        return
    for start in range(0, len(pairs), _AT_ONCE):
        part = pairs[start : start + _AT_ONCE]
        asked = [value for pair in (*part, *[("", "")] * (_AT_ONCE - len(part))) for value in pair]
        yield from sorted((start + row[1], row[0]) for row in db.exec_driver_sql(_FOUND, tuple(asked)))


# In the driver's own words: with so many values SQLAlchemy takes longer to bind them than the database to answer.
_FOUND = " UNION ALL ".join(
    f"SELECT event, {place} FROM (SELECT event FROM event_tag WHERE kind = ? AND value = ? ORDER BY event LIMIT {_COMMON}) AS t{place}"  # noqa: S608 - numbers
    for place in range(_AT_ONCE)
)
_FOUND_THERE = f"""
SELECT found.event, asked.place FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS asked(kind, value, place), LATERAL (
    SELECT event FROM event_tag AS tag WHERE tag.kind = asked.kind COLLATE "C" AND tag.value = asked.value COLLATE "C"
    ORDER BY event LIMIT {_COMMON}
) AS found"""  # noqa: S608 - a number
