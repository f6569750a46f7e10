"""What was read out of every item, page by page, so that a hundred thousand of them take no more memory than a few."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.feedback import Mark
from cgtwatch.store.codec import classification_of, event_of, item_of
from cgtwatch.store.marks import marks_of
from cgtwatch.store.records import StoredReading
from cgtwatch.store.room import Room
from cgtwatch.store.tables import CLASSIFICATION, EVENT, ITEM, REVISION

PAGE = 100  # items in memory at once
_LATEST = (REVISION.c.item == ITEM.c.id) & (REVISION.c.number == ITEM.c.revision)
_MEANT = (CLASSIFICATION.c.item == ITEM.c.id) & (CLASSIFICATION.c.revision == ITEM.c.revision)


class Readings(Room):
    """The part of the store that goes through all that was read."""

    def count_readings(self, since: datetime | None = None, source: str | None = None) -> int:
        """How many items there are to go through."""
        with self._database.read() as db:
            asked = select(func.count()).select_from(ITEM).where(*_wanted(since, source))
            return int(db.execute(asked).scalar_one())

    def readings(self, since: datetime | None = None, source: str | None = None) -> Iterator[StoredReading]:
        """Every item (seen or changed since then, of that source) with its events as the rules read them, without marks."""
        last = ""
        while True:
            found = self._page(last, since, source)
            yield from found
            if len(found) < PAGE:
                return
            last = found[-1].item.id

    def reading(self, item_id: str) -> StoredReading | None:
        """One item so."""
        found = self._page("", None, None, ITEM.c.id == item_id)
        return found[0] if found else None

    def _page(self, after: str, since: datetime | None, source: str | None, *more: ColumnElement[bool]) -> list[StoredReading]:
        joined = select(ITEM, REVISION, CLASSIFICATION).join(REVISION, _LATEST).outerjoin(CLASSIFICATION, _MEANT)
        asked = joined.where(ITEM.c.id > after, *_wanted(since, source), *more).order_by(ITEM.c.id).limit(PAGE)
        with self._database.read() as db:
            rows = [(item_of(row), classification_of(row)) for row in db.execute(asked).mappings()]
            ids = [item.id for item, _ in rows]
            live = (
                select(EVENT).where(EVENT.c.withdrawn.is_(False), EVENT.c.item.in_(ids)).order_by(EVENT.c.main.desc(), EVENT.c.id)
            )
            events = [event_of(row) for row in db.execute(live).mappings()]
            marks = marks_of(db, [event.id for event in events])
        by_item: dict[str, list[PolicyEvent]] = {}
        for event in events:
            by_item.setdefault(event.item_id, []).append(_as_read(event, marks.get(event.id)))
        return [
            StoredReading(
                item,
                meant,
                tuple(by_item.get(item.id, ())),
                {e.id: marks[e.id] for e in by_item.get(item.id, ()) if e.id in marks},
            )
            for item, meant in rows
        ]


def _wanted(since: datetime | None, source: str | None) -> Iterator[ColumnElement[Any]]:
    if since is not None:
        yield (ITEM.c.first_seen >= since) | (ITEM.c.last_changed >= since)
    if source is not None:
        yield ITEM.c.source == source


def _as_read(event: PolicyEvent, mark: Mark | None) -> PolicyEvent:
    if mark is None:
        return event
    return replace(event, labels=mark.read.labels, evidence=mark.read.evidence, confidence=mark.read.confidence)
