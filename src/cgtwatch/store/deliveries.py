"""The ledger of deliveries: an attempt is committed before it begins, its outcome after, and what is unknown is said to be."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    RowMapping,
    Select,
    and_,
    bindparam,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)

from cgtwatch.errors import StoreError
from cgtwatch.model.delivery import CONFIRM, Delivery, DeliveryState, SendOutcome, SendResult
from cgtwatch.model.subscription import Promise, Status, Subscription
from cgtwatch.store.alarms import change_alarms
from cgtwatch.store.queue import (
    KEYS,
    NO_LEASE_IS_SO_LONG,
    at,
    delivery_of,
    enqueue,
    found,
    heads,
    in_state,
    line_of,
    listed,
    sent_to,
    still_waits,
    turn,
)
from cgtwatch.store.readers import subscription_of
from cgtwatch.store.records import Attempt, Ended, Exchanged
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ATTEMPT, DELIVERY, SHARED_BODY, SUBSCRIPTION

_RESOLVED = frozenset({DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.DEAD})
_STANDS = ("state", "due_at", "sent_at", "answer")
_STAND = update(DELIVERY).where(DELIVERY.c.id == bindparam("of")).values({name: bindparam(name) for name in _STANDS})
_MAY_BEGIN = turn(select(DELIVERY, SUBSCRIPTION.c.options)).where(DELIVERY.c.key.in_(KEYS))
_BODIES = select(SHARED_BODY.c.id, SHARED_BODY.c.content).where(SHARED_BODY.c.id.in_(bindparam("ids", expanding=True)))
_BEGUN = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("of"))
    .values(state=str(DeliveryState.ATTEMPTED), attempts=DELIVERY.c.attempts + 1, lease=bindparam("until"))
)
_HEADS = listed().where(DELIVERY.c.id.in_(heads()))
_SETTLED = select(
    *(DELIVERY.c[name] for name in ("id", "key", "state", "attempts", "lease", "promise", "subscription_id", "channel", "target"))
).where(DELIVERY.c.key.in_(KEYS))
_REST = (
    update(DELIVERY)
    .where(DELIVERY.c.channel == bindparam("by"), DELIVERY.c.target == bindparam("to"), still_waits())
    .where(DELIVERY.c.due_at < bindparam("until"))
    .values(due_at=bindparam("until"))
)
_ENDS = ("ended_at", "result", "answer")
_END = (
    update(ATTEMPT)
    .where(ATTEMPT.c.delivery == bindparam("of"), ATTEMPT.c.result.is_(None))
    .values({name: bindparam(name) for name in _ENDS})
)


def _due_statements() -> dict[tuple[bool, bool | None], tuple[Select[Any], frozenset[str]]]:
    """With their parameters, by whether channels are named and whether targets in trouble are wanted; making one takes as long as
    asking it.
    """
    names: BindParameter[Any] = bindparam("channels", expanding=True)
    but: BindParameter[Any] = bindparam("but", expanding=True)
    slow: BindParameter[Any] = bindparam("slow", expanding=True)
    tried, spared = DELIVERY.c.attempts > literal_column("0"), DELIVERY.c.target.not_in(slow)
    which = {None: true(), True: or_(tried, ~spared), False: and_(~tried, spared)}
    all_of = turn(listed()).limit(bindparam("most", type_=Integer))
    among = {True: DELIVERY.c.channel.in_(names), False: DELIVERY.c.channel.not_in(but)}
    parameters = {"now", "never", "most"}
    return {
        (named, trouble): (
            all_of.where(among[named], which[trouble]),
            frozenset(parameters | {"channels" if named else "but"} | ({"slow"} if trouble is not None else set())),
        )
        for named in among
        for trouble in which
    }


_DUE = _due_statements()


class Deliveries(Room):
    """The part of the store that knows deliveries. What is listed comes without its bytes; `delivery` has them."""

    def queue_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Put deliveries into the ledger, all or none. The same key twice is an error."""
        with self._database.write() as db:
            enqueue(db, deliveries)

    def due_deliveries(
        self,
        now: datetime,
        limit: int = 100,
        channels: Sequence[str] | None = None,
        but: Sequence[str] = (),
        *,
        in_trouble: bool | None = None,
        slow: Sequence[str] = (),
    ) -> list[Delivery]:
        """Deliveries whose turn has come, one for each target, oldest first; a target in back-off holds its own queue.

        Those of subscriptions that are not active are held too. Only those of `channels` where they are given, none of `but`; only
        those that were tried before or go to a `slow` target (`in_trouble`), or only the others.
        """
        asked: dict[str, Any] = at(now) | {"most": limit, "but": list(but), "channels": list(channels or ()), "slow": list(slow)}
        statement, names = _DUE[channels is not None, in_trouble]
        with self._database.read() as db:
            rows = db.execute(statement, {name: asked[name] for name in names})
            return [line_of(row) for row in rows.mappings()]

    def rested_at(self, after: datetime, until: datetime) -> datetime | None:
        """When the first delivery that was never tried, and whose target rests, comes to its turn within that time; None: none does."""
        resting = select(DELIVERY.c.due_at).where(still_waits(), DELIVERY.c.attempts == 0)
        span = resting.where(DELIVERY.c.due_at > after, DELIVERY.c.due_at <= until).order_by(DELIVERY.c.due_at).limit(1)
        with self._database.read() as db:
            return db.execute(span).scalar()

    def exchange(
        self,
        ended: Sequence[Ended],
        begin: Sequence[str],
        now: datetime,
        quiet_until: Callable[[Subscription], datetime] | None = None,
        lease: timedelta | None = None,
    ) -> Exchanged:
        """Commit how attempts ended with all that follows, and that others begin, in one transaction.

        With `lease` others may say that nobody knows what came of one that began now, after that time (`renew_attempts` prolongs it).
        What comes of an attempt of which that was said is not stored: it is not under way any more, or another one is.

        Of `begin` (keys) those are left out that may not begin: not due, the target backs off or is busy, the subscription is not
        active. Where `quiet_until` says a later time of a reader, hers wait until then. What was cut off may have been received: it
        is tried again only where the promise is at-least-once. The state of one whose attempt is not under way stays as it is.
        """
        with self._database.write() as db:
            states = _settle(db, ended, now) if ended else ()
            begun = _begin(db, begin, now, quiet_until, now + lease if lease else None) if begin else ()
            first = _heads(db, [one.key for one in ended]) if ended else ()
        return Exchanged(states, begun, first)

    def begin_attempt(self, key: str, now: datetime) -> Delivery | None:
        """Commit that an attempt begins. None where it may not: not due, target backs off or is busy, subscription not active."""
        return next(iter(self.exchange((), [key], now).begun), None)

    def settle(self, key: str, outcome: SendOutcome, next_at: datetime | None, now: datetime) -> DeliveryState:
        """Commit how one attempt ended and where the delivery stands now, as `exchange` does."""
        with self._database.write() as db:
            row = found(db, key)
            if row["state"] != DeliveryState.ATTEMPTED:
                raise StoreError(f"delivery {key}: is {row['state']}, no attempt is under way")
            return _settle(db, [Ended(key, outcome, next_at)], now)[0]

    def deliveries(self, state: DeliveryState | None = None, limit: int | None = 200) -> list[Delivery]:
        """The ledger, newest first."""
        wanted = listed().order_by(DELIVERY.c.id.desc()).limit(limit)
        if state is not None:
            wanted = wanted.where(in_state(state))
        with self._database.read() as db:
            return [line_of(row) for row in db.execute(wanted).mappings()]

    def delivery(self, key: str) -> Delivery:
        """One delivery."""
        with self._database.read() as db:
            return delivery_of(found(db, key))

    def redeliver(self, key: str, now: datetime) -> Delivery:
        """Queue a delivery again, same id and bytes, its count of attempts anew; it goes where its subscription goes now.

        Raises `StoreError` while an attempt is under way, and where it can no longer be sent: the subscription was removed or goes
        by another channel, the message is no longer kept.
        """
        with self._database.write() as db:
            return _again(db, key, now)

    def redeliver_dead(
        self, now: datetime, subscription: str | None = None, since: datetime | None = None
    ) -> tuple[tuple[str, str | None], ...]:
        """As `redeliver` for every delivery that was given up: of one subscription, or of those made since then. All in one write.

        Oldest first, so that they arrive in order: each key, and why it is left as it is, None where it was queued.
        """
        dead = select(DELIVERY.c.key).where(in_state(DeliveryState.DEAD)).order_by(DELIVERY.c.id)
        if subscription is not None:
            called = select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.name == subscription)
            dead = dead.where(DELIVERY.c.subscription_id.in_(called))
        if since is not None:
            dead = dead.where(DELIVERY.c.created_at >= since)
        with self._database.write() as db:
            return tuple((key, _tried_again(db, key, now)) for key in db.execute(dead).scalars().all())

    def resolve(self, key: str, state: DeliveryState, now: datetime) -> Delivery:
        """Say what became of a delivery that is unknown, dead or waiting: sent, cancelled or dead.

        With the last one that is open of a subscription its trouble is over.
        """
        if state not in _RESOLVED:
            raise StoreError(f"delivery {key}: cannot be resolved as {state}; say sent, cancelled or dead")
        with self._database.write() as db:
            row = found(db, key)
            if row["state"] in (DeliveryState.ATTEMPTED, DeliveryState.SENT):
                raise StoreError(f"delivery {key}: is {row['state']}; only what is unknown, dead or waiting can be resolved")
            done = _set(db, row, {"state": str(state), "due_at": None, "sent_at": now if state is DeliveryState.SENT else None})
            trouble = in_state(DeliveryState.UNKNOWN) | in_state(DeliveryState.DEAD) | in_state(DeliveryState.RETRY)
            left = select(DELIVERY.c.id).where(DELIVERY.c.subscription_id == row["subscription_id"], trouble)
            if row["subscription_id"] is not None and db.execute(left.limit(1)).first() is None:
                change_alarms(db, (), [f"delivery:{done.subscription}"], now)
            return done

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """Every try at a delivery, first one first."""
        with self._database.read() as db:
            tries = select(ATTEMPT).where(ATTEMPT.c.delivery == found(db, key)["id"]).order_by(ATTEMPT.c.id)
            return tuple(_attempt_of(key, row) for row in db.execute(tries).mappings())


def _begin(
    db: Connection,
    keys: Sequence[str],
    now: datetime,
    quiet_until: Callable[[Subscription], datetime] | None,
    lease: datetime | None,
) -> tuple[Delivery, ...]:
    rows = db.execute(_MAY_BEGIN, at(now) | {"keys": list(keys)}).mappings().all()
    if quiet_until is not None:
        resting = _put_off(db, rows, now, quiet_until)
        rows = [row for row in rows if row["id"] not in resting]
    if not rows:
        return ()
    db.execute(_BEGUN, [{"of": row["id"], "until": lease} for row in rows])
    fresh = {"started_at": now, "answer": "", "ended_at": None, "result": None}
    db.execute(insert(ATTEMPT), [{"delivery": row["id"], "number": row["attempts"] + 1, **fresh} for row in rows])
    shared = {row["shared"] for row in rows if row["shared"] is not None}
    bodies = {row.id: row.content for row in db.execute(_BODIES, {"ids": list(shared)})} if shared else {}
    return tuple(
        replace(delivery_of(row, bodies.get(row["shared"])), state=DeliveryState.ATTEMPTED, attempts=row["attempts"] + 1)
        for row in rows
    )


def _put_off(
    db: Connection, rows: Sequence[RowMapping], now: datetime, quiet_until: Callable[[Subscription], datetime]
) -> set[int]:
    """Those whose readers want to hear nothing now, due when they do; whoever signs up asked to hear from us at once."""
    asked = [row for row in rows if (row["options"] or {}).get("quiet") and row["kind"] != CONFIRM]
    if not asked:
        return set()
    readers = db.execute(select(SUBSCRIPTION).where(SUBSCRIPTION.c.id.in_({row["subscription_id"] for row in asked}))).mappings()
    ends = {row["id"]: quiet_until(subscription_of(row)) for row in readers}
    resting = {row["id"]: ends[row["subscription_id"]] for row in asked if ends[row["subscription_id"]] > now}
    if resting:
        later = update(DELIVERY).where(DELIVERY.c.id == bindparam("of")).values(due_at=bindparam("until"))
        db.execute(later, [{"of": number, "until": until} for number, until in resting.items()])
    return set(resting)


def _settle(db: Connection, ended: Sequence[Ended], now: datetime) -> tuple[DeliveryState, ...]:
    asked = {"keys": [one.key for one in ended]}
    rows = {row["key"]: row for row in db.execute(_SETTLED, asked).mappings()}
    done = [(one, rows[one.key]) for one in ended if one.key in rows and _under_way(rows[one.key], one, now)]
    states = _states(db, done)
    if done:
        db.execute(_END, [_attempt_ended(one, row, now) for one, row in done])
        db.execute(_STAND, [_standing(one, row, states[one.key], now) for one, row in done])
    if resting := [(row, one.outcome.rest) for one, row in done if one.outcome.rest]:  # its next post waits, whoever's it is
        db.execute(_REST, [{"by": row["channel"], "to": row["target"], "until": now + rest} for row, rest in resting])
    _follow(db, done, states, now)
    return tuple(states.get(one.key) or DeliveryState(rows[one.key]["state"]) for one in ended if one.key in rows)


def _under_way(row: RowMapping, one: Ended, now: datetime) -> bool:
    """Whether that very attempt is under way: another worker may have begun the next, or it may have shown that it is not lost."""
    if one.lapsed and row["lease"] is not None and now < row["lease"] <= now + NO_LEASE_IS_SO_LONG:
        return False
    return row["state"] == DeliveryState.ATTEMPTED and one.attempt in {None, row["attempts"]}


def _states(db: Connection, done: Sequence[tuple[Ended, RowMapping]]) -> dict[str, DeliveryState]:
    """Where the deliveries stand now; what would be tried again for a reader who left is cancelled."""
    states = {one.key: _state_after(row, one.outcome.result, one.next_at) for one, row in done}
    again = [row for one, row in done if states[one.key] is DeliveryState.RETRY]
    left = {row["key"]: DeliveryState.CANCELLED for row in again if not _has_reader(db, row)}
    return states | left


def _attempt_ended(one: Ended, row: RowMapping, now: datetime) -> dict[str, Any]:
    return {"of": row["id"], "ended_at": now, "result": str(one.outcome.result), "answer": one.outcome.answer}


def _standing(one: Ended, row: RowMapping, state: DeliveryState, now: datetime) -> dict[str, Any]:
    return {
        "of": row["id"],
        "state": str(state),
        "due_at": one.next_at if state is DeliveryState.RETRY else None,
        "sent_at": now if state is DeliveryState.SENT else None,
        "answer": one.outcome.answer,
    }


def _follow(db: Connection, done: Sequence[tuple[Ended, RowMapping]], states: dict[str, DeliveryState], now: datetime) -> None:
    kept = [(one.trouble, row) for one, row in done if one.trouble and states[one.key] is not DeliveryState.CANCELLED]
    trouble = [alarm for alarm, row in kept if alarm.kind == "channel" or _has_reader(db, row)]  # who left is no trouble
    change_alarms(db, trouble, [key for one, _ in done for key in one.well], now)
    for one, row in done:
        if one.switch_off and row["subscription_id"] is not None:
            live = (SUBSCRIPTION.c.id == row["subscription_id"]) & SUBSCRIPTION.c.removed_at.is_(None)
            off = {"status": str(Status.DISABLED), "note": one.switch_off}
            db.execute(update(SUBSCRIPTION).where(live).values(off))


def _heads(db: Connection, keys: Sequence[str]) -> tuple[Delivery, ...]:
    return tuple(line_of(row) for row in db.execute(_HEADS, {"keys": list(keys)}).mappings())


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


def _again(db: Connection, key: str, now: datetime) -> Delivery:
    row = found(db, key)
    if row["state"] == DeliveryState.ATTEMPTED:
        raise StoreError(f"delivery {key}: an attempt is under way; wait for its outcome")
    if not _has_reader(db, row):
        raise StoreError(f"delivery {key}: its subscription {row['subscription']!r} was removed; add it again first")
    if not row["body"] and not row["content"]:
        raise StoreError(f"delivery {key}: its message is no longer kept")
    again = {"state": str(DeliveryState.QUEUED), "attempts": 0, "due_at": now, "sent_at": None}
    return _set(db, row, again | _where_now(db, row))


def _tried_again(db: Connection, key: str, now: datetime) -> str | None:
    """Why it was left as it is; None where it was queued again."""
    try:
        _again(db, key, now)
    except StoreError as error:
        return str(error)
    return None


def _where_now(db: Connection, row: RowMapping) -> dict[str, Any]:
    """What changes in a delivery so that it goes where its subscription goes now."""
    asked = select(SUBSCRIPTION.c.name, SUBSCRIPTION.c.channel, SUBSCRIPTION.c.target)
    reader = db.execute(asked.where(SUBSCRIPTION.c.id == row["subscription_id"])).first()
    if reader is None:
        return {}
    if reader.channel != row["channel"]:
        raise StoreError(
            f"delivery {row['key']}: was made for {row['channel']}, and its subscription {reader.name!r} now goes by {reader.channel}; "
            "`cgtwatch deliveries resolve` closes it"
        )
    return sent_to(reader.target, row["target"], row["fillings"])


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
