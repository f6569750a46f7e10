"""Visit a source with a browser: for challenges that only scripts can pass, and lists that only scripts draw."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from cgtwatch.acquire.answers import Asked, disallowed, refused
from cgtwatch.acquire.asking import asks, filling, next_ask
from cgtwatch.acquire.browser_answers import failure_of, joined, of_came, of_error
from cgtwatch.acquire.browser_page import Came, Inner, Patience, Wish, ask, read
from cgtwatch.acquire.browser_process import Bounds, BrowserTrouble, Chromium
from cgtwatch.acquire.browser_rules import DATA, is_document, reads_scripts
from cgtwatch.acquire.browser_session import Answers, Broken, Opened, Sessions, Steps, masked
from cgtwatch.acquire.door import Door, Question, Spent, at_home
from cgtwatch.acquire.filling import Unaskable, in_url
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import Ask, ErrorClass, Failed, Fetched, Validators, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Source
from cgtwatch.net.request import NetRequest
from cgtwatch.text.hosts import host_of

NOTHING_KNOWN = Validators()
NO_VALUES: Mapping[str, str] = {}
LOST = frozenset({404, 410})  # statuses that make us try the source's alternates


class BrowserAcquirer:
    """Reads sources with the one Chromium of the process; from any number of threads, one page at a time."""

    def __init__(self, parts: AcquireParts, patience: Patience | None = None, bounds: Bounds | None = None) -> None:
        if parts.net is None:
            raise ValueError("reading with a browser needs a Net")
        self._net = parts.net
        self._parts = parts
        self._door = Door(parts)
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
        Where the address answers 404 or 410 the source's alternates are tried in their order; if none helps, the first answer counts.
        """
        first = self._look(source, state)
        if not (isinstance(first, Failed) and first.status in LOST):
            return first
        for url in source.alternates:
            other = self._look(replace(source, url=url), state)
            if not isinstance(other, Failed):
                return replace(other, requested=source.url)
        return first

    def _look(self, source: Source, state: SourceState) -> Visit:
        now = self._parts.clock()

        async def steps(opened: Opened) -> Answers:
            values = await self._before(source, opened, state, now)
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
        # What was read beside the browser has no other hash than its bytes'.
        hashes = [
            one.validators.body_sha256 or "" if whole or page.file else sha256(page.bare).hexdigest()
            for one, (_, page) in zip(fetched, came, strict=True)
        ]
        return joined(fetched, hashes, state.validators)

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit:
        """Another page on the source's behalf, drawn like the first; a document is read through `Net` with the page's cookies."""
        now = self._parts.clock()
        limited = source if max_bytes is None else replace(source, max_bytes=max_bytes)
        if is_document(url):
            return self._file(limited, url)
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
                await self._before(source, opened, SourceState(source.id), now)
            return [(one, await self._step(source, one, opened, listed=listed))]

        came = self._run(source, one.url, steps, now)
        if isinstance(came, Failed):
            return came
        if came[0][1].file:
            return self._file(source, one.url)
        return self._visit(source, *came[0], now)

    async def _before(self, source: Source, opened: Opened, state: SourceState, now: datetime) -> Mapping[str, str]:
        """Open the page that the source's requests need to come from, and take the values that its preload names."""
        if source.preload is not None:
            start = in_url(source.preload.url, filling(source, state, now, NO_VALUES, None))
        elif _made_inside(source, None):
            parts = urlsplit(source.url)
            start = f"{parts.scheme}://{parts.netloc}/"
        else:
            return NO_VALUES
        came = await read(opened.page, opened.watch, Wish(start, most=source.max_bytes), self._patience, opened.until)
        if source.preload is None or not source.preload.set:
            return NO_VALUES
        fetched = of_came(masked(came, opened.secrets), _asked(start, now), source.max_bytes)
        if isinstance(fetched, Failed):
            raise _Unpassed(replace(fetched, message=f"the page asked first (preload): {fetched.message}"))
        return await asyncio.get_running_loop().run_in_executor(None, self._parts.pick, source, fetched)

    async def _step(self, source: Source, one: Ask, opened: Opened, *, listed: bool) -> Came:
        home = at_home(source, one.url)
        url = opened.secrets.url(source, one) if home else one.url
        if not (listed and _made_inside(source, one)):
            return await read(opened.page, opened.watch, _wish(source, url, listed=listed), self._patience, opened.until)
        headers = {
            name: value for name, value in one.headers if (name, value) not in source.headers
        }  # the page sends those anyway
        inner = Inner(url, one.method, headers, opened.secrets.body(source, one) if home else one.body)
        return await ask(opened.page, inner, source.max_bytes, max(0.1, opened.until - time.monotonic()))

    def _run(self, source: Source, url: str, steps: Steps, now: datetime) -> Answers | Failed:
        """What the browser brought, or why it could not; politely, and where robots.txt lets us."""
        asked = _asked(url, now)
        if isinstance(source.verify, str):
            hint = "set `verify` to true or false; add the site's CA to those that Chromium's user trusts (certutil)"
            return Failed(
                url, ErrorClass.TLS, "a browser checks certificates by its own list, not by a file", hint, now, requests=0
            )
        ours = {"user-agent": source.user_agent or self._net.policy.user_agent}
        gap = self._door.gap(source, NetRequest(url, headers=ours, deadline=source.timeout, verify=source.verify))
        if gap is None:
            return disallowed(asked)
        if (resting := self._door.resting(url)) is not None:
            return failure_of(resting, asked)
        with self._parts.pacing.turn(host_of(url), source.connections, gap, source.timeout):
            began = time.monotonic()
            came = self._tried(source, asked, steps)
            return replace(came, duration=timedelta(seconds=time.monotonic() - began)) if isinstance(came, Failed) else came

    def _tried(self, source: Source, asked: Asked, steps: Steps) -> Answers | Failed:
        try:
            return self._sessions.run(source, asked.requested, steps)
        except BrowserTrouble as trouble:
            return Failed(asked.requested, trouble.error, trouble.message, trouble.hint, asked.now)
        except Broken as broken:
            return of_error(broken.error, broken.entry, broken.watch, asked)
        except Unaskable as error:
            return refused(asked, error)
        except ParseError as error:
            said = str(error).removeprefix(f"{source.id}: ")
            return Failed(asked.requested, ErrorClass.PARSE, said, "look at the page and mend `preload.set`", asked.now)
        except TimeoutError:
            return Failed(
                asked.requested,
                ErrorClass.TIMEOUT,
                "no answer to the page's request in time",
                "raise the source's `timeout`",
                asked.now,
            )
        except _Unpassed as unpassed:
            return unpassed.visit

    def _visit(self, source: Source, one: Ask, came: Came, now: datetime) -> Visit:
        if came.file:  # data that the address shows as it is
            return self._file(source, one.url)
        made = of_came(came, _asked(one.url, now), source.max_bytes)
        return replace(made, ask=one) if isinstance(made, Fetched) else made

    def _file(self, source: Source, url: str) -> Visit:
        """A file that no browser draws, read beside it: with its name and its cookies."""
        known = replace(source, user_agent=self._sessions.agent(source))
        question = Question(
            Ask(url, headers=source.headers), max_bytes=source.max_bytes, cookies=self._sessions.cookies(source, url)
        )
        return self._door.ask(known, question, Spent(source.timeout, source.timeout))


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
