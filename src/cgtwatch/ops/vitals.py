"""What the signs of life of one process rest on: its app, its ticks, its storage; and whether it is ready for work."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cgtwatch.app import App
from cgtwatch.diff.habit import Habit
from cgtwatch.errors import STORAGE_TROUBLE, BusyError, StoreError, StoreFull, StoreNewer
from cgtwatch.ops.pulse import Pulse
from cgtwatch.ops.shortage import shortages
from cgtwatch.store import state_of

FRESH = 5.0  # seconds: a look commits a change of nothing to the disk
LEAST_FREE = 16 * 1024 * 1024  # bytes; below, the next page or mail may not fit
_SCHEMAS = {
    "empty": "database: there is none yet",
    "older": "database: its schema is older than this version; run `cgtwatch db upgrade`",
    "newer": "database: it was written by a newer version; install that one again",
}


@dataclass(frozen=True, slots=True)
class Vitals:
    """The parts that are looked at. A process without ticks has an empty `pulse`; of it only the storage counts."""

    app: App
    pulse: Pulse = field(default_factory=lambda: Pulse(()))
    trouble: Callable[[], Exception | None] = lambda: None  # what keeps work from being recorded now
    habits: Callable[[], Mapping[str, Habit]] = dict  # of sources, as far as they were learned
    replaced: Callable[[], int] = lambda: 0  # parse children that ended before their time


class Readiness:
    """Says whether a process is ready for work. Thread-safe; however often it is asked, it looks once in `FRESH` seconds."""

    def __init__(self, vitals: Vitals, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._vitals = vitals
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._looked = float("-inf")
        self._stored: tuple[str, ...] = ("starting: nothing is known yet",)

    def reasons(self) -> list[str]:
        """Why nobody should count on this process, a plain line for each reason; empty where it is ready.

        The lines go to whoever asks: they name no path, no address and no reader.
        """
        vitals = self._vitals
        found = [f"ticks: {name} has been silent for {round(silent)} s" for name, silent in vitals.pulse.hanging().items()]
        if vitals.app.stopping.is_set():
            return [*found, "stopping: this process ends"]
        if self._guard.acquire(
            blocking=False
        ):  # else somebody looks already; a database that is held must not hold up all who ask
            try:
                if self._monotonic() - self._looked > FRESH:
                    self._stored = (*shortages(), *_storage(vitals))
                    self._looked = self._monotonic()
            finally:
                self._guard.release()
        return [*found, *self._stored]


def _storage(vitals: Vitals) -> list[str]:
    trouble = vitals.trouble()
    if trouble is not None:
        return [f"storage: {_told(trouble)}; work pauses and goes on by itself"]
    settings, store = vitals.app.settings, vitals.app.store
    try:
        schema = state_of(settings.database_url)
        if schema in _SCHEMAS and not _in_memory(settings.database_url):
            return [_SCHEMAS[schema]]
        store.last_seq() if vitals.app.readonly else store.probe()
        free = shutil.disk_usage(settings.data_dir).free
    except STORAGE_TROUBLE as error:
        return [f"database: {_told(error)}"]
    except OSError as error:
        return [f"data directory: {error.strerror or 'cannot be read'}"]
    return [f"disk: {free >> 20} MiB are free; make room"] if free < LEAST_FREE else []


def _in_memory(database_url: str) -> bool:
    return database_url in {"sqlite://", "sqlite:///:memory:"}


def _told(error: Exception) -> str:
    """The kind of trouble without its place, which is in the log."""
    if isinstance(error, StoreFull):
        return "no space is left"
    if isinstance(error, BusyError):
        return "another process holds it"
    if isinstance(error, StoreNewer):
        return "written by a newer version"
    return "cannot be read or written" if isinstance(error, StoreError | OSError) else type(error).__name__
