"""What is stored about a person: sign-ups that wait for a word of theirs, all of it told to them, all of it forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select

from cgtwatch.model.subscription import Status, Subscription
from cgtwatch.store.readers import insert_fresh
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ATTEMPT, BOUNCE, DELIVERY, SUBSCRIPTION


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
        latest = select(func.max(SUBSCRIPTION.c.created_at)).where(
            _PENDING, same_target(channel, target), SUBSCRIPTION.c.removed_at.is_(None)
        )
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


_PENDING = SUBSCRIPTION.c.status == str(Status.PENDING)


def same_target(channel: str, target: str) -> ColumnElement[bool]:
    """Whether a subscription goes there; the case of a mail address does not matter."""
    return (SUBSCRIPTION.c.channel == channel) & (func.lower(SUBSCRIPTION.c.target) == target.lower())


def forget_sent(db: Connection, ids: Sequence[int]) -> dict[str, int]:
    """Delete all that was sent or is to be sent for subscriptions, and what came back; how many rows of each kind."""
    theirs = select(DELIVERY.c.id).where(DELIVERY.c.subscription_id.in_(ids))
    return {
        "attempts": db.execute(delete(ATTEMPT).where(ATTEMPT.c.delivery.in_(theirs))).rowcount,
        "deliveries": db.execute(delete(DELIVERY).where(DELIVERY.c.subscription_id.in_(ids))).rowcount,
        "bounces": db.execute(delete(BOUNCE).where(BOUNCE.c.subscription_id.in_(ids))).rowcount,
    }


def _forget_pending(db: Connection, which: ColumnElement[bool]) -> int:
    ids = db.execute(select(SUBSCRIPTION.c.id).where(_PENDING, which)).scalars().all()
    if ids:
        forget_sent(db, ids)
        db.execute(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.id.in_(ids)))
    return len(ids)
