"""A page of its own for each visit of a source, with the cookies that the site gave at the last one, behind the guard."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cgtwatch.acquire.browser_api import Error
from cgtwatch.acquire.browser_guard import NAME, Pass
from cgtwatch.acquire.browser_page import Came, Watch, judge
from cgtwatch.acquire.browser_process import Chromium, Seat
from cgtwatch.acquire.browser_rules import agent
from cgtwatch.acquire.door import at_home
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.acquire.secrets import Secrets
from cgtwatch.model.fetch import Ask
from cgtwatch.model.source import Source
from cgtwatch.net.request import NetAnswer
from cgtwatch.text.hosts import host_of, site_of

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Route

REMEMBERED = 64  # sources whose cookies are kept
MOST_COOKIES = 100  # of one source
LEAST_ALLOWANCE = 32 * 1024 * 1024  # bytes that a page and all its scripts may weigh together
SPARE = 3.0  # seconds beyond a visit's own in which it must have ended by itself
TERMS_TIME = 10  # times its timeout a visit of many search terms may take
LOCALES = {"zh": "zh-CN", "en": "en-GB", "ja": "ja-JP", "ko": "ko-KR"}

Answers = list[tuple[Ask, Came]]


@dataclass(frozen=True, slots=True)
class Opened:
    """An open page of a source; how many seconds each of its steps may take, and when (monotonic) all of them end."""

    page: "Page"
    watch: Watch
    secrets: Secrets
    seconds: float
    ends: float

    @property
    def until(self) -> float:
        """When (monotonic) a step that begins now must have ended."""
        return min(time.monotonic() + self.seconds, self.ends)


Steps = Callable[[Opened], Awaitable[Answers]]


class Broken(Exception):
    """The browser could not do a step; what its page was like then."""

    def __init__(self, error: Exception, entry: Pass, watch: Watch) -> None:
        self.error = error
        self.entry = entry
        self.watch = watch
        super().__init__(str(error))


class Sessions:
    """Opens pages; remembers cookies and names. Cookies live in memory only."""

    def __init__(self, parts: AcquireParts, chromium: Chromium, ours: str, close: float) -> None:
        self._parts = parts
        self._chromium = chromium
        self._ours = ours
        self._close = close
        self._cookies: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        self._agents: dict[str, str] = {}

    def run(self, source: Source, url: str, steps: Steps) -> Answers:
        """What `steps` gets of a page of `source`, without secrets; raises `BrowserTrouble`, `Broken` and what `steps` raises."""
        secrets = Secrets(self._parts.secret)
        secrets.know(source)
        came = self._chromium.do(lambda seat: self._open(seat, source, url, steps, secrets), _limit(source) + SPARE)
        return [(one, masked(page, secrets)) for one, page in came]

    def agent(self, source: Source) -> str:
        """What pages of the source are read as."""
        return self._agents.get(source.id) or source.user_agent or self._ours

    def cookies(self, source: Source, url: str) -> str:
        """The Cookie header that the browser would send to `url` (RFC 6265, 5.4); empty where there is none."""
        parts = urlsplit(url)
        host, path = (parts.hostname or "").lower(), parts.path or "/"
        now = time.time()
        return "; ".join(
            f"{one['name']}={one['value']}"
            for one in self._cookies.get(source.id, ())
            if _for_host(one, host)
            and (path == one["path"] or path.startswith(one["path"].rstrip("/") + "/"))
            and (parts.scheme == "https" or not one.get("secure"))
            and (one.get("expires", -1) in (-1, None) or one["expires"] > now)
        )

    async def _open(self, seat: Seat, source: Source, url: str, steps: Steps, secrets: Secrets) -> Answers:
        leaves = not (source.headers or source.cookie)  # what may be a credential stays at home
        sites = {site_of(host_of(one)) for one in (url, source.url)}
        proxy = secrets.proxy(source.proxy) if source.proxy else None
        options = self._options(seat, source, url, secrets)
        entry = seat.guard.issue(Pass(sites, max(LEAST_ALLOWANCE, 4 * source.max_bytes), proxy))
        door: Any = {"server": f"http://{NAME}:{seat.guard.port}", "username": "visit", "password": entry.token}
        context = await seat.browser.new_context(**options, proxy=door)
        try:
            known: Any = self._known(source, url, secrets)
            await context.add_cookies(known)
            page = await context.new_page()
            context.on("page", lambda other: asyncio.ensure_future(_close(other)))
            watch = Watch(entry, leaves)
            watch.attach(page)
            await context.route("**/*", partial(_judged, watch, page))
            try:
                came = await steps(
                    Opened(page, watch, secrets, source.timeout.total_seconds(), time.monotonic() + _limit(source))
                )
            except Error as error:
                raise Broken(error, entry, watch) from None
            self._remember(source, [dict(one) for one in await context.cookies()])
            return came
        finally:
            seat.guard.revoke(entry)
            seat.spoiled = not await _closed(context, self._close)

    def _options(self, seat: Seat, source: Source, url: str, secrets: Secrets) -> dict[str, Any]:
        name = self._agents[source.id] = source.user_agent or agent(seat.agent, self._ours)
        own = source.headers if at_home(source, url) else ()
        headers = {name: secrets.open(value, name) for name, value in own if name.lower() != "user-agent"}
        return {
            "user_agent": name,
            "locale": LOCALES.get(source.language or "", "en-GB"),
            "timezone_id": source.timezone,
            "extra_http_headers": headers,
            "ignore_https_errors": source.verify is False,
            "service_workers": "block",
            "accept_downloads": False,
            "permissions": [],
        }

    def _known(self, source: Source, url: str, secrets: Secrets) -> list[dict[str, Any]]:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        ours = source.cookie if at_home(source, url) else ()
        own = [{"name": name, "value": secrets.open(value, name), "domain": host, "path": "/"} for name, value in ours]
        return [*self._cookies.get(source.id, ()), *own]

    def _remember(self, source: Source, cookies: list[dict[str, Any]]) -> None:
        own = {name for name, _ in source.cookie}
        kept = [one for one in cookies if one["name"] not in own][:MOST_COOKIES]
        self._cookies[source.id] = kept
        self._cookies.move_to_end(source.id)
        while len(self._cookies) > REMEMBERED:
            gone, _ = self._cookies.popitem(last=False)
            self._agents.pop(gone, None)


def _limit(source: Source) -> float:
    """Seconds that a visit may take."""
    return source.timeout.total_seconds() * (TERMS_TIME if source.terms else 1)


def masked(came: Came, secrets: Secrets) -> Came:
    """The same without any of the secrets that it was asked with."""
    whole = secrets.take_out(NetAnswer(came.url, came.status, came.headers, came.body, (), timedelta(), 1))
    bare = secrets.take_out(NetAnswer("", came.status, {}, came.bare, (), timedelta(), 1))
    assert isinstance(whole, NetAnswer)
    return replace(came, url=whole.url, headers=whole.headers, body=whole.body, bare=bare.body)


def _for_host(cookie: dict[str, Any], host: str) -> bool:
    domain = str(cookie["domain"]).lower()
    return host == domain.lstrip(".") or (domain.startswith(".") and host.endswith(domain))


async def _judged(watch: Watch, page: "Page", route: "Route") -> None:
    with suppress(Error):  # the page is closed meanwhile
        await judge(watch, page, route)


async def _closed(context: "BrowserContext", limit: float) -> bool:
    """Close everything of a visit; a page whose script never rests does not close."""
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(limit):
            await context.close()
            return True
    return False


async def _close(other: "Page") -> None:
    with suppress(Error):
        await other.close()
