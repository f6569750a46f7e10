"""One exchange against the clock: the socket it is using, and the watchdog that shuts it when time is up."""

import socket
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass

from cgtwatch.net.request import IPNetwork
from cgtwatch.net.resolve import Resolver

IDLE = float("inf")


@dataclass(frozen=True, slots=True)
class Ground:
    """What every connection of a process stands on."""

    allowed: tuple[IPNetwork, ...]
    resolver: Resolver


class Transfer:
    """What the calling thread's exchange has come to, as far as its connection must know.

    A time-out on a socket bounds one call only: a peer that sends a byte a second, or `100 Continue` for ever, never meets
    it. So the deadline is kept from outside, by shutting the socket down under the reader.
    """

    __slots__ = ("_sock", "deadline", "expired", "ground", "requests", "sent", "trusted")

    def __init__(self, deadline: float, ground: Ground) -> None:
        self.deadline = deadline
        self.ground = ground
        self.expired = False
        self.sent = False
        self.trusted = False  # what is dialled is the operator's own word
        self.requests = 0
        self._sock: socket.socket | None = None

    @property
    def left(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self.deadline - time.monotonic()

    @property
    def over(self) -> bool:
        """Whether time is up."""
        return self.expired or self.left <= 0

    def hold(self, sock: socket.socket | None) -> None:
        """Put the socket under watch; called for every new and every reused connection."""
        self._sock = sock
        if self.expired:
            self.cut()

    def cut(self) -> None:
        """Shut the socket: whoever reads from it sees the end of the stream at once. From any thread."""
        self.expired = True
        if self._sock is not None:
            with suppress(OSError, TypeError):  # already gone
                # Not SSLSocket.shutdown: it takes the TLS layer away under the reader.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


CURRENT: ContextVar[Transfer] = ContextVar("cgtwatch.net.transfer")  # how a connection deep inside urllib3 finds its exchange


class Watchdog:
    """One thread for all exchanges; it sleeps until the nearest deadline, so one that ends in time costs two locks."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._watched: set[Transfer] = set()
        self._wakes = IDLE  # when the thread looks next
        self._thread: threading.Thread | None = None
        self._closed = False

    def watch(self, transfer: Transfer) -> None:
        """Cut `transfer` at its deadline unless `forget` comes first."""
        with self._changed:
            self._watched.add(transfer)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="net-watchdog", daemon=True)
                self._thread.start()
            elif transfer.deadline < self._wakes:
                self._changed.notify()

    def forget(self, transfer: Transfer) -> None:
        """The exchange has ended."""
        with self._changed:
            self._watched.discard(transfer)

    def close(self) -> None:
        """Cut everything under watch and end the thread."""
        with self._changed:
            self._closed = True
            for transfer in self._watched:
                transfer.cut()
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(5)

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for transfer in [t for t in self._watched if t.deadline <= now]:
                    transfer.cut()
                    self._watched.discard(transfer)
                self._wakes = min((t.deadline for t in self._watched), default=IDLE)
                self._changed.wait(None if self._wakes == IDLE else max(self._wakes - now, 0.001))
