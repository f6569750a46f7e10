"""What monitoring is told: what happened is counted, what waits is looked up, and nobody's name or secret is in it."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from place import Site, serving
from sqlalchemy import Engine, event

from cgtwatch.engine.prepare import ensure_local
from cgtwatch.errors import StoreFull
from cgtwatch.model.health import Alarm
from cgtwatch.ops.gauges import rank
from ops.vital_kit import Watch, lived, visit_due, watch

SECRET = "hunter2-in-a-hook"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """A service that has lived for an hour."""
    root = tmp_path_factory.mktemp("seen")
    with serving(Site()) as site, watch(root, site, smtp_url=f"smtp://me:{SECRET}@127.0.0.1:1") as made:
        lived(made, root)
        yield made


def test_visits_are_counted_by_outcome_and_class(seen: Watch) -> None:
    told = seen.read()
    assert told["cgtwatch_polls_total"] == {'error="",outcome="ok"': 1, 'error="http-4xx",outcome="failed"': 1}
    assert told["cgtwatch_poll_requests_total"][""] == 2
    assert told["cgtwatch_poll_seconds_count"][""] == 2
    assert told["cgtwatch_sources"]['health="ok"'] + told["cgtwatch_sources"]['health="unverified"'] == 2
    assert told["cgtwatch_sources"]['health="off"'] == 1


def test_messages_are_counted_by_channel_and_state(seen: Watch) -> None:
    told = seen.read()
    assert told["cgtwatch_attempts_total"]['channel="maildir",state="sent"'] >= 1
    assert told["cgtwatch_digests_total"]['outcome="welcome"'] >= 1
    assert told["cgtwatch_subscriptions"]['status="active"'] >= 1
    assert told["cgtwatch_queue_oldest_seconds"]['channel="",queue="digest"'] == 0


def test_room_and_copies_are_told(seen: Watch) -> None:
    told = seen.read()
    assert told["cgtwatch_database_bytes"]['part="main"'] > 100_000
    assert told["cgtwatch_disk_free_bytes"][""] > 0
    assert told["cgtwatch_backup_last_timestamp_seconds"][""] > 1e9
    assert told["process_resident_memory_bytes"][""] > 1e7


def test_no_name_no_address_and_no_secret_is_a_label(seen: Watch) -> None:
    text = seen.signs.metrics.text()[0].decode()
    labels = set(re.findall(r'="([^"]*)"', text))
    assert not labels & {"good", "bad", "asleep", "mei", "local", "local:"}
    assert not [word for word in (SECRET, "127.0.0.1", "smtp:", str(seen.bench.app.settings.data_dir)) if word in text]
    assert set(re.findall(r'(\w+)="', text)) == {
        "channel", "change", "error", "health", "le", "of", "outcome", "part", "python", "queue", "state", "status", "tick", "version",
    }  # fmt: skip


def test_both_formats_are_spoken_with_their_exact_types(seen: Watch) -> None:
    plain, kind = seen.signs.metrics.text()
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    assert b"_created" not in plain
    opened, kind = seen.signs.metrics.text("application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert opened.endswith(b"# EOF\n")


def test_two_services_in_one_process_count_apart(tmp_path: Path, seen: Watch) -> None:
    with serving(Site()) as site, watch(tmp_path, site) as other:
        assert "cgtwatch_polls_total" not in other.read()
        assert "cgtwatch_polls_total" in seen.read()


def test_lateness_alarms_and_waiting_messages_are_seen_as_they_come(tmp_path: Path) -> None:
    with serving(Site()) as site, watch(tmp_path, site) as made:
        app, engine = made.bench.app, made.service.engine
        visit_due(made)
        made.bench.pass_time(days=1)
        told = made.read()
        assert told["cgtwatch_sources_overdue"][""] == 2
        assert told["cgtwatch_sources_late_seconds"]['of="max"'] >= timedelta(hours=12).total_seconds()
        visit_due(made)
        late = made.read()
        assert late["cgtwatch_poll_lateness_seconds_count"][""] == 2
        assert late["cgtwatch_poll_lateness_seconds_bucket"]['le="3600.0"'] == 0
        assert late["cgtwatch_sources_overdue"][""] == 0
        app.store.apply_alarms([Alarm("k", "storage", "s", "d", "h", app.clock())], [], app.clock())
        ensure_local(made.bench.app)  # whom a welcome is due
        made.bench.pass_time(hours=1)
        assert made.read()["cgtwatch_queue_oldest_seconds"]['channel="",queue="digest"'] == 3600
        engine.digest_due()
        made.bench.pass_time(minutes=30)
        told = made.read()
        assert told["cgtwatch_alarms_open"]['kind="storage"'] == 1
        assert told["cgtwatch_deliveries"]['channel="maildir",state="queued"'] >= 1
        assert told["cgtwatch_queue_oldest_seconds"]['channel="maildir",queue="delivery"'] == 1800


def test_trouble_with_the_storage_leaves_the_rest_to_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Site()) as site, watch(tmp_path, site) as made:

        def full(*_: object) -> None:
            raise StoreFull("/secret/place: no space left")

        made.service.engine.storage.trouble(StoreFull("/secret/place: no space left"))
        monkeypatch.setattr(made.bench.app.store, "queues", full)
        told = made.read()
        assert (told["cgtwatch_ready"][""], told["cgtwatch_storage_trouble"][""]) == (0, 1)
        assert "cgtwatch_queue_oldest_seconds" not in told
        assert made.signs.readiness.reasons() == ["storage: no space is left; work pauses and goes on by itself"]
        made.service.engine.storage.usable()


def test_a_scrape_goes_through_no_table_that_grows_with_the_years(seen: Watch) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(Engine, "before_cursor_execute", note := lambda *given: asked.append((given[2], given[3])))
    try:
        seen.read()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    database = sqlite3.connect(f"file:{seen.bench.app.settings.data_dir}/cgtwatch.db?mode=ro", uri=True)
    plans = [
        (row[3], statement)
        for statement, given in asked
        if statement.lstrip().startswith("SELECT")
        for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", given)
    ]
    database.close()
    assert len(plans) > 8
    grow = re.compile(r"^SCAN (?:event|item|revision|fetch|delivery|attempt|digest|choice|announcement|alarm)\b(?!.* USING)")
    assert [plan for plan in plans if grow.match(plan[0])] == []


def test_a_share_of_values_is_the_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (rank(values, 0.5), rank(values, 0.99), rank(values, 1.0), rank([], 0.5), rank([7.0], 0.99)) == (50, 99, 100, 0, 7)
