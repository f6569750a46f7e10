"""Whether the ticks go on: when each last began and ended, and which of them has been silent for too long."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

# Seconds without a sign of life after which a tick hangs. Visits and sends are only begun by their ticks; digests for thousands of
# readers are composed within one, and housekeeping waits for hubs and mailboxes.
PATIENCE = 120.0
LONG: Mapping[str, float] = {"digest": 1800.0, "housekeep": 1800.0, "translate": 1800.0}


@dataclass(frozen=True, slots=True)
class Beat:
    """One tick: seconds since it last began or ended, whether it runs now, and how long its last run took (None: none yet)."""

    silent: float
    running: bool
    took: float | None


@dataclass(frozen=True, slots=True)
class Late:
    """A visit begins, so many seconds after it was due."""

    seconds: float


class Pulse:
    """Thread-safe. A tick that was never heard of counts from the moment at which it was announced."""

    def __init__(self, ticks: Iterable[str], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._signs = dict.fromkeys(ticks, monotonic())
        self._running: set[str] = set()
        self._took: dict[str, float] = {}
        self.broken: Counter[str] = Counter()
        self.listeners: list[Callable[[str, float], None]] = []  # each is told of every run and its seconds

    @contextmanager
    def beat(self, tick: str) -> Iterator[None]:
        """Around one run of a tick, however it ends."""
        begun = self._sign(tick, running=True)
        try:
            yield
        finally:
            self._took[tick] = took = self._sign(tick, running=False) - begun
            for listener in self.listeners:
                listener(tick, took)

    def broke(self, tick: str) -> None:
        """A run ended by a fault of ours."""
        self.broken[tick] += 1

    def beats(self) -> Mapping[str, Beat]:
        """All ticks by name."""
        now = self._monotonic()
        with self._guard:
            return {name: Beat(now - at, name in self._running, self._took.get(name)) for name, at in self._signs.items()}

    def hanging(self) -> Mapping[str, float]:
        """The ticks that have been silent for longer than can be, with the seconds."""
        return {name: beat.silent for name, beat in self.beats().items() if beat.silent > LONG.get(name, PATIENCE)}

    def _sign(self, tick: str, *, running: bool) -> float:
        now = self._monotonic()
        with self._guard:
            self._signs[tick] = now
            (self._running.add if running else self._running.discard)(tick)
        return now
