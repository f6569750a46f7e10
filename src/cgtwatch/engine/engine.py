"""Works off what is due: polls and sends on threads, digests and housekeeping on the tick's own."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from cgtwatch.app import App
from cgtwatch.engine.hosts import Hosts, Line
from cgtwatch.engine.rhythm import Rhythm
from cgtwatch.engine.storage import Storage
from cgtwatch.engine.threads import PATIENCE, Threads
from cgtwatch.errors import STORAGE_TROUBLE, BusyError
from cgtwatch.model.delivery import Delivery
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome
from cgtwatch.model.source import Source
from cgtwatch.model.subscription import Subscription
from cgtwatch.ops.logs import fields
from cgtwatch.ops.ownership import prove_writable
from cgtwatch.pipeline.digest import DigestRow, is_due, run_digest, set_right
from cgtwatch.pipeline.notices import judge_sources, tell_operator
from cgtwatch.pipeline.poll import PollRow, poll
from cgtwatch.pipeline.send import SendRow, Unrecorded, record, send

WELCOME_WAITS = timedelta(minutes=15)
SENDERS = 8  # targets served side by side; each target has a queue of its own
_log = logging.getLogger(__name__)


class Engine:
    """The threads of one process and what they do. The same units of work serve the ticks and the commands."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.storage = Storage(self._probe)
        self.rhythm = Rhythm(app)
        self._unrecorded: dict[str, Unrecorded] = {}
        self._polls: Threads[PollRow] = Threads("poll", app.settings.concurrency)
        self._hosts = Hosts()
        self._sends: Threads[SendRow | None] = Threads("send", SENDERS)

    # --- polls

    def poll(self, sources: Sequence[Source]) -> Iterator[PollRow]:
        """Visit all of `sources` now; rows come as visits end. Only a slice is under way at a time, so memory stays flat."""
        self.storage.look_now()
        line = Line(sources, self._hosts)
        running: set[Future[PollRow]] = set()
        while line or running:
            while (self._polls.room() or not running) and (source := line.next(anyway=not running)) is not None:
                running.add(self._visit(source))
            done, running = wait(running, PATIENCE, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    yield future.result()
                except CancelledError:
                    return
        with suppress(*STORAGE_TROUBLE):  # they wait on; whoever writes next meets the trouble and tells it
            self.app.store.flush()

    def poll_due(self) -> int:
        """Begin the visits that are due, as far as there is room and their hosts are free; how many."""
        room = self._polls.room()
        if not room:
            return 0
        enabled = {source.id: source for source in self.app.sources if source.enabled}
        begun = 0
        for source_id in self.app.store.due(self.app.clock(), enabled):
            if begun < room and self._hosts.free(enabled[source_id]):
                self._visit(enabled[source_id])
                begun += 1
        return begun

    def _visit(self, source: Source) -> Future[PollRow]:
        if (running := self._polls.running(source.id)) is not None:
            return running
        self._hosts.begin(source)
        future = self._polls.submit(source.id, lambda: self._one(source))
        future.add_done_callback(lambda _: self._hosts.end(source))
        return future

    def _one(self, source: Source) -> PollRow:
        """The row of a visit; while nothing can be recorded nobody is visited."""
        if not self.storage.usable():
            return PollRow(source.id, Outcome.FAILED, error=f"{ErrorClass.STORAGE}: not visited: {self.storage.error}")
        try:
            row = poll(source, replace(self.app.poll_parts, pace=self.rhythm.pace))
        except STORAGE_TROUBLE as error:
            self.storage.trouble(error)
            return PollRow(source.id, Outcome.FAILED, error=f"{ErrorClass.STORAGE}: {error}")
        if row.new and not row.baseline:
            self.rhythm.found(source.id)
        level = logging.INFO if row.error is None else logging.WARNING
        _log.log(
            level, "poll %s",
            fields(source=row.source, outcome=row.outcome, status=row.status, new=row.new, updated=row.updated, gone=row.gone,
                   announced=row.announced, requests=row.requests, bytes=row.bytes, seconds=row.seconds, error=row.error),
        )  # fmt: skip
        return row

    # --- digests

    def digest_due(self) -> list[DigestRow]:
        """Compose for every subscription whose turn has come."""
        store, now = self.app.store, self.app.clock()
        last = store.last_seq()
        readers = store.subscriptions()
        for one in readers:
            if (hour := set_right(one, now)) is not None:
                store.update_subscription(one.name, next_due=hour)
        due = [one for one in readers if is_due(one, last, now) and (one.welcomed or self._looked_around(one, now))]
        rows = [run_digest(one, self.app.digest_parts) for one in due]
        for row in rows:
            if row.outcome != "nothing":
                _log.info(
                    "digest %s",
                    fields(
                        subscription=row.subscription,
                        outcome=row.outcome,
                        events=row.events,
                        delivery=row.delivery,
                        error=row.error,
                    ),
                )
        return rows

    def _looked_around(self, newcomer: Subscription, now: datetime) -> bool:
        """A welcome tells what was found, so it waits until every source was visited once, but not for ever."""
        if newcomer.created_at is None or now - newcomer.created_at >= WELCOME_WAITS:
            return True
        states = self.app.store.states()
        return all(states[one.id].last_visit for one in self.app.sources if one.enabled and one.id in states)

    # --- sends

    def send_due(self) -> int:
        """Begin the attempts that are due, one for each target; how many."""
        self.record_late()
        room = self._sends.room()
        due = self.app.store.due_deliveries(self.app.clock(), room) if room else []
        for delivery in due:
            self._attempt(delivery)
        return len(due)

    def send_all(self) -> Iterator[SendRow]:
        """Make every attempt that is due now; rows come as attempts end. Raises what keeps attempts from being recorded."""
        tried: set[str] = set()
        while due := [one for one in self.app.store.due_deliveries(self.app.clock(), 100) if one.key not in tried]:
            for future in [self._attempt(one) for one in due]:
                try:
                    row = future.result()
                except CancelledError:
                    raise BusyError("cgtwatch is stopping; ask again when it runs") from None
                if row is not None:  # perhaps of another delivery to the same target, which was under way
                    tried.add(row.delivery)
                    yield row
            if self.storage.error is not None:
                raise self.storage.error

    def _attempt(self, delivery: Delivery) -> Future[SendRow | None]:
        return self._sends.submit((delivery.channel, delivery.target), lambda: self._send(delivery.key))

    def _send(self, key: str) -> SendRow | None:
        if not self.storage.usable():
            return None
        try:
            row = send(key, self.app.send_parts)
        except Unrecorded as late:
            self._unrecorded[key] = late
            self.storage.trouble(late.error)
            return None
        except STORAGE_TROUBLE as error:
            self.storage.trouble(error)
            return None
        return self._told(row)

    def record_late(self) -> None:
        """Store what came of attempts that were made while nothing could be stored."""
        for key in list(self._unrecorded):
            late = self._unrecorded.pop(key)
            try:
                self._told(record(late.attempted, self.app.send_parts))
            except Unrecorded as still:
                self._unrecorded[key] = still
                raise

    def _told(self, row: SendRow | None) -> SendRow | None:
        if row is not None:
            _log.info(
                "send %s",
                fields(
                    delivery=row.delivery,
                    subscription=row.subscription,
                    channel=row.channel,
                    state=row.state,
                    attempt=row.attempt,
                    answer=row.answer or None,
                ),
            )
        return row

    # --- the rest

    def housekeep(self) -> None:
        """Learn when news comes, judge the health of sources, and tell the operator what begins and what ends."""
        self.rhythm.keep()
        judge_sources(self.app.sources, self.app.store, self.app.clock(), self.rhythm.habits)
        told = tell_operator(self.app.notice_parts)
        if told is not None:
            _log.warning("alarm %s", fields(subject=told.subject, delivery=told.key))

    def busy(self) -> int:
        """How many units of work wait or run."""
        return self._polls.busy() + self._sends.busy()

    def stop(self, seconds: float = 5.0) -> bool:
        """Begin nothing more and wait at most `seconds` for what runs; True where all ended."""
        ended = self._polls.stop(seconds / 2)
        ended = self._sends.stop(seconds / 2) and ended
        with suppress(*STORAGE_TROUBLE):  # else the next start finds attempts of unknown outcome
            self.record_late()
        return ended

    def _probe(self) -> None:
        prove_writable(self.app.settings.data_dir)
        self.app.store.probe()
