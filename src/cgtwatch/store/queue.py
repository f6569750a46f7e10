"""The queue of deliveries: whose turn it is."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, RowMapping, Select, and_, exists, insert, or_, select

from cgtwatch.errors import NotFound, StoreError
from cgtwatch.model.delivery import CONFIRM, Delivery, DeliveryState, Payload
from cgtwatch.model.subscription import Status
from cgtwatch.store.readers import required
from cgtwatch.store.tables import DELIVERY, SUBSCRIPTION

_LONGER_THAN_ANY_WAIT = timedelta(hours=36)
WAITING = (str(DeliveryState.QUEUED), str(DeliveryState.RETRY))
_PLAIN = tuple(field.name for field in fields(Delivery) if field.name not in ("payload", "state"))


def enqueue(db: Connection, delivery: Delivery, digest: int | None = None) -> None:
    """Put a delivery into the ledger, inside the caller's transaction. The same key twice is an error."""
    if db.execute(select(DELIVERY.c.id).where(DELIVERY.c.key == delivery.key)).first() is not None:
        raise StoreError(f"{delivery.subscription or 'operator'}: delivery {delivery.key} is in the ledger already")
    # A name without a subscription is the operator's.
    subscription = required(db, delivery.subscription)["id"] if delivery.subscription else None
    row = {name: getattr(delivery, name) for name in _PLAIN} | {
        "subscription_id": subscription,
        "body": delivery.payload.body,
        "content_type": delivery.payload.content_type,
        "headers": dict(delivery.payload.headers),
        "fillings": dict(delivery.payload.fillings),
        "state": str(delivery.state),
        "due_at": delivery.due_at or delivery.created_at,
        "digest": digest if digest is not None else delivery.digest,
        "promise": str(delivery.promise),
    }
    db.execute(insert(DELIVERY), row)


def delivery_of(row: RowMapping) -> Delivery:
    """The delivery in a row."""
    return Delivery(
        payload=Payload(bytes(row["body"]), row["content_type"], row["headers"], row["fillings"]),
        state=DeliveryState(row["state"]),
        **{name: row[name] for name in _PLAIN},
    )


def found(db: Connection, key: str) -> RowMapping:
    """The row of a delivery. Raises `NotFound`."""
    row = db.execute(select(DELIVERY).where(DELIVERY.c.key == key)).mappings().first()
    if row is None:
        raise NotFound(f"no delivery {key!r} is in the ledger; see `cgtwatch deliveries list`")
    return row


def turn(now: datetime) -> Select[Any]:
    """The ids of deliveries that may be tried now: the oldest of each target that is being served, if it is due.

    One target has one attempt under way at most, and its messages arrive in order; nobody waits for another's target.
    """
    older, reader = DELIVERY.alias("older"), SUBSCRIPTION.alias("reader")
    ahead = (
        select(older.c.id)
        .outerjoin(reader, reader.c.id == older.c.subscription_id)
        .where(older.c.target == DELIVERY.c.target, older.c.channel == DELIVERY.c.channel, older.c.id != DELIVERY.c.id)
        .where(or_(older.c.state == str(DeliveryState.ATTEMPTED), and_(older.c.id < DELIVERY.c.id, _waits(older, reader))))
    )
    ours = select(DELIVERY.c.id).outerjoin(SUBSCRIPTION, SUBSCRIPTION.c.id == DELIVERY.c.subscription_id)
    # No wait is that long: the clock was wrong when it was set.
    come = or_(DELIVERY.c.due_at <= now, DELIVERY.c.due_at > now + _LONGER_THAN_ANY_WAIT)
    due = ours.where(_waits(DELIVERY, SUBSCRIPTION), come, ~exists(ahead.correlate(DELIVERY)))
    return due.order_by(DELIVERY.c.id)


def _waits(delivery: FromClause, reader: FromClause) -> ColumnElement[bool]:
    asked = and_(reader.c.status == str(Status.PENDING), delivery.c.kind == CONFIRM)  # whoever signs up is asked whether she did
    served = and_(or_(reader.c.status == str(Status.ACTIVE), asked), reader.c.removed_at.is_(None))
    return and_(delivery.c.state.in_(WAITING), or_(delivery.c.subscription_id.is_(None), served))
