"""A round of forgetting: what goes, in which steps, and by which clock."""

import hashlib
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cgtwatch.acquire.archive import Archive
from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.model.draft import Draft
from cgtwatch.model.item import Change, Finding, ItemKeys, Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.ops.retention import EVERY, FIRST, Forgetting, Limits, Needed, limits_of, steps
from cgtwatch.store import Store
from cgtwatch.store.records import FetchFacts, StoredItem, VisitRecord

NOW = datetime(2026, 7, 8, 1, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
CDE = Source("cde", Kind.LIST, "https://cde.example/list", Names("药审中心", "CDE"))


class Clock:
    """A wall clock and a monotonic one that go together until somebody sets the first."""

    def __init__(self) -> None:
        self.now, self.ticks = NOW, 0.0

    def go(self, time_: timedelta) -> None:
        self.now, self.ticks = self.now + time_, self.ticks + time_.total_seconds()

    def wall(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.ticks


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr("cgtwatch.ops.retention.PAUSE", 0)
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[App]:
    with App(load_settings({"CGTWATCH_DATA_DIR": str(tmp_path / "data")}, tmp_path), clock.wall) as one:
        one.store.sync_sources([CDE], NOW)
        yield one


def visited(app: App, at: datetime, key: str | None = None, item: StoredItem | None = None) -> None:
    """A visit on which `key` was kept, and that found `item`."""
    facts = FetchFacts(CDE.url, CDE.url, Outcome.OK, at, archive_key=key)
    app.store.record_visit(VisitRecord("cde", Plan(Outcome.OK, SourceState("cde")), facts, (item,) if item else ()))


def document(name: str, key: str) -> StoredItem:
    found = Finding(Change.NEW, name, ItemKeys(guid=name), "1:x", "new", Draft(name))
    return StoredItem(found, Revision(name, 1, name, "https://cde.example/1", "text", "1:x", NOW, archive_key=key))


def grown_old(archive: Archive) -> None:
    long_ago = time.time() - 3 * 86_400
    for path in archive.root.rglob("*.z"):
        os.utime(path, (long_ago, long_ago))


def done(store: Store, archive: Archive, limits: Limits, now: datetime) -> Counter[str]:
    found: Counter[str] = Counter()
    for what, count in steps(store, archive, limits, now):
        found[what] += count
    return found


def test_bytes_go_that_no_kept_document_or_visit_refers_to(app: App) -> None:
    old, young, page, lost = (app.archive.put(body) for body in (b"old list", b"young list", b"a document", b"of nobody"))
    visited(app, NOW, f"{old} {page}", document("a", page))
    visited(app, NOW + 40 * DAY, young)
    grown_old(app.archive)
    fresh = app.archive.put(b"put by a visit that is under way")
    found = done(app.store, app.archive, Limits(raw=30 * DAY), NOW + 41 * DAY)
    assert sorted(app.archive.keys()) == sorted([young, page, fresh])
    assert not app.archive.has(lost)
    assert (found["raw"], found["visits"]) == (2, 1)
    assert found["raw_bytes"] > 0


def test_without_a_limit_everything_is_kept(app: App) -> None:
    visited(app, NOW, app.archive.put(b"list"))
    app.archive.put(b"of nobody")
    grown_old(app.archive)
    found = done(app.store, app.archive, Limits(), NOW + 10_000 * DAY)
    assert (sum(found.values()), len(list(app.archive.keys())), len(app.store.fetch_log("cde"))) == (0, 2, 1)


def test_the_settings_say_how_long_and_forever_keeps(tmp_path: Path) -> None:
    asked = {"CGTWATCH_RETENTION_RAW_DAYS": "forever", "CGTWATCH_RETENTION_REVISION_DAYS": "10"}
    with App(load_settings(asked, tmp_path)) as one:
        assert limits_of(one) == Limits(90 * DAY, None, 10 * DAY, 365 * DAY)


def test_a_million_needed_keys_take_eight_bytes_each() -> None:
    needed = Needed()
    keys = [hashlib.sha256(bytes([n])).hexdigest() for n in range(200)]
    needed.add(keys[:50])
    needed.add(keys[50:100] * 2)
    assert [key in needed for key in keys] == [True] * 100 + [False] * 100
    assert (len(needed._marks), needed._marks.itemsize) == (100, 8)


# --- when


def test_nothing_is_forgotten_before_the_clock_has_gone_well_for_an_hour(app: App, clock: Clock) -> None:
    visited(app, NOW - 400 * DAY)
    visited(app, NOW - 399 * DAY)
    forgetting = Forgetting(app, clock.monotonic)
    forgetting.work()
    clock.go(FIRST - timedelta(minutes=1))
    forgetting.work()
    assert len(app.store.fetch_log("cde")) == 2
    clock.go(timedelta(minutes=2))
    forgetting.work()
    assert len(app.store.fetch_log("cde")) == 1  # the last one stays


def test_a_clock_that_is_set_years_ahead_makes_nothing_old(app: App, clock: Clock) -> None:
    visited(app, NOW)
    visited(app, NOW + DAY)
    forgetting = Forgetting(app, clock.monotonic)
    forgetting.work()
    clock.go(FIRST * 2)
    forgetting.work()
    clock.now += 3650 * DAY
    for _ in range(5):
        clock.go(timedelta(minutes=10))
        forgetting.work()
    clock.now -= 3650 * DAY
    for _ in range(200):
        clock.go(timedelta(minutes=10))
        forgetting.work()
    assert len(app.store.fetch_log("cde")) == 2


def test_a_round_that_is_through_rests_until_the_next(app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr("cgtwatch.ops.retention.steps", lambda *_: begun.append(clock.now) or iter(()))
    forgetting = Forgetting(app, clock.monotonic)
    for _ in range(26):
        forgetting.work()
        clock.go(timedelta(hours=1))
    assert begun == [NOW + timedelta(hours=1), NOW + timedelta(hours=1) + EVERY, NOW + timedelta(hours=1) + 2 * EVERY]


def test_a_call_stops_after_half_a_second_and_the_next_goes_on(app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []

    def slow(*_: object) -> Iterator[tuple[str, int]]:
        for n in range(10):
            clock.ticks += 0.2
            taken.append(n)
            yield "visits", 1

    monkeypatch.setattr("cgtwatch.ops.retention.steps", slow)
    forgetting = Forgetting(app, clock.monotonic)
    forgetting.work()
    clock.go(FIRST)
    forgetting.work()
    assert taken == [0, 1, 2]
    forgetting.work()
    assert taken == [0, 1, 2, 3, 4, 5]


def test_others_write_while_much_is_forgotten(app: App) -> None:
    for n in range(3_000):
        app.store.record_visit(
            VisitRecord(
                "cde",
                Plan(Outcome.UNCHANGED, SourceState("cde")),
                FetchFacts(CDE.url, CDE.url, Outcome.UNCHANGED, NOW + timedelta(minutes=n)),
            )
        )
    app.store.flush()
    waits, over = [], threading.Event()

    def write() -> None:
        while not over.is_set():
            began = time.perf_counter()
            app.store.probe()
            waits.append(time.perf_counter() - began)
            over.wait(0.001)

    other = threading.Thread(target=write)
    other.start()
    try:
        forgetting = Forgetting(app)
        forgetting._since = (NOW, -10_000.0)
        forgetting._round = steps(app.store, app.archive, Limits(fetch=DAY), NOW + 90 * DAY)
        forgetting._steady = lambda now: True  # type: ignore[method-assign]
        while forgetting._round is not None:
            forgetting.work()
    finally:
        over.set()
        other.join()
    assert len(app.store.fetch_log("cde", 10_000)) == 1
    assert max(waits) < 1  # some 20 ms on the machine it was written on


def test_a_stop_ends_a_round_between_two_steps(app: App, clock: Clock) -> None:
    visited(app, NOW - 400 * DAY)
    visited(app, NOW)
    forgetting = Forgetting(app, clock.monotonic)
    forgetting.work()
    clock.go(FIRST)
    app.stopping.set()
    forgetting.work()
    assert len(app.store.fetch_log("cde")) == 2


def test_a_round_may_be_begun_anew_at_any_step(app: App) -> None:
    keep = app.archive.put(b"a document")
    visited(app, NOW, keep, document("a", keep))
    for n in range(1, 5):
        visited(app, NOW + n * DAY, app.archive.put(bytes([n])))
    grown_old(app.archive)
    limits = replace(Limits(), raw=DAY, fetch=2 * DAY)
    for n in (0, 1, 2, 3, 5, 100, 300, 1000):
        round_ = steps(app.store, app.archive, limits, NOW + 90 * DAY)
        for _ in range(n):
            next(round_, None)
    assert list(app.archive.keys()) == [keep]
    assert app.store.check() == []
