"""One SMTP session, over which mails go one after the other, and what each way of ending means (RFC 5321)."""

import smtplib
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from cgtwatch.deliver.channel import masked
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.text.hosts import is_loopback

_CONNECT, _COMMAND, _WRITING = 20.0, 60.0, 180.0  # seconds
AFTER_DATA = 600.0  # seconds; RFC 5321 4.5.3.2.6; a shorter wait makes duplicates
_FAREWELL = 1.0  # seconds: the mails are theirs, a slow farewell must not hold us
_BROKEN = (OSError, smtplib.SMTPException, ValueError)  # time-outs and TLS are OSErrors
_OF_SIZE = {452, 552}  # at MAIL, of the size that was told with it
_LOG_IN_FIRST = 530  # "authentication required", or STARTTLS
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
    if server.user and secure == "plain" and not is_loopback(server.host):
        raise ConfigError([f"CGTWATCH_SMTP_URL: a password would travel unencrypted; {mend}"])
    return server


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail with the two addresses it travels under."""

    sender: str
    recipient: str
    mail: bytes


class Gone(Exception):
    """The session ended before the last byte of a mail: nothing was taken, another session may be asked at once."""


class _Refused(Exception):
    """The server's answer that ended the session or the mail."""

    def __init__(self, stage: str, code: int, answer: bytes | str) -> None:
        super().__init__(stage)
        self.stage, self.code, self.answer = stage, code, masked(answer)


class Session:
    """An open session. `usable` says whether a further mail may be handed over."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp
        self._pipelining = smtp.has_extn("pipelining")  # RFC 2920
        limit = smtp.esmtp_features.get("size", "")  # RFC 1870; 0: none
        self.largest = int(limit) if limit.isdigit() and int(limit) else None  # bytes
        self._told_size = smtp.has_extn("size")
        self._left_open = False  # a refused mail left a transaction behind
        self.usable = True
        self.mails = 0

    def hand_over(self, envelope: Envelope) -> SendOutcome:
        """Send one mail. Before its last byte every trouble means: not taken; after it, no answer means: unknown.

        Raises `Gone` where the connection was lost, or the server took its leave (421), before the mail was begun.
        """
        self.mails += 1
        try:
            self._address(envelope)
        except _Refused as refused:
            self._left_open = True
            return refusal(refused)
        except _BROKEN as trouble:
            self.usable = False
            raise Gone(kind(trouble)) from trouble
        try:
            self._write(envelope.mail)
        except _BROKEN as trouble:
            self.usable = False
            return not_begun(trouble)
        return self._settle()

    def _address(self, envelope: Envelope) -> None:
        """MAIL, RCPT and DATA, in one write where the server allows it: two round trips a mail instead of four."""
        steps = self._steps(envelope)
        self._patience(_COMMAND)
        if self._pipelining:
            self._smtp.send(b"".join(command for _, command, _ in steps))
        refused: _Refused | None = None
        for stage, command, good in steps:
            try:
                code, answer = self._reply(b"" if self._pipelining else command)
            except _BROKEN:
                if refused is None:
                    raise
                self.usable = False  # it hangs up on whom it refuses: the refusal stands
                break
            if stage == "reset" and code not in good:  # this mail shall not pay for the one before it
                raise smtplib.SMTPServerDisconnected(f"{code} {masked(answer)}")
            if code == 354 and refused:  # it waits for a mail that nobody would get
                self.usable = False
            if code not in good and refused is None:
                refused = _Refused(stage, code, answer)
                if not self._pipelining:
                    break
        if refused is not None:
            raise refused
        self._left_open = False

    def _steps(self, envelope: Envelope) -> list[tuple[str, bytes, set[int]]]:
        """Stage, command, and the replies with which the next one makes sense."""
        size = f" SIZE={len(envelope.mail)}" if self._told_size else ""
        return [
            *([("reset", _command("RSET"), {250})] if self._left_open else []),
            ("sender", _command(f"MAIL FROM:{smtplib.quoteaddr(envelope.sender)}{size}"), {250}),
            ("recipient", _command(f"RCPT TO:{smtplib.quoteaddr(envelope.recipient)}"), {250, 251}),
            ("data", _command("DATA"), {354}),
        ]

    def _reply(self, command: bytes) -> tuple[int, bytes]:
        """The server's next reply, to `command` or to one that was sent before; no reply, or that it takes its leave, is an error."""
        if command:
            self._smtp.send(command)
        code, answer = self._smtp.getreply()
        if code == 421 or code < 200:
            raise smtplib.SMTPServerDisconnected(f"{code} {masked(answer)}")
        return code, answer

    def _write(self, mail: bytes) -> None:
        """The mail with leading dots doubled (RFC 5321 4.5.2) and the line that ends it."""
        body = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
        self._patience(_WRITING)
        self._smtp.send(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")

    def _settle(self) -> SendOutcome:
        self._patience(AFTER_DATA)
        try:
            code, answer = self._smtp.getreply()
        except _BROKEN as trouble:
            self.usable = False
            return SendOutcome(SendResult.UNKNOWN, f"cut after the last byte, perhaps taken: {kind(trouble)}")
        self.usable = 200 <= code <= 599 and code != 421
        if 200 <= code <= 299:
            return SendOutcome(SendResult.SENT, f"{code} {masked(answer)}")
        if code < 200:
            return SendOutcome(SendResult.UNKNOWN, "cut after the last byte, perhaps taken: no readable answer")
        return refusal(_Refused("mail", code, answer))

    def close(self) -> None:
        """Take leave where the server still listens, and hang up."""
        if self.usable:
            self.usable = False
            with suppress(*_BROKEN):
                self._patience(_FAREWELL)
                self._smtp.docmd("quit")
        self._smtp.close()

    def _patience(self, seconds: float) -> None:
        _patience(self._smtp, seconds)


def open_session(server: Server, hello: str, tls: ssl.SSLContext, seconds: float | None = None) -> Session | SendOutcome:
    """A session that is greeted, encrypted and logged in as `server` asks, or what became of the attempt: no other mail would fare
    better. `hello`: our own name; `seconds`: how long each step may take, where a person waits.
    """
    try:
        return Session(_open(server, hello, tls, (seconds or _CONNECT, seconds or _COMMAND)))
    except _Refused as refused:
        return replace(refusal(refused), everyone=True)
    except _BROKEN as trouble:
        return replace(not_begun(trouble), everyone=True)


def not_begun(trouble: BaseException | str) -> SendOutcome:
    """What it means when a connection was lost while the mail was still ours."""
    word = trouble if isinstance(trouble, str) else kind(trouble)
    return SendOutcome(SendResult.RETRY, f"before the mail was handed over: {word}")


def _command(line: str) -> bytes:
    if not line.isascii() or not line.isprintable():  # a line break would be a second command
        raise _Refused("recipient", 553, "an address that cannot be written into a command")
    return f"{line}\r\n".encode("ascii")


def _open(server: Server, hello: str, tls: ssl.SSLContext, waits: tuple[float, float]) -> smtplib.SMTP:
    connect, command = waits
    try:
        if server.secure == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, local_hostname=hello, timeout=connect, context=tls)
        else:
            smtp = smtplib.SMTP(server.host, server.port, local_hostname=hello, timeout=connect)
    except smtplib.SMTPConnectError as refused:
        raise _Refused("greeting", refused.smtp_code, refused.smtp_error) from refused
    try:
        if isinstance(smtp.sock, socket.socket):
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _patience(smtp, command)
        _greet(smtp)
        if server.secure == "starttls":
            _start_tls(smtp, tls)
        if server.user:
            _log_in(smtp, server)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greet(smtp: smtplib.SMTP) -> None:
    code, answer = smtp.ehlo()
    if not 200 <= code <= 299:
        code, answer = smtp.helo()
    if not 200 <= code <= 299:
        raise _Refused("greeting", code, answer)


def _start_tls(smtp: smtplib.SMTP, tls: ssl.SSLContext) -> None:
    """No way back to plain text: a stripped STARTTLS is what an attacker in between would send."""
    if not smtp.has_extn("starttls"):
        raise _Refused("tls", 454, "the server offers no STARTTLS, which smtp+starttls:// requires")
    code, answer = smtp.starttls(context=tls)
    if code != 220:
        raise _Refused("tls", code, answer)
    _greet(smtp)


def _log_in(smtp: smtplib.SMTP, server: Server) -> None:
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPAuthenticationError as refused:
        raise _Refused("log-in", refused.smtp_code, _unsaid(refused.smtp_error, server)) from refused
    except smtplib.SMTPNotSupportedError as refused:
        raise _Refused("log-in", 535, "the server offers no log-in that we know") from refused


def _unsaid(answer: bytes | str, server: Server) -> bytes:
    """A refusal without what it repeats of the password, plain or as RFC 4616 and the LOGIN mechanism write it."""
    said = answer.encode() if isinstance(answer, str) else answer
    user, password = server.user.encode(), server.password.encode()
    for word in (password, b64encode(b"\0%b\0%b" % (user, password)), b64encode(password)):
        said = said.replace(word, "…".encode()) if word else said
    return said


def refusal(refused: _Refused) -> SendOutcome:
    """4xx: later; 5xx: never (RFC 5321 4.2.1). A refusal of ourselves, not of the mail or its reader, is worth trying again: of our
    address at MAIL (where a size is the mail's own fault, RFC 1870 6.1), or because we should have logged in (RFC 4954 6).
    """
    answer = f"{refused.stage}: {refused.code} {refused.answer}"
    of_sender = refused.stage == "sender" and refused.code not in _OF_SIZE
    everyone = of_sender or refused.code == _LOG_IN_FIRST
    ours = everyone or refused.stage in {"greeting", "tls", "log-in", "reset"}
    if 500 <= refused.code <= 599 and not ours:
        return SendOutcome(SendResult.PERMANENT, answer)
    pause = timedelta(hours=1) if refused.stage == "log-in" else None
    return SendOutcome(SendResult.RETRY, answer, retry_after=pause, everyone=everyone)


def _patience(smtp: smtplib.SMTP, seconds: float) -> None:
    if isinstance(smtp.sock, socket.socket):
        smtp.sock.settimeout(seconds)


def kind(trouble: BaseException) -> str:
    """A lost connection in words for the ledger."""
    said = trouble.strerror if isinstance(trouble, OSError) and trouble.strerror else str(trouble)
    return masked(said or type(trouble).__name__)
