"""The exchange itself: the redirect loop, one retry, one deadline over all of it."""

import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.cookiejar import CookieJar
from typing import Any

from requests import PreparedRequest, Response

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.adapter import Contexts, GuardedAdapter, prepare, send
from cgtwatch.net.body import DIAGNOSIS, Reading, fill
from cgtwatch.net.connection import dial
from cgtwatch.net.cookies import Jar, give, take
from cgtwatch.net.request import NetAnswer, NetFailure, NetPolicy, NetRequest
from cgtwatch.net.resolve import Resolver
from cgtwatch.net.transfer import CURRENT, Ground, Transfer, Watchdog
from cgtwatch.net.trouble import Trouble
from cgtwatch.net.url import Origin, origin, shown, target

FIRST_BYTE = 15.0  # seconds of silence; half the deadline where that is longer
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.2
# What may follow to another origin: nothing that could be a credential.
HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "if-modified-since", "if-none-match", "user-agent"}
)


@dataclass(slots=True)
class _Journey:
    """One exchange underway: where it stands, and what has come so far."""

    request: NetRequest
    transfer: Transfer
    url: str
    origin: Origin
    method: str
    headers: dict[str, str]
    body: bytes | None
    redirects: list[tuple[int, str]] = field(default_factory=list)
    jar: CookieJar | None = None
    retried: bool = False
    status: int | None = None
    answered: dict[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


class Net:
    """Makes exchanges, from any number of threads; one for a process. `resolver` is for tests: names that exist nowhere."""

    def __init__(self, policy: NetPolicy, resolver: Resolver | None = None) -> None:
        self.policy = policy
        self._ground = Ground(policy.allow_private, resolver or Resolver())
        contexts = Contexts(policy.ca_file)
        self._adapter = GuardedAdapter(contexts)
        # Its connections were dialled without the guard, so no other request may find them.
        self._trusting = GuardedAdapter(contexts)
        self._watchdog = Watchdog()
        self._closed = False

    def exchange(self, request: NetRequest) -> NetAnswer | NetFailure:
        """Make one exchange. Trouble of the network, the peer or the address is a `NetFailure`, never an exception."""
        began = time.monotonic()
        transfer = Transfer(began + request.deadline.total_seconds(), self._ground)
        self._watchdog.watch(transfer)
        token = CURRENT.set(transfer)
        journey: _Journey | None = None
        try:
            journey = self._begin(request, transfer)
            while (answer := self._step(journey)) is None:
                pass
        except Trouble as trouble:
            return _failure(journey, transfer, trouble, timedelta(seconds=time.monotonic() - began))
        finally:
            CURRENT.reset(token)
            self._watchdog.forget(transfer)
        return replace(answer, duration=timedelta(seconds=time.monotonic() - began))

    def dial(self, host: str, port: int, limit: timedelta, proxy: str | None = None) -> socket.socket | NetFailure:
        """A connection through the same guard, for bytes that somebody else exchanges; the caller closes it.

        With `proxy` it leads to that proxy, whose address is the operator's own word.
        """
        transfer = Transfer(time.monotonic() + limit.total_seconds(), self._ground)
        try:
            if proxy is None:
                return dial(transfer, host, port, guarded=True)
            there = origin(proxy)
            return dial(transfer, there.host, there.port, guarded=False)
        except Trouble as trouble:
            return _failure(None, transfer, trouble, limit)

    @property
    def closed(self) -> bool:
        """Whether the process is ending: nothing that needs the network shall begin or go on."""
        return self._closed

    def close(self) -> None:
        """Cut what is under way and close every connection."""
        self._closed = True
        self._watchdog.close()
        self._adapter.close()
        self._trusting.close()
        self._ground.resolver.close()

    def _begin(self, request: NetRequest, transfer: Transfer) -> _Journey:
        headers = {"user-agent": self.policy.user_agent, "accept-encoding": "gzip, deflate", "accept": "*/*"}
        headers.update((name.lower(), value) for name, value in request.headers.items())
        for name, value in headers.items():
            if not (name.isascii() and name.isprintable() and _sendable(value)) or name == "host":
                raise Trouble(
                    ErrorClass.REFUSED, f"a header {ascii(name)[:40]} that cannot be sent", "correct the source's `headers`"
                )
        url = request.url.partition("#")[0]
        return _Journey(request, transfer, url, origin(url), request.method, headers, request.body, jar=request.jar)

    def _step(self, journey: _Journey) -> NetAnswer | None:
        """One request of the journey; None where it goes on."""
        try:
            return self._ask(journey)
        except Trouble as trouble:
            late = _late(journey, trouble)
            if late is not None:
                raise late from trouble
            if not trouble.again or journey.retried or journey.method not in REPEATABLE:
                raise
            journey.retried = True
            journey.status, journey.answered, journey.reading = None, {}, Reading()
            return None

    def _ask(self, journey: _Journey) -> NetAnswer | None:
        transfer, asked = journey.transfer, journey.request
        if transfer.left <= 0:
            raise Trouble(ErrorClass.TIMEOUT, f"no time left for {shown(journey.url)}")
        prepared = _prepared(journey)
        transfer.sent = False
        transfer.requests += 1
        transfer.trusted = asked.trusted is not None and origin(asked.trusted) == journey.origin
        adapter = self._trusting if transfer.trusted else self._adapter
        silence = max(FIRST_BYTE, asked.deadline.total_seconds() / 2)
        response = send(adapter, prepared, max(min(silence, transfer.left), 0.001), asked.verify, asked.proxy)
        raw: Any = response.raw
        try:
            journey.status = status = int(response.status_code)
            journey.answered = {name.lower(): _printable(value) for name, value in raw.headers.items()}
            if journey.jar is not None:
                take(journey.jar, prepared, raw)
            if status in REDIRECTS and asked.follow:
                _follow(journey, response, prepared)
                return None
            if status not in REDIRECTS:
                self._read(journey, raw)
        finally:
            raw.close()  # a body read to its end has already given the connection back; any other takes it along
        url = str(prepared.url)
        return NetAnswer(
            url, status, journey.answered, journey.reading.body, tuple(journey.redirects), timedelta(), transfer.requests
        )

    def _read(self, journey: _Journey, raw: Any) -> None:  # noqa: ANN401 - urllib3's response
        if journey.status is not None and journey.status < 400:
            fill(journey.reading, raw, journey.transfer, journey.request.max_bytes)
            return
        with suppress(Trouble):  # the status is the answer; its body only explains it
            fill(journey.reading, raw, journey.transfer, min(DIAGNOSIS, journey.request.max_bytes))


def _late(journey: _Journey, trouble: Trouble) -> Trouble | None:
    """The time-out behind a trouble that only looks like another, because the watchdog had cut the connection."""
    transfer = journey.transfer
    shaking_hands = trouble.error is ErrorClass.TLS and not transfer.sent
    if shaking_hands or not transfer.over or trouble.error in (ErrorClass.TIMEOUT, ErrorClass.TOO_BIG):
        return None
    what = "body" if journey.status else "answer"
    return Trouble(ErrorClass.TIMEOUT, f"no complete {what} in {journey.request.deadline.total_seconds():g} s")


def _prepared(journey: _Journey) -> PreparedRequest:
    prepared = prepare(journey.method, journey.url, journey.headers, journey.body)
    if journey.jar is not None:
        give(journey.jar, prepared)
    return prepared


def _follow(journey: _Journey, response: Response, asked: PreparedRequest) -> None:
    """Turn the journey to where a redirect leads; raises `Trouble` (redirect, refused)."""
    status = int(response.status_code)
    if len(journey.redirects) >= journey.request.follow:
        raise Trouble(ErrorClass.REDIRECT, f"more than {journey.request.follow} redirects, the last to {shown(journey.url)}")
    url = target(journey.url, response.headers.get("location"))
    there = origin(url, malformed=ErrorClass.REDIRECT)
    if journey.jar is None:
        # A wall that lets pass whoever brings its cookie back; this jar lives as long as the exchange.
        journey.jar = Jar()
        take(journey.jar, asked, response.raw)
    if (status == 303 and journey.method != "HEAD") or (status in (301, 302) and journey.method == "POST"):  # RFC 9110, 15.4
        journey.method, journey.body = "GET", None
        journey.headers = {name: value for name, value in journey.headers.items() if not name.startswith("content-")}
    if there != journey.origin:
        if journey.body is not None:
            where = f"a redirect would take what is sent to another site, {shown(url)}"
            raise Trouble(ErrorClass.REDIRECT, where, "if that is the right one put its address into the source")
        journey.headers = {name: value for name, value in journey.headers.items() if name in HARMLESS}
    journey.url, journey.origin = url, there
    journey.redirects.append((status, url))
    journey.status, journey.answered = None, {}


def _failure(journey: _Journey | None, transfer: Transfer, trouble: Trouble, duration: timedelta) -> NetFailure:
    answered = journey.answered if journey else {}
    return NetFailure(
        trouble.error,
        trouble.message,
        trouble.hint,
        sent=transfer.sent,
        status=journey.status if journey else None,
        retry_after=answered.get("retry-after"),
        duration=duration,
        size=journey.reading.size if journey else 0,
        requests=transfer.requests,
        headers=answered,
        body=journey.reading.beginning if journey else b"",
    )


def _sendable(value: str) -> bool:
    if value.isascii():
        return value.isprintable()
    return all(" " <= c != "\x7f" and c <= "\xff" for c in value)


def _printable(value: str) -> str:
    return value if value.isprintable() else "".join(c for c in value if c.isprintable())
