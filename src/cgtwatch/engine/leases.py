"""What this process has taken in hand where several work: visits and attempts that nobody else may begin while their leases last.

A lease is renewed as long as its holder lives. Whoever was stopped for longer finds it gone, and writes nothing.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from cgtwatch.app import App
from cgtwatch.clock import going_on
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.delivery import Delivery
from cgtwatch.pipeline.send import LEASE

RENEW = 7.0  # seconds between two renewals
LONGEST = 900.0  # seconds after which one is renewed no more: what takes so long hangs
DOUBTFUL = 0.5  # of a lease, after which nothing is begun on the strength of it without a look
STEADY = 20.0  # seconds of a database within reach in which everybody alive has renewed what is theirs
_log = logging.getLogger(__name__)


class Leases:
    """Thread-safe. With an engine that is alone nothing is leased, and nothing asked of the database."""

    def __init__(self, app: App, monotonic: Callable[[], float] = going_on) -> None:
        self.shared = app.shared
        self._app = app
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._claims: dict[str, tuple[int, float]] = {}
        self._attempts: dict[str, tuple[int, float]] = {}
        self._reached: tuple[float, float] | None = None  # since when the database was reached at each look, and the last one
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def claim(self, source_id: str, *, due: bool) -> int | None:
        """Take a source in hand; what to show when its visit is recorded, None where another has it (or, with `due`, had it)."""
        now = self._app.clock()
        cycle = self._app.store.claim([source_id], now, LEASE, due=due).get(source_id)
        if cycle is not None:
            with self._guard:
                self._claims[source_id] = cycle, self._monotonic()
            self._keep()
        return cycle

    def done(self, source_id: str, cycle: int, *, recorded: bool) -> None:
        """A visit has ended; one that was not recorded is anybody's at once."""
        with self._guard:
            self._claims.pop(source_id, None)
        if not recorded:
            with suppress(*STORAGE_TROUBLE):  # else its lease ends by itself
                self._app.store.release_claim(source_id, cycle)

    def begin(self, begun: Iterable[Delivery]) -> None:
        """Attempts have begun."""
        if self.shared:
            with self._guard:
                self._attempts.update({one.key: (one.attempts, self._monotonic()) for one in begun})
            self._keep()

    def end(self, keys: Iterable[str]) -> None:
        """What came of attempts is written."""
        with self._guard:
            for key in keys:
                self._attempts.pop(key, None)

    def renew(self) -> None:
        """Renew all that is under way. Raises what is in `STORAGE_TROUBLE`."""
        late = self._monotonic() - LONGEST
        with self._guard:
            claims = {name: cycle for name, (cycle, since) in self._claims.items() if since > late}
            attempts = {key: number for key, (number, since) in self._attempts.items() if since > late}
        now = self._app.clock()
        if attempts:  # first: of a lost claim nobody hears anything
            self._app.store.renew_attempts(attempts, now + LEASE)
        if claims:
            self._app.store.renew_claims(claims, now + LEASE)
        self._app.store.flush()  # visits without news wait to be written together, and their leases are not renewed any more

    def now(self) -> float:
        """The time by which leases are judged here, in seconds; it goes on while the machine sleeps."""
        return self._monotonic()

    def doubtful(self, since: float) -> bool:
        """Whether a lease that was taken then may be over, because this process or its machine stood still."""
        return self._monotonic() - since > DOUBTFUL * LEASE.total_seconds()

    def steady(self) -> bool:
        """Whether the database was within reach for so long that a lease which is over says that its holder is dead.

        After an outage the leases of all are over, until those who live have renewed theirs.
        """
        self._keep()
        reached = self._reached
        return reached is not None and reached[1] - reached[0] >= STEADY and self._monotonic() - reached[1] <= 2 * RENEW

    def look(self) -> None:
        """Take note that the database is within reach. Raises what is in `STORAGE_TROUBLE`."""
        before = self._reached
        self._reached = None
        self._app.store.server_time()
        now = self._monotonic()
        gap = before is None or now - before[1] > 2 * RENEW  # it hung, or we did
        self._reached = (now if gap or before is None else before[0]), now

    def stop(self) -> None:
        """Renew nothing more."""
        self._stopped.set()

    @contextmanager
    def claimed(self, source_id: str, *, due: bool) -> Iterator["Claimed | None"]:
        """Around a visit; None where another has the source. Where the visit is recorded, `Claimed.recorded` has to be set."""
        if not self.shared:
            yield Claimed(None)
            return
        cycle = self.claim(source_id, due=due)
        if cycle is None:
            yield None
            return
        taken = Claimed(cycle)
        try:
            yield taken
        finally:
            self.done(source_id, cycle, recorded=taken.recorded)

    def _keep(self) -> None:
        if self._thread is not None:
            return
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="leases", daemon=True)
                self._thread.start()

    def _go_on(self) -> None:
        while not self._stopped.wait(RENEW):
            try:
                self.look()
                self.renew()
            except STORAGE_TROUBLE as error:
                self._reached = None
                _log.debug("leases not renewed: %s", error)  # the engine tells of it


class Claimed:
    """A source in hand."""

    __slots__ = ("cycle", "recorded")

    def __init__(self, cycle: int | None) -> None:
        self.cycle = cycle
        self.recorded = False
