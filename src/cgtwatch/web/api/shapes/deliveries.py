"""Deliveries: the ledger of every message, and what became of it."""

from typing import Literal

from pydantic import Field

from cgtwatch.model.delivery import DeliveryState, SendResult
from cgtwatch.web.api.shapes.common import Instant, Shape


class Delivery(Shape):
    """One message on its way to one target; the target is not told."""

    key: str
    subscription: str = Field(description="Empty for the operator's alarms.")
    kind: str = Field(description="As the webhook's `type`.")
    state: DeliveryState
    subject: str
    channel: str
    attempts: int
    answer: str = Field(description="The receiver's word, shortened.")
    created_at: Instant
    due_at: Instant | None
    sent_at: Instant | None


class Deliveries(Shape):
    """A page of deliveries, newest first."""

    deliveries: list[Delivery]
    next: str | None = Field(description="`cursor` of the following page; null: there is none.")


class Try(Shape):
    """One attempt."""

    number: int
    started_at: Instant
    ended_at: Instant | None
    result: SendResult | None = Field(description="null while it is not known.")
    answer: str


class DeliveryWhole(Delivery):
    """A delivery with all its attempts."""

    tries: list[Try]


class Stands(Shape):
    """Where the delivery stands now."""

    delivery: str
    state: DeliveryState


class Resolution(Shape):
    """What became of a delivery."""

    as_: Literal["sent", "cancelled", "dead"] = Field(alias="as")


class Digest(Shape):
    """A digest as it was sent."""

    id: int
    subscription: str
    from_seq: int
    to_seq: int
    subject: str
    created_at: Instant
    events: list[str] = Field(description="Ids of the events that it told.")
    reason: str = Field(description="Why nothing was sent, where nothing was.")


class Digests(Shape):
    """Digests, newest first."""

    digests: list[Digest]
