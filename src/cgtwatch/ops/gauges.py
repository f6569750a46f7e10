"""What is looked up when a monitoring system asks: how late sources are, how old the queues, how much room there is.

A look is cheap (states in memory, indexes, sizes from the file system) and holds for a few seconds, however many ask. Where the
database cannot be read the rest is told all the same.
"""

import platform
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cgtwatch import __version__
from cgtwatch.app import App
from cgtwatch.diff.health import Word, health
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.item import SourceState
from cgtwatch.model.subscription import Every, Subscription
from cgtwatch.ops import logs
from cgtwatch.ops.sizes import Sizes
from cgtwatch.ops.vitals import Readiness, Vitals
from cgtwatch.pipeline.digest import is_due
from cgtwatch.select.quiet import quiet_end

FRESH = 5.0  # seconds
LATE = timedelta(minutes=1)  # a source whose visit is due for longer is overdue
_SHARES = {"p50": 0.5, "p99": 0.99, "max": 1.0}
_HEALTHS = (*map(str, Word), "off")


class Gauges(Collector):
    """One look at everything, for the registry. Thread-safe."""

    def __init__(self, vitals: Vitals, readiness: Readiness, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._vitals, self._readiness = vitals, readiness
        self._sizes = Sizes(vitals.app.settings.data_dir)
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._looked = float("-inf")
        self._seen: tuple[Metric, ...] = ()

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not look."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """What the last look found, if it is fresh, else a new one."""
        with self._guard:
            if self._monotonic() - self._looked > FRESH:
                self._seen = tuple(self._look())
                self._looked = self._monotonic()
            return self._seen

    def _look(self) -> Iterator[Metric]:
        yield from self._process()
        yield from self._room()
        with suppress(*STORAGE_TROUBLE):
            yield from self._stored()

    # --- this process

    def _process(self) -> Iterator[Metric]:
        vitals = self._vitals
        yield _labelled(
            "build_info", "Versions; the value is 1.", {(__version__, platform.python_version()): 1}, ("version", "python")
        )
        yield _one("ready", "1 where /readyz says so, else 0.", not self._readiness.reasons())
        yield _one("storage_trouble", "1 while nothing can be recorded and work pauses.", vitals.trouble() is not None)
        beats = vitals.pulse.beats()
        silent = {(name,): beat.silent for name, beat in beats.items()}
        yield _labelled("tick_silence_seconds", "Since a tick last began or ended.", silent, ("tick",))
        broken = CounterMetricFamily("cgtwatch_tick_failures", "Runs of a tick that broke.", labels=("tick",))
        for name in beats:
            broken.add_metric((name,), vitals.pulse.broken[name])
        yield broken
        yield _counted("log_lines_dropped", "Lines that nobody would take in time.", logs.lines_lost())
        yield _counted("parse_children_replaced", "Parse children that ended before their time.", vitals.replaced())

    def _room(self) -> Iterator[Metric]:
        sizes = self._sizes
        if (disk := sizes.disk()) is not None:
            yield _one("disk_free_bytes", "Room left on the disk with the data directory.", disk[0])
            yield _one("disk_size_bytes", "The disk with the data directory.", disk[1])
        if (made := sizes.last_backup()) is not None:
            yield _one("backup_last_timestamp_seconds", "When the newest copy in DATA_DIR/backup was made.", made)
        if (archive := sizes.archive()) is not None and archive.files:
            yield _one("archive_bytes", "Raw pages in the archive, counted hourly.", archive.size)
            yield _one("archive_files", "Raw pages in the archive, counted hourly.", archive.files)

    # --- what is stored

    def _stored(self) -> Iterator[Metric]:
        app, now = self._vitals.app, self._vitals.app.clock()
        store = app.store
        yield from self._sources(app, now)
        waiting = {(str(one.state), one.channel): one.count for one in store.queues()}
        yield _labelled("deliveries", "Deliveries that are not settled.", waiting, ("state", "channel"))
        oldest = {("delivery", channel): _age(since, now) for channel, since in store.oldest_turns(now).items()}
        oldest["digest", ""] = self._oldest_digest(now)
        yield _labelled(
            "queue_oldest_seconds", "How long the oldest that could be worked off waits.", oldest, ("queue", "channel")
        )
        readers = {(str(status),): count for status, count in store.statuses().items()}
        yield _labelled("subscriptions", "Subscriptions by status.", readers, ("status",))
        alarms = {(kind,): count for kind, count in store.alarms_by_kind().items()}
        yield _labelled("alarms_open", "Alarms that have not ended.", alarms, ("kind",))
        yield _labelled("database_bytes", "The database.", {(part,): size for part, size in store.sizes().items()}, ("part",))
        yield _labelled("database_info", "The database's program; the value is 1.", {(store.version(),): 1}, ("version",))
        yield _one("announcement_seq", "Number of the latest announcement.", store.last_seq())

    def _sources(self, app: App, now: datetime) -> Iterator[Metric]:
        states, habits = app.store.states(), self._vitals.habits()
        words, late = Counter[str](), []
        for source in app.sources:
            state = states.get(source.id, SourceState(source.id))
            words[str(health(state, source, now, habits.get(source.id)).word) if source.enabled else "off"] += 1
            if source.enabled and state.next_poll is not None and not app.resting(source):
                late.append(_age(state.next_poll, now))
        yield _labelled("sources", "Sources by health.", {(word,): words[word] for word in _HEALTHS}, ("health",))
        lateness = {(name,): rank(late, share) for name, share in _SHARES.items()}
        yield _labelled("sources_late_seconds", "How long visits are due now, over all sources.", lateness, ("of",))
        yield _one(
            "sources_overdue", "Sources whose visit is due for over a minute.", sum(one > LATE.total_seconds() for one in late)
        )

    def _oldest_digest(self, now: datetime) -> float:
        store = self._vitals.app.store
        last = store.last_seq()
        due = [one for one in store.due_subscriptions(last, now) if is_due(one, last, now)]
        behind = [one.sent_upto for one in due if one.welcomed and one.cadence.every is Every.NOW]
        first = store.announcements(min(behind), limit=1) if behind else ()
        return max((_age(_since(one, first[0].at if first else now), now) for one in due), default=0.0)


def _since(one: Subscription, announced: datetime) -> datetime:
    """When the digest of a subscription that is due became so."""
    if not one.welcomed:
        return one.created_at or announced
    at_once = one.cadence.every is Every.NOW or one.next_due is None
    return quiet_end(one, announced if at_once or one.next_due is None else one.next_due)


def rank(values: Sequence[float], share: float) -> float:
    """The one of the values that so large a share of them does not exceed (nearest rank); 0 where there are none."""
    return sorted(values)[ceil(share * len(values)) - 1] if values else 0.0


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def _one(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"cgtwatch_{name}", said, value=float(value))


def _counted(name: str, said: str, value: float) -> Metric:
    return CounterMetricFamily(f"cgtwatch_{name}", said, value=value)


def _labelled(name: str, said: str, values: Mapping[Any, float], labels: Sequence[str]) -> Metric:
    family = GaugeMetricFamily(f"cgtwatch_{name}", said, labels=labels)
    for words, value in sorted(values.items()):
        family.add_metric(words, float(value))
    return family
