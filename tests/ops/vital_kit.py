"""A watch of which monitoring can see everything: visits, digests, deliveries, raw pages, a copy of the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event

from inside import Inside, inside
from place import Site

from cgtwatch.engine.prepare import ensure_local
from cgtwatch.engine.service import Service
from cgtwatch.ops.gauges import Gauges
from cgtwatch.ops.metrics import Metrics
from cgtwatch.ops.vitals import Readiness
from cgtwatch.web.health import Signs
from cgtwatch.web.server import watched

FEED = "<rss version='2.0'><channel><title>t</title><item><title>Draft guidance on CAR-T cell therapy</title><link>http://127.0.0.1/a</link></item></channel></rss>"
SOURCES = """\
defaults: {{every: 6h, gap: 0s, robots: ignore}}
sources:
  - {{id: good, name: Good, kind: feed, url: "{url}/f.xml", language: en}}
  - {{id: bad, name: Bad, kind: feed, url: "{url}/none.xml", language: en}}
  - {{id: asleep, name: Asleep, kind: feed, url: "{url}/asleep.xml", language: en, enabled: false}}
"""


@dataclass
class Watch:
    """The bench, the service over it, and its signs of life."""

    bench: Inside
    service: Service
    signs: Signs

    def read(self) -> dict[str, dict[str, float]]:
        """What is told now: name → labels → value."""
        return parsed(self.signs.metrics.text()[0].decode())


def parsed(text: str) -> dict[str, dict[str, float]]:
    """The samples of the text format."""
    found: dict[str, dict[str, float]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            [(name, labels, value)] = re.findall(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$", line)
            found.setdefault(name, {})[labels] = float(value)
    return found


@contextmanager
def watch(root: Path, site: Site, **settings: str) -> Iterator[Watch]:
    """A service that has not begun to tick; its engine does what it is told."""
    site.page("/f.xml", FEED, "application/rss+xml")
    with inside(root, SOURCES.format(url=site.url), **settings) as bench:
        service = Service(bench.app)
        try:
            readiness = Readiness(service.vitals, count(0, 10).__next__)  # each look is a new one
            signs = Signs(service.vitals, readiness, Metrics(Gauges(service.vitals, readiness, count(0, 10).__next__)))
            yield Watch(bench, service, watched(service, signs))
        finally:
            service.engine.stop(1)


def visit_due(made: Watch) -> None:
    """All visits that are due, one after the other at the one host."""
    while made.service.engine.due_hosts() or made.service.engine.busy():
        made.service.engine.poll_due()
        Event().wait(0.01)


def lived(made: Watch, root: Path) -> None:
    """A first look, a reader, a digest, a delivery, a run of each tick, a copy of the database."""
    app, engine = made.bench.app, made.service.engine
    visit_due(made)
    ensure_local(made.bench.app)  # whom a welcome is due
    made.bench.pass_time(hours=1)
    engine.digest_due()
    list(engine.sends.all())
    for tick in ("poll", "digest", "send", "housekeep", "translate"):
        with made.service.pulse.beat(tick):
            pass
    (root / "data" / "backup").mkdir()
    app.store.backup(root / "data" / "backup" / "cgtwatch-20260302T000000Z.db")
