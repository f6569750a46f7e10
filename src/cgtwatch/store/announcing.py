"""Announcements: numbered in the order in which they are committed, each told once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from cgtwatch.model.event import Announcement, AnnouncementKind
from cgtwatch.store.codec import event_of
from cgtwatch.store.marks import said_relevant
from cgtwatch.store.recording import CHUNK
from cgtwatch.store.records import ToAnnounce
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ANNOUNCEMENT, EVENT


def announce(db: Connection, wanted: Sequence[ToAnnounce], at: datetime) -> tuple[int, ...]:
    """Number what was not told before, inside the caller's transaction: the numbers, in the order given.

    What a person has said is not relevant is told no more.

    SQLite has one writer, so the number drawn last is committed last; where there are several, they must take a lock first.
    """
    asked = {(each.event_id, str(each.kind), each.cause): each for each in wanted}
    told = _told(db, sorted({event_id for event_id, _, _ in asked}))
    said = said_relevant(db, sorted({event_id for event_id, _, _ in asked}))
    fresh = [each for key, each in asked.items() if key not in told and said.get(each.event_id, True)]
    if not fresh:
        return ()
    before = _last(db)
    rows = [{"event": each.event_id, "kind": each.kind, "cause": each.cause, "at": at, "change": each.change} for each in fresh]
    db.execute(insert(ANNOUNCEMENT), rows)
    numbered = db.execute(
        select(ANNOUNCEMENT.c.seq, ANNOUNCEMENT.c.event).where(ANNOUNCEMENT.c.seq > before).order_by(ANNOUNCEMENT.c.seq)
    ).all()
    latest = update(EVENT).where(EVENT.c.id == bindparam("of")).values(seq=bindparam("number"))
    db.execute(latest, [{"of": event_id, "number": seq} for seq, event_id in numbered])
    return tuple(seq for seq, _ in numbered)


def _told(db: Connection, events: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    table = ANNOUNCEMENT.c
    return frozenset(
        (row[0], row[1], row[2])
        for start in range(0, len(events), CHUNK)
        for row in db.execute(
            select(table.event, table.kind, table.cause).where(table.event.in_(events[start : start + CHUNK]))
        ).all()
    )


def _last(db: Connection) -> int:
    return int(db.execute(select(func.coalesce(func.max(ANNOUNCEMENT.c.seq), 0))).scalar_one())


class Announcements(Room):
    """The part of the store that knows what there is to tell."""

    def announce(self, wanted: Sequence[ToAnnounce], at: datetime) -> tuple[str, ...]:
        """Tell of stored events outside of a visit, each (event, kind, cause) once ever: the ids of the events told now."""
        with self._database.write() as db:
            numbers = announce(db, wanted, at)
            told = select(ANNOUNCEMENT.c.event).where(ANNOUNCEMENT.c.seq.in_(numbers)).order_by(ANNOUNCEMENT.c.seq)
            return tuple(db.execute(told).scalars())

    def announcements(self, after: int, upto: int | None = None, limit: int | None = None) -> tuple[Announcement, ...]:
        """What is to be told with `after` < seq <= `upto`, in order, with the events as they are now; at most `limit` of it."""
        wanted = select(ANNOUNCEMENT, EVENT).join(EVENT, EVENT.c.id == ANNOUNCEMENT.c.event).where(ANNOUNCEMENT.c.seq > after)
        if upto is not None:
            wanted = wanted.where(ANNOUNCEMENT.c.seq <= upto)
        return self._announcements(wanted.limit(limit))

    def announcements_of(self, event_id: str) -> tuple[Announcement, ...]:
        """Everything ever told of an event."""
        joined = select(ANNOUNCEMENT, EVENT).join(EVENT, EVENT.c.id == ANNOUNCEMENT.c.event)
        return self._announcements(joined.where(ANNOUNCEMENT.c.event == event_id))

    def last_seq(self) -> int:
        """The number of the latest announcement; 0 where there is none."""
        with self._database.read() as db:
            return _last(db)

    def seq_before(self, when: datetime) -> int:
        """The number of the last announcement made before `when`: where a subscription `--since` starts."""
        with self._database.read() as db:
            last = select(func.coalesce(func.max(ANNOUNCEMENT.c.seq), 0)).where(ANNOUNCEMENT.c.at < when)
            return int(db.execute(last).scalar_one())

    def _announcements(self, wanted: Select[Any]) -> tuple[Announcement, ...]:
        with self._database.read() as db:
            return tuple(
                Announcement(
                    seq=row[ANNOUNCEMENT.c.seq],
                    kind=AnnouncementKind(row[ANNOUNCEMENT.c.kind]),
                    cause=row[ANNOUNCEMENT.c.cause],
                    event=event_of(row),
                    at=row[ANNOUNCEMENT.c.at],
                    change=row[ANNOUNCEMENT.c.change],
                )
                for row in db.execute(wanted.order_by(ANNOUNCEMENT.c.seq)).mappings()
            )
