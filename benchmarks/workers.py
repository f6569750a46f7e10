"""What a worker of several costs: visits a second beside one process on SQLite, statements and commits a visit, jobs a second, room.

A PostgreSQL of its own is started.
"""

import argparse
import asyncio
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import procrastinate
import psycopg
from corpus import offices
from site_of_offices import Site
from sqlalchemy import Engine as Sql
from sqlalchemy import event

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.prepare import prepare
from cgtwatch.engine.queueing import _pool, prepare_queue
from cgtwatch.engine.roles import ROLES
from cgtwatch.engine.service import Service
from postgres import Postgres, running

SOURCE = (
    "  - {{id: o{n}, kind: feed, url: '{url}', name: {{zh: o{n}, en: o{n}}}, every: 1h, gap: 0s, detail: none, robots: ignore}}"
)
JOBS = 2000
SHOWN = 5  # items of a feed
MANY = {"CGTWATCH_ENGINE": "procrastinate", "CGTWATCH_SECRET_KEY": "k" * 48}


class Counted:
    """Statements that SQLAlchemy sends, and what the server has committed."""

    def __init__(self, server: Postgres | None, url: str) -> None:
        self.server, self.url = server, url
        self.statements = 0
        event.listen(Sql, "before_cursor_execute", self._one)

    def _one(self, *_: Any) -> None:
        self.statements += 1

    def commits(self) -> int:
        """All commits in the database so far; statistics come up to a second late."""
        if self.server is None:
            return 0
        time.sleep(1.2)
        with psycopg.connect(self.url.replace("+psycopg", "")) as db:
            found = db.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()").fetchone()
        return int(found[0]) if found else 0


def visits(root: Path, environ: dict[str, str], count: Counted | None) -> tuple[float, float, float, float]:
    """Visits a second of a round without news, and a visit's CPU milliseconds, statements and commits."""
    with App(load_settings(environ, root)) as app:
        prepare(app)
        engine = Engine(app)
        for _ in range(2):
            for row in engine.poll(app.sources):
                assert row.error is None, row
        statements, commits = (count.statements, count.commits()) if count else (0, 0)
        began, used = time.monotonic(), time.process_time()
        rows = list(engine.poll(app.sources))
        took, cpu = time.monotonic() - began, time.process_time() - used
        assert all(row.error is None and row.recorded for row in rows)
        more = (count.statements - statements, count.commits() - commits - 1) if count else (0, 0)
        engine.stop()
    return len(rows) / took, 1000 * cpu / len(rows), more[0] / len(rows), more[1] / len(rows)


@contextmanager
def service(root: Path, environ: dict[str, str], role: str) -> Iterator[Service]:
    """A service of that role in this process."""
    begun = threading.Event()
    with App(load_settings(environ, root)) as app:
        made = Service(app, role=ROLES[role])
        thread = threading.Thread(target=made.run, args=(None, lambda _: begun.set()), daemon=True)
        thread.start()
        begun.wait(60)
        yield made
        made.stop()
        thread.join(10)


def through_the_queue(root: Path, environ: dict[str, str]) -> tuple[float, dict[str, int]]:
    """Visits a second of all sources due at once, handed out by a scheduler; connections by what they are for."""
    url = environ["CGTWATCH_DATABASE_URL"].replace("+psycopg", "")
    with ExitStack() as stack:
        planning = stack.enter_context(service(root, environ, "scheduler"))
        stack.enter_context(service(root, environ, "worker"))
        app, db = planning.app, stack.enter_context(psycopg.connect(url, autocommit=True))
        time.sleep(3)
        began = time.monotonic()
        app.store.bring_forward([one.id for one in app.sources], app.clock())
        waiting = "SELECT count(*) FROM source_state WHERE next_poll::timestamptz <= now()"
        while db.execute(waiting).fetchall()[0][0]:
            time.sleep(0.1)
        took = time.monotonic() - began
        asked = "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return len(app.sources) / took, dict(Counter(row[0] for row in db.execute(asked)))


def jobs(environ: dict[str, str]) -> float:
    """Empty jobs a second, each with its own lock."""

    async def run() -> float:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(**_pool(environ["CGTWATCH_DATABASE_URL"], 4)))
        done = asyncio.Event()
        left = [JOBS]

        @app.task(name="nothing", queue="bench")
        async def nothing(number: int) -> None:
            del number
            left[0] -= 1
            if not left[0]:
                done.set()

        async with app.open_async():
            made = [
                procrastinate.jobs.Job(
                    queue="bench", task_name="nothing", task_kwargs={"number": n}, lock=f"bench {n}", queueing_lock=f"bench {n}"
                )
                for n in range(JOBS)
            ]
            await app.job_manager.batch_defer_jobs_async(made)
            worker = app._worker(queues=["bench"], concurrency=64, delete_jobs="always", install_signal_handlers=False)
            began = time.monotonic()
            working = asyncio.create_task(worker.run())
            await done.wait()
            took = time.monotonic() - began
            worker.stop()
            await working
            return JOBS / took

    return asyncio.run(run())


def room(url: str, sources: int) -> str:
    """Bytes of the largest tables, a source."""
    asked = (
        "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "ORDER BY 2 DESC LIMIT 6"
    )
    with psycopg.connect(url.replace("+psycopg", "")) as db:
        return ", ".join(f"{name} {size / sources / 1024:.1f} KiB" for name, size in db.execute(asked))


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=200)
    asked = parser.parse_args()
    made = offices(asked.sources)
    for one in made:
        one.feed, one.shown, one.head = True, SHOWN, SHOWN
    with tempfile.TemporaryDirectory() as folder, running(durable=True) as server, Site(made, asked.hosts) as site:
        root = Path(folder)
        text = "\n".join(SOURCE.format(n=one.number, url=site.url_of(one)) for one in made)
        (root / "sources.yaml").write_text(f"sources:\n{text}\n", encoding="utf-8")
        base = {"CGTWATCH_DATA_DIR": str(root / "data"), "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
        alone = visits(root, base, None)
        print(f"one process, SQLite:  {alone[0]:6.0f} visits/s, {alone[1]:.2f} ms CPU a visit", flush=True)
        url = server.create()
        many = {**base, **MANY, "CGTWATCH_DATABASE_URL": url}
        with App(load_settings(many, root)) as app:
            prepare(app, plans=True)
            prepare_queue(app)
        speed, cpu, statements, commits = visits(root, many, Counted(server, url))
        print(
            f"one worker, PostgreSQL: {speed:6.0f} visits/s, {cpu:.2f} ms CPU, {statements:.1f} statements, {commits:.1f} commits a visit"
        )
        rate, connections = through_the_queue(root, many)
        print(f"scheduler and one worker in one process: {rate:6.0f} visits/s through the queue; connections {connections}")
        print(f"queue: {jobs(many):6.0f} empty jobs/s")
        print(f"room a source after {1 + 2 + 1} visits: {room(url, asked.sources)}")


if __name__ == "__main__":
    main()
