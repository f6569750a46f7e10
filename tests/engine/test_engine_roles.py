"""Which role a process may have, and what is handed out to workers."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cgtwatch.clock import LOOK, SOON, SharedClock
from cgtwatch.config.settings import load_settings
from cgtwatch.engine import prepare
from cgtwatch.engine.planning import Planner
from cgtwatch.engine.reloading import Files
from cgtwatch.engine.roles import ROLES, role_of
from cgtwatch.engine.service import Service
from cgtwatch.errors import ConfigError, StoreError, StoreUnusable

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MANY = {
    "CGTWATCH_ENGINE": "procrastinate", "CGTWATCH_DATABASE_URL": "postgresql+psycopg://me@db/x", "CGTWATCH_SECRET_KEY": "k" * 40,
}  # fmt: skip


@pytest.mark.parametrize("name", ["scheduler", "worker", "web"])
def test_one_process_alone_has_every_role(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set CGTWATCH_ENGINE=procrastinate"):
        role_of(name, load_settings({}, tmp_path))
    assert role_of("all", load_settings({}, tmp_path)) == ROLES["all"]
    assert role_of(name, load_settings(MANY, tmp_path)) == ROLES[name]


def test_a_role_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="all, scheduler, worker, web"):
        role_of("boss", load_settings(MANY, tmp_path))


def test_the_plan_hands_out_hosts_lanes_and_what_has_its_own_rhythm() -> None:
    store = SimpleNamespace(due_deliveries=lambda now, most, channels, but: ["one"] if channels == ("email",) else [])
    settings = SimpleNamespace(translate_url=None)
    app = SimpleNamespace(store=store, settings=settings, clock=lambda: NOW, sources=())
    engine: Any = SimpleNamespace(app=app, due_hosts=lambda: ["a.test", "b.test"])
    planner = Planner(engine)
    planner.look()
    first = planner.take()
    assert {one.key for one in first} == {"close_windows", "recover", "housekeep", "deliver mail", "host a.test", "host b.test"}
    assert [dict(one.args) for one in first if one.task == "poll_host"] == [{"host": "a.test"}, {"host": "b.test"}]
    assert planner.take() == []
    planner.look()
    assert {one.key for one in planner.take()} == {"deliver mail", "host a.test", "host b.test"}  # rhythms wait for their time


def test_a_file_that_another_process_changed_is_noticed_once(tmp_path: Path) -> None:
    settings = load_settings({"CGTWATCH_SOURCES": str(tmp_path / "sources.yaml")}, tmp_path)
    files = Files(settings)
    assert not files.changed()
    (tmp_path / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    assert files.changed()
    assert not files.changed()
    (tmp_path / "sources.yaml").unlink()
    assert files.changed()


def test_a_file_that_was_changed_while_nothing_could_be_stored_is_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = SimpleNamespace(settings=load_settings({}, tmp_path), shared=True)
    service: Any = SimpleNamespace(app=app, role=ROLES["scheduler"], _files=Files(app.settings))
    answers: list[Exception] = [StoreError("away"), ConfigError(["line 3: a mistake"])]

    def read_again(_app: object, *, listed: bool) -> None:
        assert listed
        raise answers.pop(0)

    monkeypatch.setattr("cgtwatch.engine.service.read_again", read_again)
    Service._reload(service)
    assert service._files.changed()
    Service._reload(service)
    assert not service._files.changed()  # a mistake is mended by a change


def test_machines_go_by_one_clock_and_by_their_own_until_it_can_be_asked() -> None:
    hands, away = [100.0], [True]
    asked: list[float] = []

    def ask() -> datetime:
        asked.append(hands[0])
        if away[0]:
            raise StoreError("away")
        return NOW

    own = datetime(2026, 3, 2, 1, tzinfo=UTC)
    clock = SharedClock(ask, lambda: own, lambda: hands[0])
    assert clock() == own
    away[0] = False
    assert clock() == own  # it is asked again after a while
    hands[0] += SOON
    assert clock() == NOW
    hands[0] += LOOK / 2
    assert (clock() - NOW).total_seconds() == LOOK / 2
    away[0] = True
    hands[0] += LOOK
    assert (clock() - NOW).total_seconds() == LOOK * 1.5  # what it told last is carried on
    assert asked == [100.0, 100.0 + SOON, 100.0 + SOON + 1.5 * LOOK]


def test_a_worker_waits_for_a_database_that_does_not_answer_and_not_for_one_that_refuses_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[Exception | None] = [StoreError("gone"), StoreError("gone"), None, StoreUnusable("wrong password")]

    def state_of(url: str) -> str:
        if (found := answers.pop(0)) is not None:
            raise found
        return "current"

    monkeypatch.setattr(prepare, "state_of", state_of)
    slept: list[float] = []
    prepare.await_database("postgresql+psycopg://db/x", slept.append)
    assert slept == [1.0, 2.0]
    with pytest.raises(StoreUnusable):
        prepare.await_database("postgresql+psycopg://db/x", slept.append)


@pytest.mark.parametrize(("name", "ticks"), [("web", set()), ("worker", {"queue"}), ("scheduler", {"queue"}), ("all", {"queue"})])
def test_a_process_is_watched_for_the_ticks_that_it_has(
    name: str, ticks: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.engine.service.Engine", lambda _app: SimpleNamespace())
    app: Any = SimpleNamespace(settings=load_settings({}, tmp_path), shared=True)
    assert set(Service(app, role=ROLES[name]).pulse.beats()) == ticks  # one that never beats would be started anew for ever
