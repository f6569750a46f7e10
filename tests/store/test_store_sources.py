"""Hints that bring visits forward, what came when, and subscriptions at hubs."""

import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cgtwatch.engine.prepare import migrate
from cgtwatch.model.push import Push, PushState
from cgtwatch.store import Store, open_store, state_of, upgrade
from cgtwatch.store.connection import writer
from cgtwatch.store.migrate import SCRIPTS, run
from store.store_kit import HOUR, NOW, news, source, statements, url_of


@pytest.fixture
def visited(filed: Store) -> Store:
    filed.record_visit(news("first"))
    return filed


def test_a_hint_makes_a_source_due_at_once(visited: Store) -> None:
    assert visited.due(NOW, ["cde"]) == []
    assert visited.bring_forward(["cde", "unknown"], NOW) == 1
    assert visited.due(NOW, ["cde"]) == ["cde"]


def test_a_hint_never_delays_a_source_that_is_due(visited: Store) -> None:
    due = visited.state("cde").next_poll
    assert due is not None
    assert visited.bring_forward(["cde"], due + HOUR) == 0
    assert visited.state("cde").next_poll == due


def test_one_of_the_same_address_is_brought_forward_where_it_is_due_soon(visited: Store) -> None:
    due = visited.state("cde").next_poll
    assert due is not None
    with statements() as seen:
        assert visited.bring_forward(["cde", "unknown"], due - HOUR, within=HOUR / 2) == 0
    assert seen == [], "what is remembered tells that none is due so soon"
    assert visited.bring_forward(["cde"], due - HOUR / 4, within=HOUR / 2) == 1
    assert visited.state("cde").next_poll == due - HOUR / 4


def test_a_first_look_is_when_a_source_first_gave_something(visited: Store) -> None:
    looked = visited.first_looks()
    visited.record_visit(news("second", at=NOW + timedelta(days=1)))
    assert list(looked) == ["cde"]
    assert visited.first_looks() == looked


def test_arrivals_leave_out_the_first_look(visited: Store) -> None:
    later = NOW + timedelta(days=1)
    visited.record_visit(news("second", at=later))
    assert [(each.source, each.at) for each in visited.arrivals(NOW)] == [("cde", later)]
    assert visited.arrivals(later + HOUR) == []


def test_a_push_is_kept_changed_and_forgotten(visited: Store) -> None:
    asked = Push("cde", "https://hub.example.org/", "https://www.example.org/feed", PushState.ASKED, NOW)
    visited.save_push(asked)
    assert visited.push("cde") == asked
    active = Push("cde", asked.hub, asked.topic, PushState.ACTIVE, NOW, NOW + timedelta(days=10))
    visited.save_push(active)
    assert visited.pushes() == [active]
    visited.forget_push("cde")
    assert visited.push("cde") is None


@pytest.fixture
def first_schema(tmp_path: Path) -> Path:
    """A database as the first release left it, with one source."""
    path, scripts = tmp_path / "cgtwatch.db", tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    for name in ("env.py", "versions/0001_first.py"):
        (scripts / name).write_text((SCRIPTS / name).read_text())
    with writer(url_of(path), HOUR) as connection:
        run(connection, scripts)
    raw = sqlite3.connect(path)
    raw.execute("INSERT INTO source VALUES ('old','list','https://www.example.org/','旧','old',1,'2026-01-01T00:00:00.000000Z')")
    columns = "source, message, hint, held_as, etag, failures, items_seen, held, good, baseline_done"
    raw.execute(f"INSERT INTO source_state ({columns}) VALUES ('old', '', '', '', '\"e\"', 0, 3, 0, 2, 1)")
    raw.commit()
    raw.close()
    return path


def test_a_database_of_the_first_schema_is_copied_and_brought_up(first_schema: Path) -> None:
    assert migrate(url_of(first_schema), first_schema.parent, NOW) == "older"
    assert state_of(url_of(first_schema)) == "current"
    (kept,) = (first_schema.parent / "backup").iterdir()
    assert state_of(url_of(kept)) == "older"


def test_a_filled_database_of_the_first_schema_keeps_everything(first_schema: Path) -> None:
    path = first_schema
    assert state_of(url_of(path)) == "older"
    upgrade(url_of(path))
    store = open_store(url_of(path))
    found = store.state("old")
    assert (found.validators.etag, found.validators.others, found.items_seen) == ('"e"', (), 3)
    store.sync_sources([source()], NOW)
    store.record_visit(news("a"))
    assert store.counts().items == 1
    store.close()


def test_sources_that_did_not_change_cost_one_question(filed: Store) -> None:
    with statements() as seen:
        filed.sync_sources([source()], NOW)
    assert [line.split()[0] for line in seen] == ["BEGIN", "SELECT"]


def test_a_source_that_left_and_came_back_is_listed_again_with_its_state(visited: Store) -> None:
    before = visited.state("cde")
    visited.sync_sources([], NOW)
    assert visited.states() == {}
    visited.sync_sources([replace(source(), url="https://www.example.org/moved")], NOW)
    assert visited.states() == {"cde": before}


def test_states_are_read_once_however_many_ask_for_the_first_time(visited: Store) -> None:
    visited.bring_forward(["cde"], NOW)  # what was remembered is to be read anew
    together = threading.Barrier(8)

    def ask() -> None:
        together.wait(20)
        visited.state("cde")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    with statements() as seen:
        with visited._database.alone():
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join(20)
    assert len([line for line in seen if line.startswith("SELECT")]) == 1
