"""Mail by SMTP, one envelope a recipient; into the local mailbox where no server is set."""

import ssl
from datetime import datetime, timedelta
from email.utils import parseaddr

from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.deliver.mail import Press, domain
from cgtwatch.deliver.maildir import deposit
from cgtwatch.deliver.pool import Pool
from cgtwatch.deliver.smtp import Envelope, read_server
from cgtwatch.model.delivery import Message, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Subscription

_LOG_IN_PAUSE = timedelta(minutes=15)  # servers lock accounts that keep trying a wrong password


class Email:
    """Raises ConfigError when the server's or the sender's address is wrong."""

    def __init__(self, parts: ChannelParts) -> None:
        self._press = Press(parts)
        self._sender = parseaddr(parts.mail_from)[1]
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
        outcome = self._pool.transmit(Envelope(self._sender, target, payload.filled))
        self._log_in_refused_at = now if outcome.answer.startswith("log-in:") else None
        return outcome

    def close(self) -> None:
        """Take leave of the server."""
        if self._pool is not None:
            self._pool.close()
