"""A real Chromium for tests of pages: started once a worker, and every page of it is held to a silent console."""

import asyncio
import re
import shutil
import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from cgtwatch.acquire.browser_api import installed
from cgtwatch.acquire.browser_rules import program, sandboxed

SHELL = "chromium-headless-shell"  # Chromium without windows: it draws the same at half the cost
MISSING = "no Chromium or no Playwright on this machine: apt-get install chromium"
WIDE, PHONE = 1280, 360
_INNER = ("data:", "blob:", "about:", "chrome-error:")
_LOOPBACK = frozenset({"127.0.0.1", "127.0.0.2", "localhost"})
_REFUSED = re.compile(r"the server responded with a status of (\d{3})")


def missing() -> bool:
    """Whether this machine lacks what a browser needs."""
    return not installed() or program(None) is None


@contextmanager
def started() -> Iterator["Chromium"]:
    """A Chromium of Debian's that finds no name but this machine's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]
        path = shutil.which(SHELL) or program(None)
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=sandboxed(), args=arguments)
        running = Chromium(browser, asyncio.get_running_loop())
        asyncio._set_running_loop(None)
        try:
            yield running
        finally:
            with running.awake():
                browser.close()
            asyncio._set_running_loop(running.loop)


@dataclass(frozen=True)
class Chromium:
    """The browser of this run. Playwright leaves its event loop running in our thread, where others then could start none."""

    browser: Any
    loop: asyncio.AbstractEventLoop

    @contextmanager
    def awake(self) -> Iterator[Any]:
        """The browser while it may be spoken to."""
        asyncio._set_running_loop(self.loop)
        try:
            yield self.browser
        finally:
            asyncio._set_running_loop(None)


@dataclass
class Watch:
    """What went wrong on the pages of one visitor. `expected` are statuses that the test provokes."""

    expected: set[int] = field(default_factory=set)
    dialogs: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def over(self, context: Any) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda one: self.problems.append(f"script failed: {one.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("dialog", self._dialog)

    def _said(self, message: Any) -> None:
        refused = _REFUSED.search(message.text)
        if not (refused and int(refused[1]) in self.expected):
            self.problems.append(f"console {message.type} at {message.location.get('url')}: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(_INNER) and urlsplit(request.url).hostname not in _LOOPBACK:
            self.problems.append(f"asked an outside address: {request.url}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # given up by the page itself: a download, or a page that was left
            self.problems.append(f"not answered ({request.failure}): {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"answered {response.status}: {response.request.method} {response.url}")

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@contextmanager
def visitor(
    browser: Any, home: str, *, width: int = WIDE, lang: str = "en", expected: Collection[int] = (), **context: Any
) -> Iterator[Any]:
    """A page of a new visitor, who has no cookies; it fails the test at the end for whatever a browser would complain of.

    `context` is Playwright's (`color_scheme`, `java_script_enabled`, `has_touch` …); addresses may be written as paths.
    """
    seen = Watch(set(expected))
    look = {"viewport": {"width": width, "height": 800}, "locale": "zh-CN" if lang == "zh" else "en-GB", "base_url": home}
    with browser.new_context(**look, **context) as made:
        seen.over(made)
        page = made.new_page()
        page.set_default_timeout(10_000)
        page.watch = seen
        yield page
    assert seen.problems == [], "\n".join(seen.problems)


@contextmanager
def served(site: Any) -> Iterator[str]:
    """The address at which an ASGI site of this process answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(
            uvicorn.Config(site, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)


def overflow(page: Any) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def heading(page: Any) -> str:
    """The page's one h1."""
    return str(page.get_by_role("heading", level=1).inner_text())
