"""Several services on one PostgreSQL share the work, and one that is stopped leaves it to the others at once; the short form."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.planning import WORK
from cgtwatch.engine.queueing import SCHEMA
from cgtwatch.engine.roles import ROLES
from cgtwatch.engine.service import Service
from cluster.cluster_kit import READERS, Cluster, cluster, prove, settle
from cluster.growing_site import hosts_of


@contextmanager
def service(at: Cluster, role: str) -> Iterator[Service]:
    """A service of that role in this process, which has begun."""
    begun = threading.Event()
    with App(load_settings(at.env, at.root)) as app:
        made = Service(app, role=ROLES[role])
        thread = threading.Thread(target=made.run, args=(None, lambda _: begun.set()), daemon=True)
        thread.start()
        assert begun.wait(30)
        try:
            yield made
        finally:
            made.stop()
            thread.join(10)
            assert not thread.is_alive()
            assert made.ended_cleanly


def leave_behind(at: Cluster) -> None:
    """What a worker leaves that died an hour ago in the middle of a host's visits: its job holds the host's lock."""
    at.rows(
        f"WITH dead AS (INSERT INTO {SCHEMA}.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id) "
        f"INSERT INTO {SCHEMA}.procrastinate_jobs (queue_name, task_name, lock, status, worker_id) "
        f"SELECT '{WORK}', 'poll_host', 'host {hosts_of(1)[0]}', 'doing', id FROM dead RETURNING id"
    )


def leave_untold(at: Cluster) -> None:
    """What a worker leaves that lives, and could not tell the end of a host's visits because the database was away."""
    at.until(lambda: at.one(f"SELECT count(*) FROM {SCHEMA}.procrastinate_workers"), 30, "a scheduler at the queue")
    at.rows(
        f"WITH job AS (INSERT INTO {SCHEMA}.procrastinate_jobs (queue_name, task_name, lock, status, worker_id) "
        f"SELECT '{WORK}', 'poll_host', 'host {hosts_of(2)[1]}', 'doing', min(id) FROM {SCHEMA}.procrastinate_workers RETURNING id) "
        f"INSERT INTO {SCHEMA}.procrastinate_events (job_id, type, at) SELECT id, 'started', now() - interval '1 minute' FROM job RETURNING id"
    )


def test_two_schedulers_and_workers_visit_and_tell_everything_once(tmp_path: Path, postgres_of_the_run: Any) -> None:
    with cluster(tmp_path, postgres_of_the_run, 24, 6, (), "1h") as at, ExitStack() as running:
        at.ask("freeze")
        planning, _ = [running.enter_context(service(at, "scheduler")) for _ in range(2)]
        leave_behind(at)
        leave_untold(at)
        running.enter_context(service(at, "worker"))
        with service(at, "worker"):
            at.until(lambda: at.one("SELECT count(*) FROM source_state WHERE last_ok IS NOT NULL") >= 6, 120, "first visits")
        settle(at, 120)
        at.ask("publish")
        app = planning.app
        app.store.bring_forward([source.id for source in app.sources], app.clock())
        settle(at, 120)
        assert prove(at)["events told"] == 6 * len(READERS)
