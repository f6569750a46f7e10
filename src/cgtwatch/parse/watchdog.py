"""One thread that acts where something takes too long: a timer for each job costs as much as a small job."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Condition, Thread


class Watchdog:
    """Watches any number of jobs. The thread starts with the first one, and sleeps while there is none."""

    def __init__(self) -> None:
        self._jobs: dict[int, tuple[float, Callable[[], None]]] = {}
        self._numbers = count()
        self._condition = Condition()
        self._wakes_at = float("inf")
        self._thread: Thread | None = None
        self._closed = False

    @contextmanager
    def limited(self, seconds: float, end: Callable[[], None]) -> Iterator[None]:
        """Calls `end` from another thread where the block takes longer."""
        number = next(self._numbers)
        deadline = time.monotonic() + seconds
        with self._condition:
            self._jobs[number] = (deadline, end)
            if self._thread is None:
                self._thread = Thread(target=self._watch, name="parse-watchdog", daemon=True)
                self._thread.start()
            elif deadline < self._wakes_at:
                self._condition.notify()
        try:
            yield
        finally:
            with self._condition:
                self._jobs.pop(number, None)

    def close(self) -> None:
        """Lets the thread end once no job is watched."""
        with self._condition:
            self._closed = True
            self._condition.notify()

    def _watch(self) -> None:
        while True:
            with self._condition:
                if self._closed and not self._jobs:
                    self._thread = None
                    return
                now = time.monotonic()
                late = [number for number, (deadline, _) in self._jobs.items() if deadline <= now]
                ends = [self._jobs.pop(number)[1] for number in late]
                if not ends:
                    self._wakes_at = min((deadline for deadline, _ in self._jobs.values()), default=float("inf"))
                    self._condition.wait(None if self._wakes_at == float("inf") else self._wakes_at - now)
            for end in ends:
                end()
