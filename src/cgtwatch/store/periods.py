"""What a review of a period needs: the acts of its days, their reports, threads, relations and documents."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Column, and_, func, or_, select, true

from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.model.item import Revision
from cgtwatch.store.codec import event_of, revision_of
from cgtwatch.store.room import Room
from cgtwatch.store.tables import EVENT, ITEM, LINK, REVISION

CHUNK = 500  # values in one IN (…)
_ON = func.coalesce(EVENT.c.document_date, EVENT.c.published)


class Periods(Room):
    """The part of the store that looks at days."""

    def acts_between(self, first: date, last: date, place: str = "") -> list[PolicyEvent]:
        """Relevant events of these days, both included; what has no day counts by when it was seen, if it was news then.

        `place` is a jurisdiction, its parts included; empty: all.
        """
        begin = datetime.combine(first, time(), UTC)
        dateless = (EVENT.c.document_date.is_(None), EVENT.c.published.is_(None), EVENT.c.seq > 0)
        days = (  # each asked for apart, so that an index serves it
            (EVENT.c.document_date.between(first, last),),
            (EVENT.c.document_date.is_(None), EVENT.c.published.between(first, last)),
            (*dateless, EVENT.c.first_seen >= begin, EVENT.c.first_seen < _after(last)),
        )
        wanted = select(EVENT).where(EVENT.c.withdrawn.is_(False), EVENT.c.relevant.is_(true()))
        if place:
            inside = EVENT.c.jurisdiction.startswith(f"{place}-", autoescape=True)
            wanted = wanted.where(or_(EVENT.c.jurisdiction == place, inside))
        with self._database.read() as db:
            found = (event_of(row) for condition in days for row in db.execute(wanted.where(*condition)).mappings())
            return sorted(found, key=lambda event: event.id)

    def silent_since(self, first: date) -> list[PolicyEvent]:
        """Acts dated that day or later of which nobody was ever told, oldest first: what a first look or a backfill has stored."""
        mine = (EVENT.c.id == EVENT.c.cluster, EVENT.c.main.is_(true()), EVENT.c.seq == 0, EVENT.c.withdrawn.is_(False))
        wanted = select(EVENT).where(*mine, EVENT.c.relevant.is_(true()), _ON.between(first, date.max)).order_by(_ON, EVENT.c.id)
        with self._database.read() as db:
            return [event_of(row) for row in db.execute(wanted).mappings()]

    def of_clusters(self, clusters: Collection[str]) -> list[PolicyEvent]:
        """All relevant events of these clusters."""
        return list(self._having(EVENT.c.cluster, sorted(clusters)))

    def of_threads(self, threads: Collection[str]) -> list[PolicyEvent]:
        """All relevant events of these threads."""
        return list(self._having(EVENT.c.thread, sorted(threads)))

    def events_named(self, ids: Collection[str]) -> list[PolicyEvent]:
        """The relevant events of these ids."""
        return list(self._having(EVENT.c.id, sorted(ids)))

    def links_of(self, ids: Collection[str]) -> tuple[Link, ...]:
        """Relations from and to these events."""
        found: dict[tuple[str, str, str], Link] = {}
        with self._database.read() as db:
            for part in _parts(sorted(ids)):
                either = select(LINK).where(or_(LINK.c.event.in_(part), LINK.c.other.in_(part)))
                for row in db.execute(either).mappings():
                    link = Link(row["event"], row["other"], Relation(row["relation"]), row["reason"])
                    found[link.event, link.other, link.relation.value] = link
        return tuple(found[key] for key in sorted(found))

    def documents_named(self, item_ids: Collection[str]) -> dict[str, Revision]:
        """The latest revisions of these items."""
        found: dict[str, Revision] = {}
        latest = select(REVISION).join(ITEM, and_(ITEM.c.id == REVISION.c.item, ITEM.c.revision == REVISION.c.number))
        with self._database.read() as db:
            for part in _parts(sorted(item_ids)):
                rows = db.execute(latest.where(ITEM.c.id.in_(part))).mappings()
                found |= {row[REVISION.c.item]: revision_of(row) for row in rows}
        return found

    def _having(self, column: Column[str], values: Sequence[str]) -> Iterator[PolicyEvent]:
        live = select(EVENT).where(EVENT.c.withdrawn.is_(False), EVENT.c.relevant.is_(true())).order_by(EVENT.c.id)
        with self._database.read() as db:
            for part in _parts(values):
                yield from (event_of(row) for row in db.execute(live.where(column.in_(part))).mappings())


def _after(last: date) -> datetime:
    return datetime.combine(last, time(), UTC) + timedelta(days=1) if last < date.max else datetime.max.replace(tzinfo=UTC)


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
