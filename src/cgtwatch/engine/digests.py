"""Digests for everybody whose turn has come."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from cgtwatch.app import App
from cgtwatch.model.health import Alarm
from cgtwatch.ops.logs import fields
from cgtwatch.pipeline.digest import DigestRow, is_due, run_digests, set_right

WELCOME_WAITS = timedelta(minutes=15)
PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60))  # after a digest that broke once, twice, …
_LOOK_OVER = timedelta(hours=1)  # between two looks at the hours of all subscriptions
_ALARM = "digests"
_NAMED = 3
_log = logging.getLogger(__name__)


class Digests:
    """Composes for every subscription whose turn has come; one whose digest broke is tried again ever more seldom."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._looked_at: datetime | None = None
        self._broken: Counter[str] = Counter()
        self._again: dict[str, datetime] = {}

    def due(self) -> list[DigestRow]:
        """Compose and queue; the rows of what was done."""
        store, now = self.app.store, self.app.clock()
        self._set_right(now)
        last = store.last_seq()
        due = [one for one in store.due_subscriptions(last, now) if is_due(one, last, now) and self._rested(one.name, now)]
        newcomers = [one for one in due if not one.welcomed]
        if newcomers and not self._looked_around():
            young = {one.name for one in newcomers if one.created_at and now - one.created_at < WELCOME_WAITS}
            due = [one for one in due if one.name not in young]
        rows = []
        for row in run_digests(due, self.app.digest_parts):
            rows.append(row)
            self._tell(row)
        self._judge(rows, now)
        return rows

    def _set_right(self, now: datetime) -> None:
        """Hours that were set under a wrong clock; looked for at the start, when the clock was set, and once an hour."""
        before, self._looked_at = self._looked_at, now
        if before is not None and timedelta() <= now - before < _LOOK_OVER:
            self._looked_at = before
            return
        for one in self.app.store.waiting_subscriptions(now):
            if (hour := set_right(one, now)) is not None:
                self.app.store.update_subscription(one.name, next_due=hour)
        if self._broken:
            for gone in self._broken.keys() - {one.name for one in self.app.store.subscriptions()}:
                del self._broken[gone], self._again[gone]

    def _looked_around(self) -> bool:
        """A welcome tells what was found, so it waits until every source was visited once, but not for ever."""
        states = self.app.store.states()
        return all(states[one.id].last_visit for one in self.app.sources if one.enabled and one.id in states)

    def _rested(self, name: str, now: datetime) -> bool:
        again = self._again.get(name)
        return again is None or not now < again <= now + PAUSES[-1]

    def _judge(self, rows: Sequence[DigestRow], now: datetime) -> None:
        """What broke is tried later, and told to the operator once while it lasts."""
        failed = [row for row in rows if row.outcome == "failed"]
        for row in failed:
            self._broken[row.subscription] += 1
            pause = PAUSES[min(self._broken[row.subscription], len(PAUSES)) - 1]
            self._again[row.subscription] = now + pause
        mended = [row.subscription for row in rows if row.outcome != "failed" and row.subscription in self._broken]
        for name in mended:
            del self._broken[name], self._again[name]
        if failed:
            self.app.store.apply_alarms([_alarm(failed, now)], [], now)
        elif rows and not self._broken and any(one.key == _ALARM for one in self.app.store.open_alarms()):
            self.app.store.apply_alarms([], [_ALARM], now)

    def _tell(self, row: DigestRow) -> None:
        if row.outcome == "nothing":
            return
        told = fields(
            subscription=row.subscription, outcome=row.outcome, events=row.events, delivery=row.delivery, error=row.error
        )
        _log.log(logging.INFO if row.error is None else logging.WARNING, "digest %s", told)


def _alarm(failed: Sequence[DigestRow], now: datetime) -> Alarm:
    names = [row.subscription for row in failed]
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    subject = f"digests cannot be composed for {shown}"
    hint = "`cgtwatch digest --preview --subscription NAME` shows the mistake; nothing is lost, it is tried again"
    return Alarm(_ALARM, "digest", subject, f"{shown}: {failed[0].error or 'no reason given'}", hint, now)
