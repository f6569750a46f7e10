"""Works off what is due: polls on threads; what a poll does not need comes along when it is asked for."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from cgtwatch import registry
from cgtwatch.app import App
from cgtwatch.engine.hosts import Hosts, Line, Watched, host_of
from cgtwatch.engine.leases import Leases
from cgtwatch.engine.rhythm import Rhythm
from cgtwatch.engine.storage import Storage
from cgtwatch.engine.threads import PATIENCE, Threads
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome
from cgtwatch.model.source import Source
from cgtwatch.ops.logs import fields
from cgtwatch.ops.ownership import prove_writable
from cgtwatch.ops.pulse import Late
from cgtwatch.pipeline.poll import PollRow, poll
from cgtwatch.pipeline.send import recover

if TYPE_CHECKING:
    from cgtwatch.engine.digests import Digests
    from cgtwatch.engine.returning import Returning
    from cgtwatch.engine.sends import Sends
    from cgtwatch.engine.translating import Translating
    from cgtwatch.ops.retention import Forgetting
    from cgtwatch.pipeline.digest import DigestRow

PARTS = {
    "sends": "cgtwatch.engine.sends:Sends",
    "digests": "cgtwatch.engine.digests:Digests",
    "housekeep": "cgtwatch.engine.duties:housekeep",
    "forgetting": "cgtwatch.ops.retention:Forgetting",
    "translating": "cgtwatch.engine.translating:Translating",
    "returning": "cgtwatch.engine.returning:Returning",
}
NOTES = 3  # remarks of a visit that its line in the log holds
_log = logging.getLogger(__name__)


class Engine:
    """The threads of one process and what they do. The same units of work serve the ticks and the commands."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.storage = Storage(self._probe)
        self.rhythm = Rhythm(app)
        self.leases = Leases(app)
        self.listeners: list[Callable[[object], None]] = []  # each is told of every PollRow, DigestRow, SendRow and Late
        self._polls: Threads[PollRow] = Threads("poll", app.settings.concurrency)
        self._hosts = Hosts()
        self._watched = Watched()
        self._line = Line((), self._hosts)  # who is due and waits for a place
        self._lined: tuple[Sequence[Source], float] = ((), 0.0)  # of which sources, and when it was made
        self._turning = threading.Lock()
        self._sends: Sends | None = None
        self._digests: Digests | None = None
        self._translating: Translating | None = None
        self._returning: Returning | None = None
        self._forgetting: Forgetting | None = None
        self._guard = threading.Lock()

    # --- polls

    def poll(self, sources: Sequence[Source]) -> Iterator[PollRow]:
        """Visit all of `sources` now; rows come as visits end. Only a slice is under way at a time, so memory stays flat."""
        self.storage.look_now()
        line = Line(sources, self._hosts)
        running: set[Future[PollRow]] = set()
        while line or running:
            while (self._polls.room() or not running) and (source := line.next(anyway=not running)) is not None:
                running.add(self._visit(source, due=False))
            done, running = wait(running, PATIENCE, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    yield future.result()
                except CancelledError:
                    return
        with suppress(*STORAGE_TROUBLE):  # they wait on; whoever writes next meets the trouble and tells it
            self.app.store.flush()

    def poll_due(self) -> int:
        """Begin the visits that are due, as far as there is room and their hosts are free and want to be asked; how many. What had
        to wait follows as visits end, so that no more than a turn of a host is lost between two looks.
        """
        if not self._polls.room():
            return 0
        sources = self.app.sources
        line = Line(self._due(), self._hosts)
        with self._turning:
            self._line, self._lined = line, (sources, monotonic())
            return self._take_turns()

    def _take_turns(self) -> int:
        begun = 0
        while self._polls.room() and (source := self._line.next(anyway=False)) is not None:
            # asked once its host is free: a visit that was under way when the line was made has been recorded by now
            if self.app.store.is_due(source.id, self.app.clock()) and not self.app.resting(source):
                self._tell_late(source)
                self._visit(source, due=True)
                begun += 1
        return begun

    def _follow(self) -> None:
        """A visit has ended; others may wait for its place. A line is not used up long after it was made: who is due may have changed."""
        if not self._line or not self._turning.acquire(blocking=False):
            return  # who is at it, or the next look, sees the place too
        try:
            sources, at = self._lined
            if sources is self.app.sources and monotonic() - at < PATIENCE:
                self._take_turns()
        except STORAGE_TROUBLE:
            pass  # the next look meets it and tells it
        finally:
            self._turning.release()

    def poll_host(self, host: str) -> "list[Future[PollRow]]":
        """Begin the visits that are due at one host, as many as it bears at a time."""
        return self._begin(self._due(host), self._polls.most)

    def due_hosts(self) -> list[str]:
        """The hosts at which visits are due that nobody has taken in hand, the longest overdue first."""
        return list(dict.fromkeys(host_of(one) for one in self._due() if not self.app.resting(one)))

    def _due(self, host: str | None = None) -> list[Source]:
        enabled = self._watched.of(self.app.sources, host)
        return [enabled[name] for name in self.app.store.due(self.app.clock(), enabled)] if enabled else []

    def _begin(self, due: Sequence[Source], room: int) -> "list[Future[PollRow]]":
        begun: list[Future[PollRow]] = []
        for source in due:
            if len(begun) < room and self._hosts.free(source) and not self.app.resting(source):
                self._tell_late(source)
                begun.append(self._visit(source, due=True))
        return begun

    def _tell_late(self, source: Source) -> None:
        due = self.app.store.state(source.id).next_poll if self.listeners else None
        if due is not None:
            self.tell(Late((self.app.clock() - due).total_seconds()))

    def tell(self, outcome: object) -> None:
        """Let all `listeners` know what came of something."""
        for listener in self.listeners:
            listener(outcome)

    def _visit(self, source: Source, *, due: bool) -> "Future[PollRow]":
        if (running := self._polls.running(source.id)) is not None:
            return running
        self._hosts.begin(source)
        future = self._polls.submit(source.id, lambda: self._one(source, due=due))
        future.add_done_callback(lambda _: self._ended(source))
        return future

    def _ended(self, source: Source) -> None:
        self._hosts.end(source)
        self._follow()

    def _one(self, source: Source, *, due: bool) -> PollRow:
        row = self._visited(source, due=due)
        self.tell(row)
        return row

    def _visited(self, source: Source, *, due: bool) -> PollRow:
        """The row of a visit; while nothing can be recorded nobody is visited."""
        if not self.storage.usable():
            return PollRow(
                source.id, Outcome.FAILED, error=f"{ErrorClass.STORAGE}: not visited: {self.storage.error}", recorded=False
            )
        try:
            with self.leases.claimed(source.id, due=due) as taken:
                if taken is None:
                    return PollRow(source.id, Outcome.UNCHANGED, notes=("another worker visits it",), recorded=False)
                row = poll(source, replace(self.app.poll_parts, pace=self.rhythm.pace), taken.cycle)
                taken.recorded = row.recorded
        except STORAGE_TROUBLE as error:
            self.storage.trouble(error)
            return PollRow(source.id, Outcome.FAILED, error=f"{ErrorClass.STORAGE}: {error}", recorded=False)
        if row.new and not row.baseline:
            self.rhythm.found(source.id)
        level = logging.INFO if row.error is None else logging.WARNING
        _log.log(
            level, "poll %s",
            fields(source=row.source, outcome=row.outcome, status=row.status, new=row.new, updated=row.updated, gone=row.gone,
                   announced=row.announced, requests=row.requests, bytes=row.bytes, seconds=row.seconds, error=row.error,
                   notes=_told(row.notes)),
        )  # fmt: skip
        return row

    # --- what only the service does, and commands of its own

    @property
    def sends(self) -> "Sends":
        """The attempts at deliveries."""
        with self._guard:
            if self._sends is None:
                self._sends = registry.load(PARTS, "sends", what="part")(
                    self.app, self.storage, tell=self.tell, leases=self.leases
                )
            return self._sends

    def digest_due(self) -> "list[DigestRow]":
        """Compose for every subscription whose turn has come."""
        with self._guard:
            if self._digests is None:
                self._digests = registry.load(PARTS, "digests", what="part")(self.app)
        rows = self._digests.due()
        for row in rows:
            self.tell(row)
        return rows

    def housekeep(self) -> None:
        """Learn when news comes, judge the health of sources, tell the operator what begins and what ends, and forget what is old."""
        registry.load(PARTS, "housekeep", what="part")(self.app, self.rhythm)
        if self._forgetting is None:
            self._forgetting = registry.load(PARTS, "forgetting", what="part")(self.app)
        self._forgetting.work()
        if self.app.settings.bounce_mailbox is not None:
            if self._returning is None:
                self._returning = registry.load(PARTS, "returning", what="part")(self.app, self.storage)
            self._returning.work()

    def recover(self) -> None:
        """Settle the attempts whose worker has died, as far as their leases are over; not while those of the living may be over too."""
        if not self.leases.steady():
            return
        for row in recover(self.app.send_parts, lost_only=True):
            _log.warning("attempt of unknown outcome found %s", fields(delivery=row.delivery, state=row.state))

    def translate(self) -> None:
        """Ask for the translations that are missing, where somebody translates."""
        if self.app.settings.translate_url is None:
            return
        if self._translating is None:
            self._translating = registry.load(PARTS, "translating", what="part")(self.app)
        self._translating.work()

    def busy(self) -> int:
        """How many units of work wait or run."""
        return self._polls.busy() + (self._sends.busy() if self._sends else 0)

    def stop(self, seconds: float = 5.0) -> bool:
        """Begin nothing more and wait at most `seconds` for what runs; True where all ended."""
        self.leases.stop()
        ended = self._polls.stop(seconds / 2 if self._translating is None else seconds / 4)
        ended = (self._returning is None or self._returning.stop(seconds / 8)) and ended
        ended = (self._translating is None or self._translating.stop(seconds / 4)) and ended
        return (self._sends is None or self._sends.stop(seconds / 2)) and ended

    def _probe(self) -> None:
        prove_writable(self.app.settings.data_dir)
        self.app.store.probe()


def _told(notes: Sequence[str]) -> str | None:
    """The first remarks of a visit on one line, and how many more there are."""
    more = f"; and {len(notes) - NOTES} more" if len(notes) > NOTES else ""
    return "; ".join(notes[:NOTES]) + more or None
