"""One page in the browser: go there, wait until any challenge is passed and the list is drawn, and say what stands there."""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cgtwatch.acquire.browser_api import Error
from cgtwatch.acquire.browser_guard import Pass
from cgtwatch.acquire.browser_rules import PAGES, wanted
from cgtwatch.acquire.challenge import wall
from cgtwatch.text.hosts import host_of, site_of

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page, Request, Response, Route

GOOD = frozenset({200, 203})
FINAL = frozenset({401, 404, 410})  # no wall answers with these; every other bad status may be one
NAVIGATIONS = 12  # a challenge needs two or three
SITES = 3  # that a visit may be led on to
LAST = 1.0  # seconds before the end in which the page is taken as it is
ASKED = 1.0  # seconds for one look; a page that moves or is busy is looked at again
TAKEN = 5.0  # seconds for all of a page

# What is asked of the page, in a world of its own where the page's scripts cannot change the answer.
LOOK_AT = """(({items, text}) => {
  const found = items.length ? items.reduce((n, css) => { try { return n + document.querySelectorAll(css).length } catch { return n } }, 0) : 0;
  let holds = null;
  if (text) {
    holds = (document.documentElement ? document.documentElement.textContent : '').includes(text);
    try { holds = holds || document.querySelector(text) !== null } catch {}
  }
  return {state: document.readyState, found, holds};
})"""
TAKE = """(({most}) => {
  const whole = document.documentElement ? document.documentElement.outerHTML : '';
  if (whole.length > most) return {size: whole.length};
  const bare = document.documentElement ? document.documentElement.cloneNode(true) : null;
  if (bare) {
    bare.querySelectorAll('script,style,link,noscript').forEach(one => one.remove());
    bare.querySelectorAll('[nonce]').forEach(one => one.removeAttribute('nonce'));
  }
  return {size: whole.length, html: '<!DOCTYPE html>\\n' + whole, bare: bare ? bare.outerHTML : ''};
})"""
# A request that the page itself makes, with what its own scripts add to it; the bytes come back in Base64.
ASK = """async ({url, method, headers, body, most}) => {
  const answer = await fetch(url, {method, headers, credentials: 'include',
    body: body === null ? undefined : Uint8Array.from(atob(body), c => c.charCodeAt(0))});
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const base = {url: answer.url, status: answer.status, headers: Object.fromEntries(answer.headers.entries()), size: bytes.length};
  if (bytes.length > most) return base;
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return {...base, body: btoa(text)};
}"""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    quiet: float = 0.5  # without a request a page is at rest
    challenge: float = 6.0  # at rest with a bad status or without its list: nothing more will come
    restless: float = 10.0  # a page that never rests is taken as it is
    look: float = 0.1  # between two looks at the page
    steady: int = 3  # looks after which the rows are believed to be all there
    close: float = 2.0  # for closing a page


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: the address, what shall stand there (any of `items`, and `text`), the most bytes of it."""

    url: str
    items: tuple[str, ...] = ()
    text: str | None = None
    most: int = 8 * 1024 * 1024

    @property
    def names_something(self) -> bool:
        """Whether the page can be known by what stands there."""
        return bool(self.items or self.text)


@dataclass(frozen=True, slots=True)
class Inner:
    """A request that the page shall make itself."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Came:
    """What came. `bare` is the body without scripts and other noise; `size` alone tells of a page over the limit.

    `drawn`: what was wished for stands there. `file`: no page, but something to be read by its address. `data`: no page, but as asked.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    bare: bytes = b""
    size: int = 0
    drawn: bool = False
    file: bool = False
    data: bool = False
    requests: int = 1
    seconds: float = 0.0
    trouble: str = ""  # "loop", "crash", "big" (over what the visit may read) or "busy" (it never said what it holds)


@dataclass(slots=True)
class Watch:
    """What happens on a page, as the browser tells it."""

    entry: Pass
    leaves: bool  # whether the visit may be led to another site
    requests: int = 0
    under_way: int = 0
    moved: float = field(default_factory=time.monotonic)  # when something was last asked or answered
    came: float = 0.0  # when the main document last came
    main: "Response | None" = None
    heading: str = ""  # the host that the page was last led to
    began: float = field(default_factory=time.monotonic)
    navigations: int = 0
    crashed: bool = False
    download: bool = False
    state: str | None = None  # of the document, as last seen
    found: int = -1  # rows, as last seen
    steady: int = 0  # looks since their number changed

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be had from this page."""
        return self.download or bool(self.trouble)

    @property
    def trouble(self) -> str:
        """What is wrong with the page; see `Came`."""
        if self.entry.exhausted:
            return "big"
        if self.crashed:
            return "crash"
        return "loop" if self.navigations > NAVIGATIONS else ""

    def again(self) -> None:
        """The page is led to another address."""
        self.main, self.state, self.found, self.steady, self.navigations = None, None, -1, 0, 0
        self.moved = time.monotonic()

    def look(self, seen: Mapping[str, Any] | None) -> None:
        """Remember what a look at the page has shown."""
        self.state = seen["state"] if seen else None
        found = int(seen["found"]) if seen else -1
        self.steady = self.steady + 1 if found == self.found else 0
        self.found = found

    def attach(self, page: "Page") -> None:
        """Begin to listen."""
        page.on("request", lambda request: self._asked(page, request))
        page.on("requestfinished", lambda _: self._ended())
        page.on("requestfailed", lambda _: self._ended())
        page.on("response", lambda response: self._answered(page, response))
        page.on("crash", lambda _: setattr(self, "crashed", True))
        page.on("download", lambda _: setattr(self, "download", True))

    def leads(self, page: "Page", request: "Request") -> bool:
        """Whether a request is for the page itself, not for a part of it."""
        return request.is_navigation_request() and request.frame == page.main_frame

    def _asked(self, page: "Page", request: "Request") -> None:
        self.requests += 1
        self.under_way += 1
        self.moved = time.monotonic()
        if self.leads(page, request):
            self.navigations += 1
            self.heading = host_of(request.url)
            self.admit(request.url)

    def admit(self, url: str) -> None:
        """The page itself may move to another site, a few times."""
        if self.leaves and host_of(url) and len(self.entry.sites) <= SITES:
            self.entry.admit(site_of(host_of(url)))

    def _ended(self) -> None:
        self.under_way -= 1
        self.moved = time.monotonic()

    def _answered(self, page: "Page", response: "Response") -> None:
        if self.leads(page, response.request) and not 300 <= response.status < 400:
            self.main, self.came = response, time.monotonic()

    @property
    def rest(self) -> float:
        """For how many seconds nothing has happened."""
        return 0.0 if self.under_way > 0 else time.monotonic() - self.moved


async def judge(watch: Watch, page: "Page", route: "Route") -> None:
    """Let a request of the page pass, or not."""
    request = route.request
    main = watch.leads(page, request)
    if main and request.url.startswith(("http://", "https://")):
        watch.admit(request.url)
    kind = "document" if main else request.resource_type
    if wanted(request.url, kind, watch.entry.sites) and watch.navigations <= NAVIGATIONS:
        await route.continue_()
    else:
        await route.abort("blockedbyclient")


async def read(page: "Page", watch: Watch, wish: Wish, patience: Patience, until: float) -> Came:
    """Go to the address and wait, at most `until` (monotonic), for what is wished. Raises `Error` where nothing came at all."""
    watch.again()
    session = await page.context.new_cdp_session(page)
    await _go(page, watch, wish.url, until)
    while True:
        await asyncio.sleep(patience.look)
        if watch.stopped or _type(watch) not in PAGES:
            return _came(watch, wish, file=watch.download or not watch.stopped, trouble=watch.trouble)
        late = time.monotonic() >= until - LAST
        look = await _ask(session, LOOK_AT, {"items": wish.items, "text": wish.text or ""}, until)
        if look is None and page.is_closed():
            raise Error("the page was closed")
        watch.look(look)
        drawn = wish.names_something and look is not None and _drawn(wish, look)
        if not late and not _enough(watch, wish, patience, drawn=drawn):
            continue
        came = await _take(session, watch, wish, until, drawn=drawn)
        if came is None:  # the page moved on meanwhile, or is too busy to say what it holds
            if late:
                return _came(watch, wish, trouble="busy")
            continue
        if late or drawn or watch.rest >= patience.challenge or not wall({}, came.body):
            return came


async def _go(page: "Page", watch: Watch, url: str, until: float) -> None:
    try:
        await page.goto(url, wait_until="commit", timeout=max(1.0, (until - time.monotonic()) * 1000))
    except Error as error:
        watch.download = watch.download or "Download is starting" in str(error)
        moved_on = "interrupted by another navigation" in str(error)
        if not watch.download and not moved_on and watch.main is None:
            raise


def _type(watch: Watch) -> str:
    kind = watch.main.headers.get("content-type", "") if watch.main else ""
    return kind.partition(";")[0].strip().lower() or "text/html"


async def ask(page: "Page", inner: Inner, most: int, limit: float) -> Came:
    """Have the page make a request itself; raises Playwright's errors and `TimeoutError`."""
    body = None if inner.body is None else base64.b64encode(inner.body).decode("ascii")
    given = {"url": inner.url, "method": inner.method, "headers": dict(inner.headers), "body": body, "most": most}
    async with asyncio.timeout(limit):
        said: dict[str, Any] = await page.evaluate(ASK, given)
    content = base64.b64decode(said.get("body", ""))
    headers = {str(name).lower(): str(value) for name, value in said["headers"].items()}
    return Came(str(said["url"]), int(said["status"]), headers, content, content, int(said["size"]), data=True)


def _drawn(wish: Wish, look: Mapping[str, Any]) -> bool:
    return (not wish.items or look["found"] > 0) and look["holds"] is not False


def _enough(watch: Watch, wish: Wish, patience: Patience, *, drawn: bool) -> bool:
    """Whether to stop waiting."""
    if watch.main is None or watch.state is None:
        return False
    good = watch.main.status in GOOD
    if good and drawn:
        return watch.steady >= patience.steady
    said = watch.main.status in FINAL or (good and not wish.names_something)
    if said and watch.state == "complete" and watch.rest >= patience.quiet:
        return True
    return watch.rest >= patience.challenge or (good and time.monotonic() - watch.came >= patience.restless)


def _came(watch: Watch, wish: Wish, **more: Any) -> Came:  # noqa: ANN401 - fields of `Came`
    main = watch.main
    spent: dict[str, Any] = {"requests": watch.requests, "seconds": time.monotonic() - watch.began}
    if main is None:
        return Came(wish.url, 0, {}, **spent, **more)
    return Came(main.url, main.status, main.headers, **spent, **more)


async def _take(session: "CDPSession", watch: Watch, wish: Wish, until: float, *, drawn: bool) -> Came | None:
    taken = await _ask(session, TAKE, {"most": wish.most}, until)
    if taken is None:
        return None
    body, bare = str(taken.get("html", "")).encode("utf-8", "replace"), str(taken.get("bare", "")).encode("utf-8", "replace")
    return _came(watch, wish, body=body, bare=bare, size=max(int(taken["size"]), len(body)), drawn=drawn)


async def _ask(session: "CDPSession", script: str, given: Mapping[str, Any], until: float) -> dict[str, Any] | None:
    """What `script` answers in a world of its own; None while the page moves or is too busy to say."""
    with suppress(TimeoutError, Error, KeyError):
        async with asyncio.timeout(min(ASKED if script is LOOK_AT else TAKEN, max(LAST / 2, until - time.monotonic()))):
            tree = await session.send("Page.getFrameTree")
            world = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "cgtwatch"}
            made = await session.send("Page.createIsolatedWorld", world)
            said = await session.send(
                "Runtime.evaluate",
                {
                    "expression": f"{script}({json.dumps(given)})",
                    "contextId": made["executionContextId"],
                    "returnByValue": True,
                    "timeout": TAKEN * 1000,
                },
            )
        value = said["result"]["value"]
        return value if isinstance(value, dict) else None
    return None
