"""The generic webhook, as Standard Webhooks 1.0 has it: one signed POST, the same id and bytes at every attempt."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.deliver.post import outcome, post
from cgtwatch.deliver.tokens import view_key
from cgtwatch.model.delivery import Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription
from cgtwatch.text.graphemes import cut

LARGEST_BODY = 20_000  # bytes; what is larger is told in short and fetched by its receiver
LONGEST_NAME = 96  # characters of a subscription's name that a body leaves room for
_LONGEST_TITLE = 120
_PLAIN_ID = re.compile(r"[A-Za-z0-9_:-]{1,64}")
_OWNER = "subscription"  # in the payload's headers: whose secret signs; never sent


class Webhook:
    """Signed JSON to any address."""

    def __init__(self, parts: ChannelParts) -> None:
        self._net = parts.net
        self._secret_key = parts.secret_key
        self._rotation = parts.rotation
        self._public_url = (parts.public_url or "").rstrip("/")
        self._last: _Mould | None = None  # of the last message, for its next receiver

    def secrets_for(self, subscription: str, now: datetime) -> tuple[str, ...]:
        """The `whsec_` secrets that sign at `now`: the present one, and while it is being replaced the one before."""
        rotation = self._rotation(subscription)
        both = rotation.number > 0 and rotation.old_until is not None and now < rotation.old_until
        numbers = (rotation.number, rotation.number - 1) if both else (rotation.number,)
        return tuple(secret_for(self._secret_key, subscription, number) for number in numbers)

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:
        """The body; over 20 kB it holds ids, titles and links, and `next`, the address of the rest.

        Readers of one message share it, with holes for the name of the subscription and the key.
        """
        last = self._last
        if last is None or last.message is not message:
            last = self._last = _Mould(message, self._public_url)
        fillings = last.fillings(subscription.name, key, view_key(self._secret_key, f"/digests/{key}"))
        return (Payload(last.body, "application/json", {_OWNER: subscription.name}, fillings),)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:
        """One attempt, signed for the moment it is made at (`now`)."""
        if self._net is None:
            return SendOutcome(SendResult.RETRY, "no network session is open")
        secrets, body = self.secrets_for(payload.headers.get(_OWNER, ""), now), payload.filled
        return outcome(post(self._net, target, body, signed(secrets, key, body, now)), now)


class _Mould:
    """The body of one message for any number of receivers."""

    def __init__(self, message: Message, public_url: str) -> None:
        self.message = message
        whole = _body(message, dict(message.data))
        mark = hashlib.sha256(whole).hexdigest()  # of the message itself, so that no title can hold it
        # As long as what may stand there, so that a full body is never longer than an empty one.
        self._name, self._key = f"<name:{mark}>".ljust(LONGEST_NAME, "-"), f"<key:{mark}>"
        self._view = f"<view:{mark}>"
        data = {"subscription": self._name, **message.data}
        self.body = _body(message, data)
        if len(self.body) > LARGEST_BODY:
            self.body = _short(message, data, f"{public_url}/api/digests/{self._key}?key={self._view}" if public_url else None)

    def fillings(self, name: str, key: str, view: str) -> dict[str, str]:
        """What stands in the holes, as JSON writes it; `view` opens the address of the rest."""
        return {
            self._name: json.dumps(name, ensure_ascii=False)[1:-1],
            self._key: json.dumps(key, ensure_ascii=False)[1:-1],
            self._view: view,
        }


def _short(message: Message, data: dict[str, Any], rest: str | None) -> bytes:
    brief = [
        {"id": each["id"], "title": cut(each["title"], _LONGEST_TITLE), "url": each["url"] if len(each["url"]) <= 500 else ""}
        for each in data.get("events", [])
    ]
    kept = {name: value for name, value in data.items() if name not in {"events", "sections", "opened", "closed"}}
    while True:
        short = {**kept, "truncated": True, "events": brief, "next": rest}
        body = _body(message, short)
        if len(body) <= LARGEST_BODY or not brief:
            return body
        brief = brief[: len(brief) * LARGEST_BODY // (len(body) + 1)]


def secret_for(secret_key: bytes, subscription: str, number: int = 0) -> str:
    """32 bytes as Standard Webhooks writes symmetric secrets, made from the installation's key, the name and how often it was rotated."""
    rotated = f"\0{number}".encode() if number else b""  # no name holds a NUL
    made = hmac.digest(secret_key, b"webhook:" + subscription.encode() + rotated, "sha256")
    return f"whsec_{base64.b64encode(made).decode()}"


def webhook_id(key: str) -> str:
    """The delivery's key as a `webhook-id`; one that is long or holds a full stop (which separates what is signed) is hashed."""
    return key if _PLAIN_ID.fullmatch(key) else f"d_{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def signed(secrets: Sequence[str], key: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, once for each secret."""
    number, timestamp = webhook_id(key), str(int(now.timestamp()))
    content = f"{number}.{timestamp}.".encode() + body
    return {
        "webhook-id": number,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(one, content) for one in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    mac = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), content, "sha256")
    return f"v1,{base64.b64encode(mac).decode()}"


def _body(message: Message, data: dict[str, Any]) -> bytes:
    timestamp = message.created_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    whole = {"type": message.kind, "timestamp": timestamp, "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
