"""The two doors and nothing else: what offices answer and what receivers take, by the simulated clock; and the kill in between."""

import email
import email.policy
import random
import re
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from cgtwatch.deliver.mail.smtp import Envelope
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetAnswer, NetFailure, NetPolicy, NetRequest
from simulated.world import World

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)", re.MULTILINE | re.IGNORECASE)
_ACT = re.compile(r"\.example/act/(\d+)")
_REST = re.compile(r"/told\?after=(\d+)&upto=(\d+)")
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a receiver has taken, every copy of it: under which id (a room sees none), who, when, which acts it names, its bytes' hash.

    `rest`: the window whose page it leads to, where it is too long to name all.
    """

    key: str
    target: str
    at: datetime
    acts: "array[int]"  # a set of each message of a year would be the largest thing in memory
    hash: str
    rest: tuple[int, int] | None


@dataclass
class Doors:
    """`lies` are the spans in which receivers cannot be reached, by the host (mail: `smtp`). `fuse`: how many uses of a door are left."""

    world: World
    seed: int
    now: datetime
    lies: dict[str, list[Span]]
    snapshot: Callable[[], None] = lambda: None
    fuse: int | None = None
    dead: bool = False
    taken: list[Taken] = field(default_factory=list)
    visits: dict[str, list[datetime]] = field(default_factory=dict)
    served: dict[int, list[tuple[datetime, int]]] = field(default_factory=dict)  # act → when each version was first answered
    baseline: dict[str, frozenset[int]] = field(default_factory=dict)
    policy: NetPolicy = field(default_factory=NetPolicy)
    attempts: Counter[str] = field(default_factory=Counter)
    _last: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    _bodies: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def close(self) -> None:
        """As a session is closed."""

    # --- in

    def exchange(self, request: NetRequest) -> NetAnswer | NetFailure:
        """A request of ours: a page of an office, or a post to a hook."""
        host = request.url.partition("//")[2].partition("/")[0]
        if request.method == "POST":
            return self._posted(request, host)
        if self._dies():
            return _cut()
        name = host.removesuffix(".example")
        self.visits.setdefault(name, []).append(self.now)
        if (trouble := self.world.trouble(name, self.now)) is not None:
            return _troubled(request, trouble)
        return self._answered(request, name)

    def _answered(self, request: NetRequest, name: str) -> NetAnswer:
        office = self.world.offices[name]
        page = self.world.page(office, self.now)
        if self._last.get(name) != page:
            tag = f'"{hash(page) & 0xFFFFFFFFFF:x}"'
            self._bodies[name] = tag, self.world.body(office, page)
            before = dict(self._last.get(name, ()))
            self._last[name] = page
        else:
            before = dict(page)
        tag, body = self._bodies[name]
        headers = {"etag": tag, "content-type": "text/html; charset=utf-8" if office.listed else "application/rss+xml"}
        if request.headers.get("if-none-match") == tag:
            return NetAnswer(request.url, 304, headers, b"", (), timedelta(milliseconds=80), 1)
        if name not in self.baseline:
            self.baseline[name] = frozenset(number for number, _ in page)
        for number, version in page:
            if before.get(number) != version:
                told = self.served.setdefault(number, [])
                if not told or told[-1][1] != version:
                    told.append((self.now, version))
        return NetAnswer(request.url, 200, headers, body, (), timedelta(milliseconds=120), 1)

    # --- out

    def _posted(self, request: NetRequest, host: str) -> NetAnswer | NetFailure:
        key, body = request.headers.get("webhook-id", ""), request.body or b""
        luck = self._luck(key or f"{host} {self.now}")
        if self._dies(now=luck > 0.5):
            return _cut()
        if self._away(host):
            return NetFailure(ErrorClass.CONNECT, "connection refused", "", sent=False)
        if 0.010 < luck < 0.030:
            return NetAnswer(request.url, 503, {}, b"busy", (), timedelta(), 1)
        if luck >= 0.005:
            self._take(key, request.url, body, body.decode())
        if luck < 0.010:  # cut: half of them were taken
            return NetFailure(ErrorClass.CONNECT, "reset", "", sent=True)
        self._dies_late()
        return NetAnswer(request.url, 200, {}, b"ok", (), timedelta(), 1)

    def transmit(self, envelope: Envelope, _shortened: object = None) -> SendOutcome:
        """A mail, as a session of the mail server takes it."""
        found = _MESSAGE_ID.search(envelope.mail)
        assert found is not None
        key = found[1].decode()
        luck = self._luck(key)
        if self._dies(now=luck > 0.5):
            return SendOutcome(SendResult.RETRY, "cut")
        if self._away("smtp"):
            return SendOutcome(SendResult.RETRY, "connect: refused", everyone=True)
        if 0.010 < luck < 0.030:
            return SendOutcome(SendResult.RETRY, "450 come back later")
        if luck >= 0.005:
            self._take(key, envelope.recipient, envelope.mail, _words(envelope.mail))
        if luck < 0.010:
            return SendOutcome(SendResult.UNKNOWN, "cut after the last byte")
        self._dies_late()
        return SendOutcome(SendResult.SENT, "250 taken")

    def _take(self, key: str, target: str, body: bytes, words: str) -> None:
        named = array("L", sorted({int(number) for number in _ACT.findall(words)}))
        more = _REST.search(words)
        rest = (int(more[1]), int(more[2])) if more else None
        self.taken.append(Taken(key, target, self.now, named, sha256(body).hexdigest(), rest))

    def _luck(self, key: str) -> float:
        self.attempts[key] += 1
        return random.Random(f"{self.seed} {key} {self.attempts[key]}").random()

    def _away(self, host: str) -> bool:
        return any(begin <= self.now < end for begin, end in self.lies.get(host, ()))

    # --- the end of the process

    def _dies(self, *, now: bool = True) -> bool:
        """Whether the process is dead, and what it does happens no more; `now`: this is a moment at which it may die."""
        if not self.dead and self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0 and now:
                self._die()
        return self.dead

    def _dies_late(self) -> None:
        """The receiver has it, and nobody wrote that down yet."""
        if not self.dead and self.fuse is not None and self.fuse <= 0:
            self._die()

    def _die(self) -> None:
        self.snapshot()
        self.dead = True


def _words(mail: bytes) -> str:
    body = email.message_from_bytes(mail, policy=email.policy.default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _cut() -> NetFailure:
    return NetFailure(ErrorClass.CONNECT, "the process is dead", "")


def _troubled(request: NetRequest, how: str) -> NetAnswer | NetFailure:
    if how == "timeout":
        return NetFailure(ErrorClass.TIMEOUT, "no answer", "", duration=timedelta(seconds=30), requests=1)
    if how == "wall":
        wall = b"<html><head><title>Access denied</title></head><body><h1>403</h1></body></html>"
        return NetAnswer(request.url, 403, {"content-type": "text/html"}, wall, (), timedelta(), 1)
    return NetAnswer(request.url, int(how), {"content-type": "text/html"}, b"<html><body>gone</body></html>", (), timedelta(), 1)
