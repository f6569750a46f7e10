"""Signs of life: who may read them, and that they say what is so."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from place import Site, serving

from cgtwatch.errors import BusyError, CgtwatchError, StoreUnusable
from cgtwatch.ops.pulse import PATIENCE, Pulse
from cgtwatch.ops.vitals import Readiness, Vitals
from cgtwatch.web.health import Signs, signs_of
from cgtwatch.web.site import make_site
from ops.vital_kit import Watch, watch
from web.watched import HERE, HOME, TestClient

ELSEWHERE = ("192.0.2.7", 40000)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """A service that has just been prepared."""
    with serving(Site()) as site, watch(tmp_path_factory.mktemp("made"), site, trusted_proxies="10.0.0.0/8") as one:
        yield one


def browser(made: Watch, client: tuple[str, int] = HERE, signs: Signs | None = None, **how: Any) -> TestClient:
    site = make_site(made.bench.app, signs=signs or made.signs, **how)
    return TestClient(site, base_url=HOME, client=client, raise_server_exceptions=False)


def test_a_process_that_works_is_alive_and_ready(made: Watch) -> None:
    page = browser(made, ELSEWHERE)
    assert page.get("/healthz").json() == {"ok": True, "seq": 0}
    answer = page.get("/readyz")
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, "ready\n", "text/plain; charset=utf-8")


@pytest.mark.parametrize("error", [StoreUnusable("the server is away"), BusyError("it is locked")])
def test_a_process_whose_database_is_away_is_alive_and_not_ready(
    made: Watch, monkeypatch: pytest.MonkeyPatch, error: CgtwatchError
) -> None:
    def away() -> int:
        raise error

    monkeypatch.setattr(made.bench.app.store, "last_seq", away)
    monkeypatch.setattr(made.bench.app.store, "probe", away)
    page = browser(made, ELSEWHERE)
    alive, ready = page.get("/healthz"), page.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"ok": True, "storage": "cannot be read"})
    assert (ready.status_code, ready.text.partition(":")[0]) == (503, "database")


def test_a_tick_that_hangs_is_told_by_both(made: Watch) -> None:
    clock = itertools.count(0, PATIENCE + 1)
    vitals = Vitals(made.bench.app, Pulse(("poll",), lambda: float(next(clock))))
    page = browser(made, signs=signs_of(vitals))
    alive, ready = page.get("/healthz"), page.get("/readyz")
    assert (alive.status_code, alive.json()["ok"], list(alive.json()["hanging"])) == (503, False, ["poll"])
    assert (ready.status_code, "ticks: poll has been silent for" in ready.text) == (503, True)


def test_each_reason_stands_on_a_line_of_its_own_without_path_or_address(made: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0, PATIENCE + 1)

    def broken() -> None:
        raise StoreUnusable(f"{made.bench.app.settings.data_dir}: cannot be written")

    monkeypatch.setattr(made.bench.app.store, "probe", broken)
    vitals = Vitals(made.bench.app, Pulse(("poll", "send"), lambda: float(next(clock))))
    answer = browser(made, signs=signs_of(vitals)).get("/readyz")
    lines = answer.text.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["ticks", "ticks", "database"]
    assert lines[-1] == "database: cannot be read or written"
    assert str(made.bench.app.settings.data_dir) not in answer.text


def test_a_database_of_another_version_is_not_ready(made: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    for state, word in (("older", "db upgrade"), ("newer", "newer version"), ("empty", "none yet")):
        monkeypatch.setattr("cgtwatch.ops.vitals.state_of", lambda _url, state=state: state)
        assert word in browser(made, signs=signs_of(made.service.vitals)).get("/readyz").text


def test_a_disk_without_room_is_not_ready(made: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgtwatch.ops.vitals.shutil.disk_usage", lambda _path: type("Usage", (), {"free": 3 << 20}))
    assert browser(made, signs=signs_of(made.service.vitals)).get("/readyz").text == "disk: 3 MiB are free; make room\n"


def test_a_process_that_ends_is_not_ready(tmp_path: Path) -> None:
    with serving(Site()) as site, watch(tmp_path, site) as ending:
        ending.bench.app.stopping.set()
        assert Readiness(ending.service.vitals).reasons() == ["stopping: this process ends"]


def test_however_often_it_is_asked_the_disk_is_tried_once_in_five_seconds(made: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(made.bench.app.store, "probe", lambda: tried.append(1))
    now = [0.0]
    readiness = Readiness(made.service.vitals, lambda: now[0])
    for second in range(20):
        now[0] = float(second)
        assert readiness.reasons() == []
    assert len(tried) == 4


def test_metrics_are_for_this_machine_and_for_who_shows_a_token(made: Watch) -> None:
    assert browser(made).get("/metrics").status_code == 200
    far = browser(made, ELSEWHERE)
    answer = far.get("/metrics")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="cgtwatch"')
    made.bench.ask("users.add", name="prometheus", role="reader")
    [row] = made.bench.ask("users.token", name="prometheus", scopes=["read"])
    told = far.get("/metrics", headers={"Authorization": f"Bearer {row['token']}"})
    assert (told.status_code, told.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "cgtwatch_ready 1.0" in told.text
    assert far.get("/metrics", headers={"Authorization": "Bearer cgt_wrong"}).status_code == 401
    assert browser(made).get("/metrics", headers={"Authorization": "Bearer cgt_wrong"}).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_what_a_proxy_on_this_machine_hands_on_is_not_this_machine(made: Watch, header: str) -> None:
    assert browser(made).get("/metrics", headers={header: "127.0.0.1"}).status_code == 401
    assert browser(made, ("10.1.1.1", 1)).get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401


def test_a_process_without_pages_tells_its_signs_alone(made: Watch) -> None:
    page = browser(made, pages=False)
    assert [page.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]
    assert [page.get(path).status_code for path in ("/", "/events", "/api/events", "/page.css")] == [404, 404, 404, 404]


def test_a_scrape_can_name_its_format(made: Watch) -> None:
    answer = browser(made).get("/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert answer.text.endswith("# EOF\n")
