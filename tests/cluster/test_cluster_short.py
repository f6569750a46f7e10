"""Several services on one PostgreSQL share the work, and one that is stopped leaves it to the others at once; the short form."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.roles import ROLES
from cgtwatch.engine.service import Service
from cluster.cluster_kit import READERS, Cluster, cluster, prove, settle


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


def test_two_schedulers_and_workers_visit_and_tell_everything_once(tmp_path: Path, postgres_of_the_run: Any) -> None:
    with cluster(tmp_path, postgres_of_the_run, 24, 6, (), "1h") as at, ExitStack() as running:
        at.ask("freeze")
        planning, _, _ = [running.enter_context(service(at, role)) for role in ("scheduler", "scheduler", "worker")]
        with service(at, "worker"):
            at.until(lambda: at.one("SELECT count(*) FROM source_state WHERE last_ok IS NOT NULL") >= 6, 30, "first visits")
        settle(at, 30)
        at.ask("publish")
        app = planning.app
        app.store.bring_forward([source.id for source in app.sources], app.clock())
        settle(at, 30)
        assert prove(at)["events told"] == 6 * len(READERS)
