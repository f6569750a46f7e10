"""Get queued deliveries to their targets: attempts recorded, sent, outcomes recorded; one write takes the outcomes of many and lets
as many others begin.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from cgtwatch.deliver.retry import next_attempt
from cgtwatch.errors import CgtwatchError, NotFound
from cgtwatch.model.delivery import CONFIRM, Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Promise
from cgtwatch.select import quiet_end
from cgtwatch.store import Store
from cgtwatch.store.records import Attempt, Ended

_log = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)  # of an attempt, where several workers send; it is renewed while its worker lives
WARN_AFTER = 4  # failed attempts after which the operator hears of a target
READ_BY_PEOPLE = frozenset({"email"})  # a hook's receiver knows a repeat by its id, a mailbox shows it
MOST_COPIES = 2  # perhaps taken: one more, then it is listed; a server that takes and hangs up would get one an hour for days
_LOST = SendOutcome(SendResult.UNKNOWN, "cgtwatch ended during the attempt: perhaps received")
WARN_AFTER_ALL = 2  # troubles of a whole way in a row; a server that is started anew is back before
_HINT = "`cgtwatch deliveries list` shows it; `deliveries redeliver` sends it again, `deliveries resolve` closes it"


class Sends(Protocol):
    """A channel, as far as sending needs it."""

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome: ...


@dataclass(frozen=True, slots=True)
class SendParts:
    """The rooms a send walks through, put together by the app. `jitter` is from 0 to 1.

    `lease`: for how long others leave an attempt alone that began here; None where nobody else sends.
    """

    store: Store
    channel: Callable[[str], Sends]
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    lease: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SendRow:
    """What one attempt came to. The target itself is never told: it may be an address or a secret."""

    delivery: str
    subscription: str
    channel: str
    subject: str
    state: DeliveryState
    attempt: int
    answer: str = ""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt that was made; `troubles`: how often in a row its whole way was in trouble, this time included."""

    delivery: Delivery
    outcome: SendOutcome
    troubles: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """What one write did: rows of the attempts that ended, the deliveries whose attempts have begun, and (without their bytes) those
    that stand first in line now where one ended.
    """

    rows: tuple[SendRow, ...] = ()
    begun: tuple[Delivery, ...] = ()
    heads: tuple[Delivery, ...] = ()


def send(key: str, parts: SendParts) -> SendRow | None:
    """One attempt at the delivery `key` from its beginning to its record; None where it may not be made now."""
    begun = exchange((), [key], parts).begun
    return exchange([Attempted(one, attempt(one, parts)) for one in begun], (), parts).rows[0] if begun else None


def exchange(made: Sequence[Attempted], keys: Sequence[str], parts: SendParts, *, lapsed: bool = False) -> Turn:
    """Store what came of attempts with all that follows from it, and that the attempts at `keys` begin, as far as they may; at once.

    What is in `STORAGE_TROUBLE` passes through: then nothing was stored, no attempt may be made, and `made` is to be stored later.
    Until then the ledger shows those attempts as under way, so nothing more goes to their targets. `lapsed`: they are taken for
    lost, unless their leases were renewed meanwhile.
    """
    now = parts.clock()
    ended = [replace(_ended(one, parts, now), lapsed=lapsed) for one in made]
    done = parts.store.exchange(ended, keys, now, lambda reader: quiet_end(reader, now), parts.lease)
    rows = tuple(
        SendRow(
            one.delivery.key, one.delivery.subscription, one.delivery.channel, one.delivery.subject, state, one.delivery.attempts,
            end.outcome.answer, end.next_at if state is DeliveryState.RETRY else None,
        )
        for one, end, state in zip(made, ended, done.states, strict=False)
    )  # fmt: skip
    return Turn(rows, done.begun, done.heads)


def recover(parts: SendParts, *, lost_only: bool = False) -> tuple[SendRow, ...]:
    """At start: what came of attempts that were under way when cgtwatch ended is unknown. What may be tried once more is due now.

    With `lost_only` of those attempts alone whose lease is over, because the others are other workers'.
    """
    store = parts.store
    lost = store.lost_deliveries(parts.clock()) if lost_only else store.deliveries(DeliveryState.ATTEMPTED, None)[::-1]
    made = [Attempted(one, _LOST) for one in lost]
    rows = exchange(made, (), parts, lapsed=lost_only).rows if made else ()
    return tuple(row for row in rows if row.state is not DeliveryState.ATTEMPTED)


def attempt(delivery: Delivery, parts: SendParts) -> SendOutcome:
    """Send; the receiver's trouble is an outcome, and so is what a channel did not foresee. The attempt must have begun."""
    try:
        channel = parts.channel(delivery.channel)
    except CgtwatchError as error:  # no way out could be made, so nothing was sent
        return SendOutcome(SendResult.RETRY, str(error))
    try:
        return channel.send(delivery.target, delivery.payload, delivery.key, parts.clock())
    except Exception as error:  # noqa: BLE001 - the seam: what a channel did not foresee; whether it was taken is unknown
        _log.exception("send broke delivery=%s channel=%s", delivery.key, delivery.channel)
        return SendOutcome(SendResult.UNKNOWN, f"{type(error).__name__}: {error}".encode("utf-8", "replace").decode())


def _ended(made: Attempted, parts: SendParts, now: datetime) -> Ended:
    delivery, outcome = made.delivery, made.outcome
    number = delivery.attempts
    if outcome.result is SendResult.SENT:
        return Ended(delivery.key, outcome, well=(_of_reader(delivery), _of_way(delivery)), attempt=number)
    again = _next(delivery, outcome, parts, now)
    gone = outcome.result is SendResult.GONE and bool(delivery.subscription)
    off = f"switched off: {outcome.answer}" if gone else ""  # the target says it no longer exists: asking on is rude
    over = (_of_reader(delivery),) if gone else ()  # that it is gone is news, also where it was in trouble before
    return Ended(delivery.key, outcome, again, _trouble(made, again, now), over, off, number)


def _next(delivery: Delivery, outcome: SendOutcome, parts: SendParts, now: datetime) -> datetime | None:
    """When it is tried again, outside of the reader's quiet hours."""
    if outcome.result is SendResult.UNKNOWN and delivery.promise == Promise.NEVER_TWICE:
        return None
    if outcome.result not in {SendResult.RETRY, SendResult.UNKNOWN}:
        return None
    tries = _this_round(delivery, parts)
    perhaps = 1 + sum(one.result is SendResult.UNKNOWN for one in tries)  # copies that were perhaps taken
    if outcome.result is SendResult.UNKNOWN and delivery.channel in READ_BY_PEOPLE and perhaps >= MOST_COPIES:
        return None
    first = tries[0].started_at if tries else now
    planned = next_attempt(delivery.channel, delivery.attempts, outcome, first, now, parts.jitter())
    if planned is not None and outcome is _LOST:
        planned = now
    if planned is None or not delivery.subscription or delivery.kind == CONFIRM:
        return planned
    with suppress(NotFound):  # removed meanwhile
        return quiet_end(parts.store.subscription(delivery.subscription), planned)
    return planned


def _this_round(delivery: Delivery, parts: SendParts) -> tuple[Attempt, ...]:
    """The present round of attempts, first one first; a redelivery begins a new one."""
    tries = parts.store.attempts(delivery.key)
    return tries[-delivery.attempts :] if 0 < delivery.attempts <= len(tries) else ()


def _of_reader(delivery: Delivery) -> str:
    return f"delivery:{delivery.subscription}"


def _of_way(delivery: Delivery) -> str:
    return f"channel:{delivery.channel}"


def _trouble(made: Attempted, again: datetime | None, now: datetime) -> Alarm | None:
    """What the operator is to hear, once while it lasts."""
    delivery, outcome = made.delivery, made.outcome
    if outcome.everyone and again is not None:
        if made.troubles < WARN_AFTER_ALL:
            return None
        subject = f"nothing can be sent by {delivery.channel}"
        hint = "messages wait and go out when it works again; `cgtwatch doctor` looks at the settings"
        return Alarm(_of_way(delivery), "channel", subject, outcome.answer, hint, now)
    if not delivery.subscription or delivery.kind == CONFIRM:
        return None  # an alarm about the alarm's own way would only follow it into the ditch; a stranger's typing slip is none
    if again is not None and delivery.attempts < WARN_AFTER:
        return None
    stands = (
        DeliveryState.RETRY if again else DeliveryState.UNKNOWN if outcome.result is SendResult.UNKNOWN else DeliveryState.DEAD
    )
    subject = f"deliveries to subscription {delivery.subscription} ({delivery.channel}) are in trouble"
    hint, kind = _HINT, "delivery"
    if outcome.result is SendResult.GONE:
        kind = "gone"
        subject = f"subscription {delivery.subscription} ({delivery.channel}) was switched off: its target is gone for good"
        hint = "give it another target, or remove it; `cgtwatch subscriptions resume` switches it on again"
    return Alarm(_of_reader(delivery), kind, subject, f"{stands.value}: {outcome.answer}", hint, now)
