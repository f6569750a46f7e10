"""The turn of many subscriptions: select → compose once for all who ask for the same → freeze for each → one write for hundreds.

```
subscriptions ──► groups that share a message ──► edition ──► payloads, a reader each ──► ┐
                                                                                          ├─ marks, choices, deliveries: one write
                  next group ───────────────────► edition ──► payloads ─────────────────► ┘
```

An alert goes the same way as a weekly digest. Groups are composed one after the other, so memory holds a few messages, not all.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cgtwatch.errors import STORAGE_TROUBLE, StoreError
from cgtwatch.model.delivery import Delivery, DeliveryState, Message, Payload, part_key
from cgtwatch.model.event import Announcement
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.pipeline.edition import DigestParts, Edition, Freezes, backlog, choose, composed, edition, typical
from cgtwatch.select import is_quiet, next_due
from cgtwatch.store import Store
from cgtwatch.store.records import DigestRecord

__all__ = [
    "DigestParts",
    "DigestRow",
    "Freezes",
    "delivery_key",
    "is_due",
    "preview",
    "queued",
    "run_digest",
    "run_digests",
    "set_right",
]

TOGETHER = 250  # digests in one write: its fsync is shared, and nobody else waits for the writer for long
_HEAVY = 8_000_000  # bytes of messages that are held for one write
_log = logging.getLogger(__name__)


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
    """The public id of the message for that range: the same whenever it is composed, different for a namesake made later.

    A message without news has an empty range; it is known by the hour it was due.
    """
    born = subscription.created_at.isoformat() if subscription.created_at else ""
    hour = subscription.next_due.isoformat() if from_seq == to_seq and subscription.welcomed and subscription.next_due else ""
    said = f"{subscription.name}\n{born}\n{from_seq}\n{to_seq}" + (f"\n{hour}" if hour else "")
    return "msg_" + hashlib.sha256(said.encode()).hexdigest()[:32]


def is_due(subscription: Subscription, last_seq: int, now: datetime) -> bool:
    """Whether the subscription's turn has come: at once where something waits, else when its hour has; not in its quiet hours."""
    if subscription.status is not Status.ACTIVE or is_quiet(subscription, now):
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
    """As `run_digests` for one."""
    return next(run_digests([subscription], parts))


def run_digests(subscriptions: Iterable[Subscription], parts: DigestParts) -> Iterator[DigestRow]:
    """Compose and queue what `subscriptions` are to get now; rows come as they are stored, a group after the other.

    Trouble with a template, a target or a channel is told in the rows of those it concerns, and others go on. What is in
    `STORAGE_TROUBLE` passes through, because then nothing can be recorded; what was not recorded is composed again next time.
    """
    groups, now, batch = _groups(subscriptions), parts.clock(), _Batch(parts.store)
    if not groups:
        return
    parts, announced = parts.for_run(), _Announced(parts.store)
    for (from_seq, reader), members in groups.items():
        try:
            told = edition(reader, from_seq, announced.after(from_seq), parts, now)
        except STORAGE_TROUBLE:
            raise
        except Exception as error:  # noqa: BLE001 - the seam: a broken template must not stop the others
            _log.exception("digest broke subscriptions=%d first=%s", len(members), members[0].name)
            yield from (_failed(one, error) for one in members)
            continue
        for one in members:
            prepared = _prepared(one, told, parts)
            if isinstance(prepared, DigestRow):
                yield prepared
                continue
            batch.add(prepared)
            if batch.full:
                yield from batch.record()
    yield from batch.record()


def preview(subscription: Subscription, parts: DigestParts, now: datetime) -> tuple[Message, int]:
    """The message that would go out at `now`, and how many announcements it holds; nothing is stored or sent."""
    reader = typical(subscription)
    waiting = (*backlog(reader, parts.store), *parts.store.announcements(subscription.sent_upto))
    picked = [pair for pair in choose(reader, waiting, parts.store, now) if pair[1].wanted]
    return composed(reader, picked, parts, now), len(picked)


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


def _groups(subscriptions: Iterable[Subscription]) -> dict[tuple[int, Subscription], list[Subscription]]:
    """Who shares a message: those whose marks stand at the same place and whose `typical` readers are equal. By mark, oldest first."""
    found: dict[tuple[int, Subscription], list[Subscription]] = {}
    for one in sorted(subscriptions, key=lambda each: each.sent_upto):
        found.setdefault((one.sent_upto, typical(one)), []).append(one)
    return found


class _Announced:
    """What was announced after a mark, read once for all groups that stand there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mark: int | None = None
        self._waiting: tuple[Announcement, ...] = ()

    def after(self, mark: int) -> tuple[Announcement, ...]:
        if self._mark != mark:
            self._waiting, self._mark = self._store.announcements(mark), mark
        return self._waiting


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A digest that is ready to be stored, and the row that tells of it then."""

    record: DigestRecord
    row: DigestRow


def _prepared(subscription: Subscription, told: Edition, parts: DigestParts) -> _Prepared | DigestRow:
    """The digest of one reader; a target or channel for which the message cannot be frozen is that reader's own trouble."""
    name, message = subscription.name, told.message
    record = DigestRecord(name, told.from_seq, told.to_seq, told.at, told.due, reason=told.reason, chosen=told.chosen)
    row = DigestRow(name, "nothing", 0, told.from_seq, told.to_seq)
    if message is None:
        return _Prepared(record, row)
    key = delivery_key(subscription, told.from_seq, told.to_seq)
    try:
        payloads = parts.channel(subscription.channel).freeze(message, subscription, key)
        deliveries = queued(subscription, message, key, payloads, told.at)
    except STORAGE_TROUBLE:
        raise
    except Exception as error:  # noqa: BLE001 - the seam: one broken target must not stop the others
        _log.exception("digest broke subscription=%s", name)
        return _failed(subscription, error)
    said = replace(
        record, subject=message.subject, text=message.text, html=message.html, events=told.events, deliveries=deliveries,
        welcome=not subscription.welcomed,
    )  # fmt: skip
    outcome = "queued" if subscription.welcomed else "welcome"
    return _Prepared(
        said,
        replace(row, outcome=outcome, events=len(told.events), subject=message.subject, delivery=key if deliveries else None),
    )


def _failed(subscription: Subscription, error: Exception) -> DigestRow:
    return DigestRow(subscription.name, "failed", error=f"{type(error).__name__}: {error}")


@dataclass
class _Batch:
    """Digests that are stored in one write, whole for each reader."""

    store: Store
    waiting: list[_Prepared] = field(default_factory=list)
    bodies: dict[int, int] = field(default_factory=dict)  # length of each distinct one

    @property
    def full(self) -> bool:
        return len(self.waiting) >= TOGETHER or sum(self.bodies.values()) > _HEAVY

    def add(self, prepared: _Prepared) -> None:
        self.waiting.append(prepared)
        self.bodies |= {id(one.payload.body): len(one.payload.body) for one in prepared.record.deliveries}

    def record(self) -> Iterator[DigestRow]:
        ready, self.waiting, self.bodies = self.waiting, [], {}
        for prepared, stored in zip(ready, self._stored(ready), strict=True):
            if isinstance(stored, str):
                yield DigestRow(prepared.row.subscription, "failed", error=stored)
            elif stored or prepared.row.outcome == "nothing":
                yield prepared.row
            else:
                yield DigestRow(prepared.row.subscription, "taken", 0, prepared.row.from_seq, prepared.row.to_seq)

    def _stored(self, ready: Sequence[_Prepared]) -> Sequence[bool | str]:
        """Whether each was stored, or why it cannot be. One that no transaction takes must not keep the others out of theirs."""
        if not ready:
            return ()
        try:
            return self.store.record_digests([one.record for one in ready])
        except StoreError as error:
            if type(error) is not StoreError:
                raise
        return [self._alone(one) for one in ready]

    def _alone(self, prepared: _Prepared) -> bool | str:
        try:
            return self.store.record_digest(prepared.record)
        except StoreError as error:
            if type(error) is not StoreError:
                raise
            _log.error("digest cannot be stored subscription=%s error=%s", prepared.row.subscription, error)
            return f"{type(error).__name__}: {error}"
