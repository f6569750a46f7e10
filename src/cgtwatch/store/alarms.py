"""Alarms: trouble told once when it begins and once when it ends."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from cgtwatch.model.delivery import Delivery
from cgtwatch.model.health import Alarm
from cgtwatch.store.queue import enqueue
from cgtwatch.store.records import AlarmsToTell
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ALARM

_PLAIN = tuple(field.name for field in fields(Alarm) if field.name != "id")
_UNTOLD_BEGIN = ALARM.c.told_at.is_(None) & ALARM.c.closed_at.is_(None)
# What ended before anybody heard that it began is nobody's business.
_UNTOLD_END = ALARM.c.told_at.is_not(None) & ALARM.c.closed_at.is_not(None) & ALARM.c.end_told_at.is_(None)


class Alarms(Room):
    """The part of the store that knows alarms."""

    def open_alarms(self) -> tuple[Alarm, ...]:
        """Trouble that has not ended, oldest first."""
        return self._alarms(select(ALARM).where(ALARM.c.closed_at.is_(None)))

    def alarms_to_tell(self) -> AlarmsToTell:
        """What the operator has to hear."""
        return AlarmsToTell(
            opened=self._alarms(select(ALARM).where(_UNTOLD_BEGIN)), ended=self._alarms(select(ALARM).where(_UNTOLD_END))
        )

    def apply_alarms(self, open: Sequence[Alarm], close: Sequence[str], now: datetime) -> None:
        """Close the alarms of the given keys, then open alarms (none twice for a key)."""
        if open or close:
            with self._database.write() as db:
                change_alarms(db, open, close, now)

    def alarms_told(self, ids: Sequence[int], ended_ids: Sequence[int], deliveries: Sequence[Delivery], now: datetime) -> bool:
        """Mark beginnings and ends as told and queue their message in one go. False, and nothing stored, if one was told before."""
        with self._database.write() as db:
            begun, ended = _ids(db, _UNTOLD_BEGIN, ids), _ids(db, _UNTOLD_END, ended_ids)
            if begun != set(ids) or ended != set(ended_ids):
                return False
            db.execute(update(ALARM).where(ALARM.c.id.in_(ids)).values(told_at=now))
            db.execute(update(ALARM).where(ALARM.c.id.in_(ended_ids)).values(end_told_at=now))
            enqueue(db, deliveries)
        return True

    def _alarms(self, statement: Select[Any]) -> tuple[Alarm, ...]:
        with self._database.read() as db:
            return tuple(_alarm_of(row) for row in db.execute(statement.order_by(ALARM.c.id)).mappings())


def change_alarms(db: Connection, open: Sequence[Alarm], close: Sequence[str], now: datetime) -> None:
    """Inside the caller's transaction: close the alarms of the given keys, then open alarms, none twice for a key.

    An alarm whose key is opened anew in the same breath has not ended well: its end is not told.
    """
    if not open and not close:
        return
    already = set(db.execute(select(ALARM.c.key).where(ALARM.c.closed_at.is_(None))).scalars())
    over = already.intersection(close)
    fresh = {alarm.key: alarm for alarm in open if alarm.key not in already - over}
    for keys, ended in ((over - fresh.keys(), {"closed_at": now}), (over & fresh.keys(), {"closed_at": now, "end_told_at": now})):
        if keys:
            db.execute(update(ALARM).where(ALARM.c.key.in_(keys), ALARM.c.closed_at.is_(None)).values(ended))
    if fresh:
        db.execute(insert(ALARM), [{name: getattr(alarm, name) for name in _PLAIN} for alarm in fresh.values()])


def _ids(db: Connection, condition: Any, among: Sequence[int]) -> set[int]:  # noqa: ANN401 - a condition on the table
    return set(db.execute(select(ALARM.c.id).where(condition, ALARM.c.id.in_(among))).scalars())


def _alarm_of(row: RowMapping) -> Alarm:
    return Alarm(**dict(row))
