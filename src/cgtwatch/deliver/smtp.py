"""One mail to one server in one SMTP session, and what each way of ending means (RFC 5321)."""

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from cgtwatch.deliver.channel import masked
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import SendOutcome, SendResult

_CONNECT, _COMMAND = 20.0, 60.0
_AFTER_DATA = 600.0  # RFC 5321 4.5.3.2.6; a shorter wait makes duplicates
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as `CGTWATCH_SMTP_URL` names it; `secure` is `plain`, `tls` from the first byte, or `starttls` (required)."""

    host: str
    port: int
    secure: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def read_server(url: str) -> Server:
    """The server that `smtp://`, `smtps://` or `smtp+starttls://[USER:PASSWORD@]HOST[:PORT]` names; ConfigError with the mend."""
    mend = "write smtp+starttls://USER:PASSWORD@HOST:587, smtps://USER:PASSWORD@HOST:465 or smtp://HOST:25"
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as wrong:
        raise ConfigError([f"CGTWATCH_SMTP_URL: the port is no number; {mend}"]) from wrong
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigError([f"CGTWATCH_SMTP_URL: not an address of a mail server; {mend}"])
    secure = {"smtp": "plain", "smtps": "tls"}.get(parts.scheme, "starttls")
    server = Server(parts.hostname, port, secure, unquote(parts.username or ""), unquote(parts.password or ""))
    if server.user and secure == "plain" and not _is_loopback(server.host):
        raise ConfigError([f"CGTWATCH_SMTP_URL: a password would travel unencrypted; {mend}"])
    return server


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail with the two addresses it travels under."""

    sender: str
    recipient: str
    mail: bytes
    hello: str  # our own name


class _Refused(Exception):
    """The server's answer that ended the session."""

    def __init__(self, stage: str, code: int, answer: bytes | str) -> None:
        super().__init__(stage)
        self.stage, self.code, self.answer = stage, code, masked(answer)


def transmit(server: Server, envelope: Envelope, tls: ssl.SSLContext) -> SendOutcome:
    """One session. Before the last byte of the mail every trouble means: not taken; after it, no answer means: unknown."""
    session: smtplib.SMTP | None = None
    try:
        session = _open(server, envelope.hello, tls)
        _address(session, envelope)
        _write(session, envelope.mail)
    except _Refused as refused:
        return _refusal(refused)
    except (OSError, smtplib.SMTPException, ValueError) as trouble:  # TLS and time-outs are OSErrors
        return SendOutcome(SendResult.RETRY, f"before the mail was handed over: {_kind(trouble)}")
    else:
        return _settle(session)
    finally:
        if session is not None:
            session.close()


def _open(server: Server, hello: str, tls: ssl.SSLContext) -> smtplib.SMTP:
    try:
        if server.secure == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=hello, timeout=_CONNECT, context=tls
            )
        else:
            session = smtplib.SMTP(server.host, server.port, local_hostname=hello, timeout=_CONNECT)
    except smtplib.SMTPConnectError as refused:
        raise _Refused("greeting", refused.smtp_code, refused.smtp_error) from refused
    try:
        _patience(session, _COMMAND)
        _greet(session)
        if server.secure == "starttls":
            _start_tls(session, tls)
        if server.user:
            _log_in(session, server)
    except BaseException:
        session.close()
        raise
    return session


def _greet(session: smtplib.SMTP) -> None:
    code, answer = session.ehlo()
    if not 200 <= code <= 299:
        code, answer = session.helo()
    if not 200 <= code <= 299:
        raise _Refused("greeting", code, answer)


def _start_tls(session: smtplib.SMTP, tls: ssl.SSLContext) -> None:
    """No way back to plain text: a stripped STARTTLS is what an attacker in between would send."""
    if not session.has_extn("starttls"):
        raise _Refused("tls", 454, "the server offers no STARTTLS, which smtp+starttls:// requires")
    code, answer = session.starttls(context=tls)
    if code != 220:
        raise _Refused("tls", code, answer)
    _greet(session)


def _log_in(session: smtplib.SMTP, server: Server) -> None:
    try:
        session.login(server.user, server.password)
    except smtplib.SMTPAuthenticationError as refused:
        raise _Refused("log-in", refused.smtp_code, refused.smtp_error) from refused
    except smtplib.SMTPNotSupportedError as refused:
        raise _Refused("log-in", 535, "the server offers no log-in that we know") from refused


def _address(session: smtplib.SMTP, envelope: Envelope) -> None:
    size = len(envelope.mail)
    limit = session.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < size:  # RFC 1870
        raise _Refused("size", 552, f"the mail has {size} bytes, the server takes {limit}")
    options = [f"size={size}"] if session.has_extn("size") else []
    code, answer = session.mail(envelope.sender, options)
    if code != 250:
        raise _Refused("sender", code, answer)
    code, answer = session.rcpt(envelope.recipient)
    if code not in {250, 251}:
        raise _Refused("recipient", code, answer)
    code, answer = session.docmd("data")
    if code != 354:
        raise _Refused("data", code, answer)


def _write(session: smtplib.SMTP, mail: bytes) -> None:
    """The mail with leading dots doubled (RFC 5321 4.5.2) and the line that ends it."""
    body = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
    session.send(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")


def _settle(session: smtplib.SMTP) -> SendOutcome:
    _patience(session, _AFTER_DATA)
    try:
        code, answer = session.getreply()
    except (OSError, smtplib.SMTPException, ValueError) as trouble:
        return SendOutcome(SendResult.UNKNOWN, f"cut after the last byte, perhaps taken: {_kind(trouble)}")
    if 200 <= code <= 299:
        with suppress(OSError, smtplib.SMTPException):
            _patience(session, 5.0)  # the mail is theirs: a slow farewell must not hold us
            session.docmd("quit")
        return SendOutcome(SendResult.SENT, f"{code} {masked(answer)}")
    if code == -1 or code < 200:
        return SendOutcome(SendResult.UNKNOWN, "cut after the last byte, perhaps taken: no readable answer")
    return _refusal(_Refused("mail", code, answer))


def _refusal(refused: _Refused) -> SendOutcome:
    """4xx: later; 5xx: never (RFC 5321 4.2.1). A refusal of ourselves, not of the mail or its reader, is worth trying again."""
    answer = f"{refused.stage}: {refused.code} {refused.answer}"
    ours = refused.stage in {"greeting", "tls", "log-in"}
    if 500 <= refused.code <= 599 and not ours:
        return SendOutcome(SendResult.PERMANENT, answer)
    return SendOutcome(SendResult.RETRY, answer, retry_after=timedelta(hours=1) if refused.stage == "log-in" else None)


def _patience(session: smtplib.SMTP, seconds: float) -> None:
    if isinstance(session.sock, socket.socket):
        session.sock.settimeout(seconds)


def _kind(trouble: BaseException) -> str:
    return masked(f"{type(trouble).__name__}: {trouble}")
