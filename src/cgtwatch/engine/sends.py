"""Attempts at deliveries, on threads; one at a time keeps the ledger for all of them.

Whoever ends an attempt waits for nobody: its outcome is laid down, and the next write of the ledger takes along all that lies there
and lets as many others begin. So the cost of a durable write is shared by as many attempts as end while the one before is written,
and an attempt is recorded as under way only when a sender is free to make it at once.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from time import monotonic as real_monotonic

from cgtwatch.app import App
from cgtwatch.engine.lanes import PLANS, Lane, lane_of
from cgtwatch.engine.leases import Leases
from cgtwatch.engine.storage import Storage
from cgtwatch.errors import STORAGE_TROUBLE, BusyError
from cgtwatch.model.delivery import Delivery, SendOutcome, SendResult
from cgtwatch.ops.logs import fields
from cgtwatch.pipeline.send import Attempted, SendParts, SendRow, attempt, exchange

_NOT_MADE = SendOutcome(SendResult.RETRY, "not tried: cgtwatch is stopping", timedelta())
_FEW, _GATHER = 4, 0.005  # with that many under way, seconds in which others end too and share the write
_TOO_LATE = SendOutcome(SendResult.RETRY, "not tried: this worker stood still, and another may have it", timedelta())
_AGAIN = 1.0  # seconds after which outcomes that could not be stored are tried to be stored again
_MOMENT = timedelta(seconds=5)  # longer rests than the limits of chat rooms are left to the next look
_log = logging.getLogger(__name__)


class Sends:
    """Makes the attempts that are due and records what came of them, late where nothing could be stored at the time."""

    def __init__(
        self,
        app: App,
        storage: Storage,
        monotonic: Callable[[], float] = real_monotonic,
        tell: Callable[[SendRow], None] = lambda _row: None,
        leases: Leases | None = None,
    ) -> None:
        self.app = app
        self.storage = storage
        self._told = tell
        self._leases = leases if leases is not None and leases.shared else None
        self._served: Counter[str] = Counter()  # lanes that are to be served, where another worker may serve the others
        self._lanes = [Lane(plan, monotonic) for plan in PLANS]
        self._ledger = threading.Lock()
        self._made: deque[tuple[Delivery, SendOutcome]] = deque()
        self._unstored: list[Attempted] = []
        self._listeners: list[SimpleQueue[SendRow | Exception | None]] = []
        self._wake = threading.Event()
        self._keeper: threading.Thread | None = None
        self._stopped = threading.Event()

    def due(self) -> int:
        """Begin attempts that are due, as many as there are senders; the others follow as those end. How many began now."""
        begun = self._work(look=True)
        self._keep()
        return begun

    def all(self) -> Iterator[SendRow]:
        """Make every attempt that is due now, or as soon as its target has rested; rows come as attempts end.

        Raises what keeps attempts from being recorded.
        """
        self.storage.look_now()
        if not self.storage.usable():
            raise self.storage.error or BusyError("the storage is in trouble; see `cgtwatch doctor`")
        self._served.update(lane.plan.name for lane in self._lanes)
        heard: SimpleQueue[SendRow | Exception | None] = SimpleQueue()
        self._listeners.append(heard)
        try:
            self._work(look=True, asked=True)
            self._keep()
            while (row := heard.get()) is not None or not self._over():
                if isinstance(row, Exception):
                    raise row
                if row is not None:
                    yield row
        finally:
            self._listeners.remove(heard)
            self._served.subtract(lane.plan.name for lane in self._lanes)

    @contextmanager
    def serving(self, name: str) -> Iterator[None]:
        """While the block runs, begin the attempts that are due in that lane."""
        self._served[name] += 1
        try:
            self.due()
            yield
        finally:
            self._served[name] -= 1

    def under_way(self, name: str) -> bool:
        """Whether anything of that lane is under way, or not yet written."""
        with self._ledger:
            return any(lane.plan.name == name and not lane.idle for lane in self._lanes)

    def busy(self) -> int:
        """How many attempts are under way."""
        return sum(lane.threads.busy() for lane in self._lanes)

    def stop(self, seconds: float) -> bool:
        """Begin nothing more and wait at most `seconds` for what runs; True where all ended."""
        self._stopped.set()
        began = real_monotonic()
        ended = [lane.threads.stop(max(0.0, seconds - (real_monotonic() - began))) for lane in self._lanes]
        self._wake.set()
        with suppress(*STORAGE_TROUBLE):  # else the next start finds attempts of unknown outcome
            self._record_last()
        self._publish(BusyError("cgtwatch is stopping; ask again when it runs"))
        return all(ended)

    def _over(self) -> bool:
        """Whether nothing is under way and nothing waits for a target that rests a moment; else it goes on after that moment."""
        with self._ledger:
            if self._made or not all(lane.idle for lane in self._lanes):
                return False
        now = self.app.clock()
        rested = self.app.store.rested_at(now, now + _MOMENT)
        if rested is None or self._stopped.wait((rested - now).total_seconds()) or self.app.clock() < rested:
            return True
        self._work(look=True)
        self._keep()
        return False

    # --- the keeper of the ledger

    def _keep(self) -> None:
        """Have somebody go on as attempts end; a thread that is there while there is work."""
        if self._keeper is None and not self._stopped.is_set():
            self._keeper = threading.Thread(target=self._go_on, name="ledger", daemon=True)
            self._keeper.start()
        self._wake.set()

    def _go_on(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(_AGAIN if self._unstored or self._made else None)  # no job may come that would wake us
            if self.busy() >= _FEW:
                self._stopped.wait(_GATHER)
            self._wake.clear()
            try:
                while self._work():
                    pass
            except Exception as error:  # noqa: BLE001 - the seam: what nobody foresaw must not end all sending
                _log.exception("the ledger broke")
                self._publish(error)

    def _work(self, *, look: bool = False, asked: bool = False) -> int:
        """One write: outcomes in, attempts begun; how many began, or ended."""
        with self._ledger:
            for lane in self._lanes if look else ():
                lane.look_again(asked=asked)
            if self._stopped.is_set() or not self.storage.usable():
                return 0
            try:
                return self._turn()
            except STORAGE_TROUBLE as error:
                self.storage.trouble(error)
                self._publish(error)
                return 0

    def _turn(self) -> int:
        now, parts = self.app.clock(), self.app.send_parts
        self._take_outcomes()
        serving = [lane for lane in self._lanes if self._leases is None or self._served[lane.plan.name] > 0]
        picked = [one.key for lane in serving for one in lane.pick(parts.store, now)]
        if not self._unstored and not picked:
            if all(lane.idle for lane in self._lanes):
                self._publish(None)
            return 0
        asked_at = self._leases.now() if self._leases is not None else 0.0
        done = exchange(self._unstored, picked, parts)
        if self._leases is not None:
            self._leases.end(one.delivery.key for one in self._unstored)
            self._leases.begin(done.begun)
        self._unstored = []
        for delivery in done.begun:
            self._begin(delivery, parts, asked_at)
        for head in done.heads:
            self._lane(head).follow(head, now)
        for row in done.rows:
            self._tell(row)
        return len(done.rows) + len(picked)

    def _take_outcomes(self) -> None:
        now = self.app.clock()
        while self._made:
            delivery, outcome = self._made.popleft()
            self._unstored.append(Attempted(delivery, outcome, self._lane(delivery).end(delivery, outcome, now)))

    def _begin(self, delivery: Delivery, parts: SendParts, asked_at: float) -> None:
        lane = self._lane(delivery)
        lane.begin(delivery)
        future = lane.threads.submit(delivery.key, partial(self._attempt, delivery, parts, asked_at))
        future.add_done_callback(partial(self._ended, delivery))

    def _attempt(self, delivery: Delivery, parts: SendParts, asked_at: float) -> SendOutcome:
        """Send, unless so long has passed since the attempt was recorded that it may be another's by now."""
        if self._leases is not None and self._leases.doubtful(asked_at):
            return _TOO_LATE
        return attempt(delivery, parts)

    def _ended(self, delivery: Delivery, future: "Future[SendOutcome]") -> None:
        self._made.append((delivery, _NOT_MADE if future.cancelled() else future.result()))
        self._wake.set()

    def _record_last(self) -> None:
        with self._ledger:
            self._take_outcomes()
            if self._unstored:
                for row in exchange(self._unstored, (), self.app.send_parts).rows:
                    self._tell(row)
                self._unstored = []

    def _lane(self, delivery: Delivery) -> Lane:
        return lane_of(self._lanes, delivery.channel)

    def _publish(self, what: SendRow | Exception | None) -> None:
        for listener in list(self._listeners):
            listener.put(what)

    def _tell(self, row: SendRow) -> None:
        self._publish(row)
        self._told(row)
        told = fields(
            delivery=row.delivery, subscription=row.subscription, channel=row.channel, state=row.state, attempt=row.attempt,
            answer=row.answer or None,
        )  # fmt: skip
        _log.info("send %s", told)
