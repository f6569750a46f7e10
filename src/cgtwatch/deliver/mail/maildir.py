"""The local mailbox: the same mail, put into a Maildir under the delivery's own name, so that a repeat finds it there."""

import hashlib
import os
import threading
from datetime import datetime
from pathlib import Path

from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.deliver.mail.press import Press
from cgtwatch.model.delivery import Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription


class LocalMailbox:
    """Delivers every message into one Maildir, whatever the target."""

    def __init__(self, parts: ChannelParts) -> None:
        self._root = parts.maildir
        self._press = Press(parts)

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:
        """The mail as it would go out by SMTP."""
        return (self._press.payload(message, subscription, key),)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:  # noqa: ARG002 - the channel's shape
        """Into the mailbox, once for a key."""
        return deposit(self._root, payload.filled, key)


def file_name(key: str) -> str:
    """The name under which the delivery `key` stands in the mailbox, before any flags."""
    return hashlib.sha256(key.encode()).hexdigest()[:32] + ".cgtwatch"


def deposit(root: Path, mail: bytes, key: str) -> SendOutcome:
    """Writes the mail into `root` with local line ends, synced before it appears; one that stands there already is left alone."""
    name = file_name(key)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in ("tmp", "new", "cur"):  # several senders may begin at the same time
            (root / folder).mkdir(mode=0o700, exist_ok=True)
        if (root / "new" / name).exists() or any((root / "cur").glob(f"{name}*")):
            return SendOutcome(SendResult.SENT, "stood in the local mailbox already")
        _place(root, name, mail.replace(b"\r\n", b"\n"))
    except OSError as trouble:
        return SendOutcome(SendResult.RETRY, f"the local mailbox {root} cannot be written: {trouble.strerror or trouble}")
    return SendOutcome(SendResult.SENT, "put into the local mailbox")


def _place(root: Path, name: str, mail: bytes) -> None:
    draft = root / "tmp" / f"{name}.{os.getpid()}.{threading.get_ident()}"
    with draft.open("wb") as file:
        file.write(mail)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(root / "new" / name)
    folder = os.open(root / "new", os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
