"""Visit a source over HTTP: conditionally, politely, within its limits."""

from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from cgtwatch.acquire.answers import Asked, disallowed, out_of_time, visit_of
from cgtwatch.acquire.asking import next_ask
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.acquire.robots import Robots
from cgtwatch.acquire.validators import conditions
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import Ask, Failed, Fetched, Validators, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Source
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest

# A server that answers 304 for ever hides what it publishes; so each source is read in full once a day.
FULL_FETCH = timedelta(hours=24)
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"  # some sites refuse a bare */*
LOST = frozenset({404, 410})  # statuses that make us try the source's alternates
NOTHING_KNOWN = Validators()


@dataclass(slots=True)
class _Spent:
    """What a visit has used so far, over all its requests."""

    requests: int = 0
    duration: timedelta = timedelta()

    def add(self, visit: Visit) -> Visit:
        """Count a step of the visit; returns it with the sums."""
        self.requests += visit.requests
        self.duration += visit.duration
        return replace(visit, requests=self.requests, duration=self.duration)


class HttpAcquirer:
    """Reads sources through `Net`; one for a process, from any number of threads."""

    def __init__(self, parts: AcquireParts) -> None:
        if parts.net is None:
            raise ValueError("reading over HTTP needs a Net")
        self._net = parts.net
        self._clock = parts.clock
        self._pacing = parts.pacing
        self._robots = Robots(parts.clock)

    def visit(self, source: Source, state: SourceState) -> Visit:
        """Ask whether the source has changed, and for its bytes if so.

        Asks unconditionally when the last full reading is a day old. A body with the hash of the last one is no change
        either. Where the address answers 404 or 410 the source's alternates are tried in their order; if none helps, the
        first answer counts.
        """
        now = self._clock()
        # By the amount: a full reading "in the future" was made under a wrong clock.
        full = state.full_fetch_at is None or abs(now - state.full_fetch_at) >= FULL_FETCH
        asking = {} if full else conditions(state.validators, now)
        spent = _Spent()
        first = spent.add(self._step(source, source.url, state.validators, asking, spent))
        if isinstance(first, Failed) and first.status == 304:
            # A stray 304 to a question without a condition: past the cache, then it is the server's own word.
            fresh = {"cache-control": "no-cache"}
            first = spent.add(self._step(source, source.url, state.validators, fresh, spent))
        if not (isinstance(first, Failed) and first.status in LOST):
            return first
        for url in source.alternates:
            other = spent.add(self._step(source, url, state.validators, {}, spent))
            if not isinstance(other, Failed):
                return replace(other, requested=source.url)
        return replace(first, requests=spent.requests, duration=spent.duration)

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit:
        """Read another address on the source's behalf: a detail page, a next page, an attachment. Never conditional."""
        limited = source if max_bytes is None else replace(source, max_bytes=max_bytes)
        return self._step(limited, url, NOTHING_KNOWN, {}, _Spent())

    def turn(self, source: Source, at: Fetched, parsed: Parsed, page: int) -> Visit | None:
        """Page `page` (2 is the first further one) after the answer `at`, whose entries were `parsed`; None: there is none."""
        ask = next_ask(source, at.ask or Ask(at.url), at.url, parsed, page)
        return None if ask is None else self.get(source, ask.url)

    def _step(self, source: Source, url: str, known: Validators, asking: dict[str, str], spent: _Spent) -> Visit:
        conditional = "if-none-match" in asking or "if-modified-since" in asking
        asked = Asked(url, known, conditional, self._clock())
        left = source.timeout - spent.duration
        if left <= timedelta():
            return out_of_time(asked, source.timeout)
        request = NetRequest(
            url,
            headers=self._headers(source) | asking,
            deadline=left,
            max_bytes=source.max_bytes,
            verify=source.verify,
        )

        def ask(what: NetRequest) -> NetAnswer | NetFailure:
            with self._pacing.turn(_host(what.url), source.connections, source.gap):
                return self._net.exchange(what)

        agent = request.headers["user-agent"]
        if source.robots == "obey" and not self._robots.allow(request, agent, ask):
            return disallowed(asked)
        return visit_of(ask(request), asked)

    def _headers(self, source: Source) -> dict[str, str]:
        headers = {"user-agent": source.user_agent or self._net.policy.user_agent, "accept": ACCEPT}
        if source.language:
            headers["accept-language"] = f"{source.language},en;q=0.5" if source.language != "en" else "en"
        headers.update((name.lower(), value) for name, value in source.headers)
        return headers


def _host(url: str) -> str:
    """What requests are paced by; an address that is none is refused later, by `Net`."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
