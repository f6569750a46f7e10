"""A bounded pool of threads in which no two units of work with the same key run at a time.

`size` units are worked on side by side. One that takes longer than `PATIENCE` waits for somebody else, most likely: it goes on,
but gives its place to another, up to `crowd` times `size` in all. So a few dozen hosts that do not answer delay nobody.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

PATIENCE = 2.0  # seconds
CROWD = 4
Result = TypeVar("Result")
_log = logging.getLogger(__name__)


class Threads(Generic[Result]):
    """Runs units of work side by side; each is known by its key while it waits or runs."""

    def __init__(self, name: str, size: int, monotonic: Callable[[], float] = time.monotonic, crowd: int = CROWD) -> None:
        self.size, self.most = size, crowd * size
        self._pool = ThreadPoolExecutor(self.most, thread_name_prefix=name)
        self._monotonic = monotonic
        self._busy: dict[Hashable, Future[Result]] = {}
        self._begun: dict[Hashable, float] = {}
        self._guard = threading.Lock()
        self._stopping = False

    def room(self) -> int:
        """How many further units may be handed over now."""
        with self._guard:
            if self._stopping:
                return 0
            young = self._monotonic() - PATIENCE
            brisk = sum(1 for at in self._begun.values() if at > young)
            return max(0, min(self.size - brisk, self.most - len(self._busy)))

    def running(self, key: Hashable) -> Future[Result] | None:
        """The unit with this key that waits or runs."""
        with self._guard:
            return self._busy.get(key)

    def submit(self, key: Hashable, work: Callable[[], Result]) -> Future[Result]:
        """Run `work` soon, or join the unit with this key that already waits or runs."""
        with self._guard:
            if key in self._busy:
                return self._busy[key]
            if self._stopping:
                stopped: Future[Result] = Future()
                stopped.cancel()
                return stopped
            self._begun[key] = self._monotonic()
            future = self._busy[key] = self._pool.submit(work)
        future.add_done_callback(lambda done: self._settle(key, done))
        return future

    def _settle(self, key: Hashable, done: Future[Result]) -> None:
        with self._guard:
            self._busy.pop(key, None)
            self._begun.pop(key, None)
        error = None if done.cancelled() else done.exception()
        if error is not None:
            _log.error("work failed key=%s error=%s: %s", key, type(error).__name__, error)

    def busy(self) -> int:
        """How many units wait or run."""
        with self._guard:
            return len(self._busy)

    def stop(self, seconds: float) -> bool:
        """Take no more work, drop what has not begun, wait at most `seconds` for the rest; True where all ended."""
        with self._guard:
            self._stopping = True
            running = list(self._busy.values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        begun = time.monotonic()
        _, late = wait(
            [one for one in running if not one.cancelled()], timeout=seconds
        )  # it would wait for those that never begin
        if late:
            _log.warning("stopped with work unfinished count=%d waited=%.1f", len(late), time.monotonic() - begun)
        return not late
