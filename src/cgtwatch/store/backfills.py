"""Documents from before a source was watched, stored without moving anything that the next visit goes by."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, insert, select, update

from cgtwatch.model.item import Change
from cgtwatch.store.recording import CHUNK
from cgtwatch.store.records import Recorded, StoredItem, VisitRecord
from cgtwatch.store.tables import FETCH, ITEM
from cgtwatch.store.visited import Visited, log_columns
from cgtwatch.store.visits import store_items

_AN_INSTANT = timedelta(microseconds=1)
_PLACED = update(ITEM).where(ITEM.c.id == bindparam("of"))


class Backfills(Visited):
    """The part of the store that takes in older pages."""

    def record_older(self, record: VisitRecord) -> Recorded:
        """Store what older pages of a source hold, whole or not at all; the state of the source stays as it is, nothing is announced.

        What is stored already is left out. The rest counts as if it had been there at the first look: it is no arrival from which
        a rhythm could be learned, and nothing that stood on the page at the last comparison.
        """
        with self._database.alone():
            self.flush()
            with self._database.write() as db:
                items = _not_stored(db, record.items)
                found = Counter(item.finding.change for item in items)
                if not items:
                    return Recorded()
                begun = _first_look(db, record)
                key = db.execute(insert(FETCH), log_columns(record, found)).inserted_primary_key
                store_items(db, VisitRecord(record.source, record.plan, record.fetch, items), None if key is None else key[0])
                _place(db, items, begun)
        return Recorded(found[Change.NEW], found[Change.UPDATED])


def _not_stored(db: Connection, items: Sequence[StoredItem]) -> tuple[StoredItem, ...]:
    """Without new items that a visit has stored meanwhile."""
    ids = [item.finding.item_id for item in items]
    there = {
        one
        for start in range(0, len(ids), CHUNK)
        for one in db.execute(select(ITEM.c.id).where(ITEM.c.id.in_(ids[start : start + CHUNK]))).scalars()
    }
    return tuple(item for item in items if item.finding.change is not Change.NEW or item.finding.item_id not in there)


def _first_look(db: Connection, record: VisitRecord) -> datetime:
    first: datetime | None = db.execute(select(func.min(ITEM.c.first_seen)).where(ITEM.c.source == record.source)).scalar()
    return first or record.fetch.at


def _place(db: Connection, items: Sequence[StoredItem], begun: datetime) -> None:
    """Put items where they stand in time: new ones before the first look's, others where they were."""
    new = [item.finding.item_id for item in items if item.finding.known is None]
    if new:
        db.execute(_PLACED, [{"of": one, "first_seen": begun, "last_seen": begun - _AN_INSTANT} for one in new])
    known = [item.finding.known for item in items if item.finding.known is not None]
    if known:
        db.execute(
            _PLACED, [{"of": one.id, "last_seen": one.last_seen, "position": one.position, "gone": one.gone} for one in known]
        )
