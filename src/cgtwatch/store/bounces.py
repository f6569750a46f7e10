"""What came back about mails, counted for each reader; whoever cannot or does not want to be reached is paused."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from cgtwatch.model.bounce import Bounce, BounceKind, Taken, Tally, Verdict
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.model.subscription import Status
from cgtwatch.store.alarms import change_alarms
from cgtwatch.store.queue import in_state
from cgtwatch.store.readers import required
from cgtwatch.store.room import Room
from cgtwatch.store.tables import BOUNCE, DELIVERY, SUBSCRIPTION

Judge = Callable[[str, Bounce, Tally], Verdict | None]
_OF_LATE = timedelta(days=1)
_HARD = BOUNCE.c.kind == str(BounceKind.HARD)
_ACTIVE_MAIL = (
    (SUBSCRIPTION.c.channel == "email") & (SUBSCRIPTION.c.status == str(Status.ACTIVE)) & SUBSCRIPTION.c.removed_at.is_(None)
)


class Bounces(Room):
    """The part of the store that knows what came back."""

    def take_bounce(self, bounce: Bounce, since: datetime, judge: Judge) -> Taken:
        """Store a report and all that follows from it in one go; the same report again changes nothing.

        `judge` is told the subscription's name, the bounce and what was counted since then; it is asked only for a reader who is
        served, at the address that the mail went to.
        """
        with self._database.write() as db:
            asked = select(DELIVERY.c.subscription_id, DELIVERY.c.target).where(DELIVERY.c.key == bounce.delivery)
            sent = db.execute(asked).mappings().first()
            if sent is None or sent["subscription_id"] is None or not sent["target"]:  # a reader was erased
                return Taken("unknown")
            if db.execute(select(BOUNCE.c.id).where(BOUNCE.c.report == bounce.report)).first() is not None:
                return Taken("known")
            db.execute(insert(BOUNCE), _columns(bounce, sent["subscription_id"]))
            reader = _served(db, sent)
            if reader is None:
                return Taken("counted")
            verdict = judge(reader["name"], bounce, _tally(db, reader, bounce, since))
            if verdict is not None:
                _follow(db, reader, verdict, bounce.at)
        return Taken("paused" if verdict and verdict.note else "counted", reader["name"])

    def refused_mails(self, since: datetime, limit: int = 500) -> list[tuple[str, str]]:
        """Key and answer of mails queued since then that were given up at once since their recipient was refused, not yet counted."""
        refused = (
            in_state(DeliveryState.DEAD)
            & (DELIVERY.c.channel == "email")
            & DELIVERY.c.answer.like("recipient: 5%")
            & (DELIVERY.c.created_at >= since)
            & DELIVERY.c.subscription_id.is_not(None)
            & DELIVERY.c.key.not_in(select(BOUNCE.c.delivery).where(BOUNCE.c.at >= since))
        )
        with self._database.read() as db:
            rows = db.execute(select(DELIVERY.c.key, DELIVERY.c.answer).where(refused).order_by(DELIVERY.c.id).limit(limit))
            return [(row.key, row.answer) for row in rows]

    def forgive_bounces(self, name: str, now: datetime) -> int:
        """Begin to count anew for that subscription; how many hard bounces were forgiven."""
        with self._database.write() as db:
            mine = (BOUNCE.c.subscription_id == required(db, name)["id"]) & _HARD
            forgiven = db.execute(update(BOUNCE).where(mine).values(kind=str(BounceKind.FORGIVEN))).rowcount
            change_alarms(db, [], [alarm_key(name)], now)
        return forgiven

    def bounced_of_late(self, now: datetime) -> Tally:
        """How many readers have a hard bounce of the last day, and how many are served."""
        with self._database.read() as db:
            return Tally(0, *_of_all(db, now))

    def bounces(self, name: str) -> Sequence[Bounce]:
        """What came back for that subscription, oldest first."""
        with self._database.read() as db:
            mine = select(BOUNCE).where(BOUNCE.c.subscription_id == required(db, name)["id"]).order_by(BOUNCE.c.id)
            return [_bounce_of(row) for row in db.execute(mine).mappings()]

    def bounce_counts(self) -> dict[str, dict[str, int]]:
        """How many bounces of each kind came back, by subscription; those that were forgiven do not count, who has none is left out."""
        joined = select(SUBSCRIPTION.c.name, BOUNCE.c.kind, func.count().label("n")).join(
            SUBSCRIPTION, SUBSCRIPTION.c.id == BOUNCE.c.subscription_id
        )
        live = (BOUNCE.c.kind != str(BounceKind.FORGIVEN)) & SUBSCRIPTION.c.removed_at.is_(None)
        found: dict[str, dict[str, int]] = {}
        with self._database.read() as db:
            for row in db.execute(joined.where(live).group_by(SUBSCRIPTION.c.name, BOUNCE.c.kind)):
                found.setdefault(row.name, {})[row.kind] = row.n
        return found


def alarm_key(name: str) -> str:
    """What trouble about the bounces of a subscription is called."""
    return f"bounce:{name}"


def _served(db: Connection, sent: RowMapping) -> RowMapping | None:
    there = (SUBSCRIPTION.c.id == sent["subscription_id"]) & (SUBSCRIPTION.c.target == sent["target"]) & _ACTIVE_MAIL
    return db.execute(select(*(SUBSCRIPTION.c[name] for name in ("id", "name", "target"))).where(there)).mappings().first()


def _tally(db: Connection, reader: RowMapping, bounce: Bounce, since: datetime) -> Tally:
    theirs = (DELIVERY.c.subscription_id == reader["id"]) & (DELIVERY.c.target == reader["target"])
    there = BOUNCE.c.delivery.in_(select(DELIVERY.c.key).where(theirs))
    mine = (BOUNCE.c.subscription_id == reader["id"]) & _HARD & (BOUNCE.c.at >= since) & there
    hard = select(func.count()).select_from(BOUNCE).where(mine)
    # What was taken within the day may still come back.
    back = DELIVERY.c.key.in_(select(BOUNCE.c.delivery).where(BOUNCE.c.subscription_id == reader["id"]))
    arrived = theirs & (DELIVERY.c.sent_at < bounce.at - _OF_LATE) & in_state(DeliveryState.SENT) & ~back
    last = db.execute(select(func.max(DELIVERY.c.sent_at)).where(arrived)).scalar()
    first = db.execute(select(func.min(BOUNCE.c.at)).where(mine & (BOUNCE.c.at > last) if last else mine)).scalar()
    return Tally(int(db.execute(hard).scalar_one()), *_of_all(db, bounce.at), bounce.at - first if first else timedelta())


def _of_all(db: Connection, now: datetime) -> tuple[int, int]:
    """How many readers have a hard bounce of the last day, and how many there are, with those who were paused for one."""
    readers = select(func.count(BOUNCE.c.subscription_id.distinct())).where(_HARD & (BOUNCE.c.at >= now - _OF_LATE))
    off = (
        (SUBSCRIPTION.c.status == str(Status.PAUSED)) & SUBSCRIPTION.c.removed_at.is_(None) & SUBSCRIPTION.c.id.in_(_bounced(now))
    )
    served = select(func.count()).select_from(SUBSCRIPTION).where(_ACTIVE_MAIL | off)
    return int(db.execute(readers).scalar_one()), int(db.execute(served).scalar_one())


def _bounced(now: datetime) -> Select[Any]:
    """The subscriptions with a hard bounce of the last day."""
    return select(BOUNCE.c.subscription_id).where(_HARD & (BOUNCE.c.at >= now - _OF_LATE))


def _follow(db: Connection, reader: RowMapping, verdict: Verdict, now: datetime) -> None:
    """Pause, and one alarm instead of the one about the refused delivery."""
    if verdict.note:
        off = {"status": str(Status.PAUSED), "note": verdict.note}
        db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == reader["id"]).values(off))
    if verdict.freed:
        wrongly = (SUBSCRIPTION.c.status == str(Status.PAUSED)) & SUBSCRIPTION.c.note.startswith(verdict.freed, autoescape=True)
        again = wrongly & SUBSCRIPTION.c.removed_at.is_(None) & SUBSCRIPTION.c.id.in_(_bounced(now))
        db.execute(update(SUBSCRIPTION).where(again).values(status=str(Status.ACTIVE), note=""))
    change_alarms(db, [verdict.alarm], [f"delivery:{reader['name']}"], now)


def _columns(bounce: Bounce, subscription_id: int) -> dict[str, Any]:
    return {
        "report": bounce.report,
        "kind": str(bounce.kind),
        "subscription_id": subscription_id,
        "delivery": bounce.delivery,
        "status": bounce.status,
        "said": bounce.said,
        "at": bounce.at,
    }


def _bounce_of(row: RowMapping) -> Bounce:
    return Bounce(row["report"], BounceKind(row["kind"]), row["delivery"], row["status"], row["said"], row["at"])
