"""A cluster of real processes on one PostgreSQL, what may be done to it, and what must be true of it afterwards."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import perform
from cgtwatch.engine.prepare import prepare
from cluster.growing_site import hosts_of
from postgres import Postgres

PROGRAM = [sys.executable, "-m", "cgtwatch"]
READERS = ("ann", "bao", "cai")


@dataclass
class Cluster:
    """The processes by name; whoever dies is started again, as a service manager does."""

    root: Path
    server: Postgres
    url: str
    control: str
    names: tuple[str, ...]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    kills: Counter[str] = field(default_factory=Counter)
    begun: dict[str, int] = field(default_factory=dict)  # where the log of a process began

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CGTWATCH_")}
        return {
            **kept, "CGTWATCH_DATABASE_URL": self.url, "CGTWATCH_ENGINE": "procrastinate", "CGTWATCH_SECRET_KEY": "k" * 48,
            "CGTWATCH_DATA_DIR": str(self.root / "data"), "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8", "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def start(self, name: str) -> None:
        role = name.partition("-")[0]
        with (self.root / f"{name}.log").open("ab") as log:
            self.begun[name] = log.tell()
            command = [*PROGRAM, "run", "--role", role]
            self.processes[name] = subprocess.Popen(command, cwd=self.root, env=self.env, stdout=log, stderr=log)

    def keep_alive(self) -> None:
        """Start again who has ended."""
        for name in self.names:
            process = self.processes.get(name)
            if process is None or process.poll() is not None:
                self.start(name)

    def kill(self, kind: str) -> str | None:
        """Kill one process of a kind, if all but one that may start are at work; its name. So work goes on beside the kills."""
        running = [name for name in self.names if name.startswith(kind) and name not in self.stopped]
        alive = [name for name in running if self.works(name)]
        if len(alive) < max(1, len(running) - 1):
            return None
        name = random.choice(alive)
        self.processes[name].kill()
        self.processes[name].wait(10)
        self.kills[kind] += 1
        return name

    def works(self, name: str) -> bool:
        """Whether a process runs and has begun: killing one that only starts would prove little."""
        process = self.processes.get(name)
        if process is None or process.poll() is not None:
            return False
        with (self.root / f"{name}.log").open("rb") as log:
            log.seek(self.begun[name])
            return b" started sources=" in log.read()

    def ask(self, path: str) -> dict[str, Any]:
        """What the site tells."""
        with urllib.request.urlopen(f"{self.control}/{path}", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with psycopg.connect(self.url.replace("+psycopg", "")) as db:
            return db.execute(query.encode()).fetchall()

    def one(self, query: str) -> Any:
        """The only value that a query gives."""
        return self.rows(query)[0][0]

    def until(self, what: Callable[[], object], seconds: float, told: str) -> float:
        """Wait until it is so, and keep everybody alive meanwhile; how long it took."""
        began = time.monotonic()
        while not what():
            assert time.monotonic() - began < seconds, f"waited in vain for {told}: {self.left()} {self.logs()}"
            self.keep_alive()
            time.sleep(0.3)  # other processes have no clock that a test could move
        return time.monotonic() - began

    def left(self) -> str:
        """What waits or runs in the queue, and which sources are in hand."""
        schemas = self.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cgtwatch_queue%'")
        jobs = [
            self.rows(f"SELECT task_name, status, lock, worker_id FROM {name}.procrastinate_jobs LIMIT 9") for (name,) in schemas
        ]
        return f"jobs {jobs}, sources {self.rows('SELECT source, last_ok, next_poll, lease FROM source_state ORDER BY last_ok LIMIT 3')}"

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in sorted(self.root.glob("*.log"))
        )

    def end(self) -> None:
        """Let nobody run on."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(10)


@contextmanager
def cluster(root: Path, server: Postgres, offices: int, hosts: int, names: tuple[str, ...], every: str) -> Iterator[Cluster]:
    """A site, and processes that watch it; all have begun."""
    site = [sys.executable, str(Path(__file__).with_name("growing_site.py")), str(offices), str(hosts)]
    with subprocess.Popen(site, stdout=subprocess.PIPE) as serving:
        assert serving.stdout is not None
        ports = json.loads(serving.stdout.readline())
        where = hosts_of(hosts)
        lines = [
            f"  - {{id: o{n}, kind: feed, url: 'http://{where[n % hosts]}:{ports['port']}/feed-{n}', name: {{zh: o{n}, en: o{n}}},"
            f" every: {every}, gap: 0s, detail: none, robots: ignore}}"
            for n in range(offices)
        ]
        (root / "sources.yaml").write_text("sources:\n" + "\n".join(lines), encoding="utf-8")
        found = Cluster(root, server, server.create(), f"http://127.0.0.1:{ports['control']}", names)
        try:
            _subscribe(found)
            found.keep_alive()
            yield found
        finally:
            found.end()
            serving.kill()


def _subscribe(at: Cluster) -> None:
    """Three readers who hear of everything at once."""
    with App(load_settings(at.env, at.root)) as app:
        prepare(app)
        engine = Engine(app)
        for reader in READERS:
            wish = {"name": reader, "to": f"{at.control}/hook/{reader}", "cadence": "now", "topic": "any"}
            assert list(perform(engine, "subscriptions.add", wish))
        engine.stop()


def settle(at: Cluster, seconds: float) -> float:
    """Nothing new from now on; wait until all is seen, told and delivered. How long it took."""
    frozen = at.ask("freeze")
    began = time.monotonic()
    published = frozen["published"]
    at.until(lambda: at.one("SELECT count(*) FROM item") >= published, seconds, f"{published} items")
    after = f"to_timestamp({frozen['frozen_at']})"
    unvisited = f"SELECT count(*) FROM source_state WHERE last_ok IS NULL OR last_ok::timestamptz < {after}"
    at.until(lambda: at.one(unvisited) == 0, seconds, "a visit to each source")
    last = "SELECT count(*) FROM subscription WHERE removed_at IS NULL AND name <> 'local' AND sent_upto < (SELECT coalesce(max(seq), 0) FROM announcement)"
    at.until(lambda: at.one(last) == 0, seconds, "digests of all that is new")
    waiting = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'retry', 'attempted')"
    at.until(lambda: at.one(waiting) == 0, seconds, "deliveries")
    return time.monotonic() - began


def prove(at: Cluster) -> dict[str, Any]:
    """Hold everything that must be true; the figures."""
    site = at.ask("taken")
    items = at.one("SELECT count(*) FROM item")
    assert items == site["published"], f"{site['published']} were published, {items} are stored"
    assert at.one("SELECT count(*) FROM (SELECT source, guid FROM item GROUP BY source, guid HAVING count(*) > 1) AS twice") == 0
    assert site["overlaps"] == {}, f"hosts that two asked at once: {site['overlaps']}"
    assert at.one("SELECT count(*) FROM source_state WHERE last_ok IS NULL") == 0
    _prove_digests(at)
    again, told = _prove_deliveries(at, site["taken"])
    return {
        "items": items, "announcements": at.one("SELECT count(*) FROM announcement"), "digests": at.one("SELECT count(*) FROM digest"),
        "deliveries": at.one("SELECT count(*) FROM delivery"), "events told": told, "sent again, flagged": again,
        "visits": at.one("SELECT count(*) FROM \"fetch\""), "answers": site["answers"], "kills": dict(at.kills),
    }  # fmt: skip


def _prove_digests(at: Cluster) -> None:
    """The digests of a subscription are one after the other, without a gap or an overlap."""
    marks: dict[int, int] = {}
    for reader, first, last in at.rows("SELECT subscription, from_seq, to_seq FROM digest ORDER BY id"):
        assert marks.get(reader, first) == first, f"subscription {reader}: {first} does not follow {marks[reader]}"
        marks[reader] = last


def _prove_deliveries(at: Cluster, taken: list[list[Any]]) -> tuple[int, int]:
    """Each message was taken once, but for those of which an attempt is known to have an unknown outcome; each event is in one."""
    unknown = {
        row[0]
        for row in at.rows("SELECT key FROM delivery JOIN attempt ON attempt.delivery = delivery.id WHERE result = 'unknown'")
    }
    count = Counter(key for _, key, _ in taken)
    twice = {key for key, often in count.items() if often > 1}
    assert twice <= unknown, f"taken twice without a word: {twice - unknown}"
    sent = {row[0] for row in at.rows("SELECT key FROM delivery WHERE state = 'sent' AND channel = 'webhook'")}
    assert sent <= count.keys(), f"said to be sent, and never taken: {sent - count.keys()}"
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for reader, key, events in taken:
        for event in events:
            where[reader, event].add(key)
    assert {one for one, keys in where.items() if len(keys) > 1} == set(), "events in two digests"
    told = {reader: {event for name, event in where if name == reader} for reader in READERS}
    assert len({frozenset(events) for events in told.values()}) == 1, {name: len(events) for name, events in told.items()}
    announced = at.one("SELECT count(*) FROM announcement")
    assert all(len(events) == announced for events in told.values()), (
        announced,
        {name: len(events) for name, events in told.items()},
    )
    return len(twice), len(where)
