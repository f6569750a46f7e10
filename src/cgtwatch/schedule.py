"""The ticks on APScheduler, used as a clock only: due times live in our own tables."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

LOOK = 2.0  # seconds between two looks at the clock
STEP = 5.0  # seconds by which it may run apart from the monotonic one between two looks
_log = logging.getLogger(__name__)


class _Beat(BaseTrigger):  # type: ignore[misc]
    """Every so often, counted from now where a beat was missed: the interval of the package lists every missed beat one by one,
    which after a clock set forward by a year takes gigabytes and minutes.
    """

    def __init__(self, every: timedelta) -> None:
        self.every = every

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The next beat, always later than `now`."""
        planned = (previous or now) + self.every
        return planned if now < planned <= now + self.every else now + self.every


class Ticks:
    """Calls each of `jobs` again and again, each after its own interval, never twice at a time; a missed tick is made up by one.

    APScheduler sleeps until a time of day. Where the clock of the machine is set back it would sleep that much longer, so the
    clock is compared with the monotonic one, and all jobs are called anew when it was set.
    """

    def __init__(
        self,
        jobs: Mapping[str, tuple[Callable[[], None], timedelta]],
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
            # the defaults (grace of one second) drop ticks silently when the machine is busy
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, (job, every) in jobs.items():
            self._scheduler.add_job(job, _Beat(every), id=name, name=name)
        self._wall, self._monotonic = wall, monotonic
        self._apart = wall() - monotonic()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to tick; the first call of each job comes after one interval."""
        self._scheduler.start()
        threading.Thread(target=self._watch, name="clock", daemon=True).start()

    def stop(self) -> None:
        """No further tick begins; those that run are left to end."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def look(self) -> bool:
        """Whether the clock was set since the last look; then every job is called now and each interval counted from here."""
        apart = self._wall() - self._monotonic()
        step, self._apart = apart - self._apart, apart
        if abs(step) <= STEP:
            return False
        _log.warning("the clock was set by %+.0f s; due times are judged anew", step)
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
        return True

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK):
            self.look()
