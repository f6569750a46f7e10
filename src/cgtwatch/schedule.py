"""The ticks on APScheduler, used as a clock only: due times live in our own tables."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler


class Ticks:
    """Calls each of `jobs` again and again, each after its own interval, never twice at a time; a missed tick is made up by one."""

    def __init__(self, jobs: Mapping[str, tuple[Callable[[], None], timedelta]]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
            # the defaults (grace of one second) drop ticks silently when the machine is busy
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, (job, every) in jobs.items():
            self._scheduler.add_job(job, "interval", seconds=every.total_seconds(), id=name, name=name)

    def start(self) -> None:
        """Begin to tick; the first call of each job comes after one interval."""
        self._scheduler.start()

    def stop(self) -> None:
        """No further tick begins; those that run are left to end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
