"""Visit a source with a browser: for challenges that only scripts can pass, and lists that only scripts draw."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from cgtwatch.acquire.answers import Asked, disallowed, visit_of
from cgtwatch.acquire.asking import Unaskable, asks, next_ask
from cgtwatch.acquire.browser_answers import joined, of_came, of_error
from cgtwatch.acquire.browser_page import Came, Inner, Patience, Wish, ask, read
from cgtwatch.acquire.browser_process import Bounds, BrowserTrouble, Chromium
from cgtwatch.acquire.browser_rules import DATA, host_of, is_document, reads_scripts
from cgtwatch.acquire.browser_session import Answers, Broken, Opened, Sessions, Steps
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.acquire.robots import Robots
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import Ask, ErrorClass, Failed, Fetched, Validators, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Source
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest

NOTHING_KNOWN = Validators()


class BrowserAcquirer:
    """Reads sources with the one Chromium of the process; from any number of threads, one page at a time."""

    def __init__(self, parts: AcquireParts, patience: Patience | None = None, bounds: Bounds | None = None) -> None:
        if parts.net is None:
            raise ValueError("reading with a browser needs a Net")
        self._net = parts.net
        self._parts = parts
        self._robots = Robots(parts.clock)
        self._patience = patience or Patience()
        self.chromium = Chromium(parts.net, parts.browser, bounds)
        self._sessions = Sessions(parts, self.chromium, self._net.policy.user_agent, self._patience.close)

    def close(self) -> None:
        """End the browser."""
        self.chromium.close()

    def visit(self, source: Source, state: SourceState) -> Visit:
        """The page as its scripts have drawn it; `NotModified` where nothing but scripts differs from the last time.

        A page is never asked conditionally: a challenge answers for the server. Data (kinds api, feed, sitemap) and requests
        that are no plain GET are made by a page of the site itself, after that page has passed whatever stands before it.
        """
        now = self._parts.clock()

        async def steps(opened: Opened) -> Answers:
            values = await self._before(source, opened, now)
            questions = [asks(source, state, now, values, term) for term in source.terms or (None,)]
            return [(one, await self._step(source, one, opened, listed=True)) for one in questions]

        came = self._run(source, source.url, steps, now)
        if isinstance(came, Failed):
            return came
        visits = [self._visit(source, one, page, now) for one, page in came]
        fetched = [one for one in visits if isinstance(one, Fetched)]
        if len(fetched) < len(visits):
            return next(one for one in visits if isinstance(one, Failed))
        whole = reads_scripts(source)
        hashes = [sha256(page.body if whole else page.bare).hexdigest() for _, page in came]
        return joined(fetched, hashes, state.validators)

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit:
        """Another page on the source's behalf, drawn like the first; a document is read through `Net` with the page's cookies."""
        now = self._parts.clock()
        limited = source if max_bytes is None else replace(source, max_bytes=max_bytes)
        if is_document(url):
            return self._file(limited, url, now)
        return self._single(limited, Ask(url), now, listed=False)

    def turn(self, source: Source, at: Fetched, parsed: Parsed, page: int) -> Visit | None:
        """The page of that number after the answer `at`; None where there is none. See `HttpAcquirer.turn`."""
        now = self._parts.clock()
        begun = at.ask or Ask(at.requested)
        try:
            following = next_ask(source, begun, at.url, parsed, page)
        except Unaskable as error:
            return Failed(begun.url, ErrorClass.REFUSED, str(error), error.hint, now, requests=0)
        return None if following is None else self._single(source, following, now, listed=True)

    # --- in the browser

    def _single(self, source: Source, one: Ask, now: datetime, *, listed: bool) -> Visit:
        async def steps(opened: Opened) -> Answers:
            if listed and _made_inside(source, one):
                await self._before(source, opened, now)
            return [(one, await self._step(source, one, opened, listed=listed))]

        came = self._run(source, one.url, steps, now)
        if isinstance(came, Failed):
            return came
        if came[0][1].file:
            return self._file(source, one.url, now)
        return self._visit(source, *came[0], now)

    async def _before(self, source: Source, opened: Opened, now: datetime) -> Mapping[str, str]:
        """Open the page that the source's requests need to come from, and take the values that its preload names."""
        if source.preload is not None:
            start = asks(replace(source, url=source.preload.url, request=None), SourceState(source.id), now).url
        elif _made_inside(source, None):
            parts = urlsplit(source.url)
            start = f"{parts.scheme}://{parts.netloc}/"
        else:
            return {}
        came = await read(opened.page, opened.watch, Wish(start, most=source.max_bytes), self._patience, opened.until)
        if source.preload is None or not source.preload.set:
            return {}
        fetched = of_came(came, _asked(start, now), source.max_bytes)
        if isinstance(fetched, Failed):
            raise _Unpassed(fetched)
        return await asyncio.get_running_loop().run_in_executor(None, self._parts.pick, source, fetched)

    async def _step(self, source: Source, one: Ask, opened: Opened, *, listed: bool) -> Came:
        if listed and _made_inside(source, one):
            plain = {name: self._sessions.secret(value) for name, value in one.headers if (name, value) not in source.headers}
            return await ask(opened.page, Inner(one.url, one.method, plain, one.body), source.max_bytes, opened.left)
        return await read(opened.page, opened.watch, _wish(source, one.url, listed=listed), self._patience, opened.until)

    def _run(self, source: Source, url: str, steps: Steps, now: datetime) -> Answers | Failed:
        """What the browser brought, or why it could not; politely, and where robots.txt lets us."""
        asked = _asked(url, now)
        if isinstance(source.verify, str):
            hint = "set `verify` to true or false; add the site's CA to those that Chromium's user trusts (certutil)"
            return Failed(
                url, ErrorClass.TLS, "a browser checks certificates by its own list, not by a file", hint, now, requests=0
            )
        began = time.monotonic()
        try:
            if not self._allowed(source, url):
                return disallowed(asked)
            with self._parts.pacing.turn(host_of(url), source.connections, source.gap):
                began = time.monotonic()
                return self._sessions.run(source, url, steps)
        except BrowserTrouble as trouble:
            made = Failed(url, trouble.error, trouble.message, trouble.hint, now)
        except Broken as broken:
            made = of_error(broken.error, broken.entry, broken.watch, asked)
        except Unaskable as error:
            made = Failed(url, ErrorClass.REFUSED, str(error), error.hint, now, requests=0)
        except ParseError as error:
            made = Failed(url, ErrorClass.PARSE, str(error), "look at the preloaded page; mend `preload.set`", now)
        except _Unpassed as unpassed:
            made = unpassed.visit
        return replace(made, duration=timedelta(seconds=time.monotonic() - began))

    def _visit(self, source: Source, one: Ask, came: Came, now: datetime) -> Visit:
        if came.file:  # data that the address shows as it is
            return self._file(source, one.url, now)
        made = of_came(came, _asked(one.url, now), source.max_bytes)
        return replace(made, ask=one) if isinstance(made, Fetched) else made

    # --- beside the browser

    def _file(self, source: Source, url: str, now: datetime) -> Visit:
        """A file that no browser draws, read as the browser would: its name, its cookies."""
        try:
            headers = {name.lower(): self._sessions.secret(value) for name, value in source.headers}
            if cookies := self._sessions.cookies(source, url):
                headers["cookie"] = cookies
            proxy = self._sessions.secret(source.proxy) if source.proxy else None
        except Unaskable as error:
            return Failed(url, ErrorClass.REFUSED, str(error), error.hint, now, requests=0)
        headers["user-agent"] = self._sessions.agent(source)
        request = NetRequest(
            url, headers=headers, deadline=source.timeout, max_bytes=source.max_bytes, verify=source.verify, proxy=proxy
        )
        if not self._allowed(source, url):
            return disallowed(_asked(url, now))
        return visit_of(self._ask(source, request), _asked(url, now))

    def _allowed(self, source: Source, url: str) -> bool:
        if source.robots != "obey":
            return True
        ours = {"user-agent": self._net.policy.user_agent}
        request = NetRequest(url, headers=ours, deadline=source.timeout, verify=source.verify)
        return self._robots.allow(request, ours["user-agent"], lambda what: self._ask(source, what))

    def _ask(self, source: Source, request: NetRequest) -> NetAnswer | NetFailure:
        with self._parts.pacing.turn(host_of(request.url), source.connections, source.gap):
            return self._net.exchange(request)


class _Unpassed(Exception):
    """The preloaded page did not come."""

    def __init__(self, visit: Failed) -> None:
        self.visit = visit
        super().__init__(visit.message)


def _asked(url: str, now: datetime) -> Asked:
    return Asked(url, NOTHING_KNOWN, conditional=False, now=now)


def _made_inside(source: Source, one: Ask | None) -> bool:
    """Whether a request is made by a page of the site: a browser's address line can only GET, and shows data as a page."""
    method = one.method if one is not None else source.request.method if source.request else "GET"
    return source.kind in DATA or method != "GET"


def _wish(source: Source, url: str, *, listed: bool) -> Wish:
    if not listed:
        body = source.detail.body
        return Wish(url, tuple(body.split(" | ")) if body else (), None, source.max_bytes)
    rows = source.list.item if source.kind is Kind.LIST and source.list is not None and source.api is None else ""
    return Wish(url, tuple(rows.split(" | ")) if rows else (), source.must_match, source.max_bytes)
