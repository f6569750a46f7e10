"""A stored digest with its delivery, and the whole of what a hook was told in short."""

import json
from collections.abc import Mapping
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.messages import digest, welcome
from cgtwatch.compose.records import instant
from cgtwatch.errors import NotFound
from cgtwatch.model.delivery import Delivery, Digest, Message
from cgtwatch.model.subscription import Cadence, Every, Status, Subscription
from cgtwatch.select import wanted


def digest_of(app: App, key: str) -> tuple[Delivery, Digest]:
    """The digest that the delivery of that public id carried. Raises `NotFound`."""
    delivery = app.store.delivery(key)
    if delivery.digest is None:
        raise NotFound(f"delivery {key} carries no digest")
    return delivery, app.store.digest(delivery.digest)


def whole_data(app: App, key: str) -> Mapping[str, Any]:
    """What the hook's body holds where nothing is left out: `type`, `timestamp` and the full `data`. Raises `NotFound`.

    The frozen body itself where it is whole; else composed again for the same events, as they are known now.
    """
    delivery = app.store.delivery(key)
    frozen = _frozen(delivery)
    if frozen is not None and not (delivery.digest is not None and frozen.get("data", {}).get("truncated")):
        return frozen
    message = _again(app, *digest_of(app, key))
    data = {"subscription": delivery.subscription, **message.data}
    return {"type": message.kind, "timestamp": instant(message.created_at), "data": data}


def _frozen(delivery: Delivery) -> Mapping[str, Any] | None:
    if delivery.channel != "webhook":
        return None
    found: Mapping[str, Any] = json.loads(delivery.payload.filled)
    return found


def _again(app: App, delivery: Delivery, stored: Digest) -> Message:
    """The digest as a message: the events it told then, whatever its subscription asks for today."""
    reader = _reader(app, delivery)
    told = frozenset(stored.events)
    announcements = [one for one in app.store.announcements(stored.from_seq, stored.to_seq) if one.event.id in told]
    why = {one.event.id: wanted(reader, one.event).reasons for one in announcements}
    context = app.digest_parts.context(reader, why, stored.created_at)
    if not announcements:
        return welcome(reader, context, stored.created_at)
    return digest(reader, announcements, context, stored.created_at)


def _reader(app: App, delivery: Delivery) -> Subscription:
    """The subscription, or a stand-in for one that was removed: its messages stay readable."""
    for one in app.store.subscriptions():
        if one.name == delivery.subscription:
            return one
    return Subscription(
        delivery.subscription, delivery.channel, "", Cadence(Every.DAILY), timezone="UTC", language="en", status=Status.DISABLED
    )
