"""The running service: ticks over the engine, the control socket, the web page, and a clean end."""

import gc
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from typing import Any, Protocol

from cgtwatch import registry
from cgtwatch.app import App
from cgtwatch.engine.control import ControlServer
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import perform
from cgtwatch.engine.prepare import ensure_local, prepare
from cgtwatch.engine.reloading import Files, read_again
from cgtwatch.engine.roles import ALL, Role, Runner
from cgtwatch.engine.ticking import TICKS, Ticking
from cgtwatch.errors import STORAGE_TROUBLE, CgtwatchError, ConfigError
from cgtwatch.ops.logs import fields
from cgtwatch.ops.notify import notify
from cgtwatch.ops.pulse import Pulse
from cgtwatch.ops.shortage import by_shortage
from cgtwatch.ops.vitals import Vitals
from cgtwatch.schedule import Ticks

LEARN = timedelta(seconds=15)  # between two looks whether it is time to learn when news comes
LOOK = 5.0  # seconds between two looks whether all ticks go on
STOP_WITHIN = 6.0  # seconds for work under way, so that the whole stop stays under ten
JOIN_WITHIN = 2.0  # seconds for the engine's own end after that of its work
QUEUEING = {"queueing": "cgtwatch.engine.queueing:Queueing", "prepare": "cgtwatch.engine.queueing:prepare_queue"}
_log = logging.getLogger(__name__)

APPLYING = {"apply": "cgtwatch.engine.readers.applying:apply_configured"}  # knows all that messages are made of


class Page(Protocol):
    """A page whose address is taken."""

    def open(self) -> None:
        """Answer from now on."""

    def close(self) -> None:
        """Answer no more."""


Serve = Callable[["Service"], Page | None]  # takes the address of the page


class Service:
    """One process that polls, composes and sends, or does its part of that, until it is told to stop. The caller owns what its
    engine wants owned.
    """

    def __init__(self, app: App, notify_socket: str | None = None, role: Role = ALL) -> None:
        self.app = app
        self.role = role
        self.shared = app.shared  # whether others work on the same database
        self.engine = Engine(app)
        self.ended_cleanly = True
        self.pulse = Pulse(_ticks(role) if self.shared else TICKS)
        self.vitals = Vitals(
            app, self.pulse, lambda: self.engine.storage.error, lambda: self.engine.rhythm.habits, lambda: app.parser.replaced
        )
        self._notify = notify_socket
        self._hung: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._reloading = threading.Lock()
        self._files = Files(app.settings)

    def run(self, web: Serve | None, ready: Callable[["Service"], None]) -> None:
        """Prepare, start everything, call `ready`, work until `stop`, and end.

        Raises what `prepare` raises; afterwards no source's or receiver's trouble ends it.
        """
        self._prepare()
        with ExitStack() as stack:
            if not self.shared:  # else commands work beside us
                control = ControlServer(self.app.settings.data_dir, self._perform)
                stack.callback(control.close)
            page = web(self) if web is not None else None
            if page is not None:
                stack.callback(page.close)
            runners = self._runners()
            for runner in runners:
                runner.start()
            stack.callback(self._end, runners)
            notify(self._notify, "READY=1\nSTATUS=watching")
            _log.info("started %s", fields(sources=sum(one.enabled for one in self.app.sources), data=self.app.settings.data_dir))
            if page is not None:
                page.open()  # whoever came meanwhile waits for it
                if self.role.serves:
                    self._for_pages(stack)
            ready(self)
            self._wait()

    def _prepare(self) -> None:
        prepare(self.app, plans=self.role.plans)
        if self.shared:
            registry.load(QUEUEING, "prepare", what="part of the engine")(self.app)
        if self.role.plans:
            self._apply_configured()
            ensure_local(self.app)

    def _apply_configured(self) -> None:
        if self.app.settings.subscriptions is not None:
            registry.load(APPLYING, "apply", what="part of the engine")(self.app)

    def _runners(self) -> list[Runner]:
        if not self.shared:
            return [Ticking(self.engine, self._run)]
        learning = Learning(lambda: self._guarded("learn", self.engine.rhythm.learn))
        made = registry.load(QUEUEING, "queueing", what="part of the engine")
        queue: list[Runner] = [made(self.engine, self.role, self._guarded, partial(self._run, "queue", lambda: None))]
        return [*(queue if self.role.plans or self.role.works else []), *([learning] if self.role.works else [])]

    def _for_pages(self, stack: ExitStack) -> None:
        """Make ready beside all else what pages of hundreds of thousands of events are counted with."""
        gathering = threading.Thread(target=self._guarded, args=("gather", self._gather), name="gather", daemon=True)
        gathering.start()
        stack.callback(gathering.join, STOP_WITHIN)

    def _gather(self) -> None:
        taken = self.app.store.warm(self._stop.is_set)
        gc.collect()
        gc.freeze()  # what is loaded by now stays; looking through it again and again would hold up a page for a fifth of a second
        _log.info("events gathered %s", fields(mebibytes=taken >> 20))
        if self.app.store.reindex(if_stale=True):
            _log.info("the search index was made anew")

    def _wait(self) -> None:
        while not self._stop.wait(LOOK):
            self.look()
            # Perhaps by another process, which cannot send us a signal.
            if self.shared and self.engine.storage.error is None and self._files.changed():
                self.reload()

    def look(self) -> bool:
        """Tell the manager that we live, as long as all ticks do; a hanging one is said once."""
        hanging = self.pulse.hanging()
        for name in hanging.keys() - self._hung:
            _log.error("tick hangs %s", fields(tick=name, silent_seconds=round(hanging[name])))
        self._hung = frozenset(hanging)
        if not hanging:
            notify(self._notify, "WATCHDOG=1")
        return not hanging

    def _end(self, runners: Sequence[Runner]) -> None:
        notify(self._notify, "STOPPING=1")
        for runner in runners:
            runner.halt()
        self.app.stopping.set()
        self.app.net.close()  # exchanges under way end at once; a visit that fails by this is not recorded
        self.ended_cleanly = self.engine.stop(STOP_WITHIN)
        for runner in runners:
            self.ended_cleanly = runner.join(JOIN_WITHIN) and self.ended_cleanly
        _log.info("stopped %s", fields(clean=self.ended_cleanly))

    def stop(self) -> None:
        """End soon; safe from any thread and from a signal handler."""
        self._stop.set()

    def reload(self) -> None:
        """Read sources.yaml and rules.yaml again; a mistake in either leaves everything as it was. The last of several calls decides.

        Then the file of subscriptions, where one is configured; a mistake in it leaves all subscriptions as they were.
        """
        with self._reloading:
            self._reload()
            if self.role.plans:
                self._apply_configured()

    def _reload(self) -> None:
        try:
            found = read_again(self.app, listed=self.role.plans)
        except CgtwatchError as error:
            if isinstance(error, STORAGE_TROUBLE):
                self._files.look_again()  # where we look by ourselves nobody will ask once more
            for problem in error.problems if isinstance(error, ConfigError) else (str(error),):
                _log.error("sources not reloaded: %s", problem)
            return
        _log.info("sources reloaded %s", fields(sources=len(found.sources)))

    def _perform(self, operation: str, args: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        return perform(self.engine, operation, args)

    def _run(self, name: str, work: Callable[[], object]) -> None:
        with self.pulse.beat(name):
            self._guarded(name, work)

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        """A full disk or a locked database pauses work."""
        if self._stop.is_set() or not self.engine.storage.usable():
            return
        try:
            work()
        except STORAGE_TROUBLE as error:
            self.engine.storage.trouble(error)
        except Exception as error:  # noqa: BLE001 - the seam: a tick that broke must tick again
            self.pulse.broke(name)
            if by_shortage(error):
                _log.error("tick broke off, it is tried again %s", fields(tick=name, error=error or "no memory is left"))
            else:
                _log.exception("tick broke tick=%s", name)


class Learning:
    """Each worker learns for itself when news comes."""

    def __init__(self, learn: Callable[[], None]) -> None:
        self._ticks = Ticks({"learn": (learn, LEARN)})

    def start(self) -> None:
        """Begin."""
        self._ticks.start()

    def halt(self) -> None:
        """Learn no more."""
        self._ticks.stop()

    def join(self, seconds: float) -> bool:  # noqa: ARG002 - nobody waits for it
        """It ends by itself."""
        return True


def _ticks(role: Role) -> tuple[str, ...]:
    """What goes on in a process at the queue; one that only serves the page is at none."""
    return ("queue",) if role.plans or role.works else ()


def obey_signals(service: Service) -> None:
    """SIGTERM and SIGINT stop the service, SIGHUP makes it read sources.yaml again (main thread only)."""
    # A handler may interrupt the main thread, or another handler, inside a lock; SimpleQueue.put alone is made for that.
    came: SimpleQueue[int] = SimpleQueue()
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: came.put(number))

    def listen() -> None:
        while True:
            if came.get() == signal.SIGHUP:
                asked.set()
            else:
                service.stop()

    def reload() -> None:
        while asked.wait():
            asked.clear()  # before the file is read: what is asked from now on wants a file read later
            service.reload()

    for work in (listen, reload):
        threading.Thread(target=work, name=work.__name__, daemon=True).start()
