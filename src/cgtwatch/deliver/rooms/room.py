"""What chat rooms have in common: a message is frozen as posts of JSON, and handing one over is one request and its meaning."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic

from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.deliver.rooms.answers import Answer, attempt
from cgtwatch.deliver.rooms.dealing import Body, Page, payloads, posts
from cgtwatch.deliver.rooms.notice import Item, notice_of
from cgtwatch.deliver.tokens import digest_page
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Vendor(Generic[Body]):
    """A vendor's rules: how an item and then a post are drawn, which posts fit, what an answer means.

    `rest` is how many seconds apart its limit of rate wants posts to one target.
    """

    draw: Callable[[Item], Body]
    lay_out: Callable[[Page[Body]], dict[str, Any]]
    fits: Callable[[dict[str, Any]], bool]
    meaning: Callable[[Answer, datetime], SendOutcome]
    rest: float = 0


class Room:
    """A channel to the rooms of one vendor. Where more than the bare post is asked for, `request` says what."""

    vendor: ClassVar[Vendor[Any]]

    def __init__(self, parts: ChannelParts) -> None:
        self._net = parts.net
        self._public_url, self._secret_key = parts.public_url, parts.secret_key
        self._secret = parts.secret

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:
        """The posts as JSON, as many as the vendor's limits ask for."""
        notice = notice_of(message, digest_page(self._public_url, self._secret_key, key), subscription.options.most)
        return payloads(posts(notice, self.vendor.draw, self.vendor.lay_out, self.vendor.fits))

    def request(self, target: str, body: bytes, now: datetime) -> tuple[str, bytes]:  # noqa: ARG002 - for rooms that sign
        """Which address gets which bytes at `now`. Raises `ConfigError` where the environment lacks what the target names."""
        return target, body

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:  # noqa: ARG002 - the channel's shape
        """One post. A secret that is not set is trouble of ours that can be mended, so the delivery waits for it."""
        try:
            url, body = self.request(target, payload.body, now)
        except ConfigError as error:
            return SendOutcome(SendResult.RETRY, str(error))
        return attempt(self._net, url, body, now, self.vendor.meaning, self.vendor.rest)
