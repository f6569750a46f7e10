"""What is stored about a person: sign-ups that wait for a word of theirs, all of it told to them, all of it forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select, update

from cgtwatch.errors import BusyError
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.model.subscription import Cadence, Every, Status, Subscription
from cgtwatch.store.queue import forget_deliveries
from cgtwatch.store.readers import columns_of, insert_fresh, subscription_of
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ALARM, ATTEMPT, BOUNCE, DELIVERY, DIGEST, EDITION, SUBSCRIPTION

_PENDING = SUBSCRIPTION.c.status == str(Status.PENDING)
_LIVE = SUBSCRIPTION.c.removed_at.is_(None)
_ABOUT_READERS = ("delivery", "bounce")  # kinds of alarms whose key is KIND:NAME


@dataclass(frozen=True, slots=True)
class Traces:
    """What is stored about one subscription, removed or not, as plain values; bodies of messages are left out."""

    number: int
    subscription: Subscription
    removed_at: datetime | None
    digests: tuple[Mapping[str, Any], ...]
    deliveries: tuple[Mapping[str, Any], ...]  # each with its `attempts`
    bounces: tuple[Mapping[str, Any], ...]


class Persons(Room):
    """The part of the store that knows persons."""

    def add_pending(self, subscription: Subscription, now: datetime) -> Subscription:
        """Store a sign-up, `created_at` filled in, in place of another one of the same target that waits.

        Raises `ConfigError` where the name is taken.
        """
        fresh = replace(subscription, created_at=subscription.created_at or now)
        with self._database.write() as db:
            _forget_pending(db, same_target(fresh.channel, fresh.target))
            insert_fresh(db, fresh)
        return fresh

    def waiting_since(self, channel: str, target: str) -> datetime | None:
        """When somebody last signed up to that target without confirming it; None where nobody has."""
        latest = select(func.max(SUBSCRIPTION.c.created_at)).where(_PENDING, same_target(channel, target), _LIVE)
        with self._database.read() as db:
            return db.execute(latest).scalar()

    def forget_unconfirmed(self, before: datetime) -> int:
        """Erase the sign-ups made before then that nobody confirmed, with everything sent for them; how many."""
        old = SUBSCRIPTION.c.created_at < before
        with self._database.read() as db:  # mostly there is none, and nobody need wait for the writer
            if db.execute(select(SUBSCRIPTION.c.id).where(_PENDING, old).limit(1)).first() is None:
                return 0
        with self._database.write() as db:
            return _forget_pending(db, old)

    def numbers_called(self, name: str) -> tuple[int, ...]:
        """The subscription of that name or, where none is served, the removed ones that had it."""
        called = select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.name == name).order_by(SUBSCRIPTION.c.id)
        with self._database.read() as db:
            live = db.execute(called.where(_LIVE)).scalars().all()
            return tuple(live or db.execute(called).scalars().all())

    def numbers_to(self, channel: str, target: str, farewell: str) -> tuple[int, ...]:
        """All subscriptions to a target, removed ones too: they are known by what was sent, or by what was kept of the target."""
        sent = select(DELIVERY.c.subscription_id).where(
            DELIVERY.c.channel == channel, func.lower(DELIVERY.c.target) == target.lower()
        )
        theirs = or_(same_target(channel, target), SUBSCRIPTION.c.id.in_(sent), SUBSCRIPTION.c.note == farewell)
        with self._database.read() as db:
            return tuple(db.execute(select(SUBSCRIPTION.c.id).where(theirs).order_by(SUBSCRIPTION.c.id)).scalars())

    def traces(self, number: int, last: int | None = None) -> Traces:
        """What is stored about a subscription, newest first, at most the `last` of each kind."""
        with self._database.read() as db:
            row = db.execute(select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == number)).mappings().one()
            sent = _rows(
                db, select(*_SENT).where(DELIVERY.c.subscription_id == number).order_by(DELIVERY.c.id.desc()).limit(last)
            )
            told = select(*_TOLD).outerjoin(EDITION, EDITION.c.id == DIGEST.c.edition).where(DIGEST.c.subscription == number)
            back = select(*_BACK).where(BOUNCE.c.subscription_id == number).order_by(BOUNCE.c.id.desc()).limit(last)
            return Traces(
                number=number,
                subscription=subscription_of(row),
                removed_at=row["removed_at"],
                digests=_rows(db, told.order_by(DIGEST.c.id.desc()).limit(last)),
                deliveries=tuple({**one, "attempts": _attempts(db, one["key"])} for one in sent),
                bounces=_rows(db, back),
            )

    def states_of(self, name: str) -> dict[str, int]:
        """How many messages of a subscription are in which state."""
        counted = select(DELIVERY.c.state, func.count()).join(SUBSCRIPTION, SUBSCRIPTION.c.id == DELIVERY.c.subscription_id)
        with self._database.read() as db:
            rows = db.execute(counted.where(SUBSCRIPTION.c.name == name, _LIVE).group_by(DELIVERY.c.state))
            return {str(row[0]): int(row[1]) for row in rows}

    def erase(self, notes: Mapping[int, str], now: datetime) -> dict[str, int]:
        """Forget subscriptions by number; of each its note is kept, the name `erased-NUMBER`, and that something was sent when.

        Returns how many rows of each kind were there. Raises `BusyError`, and forgets nothing, while a message to one is under way.
        """
        ids = list(notes)
        with self._database.write() as db:
            under_way = DELIVERY.c.state == str(DeliveryState.ATTEMPTED)
            if db.execute(select(DELIVERY.c.id).where(DELIVERY.c.subscription_id.in_(ids), under_way).limit(1)).first():
                raise BusyError("a message to this reader is under way; nothing was erased, ask again in a minute")
            counts = _forget_sent(db, ids)
            pending = _forget_pending(db, SUBSCRIPTION.c.id.in_(ids))
            rows = db.execute(select(SUBSCRIPTION.c.id, SUBSCRIPTION.c.name).where(SUBSCRIPTION.c.id.in_(ids))).all()
            for row in rows:
                _forget_name(db, row.id, row.name, notes[row.id], now)
        return {"subscriptions": len(rows), "pending": pending, **counts}

    def tidy(self, *, rewrite: bool = False) -> None:
        """See `Database.tidy`."""
        self._database.tidy(rewrite=rewrite)


_SENT = (
    DELIVERY.c.key, DELIVERY.c.channel, DELIVERY.c.target, DELIVERY.c.subject, DELIVERY.c.kind, DELIVERY.c.state, DELIVERY.c.created_at,
    DELIVERY.c.due_at, DELIVERY.c.sent_at, DELIVERY.c.answer,
)  # fmt: skip
_TOLD = (
    DIGEST.c.id, DIGEST.c.created_at, DIGEST.c.reason, DIGEST.c.from_seq, DIGEST.c.to_seq, EDITION.c.subject, EDITION.c.events,
)  # fmt: skip
_BACK = (BOUNCE.c.kind, BOUNCE.c.status, BOUNCE.c.said, BOUNCE.c.delivery, BOUNCE.c.at)


def same_target(channel: str, target: str) -> ColumnElement[bool]:
    """Whether a subscription goes there; the case of a mail address does not matter."""
    return (SUBSCRIPTION.c.channel == channel) & (func.lower(SUBSCRIPTION.c.target) == target.lower())


def _rows(db: Connection, wanted: Select[Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(dict(row) for row in db.execute(wanted).mappings())


def _attempts(db: Connection, key: str) -> tuple[Mapping[str, Any], ...]:
    tries = select(ATTEMPT.c.number, ATTEMPT.c.started_at, ATTEMPT.c.ended_at, ATTEMPT.c.result, ATTEMPT.c.answer)
    of = select(DELIVERY.c.id).where(DELIVERY.c.key == key).scalar_subquery()
    return _rows(db, tries.where(ATTEMPT.c.delivery == of).order_by(ATTEMPT.c.id))


def _forget_sent(db: Connection, ids: Sequence[int]) -> dict[str, int]:
    """Blank what was sent for subscriptions, and what was answered; delete what came back. How many there were of each."""
    mine = DELIVERY.c.subscription_id.in_(ids)
    for number in ids:
        forget_deliveries(db, number)
    keys, theirs = select(DELIVERY.c.key).where(mine), select(DELIVERY.c.id).where(mine)
    back = or_(BOUNCE.c.subscription_id.in_(ids), BOUNCE.c.delivery.in_(keys))
    return {
        "deliveries": db.execute(update(DELIVERY).where(mine).values(answer="")).rowcount,
        "attempts": db.execute(update(ATTEMPT).where(ATTEMPT.c.delivery.in_(theirs)).values(answer="")).rowcount,
        "bounces": db.execute(delete(BOUNCE).where(back)).rowcount,
    }


def _forget_pending(db: Connection, which: ColumnElement[bool]) -> int:
    """Delete sign-ups with everything that was sent for them: no digest stands on them."""
    ids = db.execute(select(SUBSCRIPTION.c.id).where(_PENDING, which)).scalars().all()
    if ids:
        _forget_sent(db, ids)
        theirs = select(DELIVERY.c.id).where(DELIVERY.c.subscription_id.in_(ids))
        db.execute(delete(ATTEMPT).where(ATTEMPT.c.delivery.in_(theirs)))
        db.execute(delete(DELIVERY).where(DELIVERY.c.subscription_id.in_(ids)))
        db.execute(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.id.in_(ids)))
    return len(ids)


def _forget_name(db: Connection, number: int, name: str, note: str, now: datetime) -> None:
    """What is left of a subscription: that there was one. Its name goes from wherever rows repeat it."""
    called = f"erased-{number}"
    blank = columns_of(Subscription(called, "", "", Cadence(Every.DAILY), timezone="UTC", status=Status.DISABLED, note=note))
    kept = ("language", "promise", "sent_upto", "created_at", "next_due", "welcomed", "origin")
    values = {column: value for column, value in blank.items() if column not in kept} | {"removed_at": now}
    db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == number).values(values))
    db.execute(update(DELIVERY).where(DELIVERY.c.subscription_id == number).values(subscription=called))
    db.execute(
        delete(ALARM).where(ALARM.c.kind.in_(_ABOUT_READERS), ALARM.c.key.in_([f"{kind}:{name}" for kind in _ABOUT_READERS]))
    )
