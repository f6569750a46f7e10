"""What a year of watching costs: requests, bytes, CPU seconds and disk a day, for the shipped sources at their shipped cadence.

The service's own engine polls invented offices on loopback, one for each source of the shipped file with that source's interval, by a
clock that is moved ten minutes at a time; pages answer conditional requests, a twentieth of the offices publishes two notices a day and
a hundredth edits one (`truth.py`). What the ticks of a service cost that has nothing to do is timed apart, over as many sources, and
added up for a day. Beside it stands a bare `requests.Session` that makes as many requests with the same validators. Visits of 10,000
and 100,000 sources are computed from those measured, and marked so (`--sources 10000` measures them: the first look takes ten minutes);
the ticks of 10,000 are measured, those of 100,000 computed from what they grew.

    nice -n 10 python benchmarks/year.py [--days 3] [--sources 219]
"""

import argparse
import itertools
import os
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from corpus import Office, offices
from site_of_offices import Site
from truth import advance

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.prepare import prepare

STEP = timedelta(minutes=10)
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
SHIPPED = Path(__file__).resolve().parent.parent / "sources.yaml"
A_DAY = {"poll": 86_400, "send": 86_400, "digest": 43_200, "housekeep": 17_280}  # ticks of the service, see `engine/service.py`
LARGE = 10_000
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a day: requests, those answered 304, bytes of bodies, CPU seconds of visits and of ticks, bytes of disk."""

    sources: int
    requests: float
    unchanged: float
    size: float
    visiting: float
    ticking: float
    disk: float
    bare: float  # CPU seconds of the bare session for as many requests


class Clock:
    """The time that the benchmark says."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


def intervals(count: int | None) -> list[str]:
    """The intervals of the shipped file, switched on or off; repeated, or a part of them, for another number of sources."""
    shipped = App(load_settings({"CGTWATCH_SOURCES": str(SHIPPED)}, Path.cwd())).sources
    found = [f"{int(one.every.total_seconds() // 60)}m" for one in shipped]
    return list(itertools.islice(itertools.cycle(found), count or len(found)))


def sources(site: Site, every: Sequence[str]) -> str:
    """A sources.yaml of the offices, each with an interval."""
    kinds = {True: "feed", False: "list, list: {item: 'ul.news > li', title: a, link: a@href, date: span.date}"}
    rows = [
        f"  - {{id: o{one.number}, name: o{one.number}, kind: {kinds[one.feed]}, url: '{site.url_of(one)}', "
        f"language: {'zh' if one.chinese else 'en'}, every: {each}, gap: 0s, robots: ignore}}"
        for one, each in zip(site.offices.values(), every, strict=True)
    ]
    return "sources:\n" + "\n".join(rows) + "\n"


def opened(folder: Path, clock: Clock) -> tuple[App, Engine]:
    """The program over that folder, and its engine."""
    environ = {"CGTWATCH_DATA_DIR": str(folder / "data"), "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8", "CGTWATCH_CONCURRENCY": "16"}
    app = App(load_settings(environ, folder), clock)
    prepare(app)
    return app, Engine(app)


def cpu(site_thread: threading.Thread) -> float:
    """CPU seconds of this process and its ended children without the site's own."""
    assert site_thread.ident is not None
    spent = sum(
        resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return spent - time.clock_gettime(time.pthread_getcpuclockid(site_thread.ident))


def visit_due(engine: Engine) -> None:
    """Everything that is due now."""
    while engine.poll_due() or engine.busy():
        while engine.busy():
            time.sleep(0.002)


def size_of(folder: Path) -> int:
    """Bytes of the data directory, as the disk holds them."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def read_since(database: Path, at: datetime) -> int:
    """Bytes of bodies that visits after that time have read."""
    with sqlite3.connect(database) as db:
        found = db.execute("SELECT coalesce(sum(size), 0) FROM fetch WHERE at > ?", (f"{at:%Y-%m-%dT%H:%M:%S}",)).fetchone()[0]
    return int(found)


def ticking(every: Sequence[str]) -> float:
    """CPU seconds of a day's ticks over so many sources of which none is due, and of learning their rhythm anew each hour."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), Clock()
        rows = [
            f"  - {{id: o{n}, name: o{n}, kind: feed, url: 'http://127.0.0.1:9/{n}', every: {one}}}"
            for n, one in enumerate(every)
        ]
        (folder / "sources.yaml").write_text("sources:\n" + "\n".join(rows) + "\n", encoding="utf-8")
        app, engine = opened(folder, clock)
        app.close()
        with sqlite3.connect(folder / "data" / "cgtwatch.db") as db:
            later = f"{BEGIN + timedelta(days=9):%Y-%m-%dT%H:%M:%S.%fZ}"
            db.execute("UPDATE source_state SET next_poll = ?, last_visit = ?", (later, f"{BEGIN:%Y-%m-%dT%H:%M:%S.%fZ}"))
        app, engine = opened(folder, clock)
        work: dict[str, Callable[[], object]] = {
            "poll": engine.poll_due, "send": engine.sends.due, "digest": engine.digest_due, "housekeep": engine.housekeep,
        }  # fmt: skip
        spent = 0.0
        for kind, do in work.items():
            do()
            spent += A_DAY[kind] * timed(do, 20)
        spent += 24 * timed(lambda: (app.paces(), app.habits()), 1)
        engine.stop()
        app.close()
        return spent


def timed(do: Callable[[], object], times: int) -> float:
    """CPU seconds of one of so many."""
    begun = time.process_time()
    for _ in range(times):
        do()
    return (time.process_time() - begun) / times


def bare(site: Site, count: int, unchanged: float, site_thread: threading.Thread) -> float:
    """CPU seconds of one session for `count` requests, a part of them answered 304."""
    begun, session = cpu(site_thread), requests.Session()
    session.trust_env = False
    tags: dict[str, str] = {}
    every = list(itertools.islice(itertools.cycle(site.offices.values()), count))
    for office in every[: len(site.offices)]:
        tags[office.path] = session.get(site.url_of(office), timeout=30).headers["ETag"]
    begun = cpu(site_thread)
    for n, office in enumerate(every):
        known = {"If-None-Match": tags[office.path]} if n < unchanged * count else {}
        _ = session.get(site.url_of(office), headers=known, timeout=30).content
    return cpu(site_thread) - begun


def measured(every: Sequence[str], days: float) -> Cost:
    """A first look, which is not counted, and so many days after it."""
    made: list[Office] = offices(len(every))
    others = set(threading.enumerate())
    with tempfile.TemporaryDirectory() as name, Site(made, min(200, len(made))) as site:
        [thread] = set(threading.enumerate()) - others
        folder, clock = Path(name), Clock()
        (folder / "sources.yaml").write_text(sources(site, every), encoding="utf-8")
        app, engine = opened(folder, clock)
        visit_due(engine)
        engine.housekeep()
        engine.stop()
        app.close()
        before, begun = size_of(folder / "data"), cpu(thread)
        site.answers.clear()
        app, engine = opened(folder, clock)
        for step in range(1, int(days * 24 * 6) + 1):
            clock.now = BEGIN + step * STEP
            if step % 144 == 72:
                advance(site)
            visit_due(engine)
            if step % 6 == 0:
                engine.housekeep()
        app.store.flush()
        taken = read_since(folder / "data" / "cgtwatch.db", BEGIN + STEP / 2)
        engine.stop()
        app.close()
        visiting = cpu(thread) - begun
        asked = sum(site.answers.values())
        share = site.answers[304] / max(1, asked)
        return Cost(
            len(every), asked / days, site.answers[304] / days, taken / days, visiting / days, ticking(every),
            (size_of(folder / "data") - before) / days, bare(site, asked, share, thread) / days,
        )  # fmt: skip


def computed(of: Cost, count: int, ticks: float) -> Cost:
    """What is measured, at another number of sources: visits and what they leave behind grow with it."""
    more = count / of.sources
    return replace(
        of, sources=count, requests=of.requests * more, unchanged=of.unchanged * more, size=of.size * more, visiting=of.visiting * more,
        ticking=ticks, disk=of.disk * more, bare=of.bare * more,
    )  # fmt: skip


def line(cost: Cost, how: str) -> str:
    """A row of the table."""
    whole = cost.visiting + cost.ticking
    return (
        f"| {cost.sources:,} {how} | {cost.requests:,.0f} | {100 * cost.unchanged / cost.requests:.0f} % | {cost.size / MIB:,.0f} | "
        f"{cost.visiting:,.0f} + {cost.ticking:,.0f} | {100 * whole / 86_400:,.2f} % | {cost.visiting / cost.bare:.1f} | {cost.disk / MIB:,.1f} | "
        f"{365 * cost.disk / 2**30:,.1f} |"
    )


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description="The cost of a year, by the day.")
    asked.add_argument("--days", type=float, default=3)
    asked.add_argument("--sources", type=int, default=None, help="instead of those of the shipped file")
    given = asked.parse_args()
    small = measured(intervals(80), given.days)
    cost = measured(intervals(given.sources), given.days)
    print(
        "| sources | requests a day | 304 | MiB read | CPU s: visits + ticks | of one core | visits by a bare session | MiB of disk a day | GiB a year |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print(line(small, "measured"))
    print(line(cost, "measured"))
    many = ticking(intervals(LARGE))
    if cost.sources != LARGE:
        print(line(computed(cost, LARGE, many), "visits computed"))
    slope = (many - small.ticking) / (LARGE - small.sources)
    print(line(computed(cost, 10 * LARGE, many + 9 * LARGE * slope), "computed"))
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
