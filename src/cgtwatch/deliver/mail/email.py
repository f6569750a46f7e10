"""Mail by SMTP, one envelope a recipient; into the local mailbox where no server is set."""

import ssl
from datetime import datetime, timedelta
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from cgtwatch import registry
from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.deliver.mail.maildir import deposit
from cgtwatch.deliver.mail.pool import Pool
from cgtwatch.deliver.mail.press import Press, domain
from cgtwatch.deliver.mail.shorten import shortened
from cgtwatch.deliver.mail.smtp import Envelope, read_server
from cgtwatch.deliver.tokens import bounce_sender
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription

_LOG_IN_PAUSE = timedelta(minutes=15)  # servers lock accounts that keep trying a wrong password
_SIGNER = {"signer": "cgtwatch.deliver.mail.signing:Signer"}
_ROOM = 1_500  # bytes that a signature adds at most


class Signs(Protocol):
    """What puts a signature above a mail."""

    def signed(self, mail: bytes) -> bytes: ...


def make_signer(asked: tuple[str, str, Path] | None) -> Signs | None:
    """What signs mails for `asked`: domain, selector, key file; None where nobody asked. Raises `ConfigError` with the mend."""
    if asked is None:
        return None
    if find_spec("dkim") is None:
        raise ConfigError(["CGTWATCH_DKIM_KEY: signing needs the package dkimpy; install cgtwatch with the extra `dkim`"])
    signer: Signs = registry.load(_SIGNER, "signer", what="signer")(*asked)
    return signer


class Email:
    """Raises ConfigError when the server's or the sender's address is wrong, or mails cannot be signed as is asked."""

    def __init__(self, parts: ChannelParts) -> None:
        self._press = Press(parts)
        self._sender = parseaddr(parts.mail_from)[1]
        self._bounces, self._secret_key = parts.bounces, parts.secret_key
        self._signer = make_signer(parts.dkim)
        self._pool: Pool | None = None
        if parts.smtp_url:
            tls = ssl.create_default_context(cafile=parts.ca_file)
            self._pool = Pool(read_server(parts.smtp_url), domain(self._sender), tls)
        self._maildir = parts.maildir
        self._log_in_refused_at: datetime | None = None

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:
        """The finished mail, its Message-ID made from `key`, its Date from the message."""
        return (self._press.payload(message, subscription, key),)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:
        """Over a session to the configured server, or a deposit in the local mailbox for `local:` and without a server."""
        if self._pool is None or target == "local:":
            return deposit(self._maildir, payload.filled, key)
        if self._log_in_refused_at and now - self._log_in_refused_at < _LOG_IN_PAUSE:
            wait = self._log_in_refused_at + _LOG_IN_PAUSE - now
            word = "log-in: not tried, the server refused it a moment ago; check CGTWATCH_SMTP_URL"
            return SendOutcome(SendResult.RETRY, word, wait, everyone=True)
        mail = payload.filled
        sender = bounce_sender(self._bounces, self._secret_key, key) if self._bounces else self._sender
        outcome = self._pool.transmit(Envelope(sender, target, self._signed(mail)), lambda most: self._shorter(mail, most))
        self._log_in_refused_at = now if outcome.answer.startswith("log-in:") else None
        return outcome

    def _signed(self, mail: bytes) -> bytes:
        return self._signer.signed(mail) if self._signer else mail

    def _shorter(self, mail: bytes, most: int) -> bytes | None:
        short = shortened(mail, most - _ROOM if self._signer else most)
        return self._signed(short) if short is not None else None

    def close(self) -> None:
        """Take leave of the server."""
        if self._pool is not None:
            self._pool.close()
