"""Messages as they were written for their readers, and how far each of them has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A digest, alert or alarm in every form a channel may need; composed once, independent of the recipient."""

    kind: str  # digest.created, event.alert, source.alarm
    subject: str
    text: str
    html: str
    data: Mapping[str, Any]  # JSON: the body of the webhook's `data`
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Payload:
    """The frozen bytes of a delivery, the same at every attempt, and what their sending needs beside them."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"
    ATTEMPTED = "attempted"  # recorded before the send; found at start-up: the outcome is unknown
    RETRY = "retry"
    SENT = "sent"
    UNKNOWN = "unknown"  # perhaps received; not repeated silently
    DEAD = "dead"  # given up; listed, can be redelivered
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one target. `key` is its public id, the same at every attempt."""

    key: str
    subscription: str  # empty for the operator's alarms
    channel: str
    target: str
    payload: Payload
    subject: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime | None
    promise: str = "at-least-once"
    digest: int | None = None
    answer: str = ""
    sent_at: datetime | None = None


class SendResult(StrEnum):
    """How one attempt ended."""

    SENT = "sent"
    RETRY = "retry"  # not taken; trying again helps
    PERMANENT = "permanent"  # not taken; trying again does not help
    GONE = "gone"  # the target says it no longer exists
    UNKNOWN = "unknown"  # cut after the last byte: perhaps taken


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What an attempt came to. `answer` is the receiver's word, shortened, without secrets."""

    result: SendResult
    answer: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one subscription was told of the announcements after `from_seq`, up to and with `to_seq`."""

    id: int
    subscription: str
    from_seq: int
    to_seq: int
    subject: str
    text: str
    html: str
    events: tuple[str, ...]
    created_at: datetime
    reason: str = ""
