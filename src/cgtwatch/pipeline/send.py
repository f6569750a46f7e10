"""Get one queued delivery to its target: attempt recorded, sent, outcome recorded."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cgtwatch.deliver.retry import next_attempt
from cgtwatch.errors import STORAGE_TROUBLE, CgtwatchError, NotFound, StoreError
from cgtwatch.model.delivery import CONFIRM, Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Promise, Status
from cgtwatch.store import Store

_log = logging.getLogger(__name__)
WARN_AFTER = 4  # failed attempts after which the operator hears of a target
READ_BY_PEOPLE = frozenset({"email"})  # a hook's receiver knows a repeat by its id, a mailbox shows it
MOST_COPIES = 2  # perhaps taken: one more, then it is listed; a server that takes and hangs up would get one an hour for days


class Sends(Protocol):
    """A channel, as far as sending needs it."""

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome: ...


@dataclass(frozen=True, slots=True)
class SendParts:
    """The rooms a send walks through, put together by the app. `jitter` is from 0 to 1."""

    store: Store
    channel: Callable[[str], Sends]
    clock: Callable[[], datetime]
    jitter: Callable[[], float]


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
    """An attempt that was made; `state` where its outcome is recorded already and only what follows from it is not."""

    delivery: Delivery
    outcome: SendOutcome
    state: DeliveryState | None = None


class Unrecorded(StoreError):
    """An attempt was made and what came of it could not be stored: to be recorded as soon as the storage works again.

    Until then the ledger shows the attempt as under way, so nothing more goes to its target.
    """

    def __init__(self, attempted: Attempted, error: Exception) -> None:
        self.attempted, self.error = attempted, error
        super().__init__(str(error))


def send(key: str, parts: SendParts) -> SendRow | None:
    """Make one attempt at the delivery `key`; None where it may not be made now. The receiver's trouble becomes a row.

    What is in `STORAGE_TROUBLE` passes through: before the attempt nothing was sent, afterwards it is `Unrecorded`.
    """
    delivery = parts.store.begin_attempt(key, parts.clock())
    if delivery is None:
        return None
    return record(Attempted(delivery, _attempt(delivery, parts)), parts)


def record(made: Attempted, parts: SendParts) -> SendRow:
    """Store what came of an attempt, and what follows from it. Raises `Unrecorded` with what is still to be stored."""
    delivery, outcome, now, state, again = made.delivery, made.outcome, parts.clock(), made.state, None
    try:
        if state is None:
            again = _next(delivery, outcome, parts, now)
            state = parts.store.settle(delivery.key, outcome, again, now)
        _follow(delivery, outcome, state, parts, now)
    except STORAGE_TROUBLE as error:
        raise Unrecorded(Attempted(delivery, outcome, state), error) from error
    return SendRow(
        delivery.key, delivery.subscription, delivery.channel, delivery.subject, state, delivery.attempts, outcome.answer, again
    )


def _next(delivery: Delivery, outcome: SendOutcome, parts: SendParts, now: datetime) -> datetime | None:
    if outcome.result is SendResult.SENT:
        return None
    tries = parts.store.attempts(delivery.key)
    round_of = tries[-delivery.attempts :] if 0 < delivery.attempts <= len(tries) else ()  # a redelivery begins a new one
    if outcome.result is SendResult.UNKNOWN:
        copies = 1 + sum(one.result is SendResult.UNKNOWN for one in round_of)
        if delivery.promise == Promise.NEVER_TWICE or (delivery.channel in READ_BY_PEOPLE and copies >= MOST_COPIES):
            return None
    first = round_of[0].started_at if round_of else now
    return next_attempt(delivery.channel, delivery.attempts, outcome, first, now, parts.jitter())


def _follow(delivery: Delivery, outcome: SendOutcome, state: DeliveryState, parts: SendParts, now: datetime) -> None:
    if outcome.result is SendResult.GONE and delivery.subscription:  # the target says it no longer exists: asking on is rude
        note = f"switched off: {outcome.answer}"
        with suppress(NotFound):  # removed meanwhile
            parts.store.update_subscription(delivery.subscription, status=Status.DISABLED, note=note)
    _raise_alarm(delivery, outcome, state, parts, now)


def _attempt(delivery: Delivery, parts: SendParts) -> SendOutcome:
    try:
        channel = parts.channel(delivery.channel)
    except CgtwatchError as error:  # no way out could be made, so nothing was sent
        return SendOutcome(SendResult.RETRY, str(error))
    try:
        return channel.send(delivery.target, delivery.payload, delivery.key, parts.clock())
    except Exception as error:  # noqa: BLE001 - the seam: what a channel did not foresee; whether it was taken is unknown
        _log.exception("send broke delivery=%s channel=%s", delivery.key, delivery.channel)
        return SendOutcome(SendResult.UNKNOWN, f"{type(error).__name__}: {error}")


def _raise_alarm(delivery: Delivery, outcome: SendOutcome, state: DeliveryState, parts: SendParts, now: datetime) -> None:
    """Trouble with a target is told to the operator, once while it lasts; a delivery that arrives ends it."""
    if not delivery.subscription or delivery.kind == CONFIRM:
        return  # an alarm about the alarm's own way would only follow it into the ditch; a stranger's typing slip is none
    alarm_key = f"delivery:{delivery.subscription}"
    if state is DeliveryState.SENT:
        if any(alarm.key == alarm_key for alarm in parts.store.open_alarms()):
            parts.store.apply_alarms([], [alarm_key], now)
    elif state in {DeliveryState.DEAD, DeliveryState.UNKNOWN} or delivery.attempts >= WARN_AFTER:
        hint = "`cgtwatch deliveries list` shows it; `deliveries redeliver` sends it again, `deliveries resolve` closes it"
        subject = f"deliveries to subscription {delivery.subscription} ({delivery.channel}) are in trouble"
        parts.store.apply_alarms([Alarm(alarm_key, "delivery", subject, f"{state.value}: {outcome.answer}", hint, now)], [], now)
