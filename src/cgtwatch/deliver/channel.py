"""What every channel is made from and what it can do."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cgtwatch.model.delivery import Message, Payload, SendOutcome
from cgtwatch.model.subscription import Rotation, Subscription
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest

LONGEST_ANSWER = 300  # characters of a receiver's word that the ledger keeps
_ADDRESS = re.compile(r"[^\s<>:;,\"']+@[^\s<>:;,\"']+")
_LINK = re.compile(r"https?://\S+")


class Door(Protocol):
    """The guarded HTTP session, as far as channels need it."""

    def exchange(self, request: NetRequest) -> NetAnswer | NetFailure:
        """One exchange; network trouble comes back as a value."""
        ...


def _no_secret(_name: str) -> str | None:
    """Nothing is known."""
    return None


def _never_rotated(_subscription: str) -> Rotation:
    """All have their first secret."""
    return Rotation()


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """What channels are built from; each takes what it needs. Secrets stay out of the repr."""

    net: Door | None
    smtp_url: str | None = field(repr=False)
    mail_from: str
    maildir: Path
    secret_key: bytes = field(repr=False)
    public_url: str | None
    clock: Callable[[], datetime]
    ca_file: str | None = None
    reply_to: str | None = None
    bounces: str | None = field(default=None, repr=False)  # the address to which reports about mails go
    dkim: tuple[str, str, Path] | None = None  # domain, selector, file of the key; None: mails are not signed here
    secret: Callable[[str], str | None] = field(default=_no_secret, repr=False)  # what the environment holds under a name
    rotation: Callable[[str], Rotation] = _never_rotated  # of the signing secret, by the subscription's name


class Channel(Protocol):
    """A way to hand a message over."""

    def __init__(self, parts: ChannelParts) -> None: ...

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:
        """The bytes to be sent at every attempt of the delivery `key`; several where the receiver's limits ask for a split.

        Each is a delivery of its own (`part_key`), sent after the one before it.
        """
        ...

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:
        """One attempt; the receiver's trouble is an outcome, never an exception."""
        ...


def masked(answer: str | bytes) -> str:
    """A receiver's word for the ledger: one line, shortened, without mail addresses and links (hook addresses are passwords)."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: LONGEST_ANSWER * 4]).split())
    line = _LINK.sub("<link>", _ADDRESS.sub("<address>", line))
    return line if len(line) <= LONGEST_ANSWER else line[: LONGEST_ANSWER - 1] + "…"
