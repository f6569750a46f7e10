"""One request of a source on its way out and its answer on its way in: robots, pace, rest, headers, cookies, secrets, proxy, bridge."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.cookiejar import CookieJar

from cgtwatch.acquire.answers import STATUSES, Asked, disallowed, out_of_time, refused, visit_of
from cgtwatch.acquire.filling import Unaskable
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.acquire.robots import Robots
from cgtwatch.acquire.secrets import Secrets
from cgtwatch.acquire.shared import SharedAnswers, shareable
from cgtwatch.acquire.validators import CONDITIONS
from cgtwatch.model.fetch import Ask, ErrorClass, Validators, Visit
from cgtwatch.model.source import Source
from cgtwatch.net.cookies import Jar
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest
from cgtwatch.net.retry_after import retry_after
from cgtwatch.text.hosts import host_of, origin_of, server_of

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"  # some sites refuse a bare */*
WANTS_REST = frozenset({429, 503})  # statuses whose Retry-After is meant for everybody who asks
# Headers of a source that may go to other sites, where its attachments lie.
EVERYWHERE = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "pragma", "referer", "user-agent", "x-requested-with"}
)
MOST_JARS = 1024  # sources


@dataclass(slots=True)
class Spent:
    """What a visit has used so far, over all its requests. `part` begins anew for each search term, `whole` bounds all of them."""

    timeout: timedelta
    whole: timedelta
    requests: int = 0
    duration: timedelta = timedelta()
    part: timedelta = timedelta()

    def add(self, visit: Visit) -> Visit:
        """Count a step of the visit; returns it with the sums."""
        first = not self.requests and not self.duration
        self.requests += visit.requests
        self.duration += visit.duration
        self.part += visit.duration
        return visit if first else replace(visit, requests=self.requests, duration=self.duration)

    @property
    def left(self) -> timedelta:
        """What the next request may take."""
        return min(self.timeout - self.part, self.whole - self.duration)


@dataclass(frozen=True, slots=True)
class Question:
    """One request to make: what is known of its answer, the conditions it is asked with, and the bridge it goes over.

    `cookies` is the Cookie header that a browser would send to that very address.
    """

    ask: Ask
    known: Validators = Validators()
    conditions: Mapping[str, str] = field(default_factory=dict)
    bridge: str | None = None
    max_bytes: int | None = None
    cookies: str = ""


class Door:
    """Makes the requests of sources, from any number of threads; one for a process."""

    def __init__(self, parts: AcquireParts) -> None:
        if parts.net is None:
            raise ValueError("reading over HTTP needs a Net")
        self._net = parts.net
        self._clock = parts.clock
        self._pacing = parts.pacing
        self._secret = parts.secret
        self._shared = parts.shared
        self._answers = SharedAnswers(parts.clock)
        self._robots = Robots(parts.clock)
        self._jars: OrderedDict[str, Jar] = OrderedDict()
        self._jars_lock = threading.Lock()

    def ask(self, source: Source, question: Question, spent: Spent) -> Visit:
        """Make one request within the time that is left; counted into `spent`. Trouble of any kind is a `Failed`."""
        conditional = any(name in question.conditions for name in CONDITIONS)
        asked = Asked(question.ask.url, question.known, conditional, self._clock(), question.ask)
        left = spent.left
        if left <= timedelta():
            return spent.add(out_of_time(asked, spent.timeout))
        secrets = Secrets(self._secret)
        try:
            request = self._request(source, question, left, secrets)
        except Unaskable as e:
            return spent.add(refused(asked, e))
        if (resting := self.resting(request.url)) is not None:
            return spent.add(visit_of(resting, asked))
        gap = self.gap(source, request)
        if gap is None:
            return spent.add(disallowed(asked))
        answer = secrets.take_out(self._answer(source, question, request, gap))
        if question.bridge is not None and isinstance(answer, NetAnswer):
            answer = replace(answer, url=question.ask.url, redirects=())
        return spent.add(visit_of(answer, asked))

    def _answer(self, source: Source, question: Question, request: NetRequest, gap: timedelta) -> NetAnswer | NetFailure:
        """One exchange, or what another source of the same address was answered in this moment."""

        def exchange(one: NetRequest) -> NetAnswer | NetFailure:
            return self._exchange(one, source.connections, gap)

        alike = question.ask.url == source.url and self._shared(source) and shareable(request)
        return self._answers.answer(source.id, request, exchange) if alike else exchange(request)

    def gap(self, source: Source, request: NetRequest) -> timedelta | None:
        """The pause that the site shall have after `request`; None where its robots.txt disallows it."""
        if source.robots != "obey" or request.trusted is not None:
            return source.gap
        agent = request.headers["user-agent"]
        ruling = self._robots.ruling(request, agent, lambda one: self._exchange(one, source.connections, source.gap))
        return max(source.gap, ruling.delay) if ruling.allowed else None

    def forget_cookies(self, source: Source) -> None:
        """Begin a visit: cookies last as long as a visit unless the source keeps them."""
        if not source.cookies:
            with self._jars_lock:
                self._jars.pop(source.id, None)

    def _exchange(self, request: NetRequest, connections: int, gap: timedelta) -> NetAnswer | NetFailure:
        """One exchange in its turn; nothing is sent to a host that asked for rest."""
        host = host_of(request.url)
        with self._pacing.turn(host, connections, gap, request.deadline):
            answer = self.resting(request.url) or self._net.exchange(request)  # rest was perhaps asked for while we waited
        if isinstance(answer, NetAnswer) and answer.status in WANTS_REST:
            wait = retry_after(answer.headers.get("retry-after"), self._clock())
            if wait is not None:
                self._pacing.hold(server_of(answer.url), wait, answer.status, self._clock())
        return answer

    def resting(self, url: str) -> NetFailure | None:
        """The answer in place of one from a server that asked to be left alone; None where it may be asked."""
        if self._pacing.nobody_rests:
            return None
        server = server_of(url)
        rest = self._pacing.rest(server, self._clock())
        if rest is None:
            return None
        error, hint = STATUSES.get(rest.status, (ErrorClass.HTTP_5XX, "wait; it is asked again later"))
        seconds = max(1, round(rest.wait.total_seconds()))
        message = (
            f"not asked: {server} answered {rest.status} to an earlier request and wants to be left alone for {seconds} s more"
        )
        return NetFailure(error, message, hint, retry_after=str(seconds))

    def _request(self, source: Source, question: Question, left: timedelta, secrets: Secrets) -> NetRequest:
        ask = question.ask
        headers = {"user-agent": source.user_agent or self._net.policy.user_agent, "accept": ACCEPT}
        if source.language:
            headers["accept-language"] = f"{source.language},en;q=0.5" if source.language != "en" else "en"
        max_bytes = question.max_bytes or source.max_bytes
        if question.bridge is not None:
            headers.update(question.conditions)
            return NetRequest(
                question.bridge, "GET", headers, None, left, max_bytes, verify=source.verify, trusted=question.bridge
            )
        url, body = ask.url, ask.body
        if ask.headers or source.cookie or source.request is not None or "env:" in source.url:
            secrets.know(source)
            home = at_home(source, url)
            headers.update(_own_headers(source, ask, secrets, home=home))
            if home:
                url, body = secrets.url(source, ask), secrets.body(source, ask)
        headers.update(question.conditions)
        if question.cookies:
            headers["cookie"] = "; ".join(filter(None, (headers.get("cookie"), question.cookies)))
        proxy = secrets.proxy(source.proxy) if source.proxy else None
        jar = self._jar(source)
        return NetRequest(url, ask.method, headers, body, left, max_bytes, verify=source.verify, proxy=proxy, jar=jar)

    def _jar(self, source: Source) -> CookieJar | None:
        if not (source.cookies or (source.preload is not None and source.preload.cookies)):
            return None
        with self._jars_lock:
            jar = self._jars.setdefault(source.id, Jar())
            self._jars.move_to_end(source.id)
            while len(self._jars) > MOST_JARS:
                self._jars.popitem(last=False)
            return jar


def _own_headers(source: Source, ask: Ask, secrets: Secrets, *, home: bool) -> dict[str, str]:
    """The headers that the request says itself; to other sites only those that tell nothing."""
    written = {(name.lower(), value) for name, value in source.headers}
    found = {}
    for name, value in ask.headers:
        low = name.lower()
        if home:
            found[low] = secrets.open(value, name) if (low, value) in written else value
        elif low in EVERYWHERE and not value.startswith("env:"):
            found[low] = value
    if home and source.cookie:
        pairs = [f"{name}={secrets.open(value, name)}" for name, value in source.cookie]
        found["cookie"] = "; ".join(([found["cookie"]] if found.get("cookie") else []) + pairs)
    return found


def at_home(source: Source, url: str) -> bool:
    """Whether an address is where the source's own requests go: what it says in secret is for these origins alone."""
    return origin_of(url) in {origin_of(own) for own in (source.url, *source.alternates)} - {None}
