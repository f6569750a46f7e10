"""What the service counts as it works, and what it looks up when it is asked: everything that `/metrics` tells.

One registry for each process's work, none of the package's global ones. Labels are words from short lists (outcome, error class,
channel, state, tick): never a source, a reader, a target or an address, so that 100,000 sources make no more lines than one.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.ops.gauges import Gauges
from cgtwatch.ops.pulse import Late
from cgtwatch.pipeline.digest import DigestRow
from cgtwatch.pipeline.poll import PollRow
from cgtwatch.pipeline.send import SendRow

LATENESS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 86400)  # seconds
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45, 90)
LONG = (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900)
_CLASSES = frozenset(map(str, ErrorClass))


class _Registry(CollectorRegistry):
    """Without the times at which counters were made, which are lines for nobody: `process_start_time_seconds` says it."""

    def collect(self) -> Iterator[Metric]:
        """All families."""
        for family in super().collect():
            family.samples = [one for one in family.samples if not one.name.endswith("_created")]
            yield family


class Metrics:
    """Counts what it is told of, from any thread."""

    def __init__(self, gauges: Gauges) -> None:
        self.registry = _Registry()
        self.registry.register(gauges)
        ProcessCollector(registry=self.registry)
        own = self.registry
        self._polls = Counter("cgtwatch_polls", "Visits to sources.", ("outcome", "error"), registry=own)
        self._late = Histogram(
            "cgtwatch_poll_lateness_seconds", "How long after it was due a visit began.", buckets=LATENESS, registry=own
        )
        self._visit = Histogram("cgtwatch_poll_seconds", "How long a visit took.", buckets=SECONDS, registry=own)
        self._requests = Counter("cgtwatch_poll_requests", "Requests made by visits.", registry=own)
        self._bytes = Counter("cgtwatch_poll_bytes", "Bytes that visits received.", registry=own)
        self._items = Counter("cgtwatch_items", "Items that visits found new, changed or gone.", ("change",), registry=own)
        self._told = Counter("cgtwatch_announcements", "Things to tell that visits led to.", registry=own)
        self._digests = Counter("cgtwatch_digests", "Turns of subscriptions.", ("outcome",), registry=own)
        self._attempts = Counter(
            "cgtwatch_attempts", "Attempts at deliveries, and their state since.", ("channel", "state"), registry=own
        )
        self._ticks = Histogram("cgtwatch_tick_seconds", "How long a run of a tick took.", ("tick",), buckets=LONG, registry=own)

    def count(self, row: object) -> None:
        """Take note of what an engine tells: a visit that begins or ends, a digest, an attempt at a delivery."""
        if isinstance(row, Late):
            self._late.observe(max(0.0, row.seconds))
        elif isinstance(row, PollRow):
            self._polled(row)
        elif isinstance(row, DigestRow):
            self._digests.labels(row.outcome).inc()
        elif isinstance(row, SendRow):
            self._attempts.labels(row.channel, str(row.state)).inc()

    def ticked(self, tick: str, seconds: float) -> None:
        """A tick has run."""
        self._ticks.labels(tick).observe(seconds)

    def text(self, accept: str = "") -> tuple[bytes, str]:
        """Everything as text, and its content type: OpenMetrics 1.0 where `accept` asks for it, else Prometheus 0.0.4."""
        encode, kind = choose_encoder(accept)
        return encode(self.registry), kind

    def _polled(self, row: PollRow) -> None:
        word = (row.error or "").partition(":")[0]
        self._polls.labels(row.outcome.value, word if word in _CLASSES or not word else str(ErrorClass.INTERNAL)).inc()
        self._visit.observe(row.seconds)
        self._requests.inc(row.requests)
        self._bytes.inc(row.bytes)
        self._told.inc(row.announced)
        for change in ("new", "updated", "gone"):
            self._items.labels(change).inc(getattr(row, change))
