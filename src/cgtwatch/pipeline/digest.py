"""One subscription's turn: select → compose → freeze → one write; an alert goes the same way as a weekly digest."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cgtwatch.compose.messages import DigestContext, digest, welcome
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.delivery import Delivery, DeliveryState, Message, Payload, part_key
from cgtwatch.model.event import Announcement
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.select import Choice, next_due, wanted
from cgtwatch.store import Store
from cgtwatch.store.records import Chosen, DigestRecord

_log = logging.getLogger(__name__)


class Freezes(Protocol):
    """A channel, as far as composing needs it."""

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]: ...


@dataclass(frozen=True, slots=True)
class DigestParts:
    """The rooms a digest walks through, put together by the app. `context` tells what the templates need beside the events."""

    store: Store
    channel: Callable[[str], Freezes]
    context: Callable[[Subscription, Mapping[str, tuple[str, ...]], datetime], DigestContext]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class DigestRow:
    """What one subscription's turn came to."""

    subscription: str
    outcome: str  # queued, nothing, welcome, taken, failed
    events: int = 0
    from_seq: int = 0
    to_seq: int = 0
    subject: str = ""
    delivery: str | None = None
    error: str | None = None


def delivery_key(subscription: Subscription, from_seq: int, to_seq: int) -> str:
    """The public id of the message for that range: the same whenever it is composed, different for a namesake made later."""
    born = subscription.created_at.isoformat() if subscription.created_at else ""
    return "msg_" + hashlib.sha256(f"{subscription.name}\n{born}\n{from_seq}\n{to_seq}".encode()).hexdigest()[:32]


def is_due(subscription: Subscription, last_seq: int, now: datetime) -> bool:
    """Whether the subscription's turn has come: at once where something waits, else when its hour has."""
    if subscription.status is not Status.ACTIVE:
        return False
    if not subscription.welcomed:
        return True
    if subscription.cadence.every is Every.NOW:
        return last_seq > subscription.sent_upto
    return subscription.next_due is None or subscription.next_due <= now


def set_right(subscription: Subscription, now: datetime) -> datetime | None:
    """The hour of the next digest, where the stored one is later than any cadence has it: the clock was wrong when it was set."""
    if subscription.next_due is None:
        return None
    latest = next_due(subscription.cadence, subscription.timezone, now)
    return latest if subscription.next_due > latest else None


def run_digest(subscription: Subscription, parts: DigestParts) -> DigestRow:
    """Compose and queue what `subscription` is to get now, in one write; trouble with it is its own and becomes a row.

    What is in `STORAGE_TROUBLE` passes through, because then nothing can be recorded.
    """
    try:
        return _turn(subscription, parts)
    except STORAGE_TROUBLE:
        raise
    except Exception as error:  # noqa: BLE001 - the seam: one broken template or target must not stop the others
        _log.exception("digest broke subscription=%s", subscription.name)
        return DigestRow(subscription.name, "failed", error=f"{type(error).__name__}: {error}")


def preview(subscription: Subscription, parts: DigestParts, now: datetime) -> tuple[Message, int]:
    """The message that would go out at `now`, and how many announcements it holds; nothing is stored or sent."""
    waiting = parts.store.announcements(subscription.sent_upto)
    picked = [(one, choice) for one in waiting if (choice := wanted(subscription, one.event)).wanted]
    return _message(subscription, picked, parts, now), len(picked)


def _turn(subscription: Subscription, parts: DigestParts) -> DigestRow:
    now, from_seq = parts.clock(), subscription.sent_upto
    waiting = parts.store.announcements(from_seq)
    to_seq = waiting[-1].seq if waiting else from_seq
    choices = [(one, wanted(subscription, one.event)) for one in waiting]
    picked = [(one, choice) for one, choice in choices if choice.wanted]
    first = not subscription.welcomed
    due = next_due(subscription.cadence, subscription.timezone, now)
    chosen = tuple(Chosen(one.seq, choice.wanted, choice.text) for one, choice in choices)
    if not picked and not first:
        reason = "nothing new" if not waiting else "nothing of what is new was asked for"
        parts.store.record_digest(DigestRecord(subscription.name, from_seq, to_seq, now, due, reason=reason, chosen=chosen))
        return DigestRow(subscription.name, "nothing", 0, from_seq, to_seq)
    message = _message(subscription, picked, parts, now)
    deliveries = _deliveries(subscription, message, delivery_key(subscription, from_seq, to_seq), parts, now)
    record = DigestRecord(
        subscription.name, from_seq, to_seq, now, due, message.subject, message.text, message.html, tuple(one.event.id for one, _ in picked),
        subscription.cadence.every.value, chosen, deliveries, first,
    )  # fmt: skip
    if not parts.store.record_digest(record):
        return DigestRow(subscription.name, "taken", 0, from_seq, to_seq)
    return DigestRow(
        subscription.name, "welcome" if first else "queued", len(picked), from_seq, to_seq, message.subject, deliveries[0].key
    )


def _message(
    subscription: Subscription, picked: Sequence[tuple[Announcement, Choice]], parts: DigestParts, now: datetime
) -> Message:
    why = {one.event.id: choice.reasons for one, choice in picked}
    context = parts.context(subscription, why, now)
    if not subscription.welcomed and not picked:
        return welcome(subscription, context, now)
    return digest(subscription, [one for one, _ in picked], context, now)


def _deliveries(
    subscription: Subscription, message: Message, key: str, parts: DigestParts, now: datetime
) -> tuple[Delivery, ...]:
    payloads = parts.channel(subscription.channel).freeze(message, subscription, key)
    return queued(subscription, message, key, payloads, now)


def queued(
    subscription: Subscription, message: Message, key: str, payloads: Sequence[Payload], now: datetime
) -> tuple[Delivery, ...]:
    """The deliveries of a frozen message, in the order in which they are sent; due at once."""
    return tuple(
        Delivery(
            part_key(key, number), subscription.name, subscription.channel, subscription.target, payload, message.subject,
            DeliveryState.QUEUED, 0, now, now, subscription.promise.value, kind=message.kind,
        )
        for number, payload in enumerate(payloads, 1)
    )  # fmt: skip
