"""The queue of deliveries: whose turn it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from cgtwatch.errors import NotFound, StoreError
from cgtwatch.model.delivery import CONFIRM, Delivery, DeliveryState, Payload
from cgtwatch.model.subscription import Status
from cgtwatch.store.columns import UtcText
from cgtwatch.store.shared import Shared
from cgtwatch.store.tables import DELIVERY, SHARED_BODY, SUBSCRIPTION

WAITING = (str(DeliveryState.QUEUED), str(DeliveryState.RETRY))
_STUCK = (str(DeliveryState.ATTEMPTED), str(DeliveryState.UNKNOWN), str(DeliveryState.DEAD))
_UNSETTLED = (*WAITING, str(DeliveryState.ATTEMPTED))
_LONGER_THAN_ANY_WAIT = timedelta(hours=36)
NO_LEASE_IS_SO_LONG = timedelta(minutes=10)  # the clock was wrong when it was set
_PLAIN = tuple(field.name for field in fields(Delivery) if field.name not in ("payload", "state"))
_LISTED = tuple(DELIVERY.c[name] for name in ("id", *_PLAIN, "state", "content_type"))
KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_CANCELLED = {"state": str(DeliveryState.CANCELLED), "due_at": None}


# --- rows


def enqueue(db: Connection, deliveries: Iterable[Delivery], shared: Shared | None = None) -> None:
    """Put deliveries into the ledger, inside the caller's transaction. The same key twice is an error."""
    queued = list(deliveries)
    _refuse_known(db, [one.key for one in queued])
    readers = numbers_of(db, {one.subscription for one in queued if one.subscription})
    kept = shared or Shared(db)
    rows = [_row(one, readers, kept) for one in queued]
    if rows:
        db.execute(insert(DELIVERY), rows)


def _refuse_known(db: Connection, keys: Sequence[str]) -> None:
    known = set(db.execute(select(DELIVERY.c.key).where(DELIVERY.c.key.in_(keys))).scalars())
    for key in keys:
        if key in known:
            raise StoreError(f"delivery {key} is in the ledger already")
        known.add(key)


def _row(delivery: Delivery, readers: dict[str, int], shared: Shared) -> dict[str, Any]:
    if delivery.subscription and delivery.subscription not in readers:
        raise NotFound(f"no subscription {delivery.subscription!r}; see `cgtwatch subscriptions list`")
    number = shared.body(delivery.payload.body)
    return {name: getattr(delivery, name) for name in _PLAIN} | {
        "subscription_id": readers.get(delivery.subscription),  # a name without a subscription is the operator's
        "body": delivery.payload.body if number is None else b"",
        "shared": number,
        "content_type": delivery.payload.content_type,
        "headers": dict(delivery.payload.headers),
        "fillings": dict(delivery.payload.fillings),
        "state": str(delivery.state),
        "due_at": delivery.due_at or delivery.created_at,
        "promise": str(delivery.promise),
    }


def numbers_of(db: Connection, names: Iterable[str]) -> dict[str, int]:
    """The numbers of subscriptions that were not removed."""
    live = SUBSCRIPTION.c.name.in_(sorted(names)) & SUBSCRIPTION.c.removed_at.is_(None)
    return {row.name: row.id for row in db.execute(select(SUBSCRIPTION.c.name, SUBSCRIPTION.c.id).where(live))}


def whole() -> Select[Any]:
    """Deliveries with their bytes, for `delivery_of`."""
    return select(DELIVERY, SHARED_BODY.c.content).outerjoin(SHARED_BODY, SHARED_BODY.c.id == DELIVERY.c.shared)


def listed() -> Select[Any]:
    """Deliveries without their bytes, for `line_of`: those of a digest are a hundred times as long as the rest."""
    return select(*_LISTED)


def delivery_of(row: RowMapping, body: bytes | None = None) -> Delivery:
    """The delivery in a row of `whole`, or in one of the plain table with its shared `body`."""
    kept = body if body is not None else row["content"] if row["shared"] is not None else row["body"]
    return _delivery(row, Payload(bytes(kept), row["content_type"], row["headers"], row["fillings"]))


def line_of(row: RowMapping) -> Delivery:
    """The delivery in a row of `listed`: its payload is empty."""
    return _delivery(row, Payload(b"", row["content_type"]))


def _delivery(row: RowMapping, payload: Payload) -> Delivery:
    return Delivery(payload=payload, state=DeliveryState(row["state"]), **{name: row[name] for name in _PLAIN})


def found(db: Connection, key: str) -> RowMapping:
    """The row of a delivery, as of `whole`. Raises `NotFound`."""
    row = db.execute(whole().where(DELIVERY.c.key == key)).mappings().first()
    if row is None:
        raise NotFound(f"no delivery {key!r} is in the ledger; see `cgtwatch deliveries list`")
    return row


# --- whose turn it is


def turn(columns: Select[Any] | None = None) -> Select[Any]:
    """The deliveries that may be tried at `now`: the oldest of each target that is being served, if it is due. Default: their ids.

    To be executed with `at(now)`. One target has one attempt under way at most, and its messages arrive in order; nobody waits for
    another's target.
    """
    older, reader = DELIVERY.alias("older"), SUBSCRIPTION.alias("reader")
    under_way = older.c.state == str(DeliveryState.ATTEMPTED)
    ahead = (
        select(older.c.id)
        .outerjoin(reader, reader.c.id == older.c.subscription_id)
        .where(older.c.target == DELIVERY.c.target, older.c.channel == DELIVERY.c.channel, older.c.id != DELIVERY.c.id)
        .where(_is(older, *_UNSETTLED))  # in the words of the index
        .where(or_(under_way, and_(older.c.id < DELIVERY.c.id, _served(older, reader))))
    )
    start = select(DELIVERY.c.id) if columns is None else columns
    ours = start.outerjoin(SUBSCRIPTION, SUBSCRIPTION.c.id == DELIVERY.c.subscription_id)
    come = or_(DELIVERY.c.due_at <= bindparam("now", type_=UtcText), DELIVERY.c.due_at > bindparam("never", type_=UtcText))
    waits = and_(_is(DELIVERY, *WAITING), _served(DELIVERY, SUBSCRIPTION))
    return ours.where(waits, come, ~exists(ahead.correlate(DELIVERY))).order_by(DELIVERY.c.id)


def at(now: datetime) -> dict[str, Any]:
    """The parameters of `turn`. No wait is as long as until `never`: the clock was wrong when it was set."""
    return {"now": now, "never": now + _LONGER_THAN_ANY_WAIT}


def heads() -> Select[Any]:
    """Of the targets of the deliveries `keys` the ids of what stands first in their lines now."""
    line, ended = DELIVERY.alias("line"), DELIVERY.alias("ended")
    first = (
        select(line.c.id)
        .where(line.c.target == ended.c.target, line.c.channel == ended.c.channel, _is(line, *_UNSETTLED))
        .order_by(line.c.id)
        .limit(1)
    )
    return select(first.correlate(ended).scalar_subquery()).where(ended.c.key.in_(KEYS))


def still_waits() -> ColumnElement[bool]:
    """Deliveries that wait, said so that the index of lines is used."""
    return and_(_is(DELIVERY, *_UNSETTLED), _is(DELIVERY, *WAITING))


def in_state(state: DeliveryState) -> ColumnElement[bool]:
    """Deliveries in that state, said so that the index of those few is used."""
    among = next((states for states in (_STUCK, WAITING) if state in states), ())
    exactly = DELIVERY.c.state == str(state)
    return and_(_is(DELIVERY, *among), exactly) if among else exactly


def _served(delivery: FromClause, reader: FromClause) -> ColumnElement[bool]:
    """Whether anybody is to get it: the operator, an active reader, or one who is asked to confirm."""
    asked = and_(reader.c.status == str(Status.PENDING), delivery.c.kind == CONFIRM)
    live = and_(or_(reader.c.status == str(Status.ACTIVE), asked), reader.c.removed_at.is_(None))
    return or_(delivery.c.subscription_id.is_(None), live)


def _is(delivery: FromClause, *states: str) -> ColumnElement[bool]:
    """Written out as in the indexes, which SQLite would not take otherwise."""
    return delivery.c.state.in_([literal_column(f"'{state}'") for state in states])


# --- another way, and taking back


def redirect_waiting(db: Connection, subscription: int, channel: str, target: str) -> None:
    """What waits for that subscription (its number) on `channel` goes to `target` from now on, at once and with its id.

    It has not been taken by anybody, and the old target may be the reason.
    """
    mine = (DELIVERY.c.subscription_id == subscription) & (DELIVERY.c.channel == channel) & _is(DELIVERY, *WAITING)
    for row in db.execute(select(DELIVERY.c.id, DELIVERY.c.target, DELIVERY.c.fillings).where(mine)).all():
        values = sent_to(target, row.target, row.fillings) | {"attempts": 0, "due_at": DELIVERY.c.created_at}
        db.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(values))


def sent_to(target: str, before: str, fillings: Mapping[str, str]) -> dict[str, Any]:
    """What changes in a delivery that goes to `target` instead of `before`: a mail names its reader among its fillings."""
    return {"target": target, "fillings": {hole: target if said == before else said for hole, said in fillings.items()}}


def cancel_waiting(db: Connection, subscription: int, why: str) -> None:
    """What waits for that subscription is not sent any more."""
    mine = (DELIVERY.c.subscription_id == subscription) & DELIVERY.c.state.in_(WAITING)
    db.execute(update(DELIVERY).where(mine).values(_CANCELLED | {"answer": why}))


def forget_deliveries(db: Connection, subscription: int, why: str = "the subscription was removed") -> None:
    """Inside the caller's transaction: cancel what waits for the subscription (its number), and blank where its messages went and
    what stood in them for it alone. What is left says that something was sent, and when; it cannot be sent again.
    """
    cancel_waiting(db, subscription, why)
    mine = DELIVERY.c.subscription_id == subscription
    bodies = db.execute(select(DELIVERY.c.shared).where(mine & DELIVERY.c.shared.is_not(None)).distinct()).scalars().all()
    blank: dict[str, Any] = {"target": "", "body": b"", "shared": None, "headers": {}, "fillings": {}}
    db.execute(update(DELIVERY).where(mine).values(blank))
    drop_unused(db, bodies)


def drop_unused(db: Connection, bodies: Sequence[int]) -> None:
    """Of these bodies, those that no delivery has any more."""
    used = exists(select(DELIVERY.c.id).where(DELIVERY.c.shared == SHARED_BODY.c.id))
    db.execute(delete(SHARED_BODY).where(SHARED_BODY.c.id.in_(bodies), ~used))
