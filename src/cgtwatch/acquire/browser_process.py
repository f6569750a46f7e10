"""One Chromium for the process: started at first need, one page at a time, bounded in memory, pages and time, killed when it hangs."""

import asyncio
import os
import pwd
import shutil
import signal
import tempfile
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cgtwatch.acquire.browser_api import Error, async_playwright, installed
from cgtwatch.acquire.browser_guard import NAME, Guard
from cgtwatch.acquire.browser_rules import INSTALL, program, sandboxed
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.session import Net

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

T = TypeVar("T")
LAST = 5.0  # seconds for the thread to end
HOMES = "cgtwatch-browser-"  # and the process whose it is
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


class BrowserTrouble(Exception):
    """The browser cannot do the work."""

    def __init__(self, error: ErrorClass, message: str, hint: str) -> None:
        self.error = error
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one browser may be. Times in seconds, `memory` in bytes over all its processes."""

    memory: int = 1536 * 1024 * 1024
    pages: int = 100  # then it is started anew: browsers grow
    idle: float = 300.0
    start: float = 30.0
    grace: float = 5.0  # for closing what will not close
    look: float = 0.2  # between two looks at memory


@dataclass(slots=True)
class Seat:
    """What a piece of work gets: the browser, the way out, and the browser's own name for itself; work says when it is spoiled."""

    browser: "Browser"
    guard: Guard
    agent: str
    spoiled: bool = False


@dataclass(slots=True)
class _Running:
    """A started browser."""

    playwright: "Playwright"
    seat: Seat
    group: int  # process group of all its processes
    pages: int = 0
    over: str | None = None  # why it was killed


class _Loop:
    """The thread that the browser's words are spoken on."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="browser", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Serve nothing more."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(LAST)

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class Chromium:
    """The browser of a process. Thread-safe; whoever comes while a page is read waits."""

    def __init__(self, net: Net, path: str | None, bounds: Bounds | None = None) -> None:
        self._net = net
        self._path = path
        self._bounds = bounds or Bounds()
        self._turn = threading.Lock()
        self._thread: _Loop | None = None
        self._running: _Running | None = None
        self._home: str | None = None
        self._bedtime: asyncio.TimerHandle | None = None

    def do(self, work: Callable[[Seat], Awaitable[T]], limit: float) -> T:
        """Do `work` in the browser within `limit` seconds, its start not counted; raises `BrowserTrouble`."""
        with self._turn:
            self._able()
            if self._thread is None:
                self._thread = _Loop()
            future = asyncio.run_coroutine_threadsafe(self._do(work, limit), self._thread.loop)
            try:
                return future.result(limit + self._bounds.start + 3 * self._bounds.grace)
            except Late:
                self._abandon()
                raise BrowserTrouble(
                    ErrorClass.TIMEOUT, "the browser stopped answering and was killed", "nothing; it is started anew"
                ) from None

    def close(self) -> None:
        """End the browser and its thread."""
        with self._turn:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            with suppress(Late):
                asyncio.run_coroutine_threadsafe(self._end(), thread.loop).result(3 * self._bounds.grace)
            self._kill()
            thread.end()

    @property
    def group(self) -> int | None:
        """The process group of the running browser; None where none runs."""
        return self._running.group if self._running else None

    def _able(self) -> None:
        if self._net.closed:
            raise BrowserTrouble(ErrorClass.CONNECT, "cgtwatch is stopping", "nothing; it is read at the next start")
        if not installed():
            raise BrowserTrouble(ErrorClass.REFUSED, "reading with a browser needs Playwright, which is not installed", INSTALL)
        if program(self._path) is None:
            raise BrowserTrouble(ErrorClass.REFUSED, "reading with a browser needs Chromium, and none is found", INSTALL)

    async def _do(self, work: Callable[[Seat], Awaitable[T]], limit: float) -> T:
        if self._bedtime is not None:
            self._bedtime.cancel()
        running = await self._started()
        running.pages += 1
        watch = asyncio.ensure_future(self._watch(running))
        try:
            async with asyncio.timeout(limit):
                return await work(running.seat)
        except TimeoutError:
            self._kill("no end in time")
            raise BrowserTrouble(
                ErrorClass.TIMEOUT, f"the page kept the browser busy for {limit:g} s", "raise the source's `timeout`"
            ) from None
        except Exception as error:
            if running.over is None and not isinstance(error, Error):
                raise
            raise self._meaning(running, error) from None
        finally:
            watch.cancel()
            await self._afterwards(running)

    def _meaning(self, running: _Running, error: Exception) -> BrowserTrouble:
        if running.over == "memory":
            size = self._bounds.memory // 1048576
            hint = "open the page in a browser: it takes more memory than a list needs"
            return BrowserTrouble(ErrorClass.TOO_BIG, f"the page made the browser larger than {size} MiB", hint)
        if running.over is not None:
            return BrowserTrouble(ErrorClass.CONNECT, "the visit was cut: cgtwatch is stopping", "nothing")
        line = str(error).partition("\n")[0][:200]
        return BrowserTrouble(
            ErrorClass.PROTOCOL, f"the browser gave up: {line}", "it is started anew; see whether it comes again"
        )

    async def _afterwards(self, running: _Running) -> None:
        """Close what shall not go on; else put the browser to bed when nobody comes."""
        worn = (
            running.seat.spoiled
            or running.pages >= self._bounds.pages
            or await _size(running.group) > self._bounds.memory * 3 // 4
        )
        if worn or running.over is not None or not running.seat.browser.is_connected():
            await self._shut()
            return
        loop = asyncio.get_running_loop()
        self._bedtime = loop.call_later(self._bounds.idle, lambda: loop.create_task(self._shut()))

    async def _started(self) -> _Running:
        if self._running is None:
            try:
                async with asyncio.timeout(self._bounds.start):
                    self._running = await self._start()
            except TimeoutError:
                hint = "look whether the machine is out of memory, or set CGTWATCH_BROWSER to another Chromium"
                raise BrowserTrouble(ErrorClass.TIMEOUT, "the browser did not start in time", hint) from None
            except Error as error:
                line = " ".join(str(error).split())[:300]
                hint = "start it by hand as the same user; its sandbox needs user namespaces (kernel.unprivileged_userns_clone)"
                raise BrowserTrouble(ErrorClass.REFUSED, f"the browser does not start: {line}", hint) from None
        return self._running

    async def _start(self) -> _Running:
        guard = Guard(self._net)
        await guard.start()
        sweep()
        self._home = tempfile.mkdtemp(prefix=f"{HOMES}{os.getpid()}-")
        playwright = None
        try:
            playwright = await async_playwright().start()
            browser = await playwright.chromium.launch(**self._options(guard.port))
            session = await browser.new_browser_cdp_session()
            processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
            version = await session.send("Browser.getVersion")
            await session.detach()
        except BaseException:
            if playwright is not None:
                await playwright.stop()  # takes a browser that has started along
            await guard.stop()
            self._clean()
            raise
        pid = next(int(one["id"]) for one in processes if one["type"] == "browser")
        return _Running(playwright, Seat(browser, guard, str(version["userAgent"])), os.getpgid(pid))

    def _options(self, port: int) -> dict[str, Any]:
        assert self._home is not None
        user = pwd.getpwuid(os.geteuid()).pw_dir  # certificates that its user trusts lie there
        # Nothing of our environment: no secrets, no settings.
        environment = {
            "PATH": os.defpath,
            "HOME": user,
            "LANG": "C.UTF-8",
            "XDG_CONFIG_HOME": self._home,
            "XDG_CACHE_HOME": self._home,
        }
        return {
            "executable_path": program(self._path),
            "chromium_sandbox": sandboxed(),
            "handle_sigint": False,
            "handle_sigterm": False,
            "handle_sighup": False,
            "proxy": {"server": f"http://{NAME}:{port}"},
            "env": environment,
            "args": [
                # The guard is the only address that the browser can find, whatever way it tries.
                f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND",
                "--disable-quic",
                "--webrtc-ip-handling-policy=disable_non_proxied_udp",
                "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # its name in older versions
                "--disable-crash-reporter",
                "--disable-gpu",
                "--mute-audio",
                "--js-flags=--max-old-space-size=512",
            ],
        }

    async def _watch(self, running: _Running) -> None:
        """Kill a browser that grows too large, and one whose process is to end."""
        while True:
            if self._net.closed:
                self._kill("stopping")
            elif await _size(running.group) > self._bounds.memory:
                self._kill("memory")
            await asyncio.sleep(self._bounds.look)

    async def _shut(self) -> None:
        """Close the browser; what does not close in time is killed."""
        running, self._running = self._running, None
        if running is None:
            return
        with suppress(TimeoutError, Error):
            async with asyncio.timeout(self._bounds.grace):
                await running.seat.browser.close()
        _kill_group(running.group)
        with suppress(TimeoutError, Error):
            async with asyncio.timeout(self._bounds.grace):
                await running.playwright.stop()
        await running.seat.guard.stop()
        self._clean()

    async def _end(self) -> None:
        await self._shut()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _kill(self, why: str = "end") -> None:
        if self._running is not None:
            self._running.over = self._running.over or why
            _kill_group(self._running.group)

    def _abandon(self) -> None:
        """The loop itself hangs: leave it behind."""
        self._kill()
        self._running, self._thread = None, None
        self._clean()

    def _clean(self) -> None:
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None


def sweep() -> None:
    """Remove what browsers of killed processes have left in the directory for temporary files."""
    for path in Path(tempfile.gettempdir()).glob(f"{HOMES}*-*"):
        pid = path.name.removeprefix(HOMES).partition("-")[0]
        with suppress(OSError):
            if pid.isdigit() and not Path(f"/proc/{pid}").exists() and path.lstat().st_uid == os.geteuid():
                shutil.rmtree(path)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


async def _size(group: int) -> int:
    return await asyncio.get_running_loop().run_in_executor(None, size_of, group)


def size_of(group: int) -> int:
    """The memory that the processes of a group have for themselves, in bytes; what they share is not counted."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, ValueError, IndexError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                _, resident, shared = (entry / "statm").read_text().split()[:3]
                total += (int(resident) - int(shared)) * PAGE_SIZE
    return total
