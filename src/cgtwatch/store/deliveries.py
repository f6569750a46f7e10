"""The ledger of deliveries: an attempt is committed before it begins, its outcome after, and what is unknown is said to be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from cgtwatch.errors import StoreError
from cgtwatch.model.delivery import Delivery, DeliveryState, SendOutcome, SendResult
from cgtwatch.model.subscription import Promise
from cgtwatch.store.queue import delivery_of, enqueue, found, turn
from cgtwatch.store.records import Attempt
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ATTEMPT, DELIVERY, SUBSCRIPTION

_LOST = "cgtwatch ended during the attempt: perhaps received"
_RESOLVED = frozenset({DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.DEAD})


class Deliveries(Room):
    """The part of the store that knows deliveries."""

    def queue_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Put deliveries into the ledger, all or none. The same key twice is an error."""
        with self._database.write() as db:
            for delivery in deliveries:
                enqueue(db, delivery)

    def due_deliveries(self, now: datetime, limit: int = 100) -> list[Delivery]:
        """Deliveries whose turn has come, one for each target, oldest first; a target in back-off holds its own queue.

        Those of subscriptions that are not active are held too.
        """
        with self._database.read() as db:
            ids = db.execute(turn(now).limit(limit)).scalars().all()
            rows = {row["id"]: row for row in db.execute(select(DELIVERY).where(DELIVERY.c.id.in_(ids))).mappings()}
            return [delivery_of(rows[each]) for each in ids]

    def begin_attempt(self, key: str, now: datetime) -> Delivery | None:
        """Commit that an attempt begins. None where it may not: not due, target backs off or is busy, subscription not active."""
        with self._database.write() as db:
            row = found(db, key)
            may = DELIVERY.c.id.in_(turn(now))
            begun = {"state": str(DeliveryState.ATTEMPTED), "attempts": row["attempts"] + 1}
            if db.execute(update(DELIVERY).where(DELIVERY.c.id == row["id"], may).values(begun)).rowcount != 1:
                return None
            attempt = {"delivery": row["id"], "number": begun["attempts"], "started_at": now, "answer": ""}
            db.execute(insert(ATTEMPT), attempt | {"ended_at": None, "result": None})
            return replace(delivery_of(row), state=DeliveryState.ATTEMPTED, attempts=row["attempts"] + 1)

    def settle(self, key: str, outcome: SendOutcome, next_at: datetime | None, now: datetime) -> DeliveryState:
        """Commit how the attempt ended and where the delivery stands now. `next_at` None: it is not tried again.

        What was cut off may have been received: it is tried again only where the promise is at-least-once.
        """
        with self._database.write() as db:
            row = found(db, key)
            if row["state"] != DeliveryState.ATTEMPTED:
                raise StoreError(f"delivery {key}: is {row['state']}, no attempt is under way")
            return _settle(db, row, outcome, next_at, now)

    def recover_attempts(self, now: datetime) -> tuple[Delivery, ...]:
        """At start: attempts without outcome become `retry` (at-least-once, due now) or `unknown` (never-twice); those."""
        lost = SendOutcome(SendResult.UNKNOWN, _LOST)
        with self._database.write() as db:
            open_ones = select(DELIVERY).where(DELIVERY.c.state == str(DeliveryState.ATTEMPTED)).order_by(DELIVERY.c.id)
            rows = db.execute(open_ones).mappings().all()
            for row in rows:
                _settle(db, row, lost, now, now)
            return tuple(delivery_of(found(db, row["key"])) for row in rows)

    def deliveries(self, state: DeliveryState | None = None, limit: int | None = 200) -> list[Delivery]:
        """The ledger, newest first."""
        wanted = select(DELIVERY).order_by(DELIVERY.c.id.desc()).limit(limit)
        if state is not None:
            wanted = wanted.where(DELIVERY.c.state == str(state))
        with self._database.read() as db:
            return [delivery_of(row) for row in db.execute(wanted).mappings()]

    def delivery(self, key: str) -> Delivery:
        """One delivery."""
        with self._database.read() as db:
            return delivery_of(found(db, key))

    def redeliver(self, key: str, now: datetime) -> Delivery:
        """Queue a delivery again, same id and bytes, its count of attempts anew. Refused while an attempt is under way."""
        with self._database.write() as db:
            row = found(db, key)
            if row["state"] == DeliveryState.ATTEMPTED:
                raise StoreError(f"delivery {key}: an attempt is under way; wait for its outcome")
            if not _has_reader(db, row):
                raise StoreError(f"delivery {key}: its subscription {row['subscription']!r} was removed; add it again first")
            return _set(db, row, {"state": str(DeliveryState.QUEUED), "attempts": 0, "due_at": now, "sent_at": None})

    def resolve(self, key: str, state: DeliveryState, now: datetime) -> Delivery:
        """Say what became of a delivery that is unknown, dead or waiting: sent, cancelled or dead."""
        if state not in _RESOLVED:
            raise StoreError(f"delivery {key}: cannot be resolved as {state}; say sent, cancelled or dead")
        with self._database.write() as db:
            row = found(db, key)
            if row["state"] in (DeliveryState.ATTEMPTED, DeliveryState.SENT):
                raise StoreError(f"delivery {key}: is {row['state']}; only what is unknown, dead or waiting can be resolved")
            return _set(db, row, {"state": str(state), "due_at": None, "sent_at": now if state is DeliveryState.SENT else None})

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """Every try at a delivery, first one first."""
        with self._database.read() as db:
            tries = select(ATTEMPT).where(ATTEMPT.c.delivery == found(db, key)["id"]).order_by(ATTEMPT.c.id)
            return tuple(_attempt_of(key, row) for row in db.execute(tries).mappings())


def _settle(db: Connection, row: RowMapping, outcome: SendOutcome, next_at: datetime | None, now: datetime) -> DeliveryState:
    state = _state_after(row, outcome.result, next_at)
    if state is DeliveryState.RETRY and not _has_reader(db, row):
        state = DeliveryState.CANCELLED
    ended = {"ended_at": now, "result": str(outcome.result), "answer": outcome.answer}
    running = (ATTEMPT.c.delivery == row["id"]) & ATTEMPT.c.result.is_(None)
    db.execute(update(ATTEMPT).where(running).values(ended))
    values = {
        "state": str(state),
        "due_at": next_at if state is DeliveryState.RETRY else None,
        "sent_at": now if state is DeliveryState.SENT else None,
        "answer": outcome.answer,
    }
    _set(db, row, values)
    return state


def _state_after(row: RowMapping, result: SendResult, next_at: datetime | None) -> DeliveryState:
    if result is SendResult.SENT:
        return DeliveryState.SENT
    if result is SendResult.UNKNOWN and (row["promise"] == Promise.NEVER_TWICE or next_at is None):
        return DeliveryState.UNKNOWN
    if result in (SendResult.RETRY, SendResult.UNKNOWN) and next_at is not None:
        return DeliveryState.RETRY
    return DeliveryState.DEAD


def _has_reader(db: Connection, row: RowMapping) -> bool:
    if row["subscription_id"] is None:
        return True
    live = select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.id == row["subscription_id"], SUBSCRIPTION.c.removed_at.is_(None))
    return db.execute(live).first() is not None


def _set(db: Connection, row: RowMapping, values: dict[str, Any]) -> Delivery:
    db.execute(update(DELIVERY).where(DELIVERY.c.id == row["id"]).values(values))
    return delivery_of(found(db, row["key"]))


def _attempt_of(key: str, row: RowMapping) -> Attempt:
    return Attempt(
        delivery=key,
        number=row["number"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        result=None if row["result"] is None else SendResult(row["result"]),
        answer=row["answer"],
    )
