"""Open SMTP sessions, kept for the next mails: greeting, TLS and log-in cost more than a mail."""

import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from cgtwatch.deliver.mail.smtp import Envelope, Gone, Server, Session, not_begun, open_session
from cgtwatch.model.delivery import SendOutcome, SendResult

SESSIONS = 8  # side by side: as many as there are senders; servers refuse more than some dozens from one address
_MAILS = 100  # over one session; servers count them too
_IDLE = 20.0  # seconds; servers hang up after minutes, and routers forget connections


class Pool:
    """Hands mails over, each in a session of its own while it is under way. Thread-safe.

    No mail is lost or doubled by keeping sessions: one that turns out to be gone before the last byte of a mail is replaced at
    once, and what happens after that byte is never repeated here.
    """

    def __init__(
        self,
        server: Server,
        hello: str,
        tls: ssl.SSLContext,
        monotonic: Callable[[], float] = time.monotonic,
        idle: float = _IDLE,
    ) -> None:
        self._server, self._hello, self._tls = server, hello, tls
        self._monotonic, self._longest_idle = monotonic, idle
        self._idle: list[tuple[Session, float]] = []  # the one used last stands last
        self._places = SESSIONS
        self._free = threading.Condition()
        self._sweeper: threading.Timer | None = None
        self._closed = False

    def transmit(self, envelope: Envelope, shortened: Callable[[int], bytes | None] | None = None) -> SendOutcome:
        """Hand one mail over. `shortened`: what to send where the server takes no more than so many bytes; None: nothing fits."""
        if not self._enter():
            return SendOutcome(SendResult.RETRY, "not tried: cgtwatch is stopping")
        session: Session | None = None
        try:
            session = self._kept()
            if session is not None:
                with suppress(Gone):
                    return _handed_over(session, envelope, shortened)
                session.close()
                session = None
            opened = open_session(self._server, self._hello, self._tls)
            if isinstance(opened, SendOutcome):
                return opened
            session = opened
            try:
                return _handed_over(session, envelope, shortened)
            except Gone as gone:
                return not_begun(str(gone))
        finally:
            self._leave(session)

    def sweep(self) -> int:
        """Close the sessions that nobody has used for a while; how many are left."""
        with self._free:
            now = self._monotonic()
            old = [session for session, at in self._idle if now - at >= self._longest_idle]
            self._idle = [kept for kept in self._idle if kept[0] not in old]
            left = len(self._idle)
        for session in old:
            session.close()
        return left

    def close(self) -> None:
        """Take leave in every session that is not in use; those in use end with their mail."""
        with self._free:
            self._closed = True
            kept, self._idle = self._idle, []
            if self._sweeper is not None:
                self._sweeper.cancel()
            self._free.notify_all()
        for session, _ in kept:
            session.close()

    def _enter(self) -> bool:
        with self._free:
            self._free.wait_for(lambda: self._places > 0 or self._closed)
            if self._closed:
                return False
            self._places -= 1
            return True

    def _kept(self) -> Session | None:
        self.sweep()
        with self._free:
            return self._idle.pop()[0] if self._idle else None

    def _leave(self, session: Session | None) -> None:
        with self._free:
            keep = session is not None and session.usable and session.mails < _MAILS and not self._closed
            if keep and session is not None:
                self._idle.append((session, self._monotonic()))
                self._watch()
            self._places += 1
            self._free.notify()
        if session is not None and not keep:
            session.close()

    def _watch(self) -> None:
        """Have somebody look after idle sessions; called with the lock held."""
        if self._sweeper is None:
            self._sweeper = threading.Timer(self._longest_idle, self._look)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _look(self) -> None:
        left = self.sweep()
        with self._free:
            self._sweeper = None
            if left and not self._closed:
                self._watch()


def _handed_over(session: Session, envelope: Envelope, shortened: Callable[[int], bytes | None] | None) -> SendOutcome:
    if session.largest is None or len(envelope.mail) <= session.largest:
        return session.hand_over(envelope)
    shorter = shortened(session.largest) if shortened else None
    if shorter is None:  # RFC 1870 6.1
        size = f"size: 552 the mail has {len(envelope.mail)} bytes, the server takes {session.largest}"
        return SendOutcome(SendResult.PERMANENT, size)
    outcome = session.hand_over(Envelope(envelope.sender, envelope.recipient, shorter))
    return replace(outcome, answer=f"{outcome.answer} (shortened: the server takes {session.largest} bytes)")
