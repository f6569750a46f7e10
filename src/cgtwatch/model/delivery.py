"""Messages as they were written for their readers, and how far each of them has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

CONFIRM = "subscription.confirm"  # the one kind of message that a subscription gets before it is active


@dataclass(frozen=True, slots=True)
class Message:
    """A digest, alert or alarm in every form a channel may need; composed once, independent of the recipient."""

    kind: str  # digest.created, event.alert, source.alarm, subscription.confirm
    subject: str
    text: str
    html: str
    data: Mapping[str, Any]  # JSON: the body of the webhook's `data`
    language: str
    created_at: datetime
    why: str = ""  # why its readers get it, a sentence in their language
    calendar: bytes = b""  # deadlines of what it tells (RFC 5545), for channels with attachments; empty: not wanted


@dataclass(frozen=True, slots=True)
class Payload:
    """The frozen bytes of a delivery, the same at every attempt, and what their sending needs beside them.

    Thousands of readers may share a `body`: then it has holes, and `fillings` holds what stands in each of them for this one.
    """

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fillings: Mapping[str, str] = field(default_factory=dict)

    @property
    def filled(self) -> bytes:
        """What is sent: the body with every hole filled."""
        whole = self.body
        for hole, filling in self.fillings.items():
            whole = whole.replace(hole.encode(), filling.encode())
        return whole


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
    """One message on its way to one target. `key` is its public id, the same at every attempt.

    What a channel must split is several deliveries, one for each post, sent in order: see `part_key`.
    """

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
    kind: str = "digest.created"  # as the message's


def part_key(key: str, number: int) -> str:
    """The key of the `number`-th post (from 1) of a message that had to be split; the first keeps the message's own."""
    return key if number == 1 else f"{key}-{number}"


class SendResult(StrEnum):
    """How one attempt ended."""

    SENT = "sent"
    RETRY = "retry"  # not taken; trying again helps
    PERMANENT = "permanent"  # not taken; trying again does not help
    GONE = "gone"  # the target says it no longer exists
    UNKNOWN = "unknown"  # cut after the last byte: perhaps taken


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What an attempt came to. `answer` is the receiver's word, shortened, without secrets.

    `everyone`: the trouble is the way's (a mail server that is down or refuses our log-in) and not this target's, so no other message
    on that way would fare better now.
    """

    result: SendResult
    answer: str = ""
    retry_after: timedelta | None = None
    everyone: bool = False
    rest: timedelta = timedelta()  # how long the target wants to be left alone now, whatever goes to it next


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
