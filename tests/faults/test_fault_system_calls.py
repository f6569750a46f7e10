"""SIGKILL at every system call of one poll, digest, delivery, unsubscription and migration: whatever was half done is done once.

Every call that touches the data directory or a connection is a point, in the order in which all threads make them. `strace -f -e
inject=…:when=K` counts per thread: it would never reach the second thread, which writes what came of an attempt.
"""

import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from attack import feed
from deaths import CHANNELS, SECOND, Deaths, check, database, deaths_in
from place import Answer
from system_calls import MISSING, possible

from cgtwatch.deliver.tokens import unsubscribe_url
from cgtwatch.engine.prepare import migrate
from cgtwatch.parts import part
from cgtwatch.store import open_store, state_of
from store.store_kit import NOW, url_of
from store.test_store_shared import before_sharing

pytestmark = [pytest.mark.privileged, pytest.mark.fault("K1"), pytest.mark.skipif(not possible(), reason=MISSING)]
AFTER = SECOND + 2  # acts that the poll finds
NEVER = 1 << 30


@dataclass(frozen=True)
class Work:
    """What is killed, where it starts from, and what must hold after all was done to the end."""

    commands: Callable[[Deaths, Path], list[tuple[str, ...]]]
    composed: bool
    finish: Callable[[Deaths, Path], None]


def told_once(deaths: Deaths, place: Path) -> None:
    deaths.drain(place)
    check(place, deaths.receivers, *CHANNELS)


def found_and_told_once(deaths: Deaths, place: Path) -> None:
    """Polled again, where a source that has nothing new by its own word says so."""
    assert deaths.run(place, None, ("poll", "one"))[0] == 0
    deaths.drain(place)
    check(place, deaths.receivers, *CHANNELS, acts=AFTER)
    with database(place) as db:
        assert db.execute("SELECT count(*) FROM item").fetchone() == (AFTER + 1,), "every row is stored once"
        assert db.execute("SELECT count(*) FROM item WHERE id NOT IN (SELECT item FROM revision)").fetchone() == (0,)


def left_and_others_told_once(deaths: Deaths, place: Path) -> None:
    """She is a reader with all that waits for her, or none with nothing that waits; after the next click she is none."""
    with database(place) as db:
        (target,) = db.execute("SELECT target FROM subscription WHERE name = 'mail'").fetchone()
        waiting = {state for (state,) in db.execute("SELECT state FROM delivery WHERE channel = 'email'")}
        assert waiting == ({"queued"} if target else {"cancelled"})
    assert deaths.run(place, None, *leaving(deaths, place))[0] == 0
    deaths.drain(place)
    check(place, deaths.receivers, "hook", "room")
    assert not deaths.receivers.mails, "she gets nothing after she left"


def leaving(deaths: Deaths, _place: Path) -> list[tuple[str, ...]]:
    """The click that her mail program makes."""
    store = open_store(url_of(deaths.template / "data" / "cgtwatch.db"), readonly=True)
    her = next(one for one in store.subscriptions() if one.name == "mail")
    store.close()
    return [("POST", unsubscribe_url("", part("kept_key")(deaths.template / "data" / "secret.key"), her))]


WORKS = {
    "poll": Work(lambda *_: [("poll", "one")], False, found_and_told_once),
    "digest": Work(lambda *_: [("digest",)], False, told_once),
    "delivery": Work(lambda *_: [("send",)], True, told_once),
    "unsubscription": Work(leaving, True, left_and_others_told_once),
}


def show_more(headers: Mapping[str, str]) -> Answer:
    """The feed with two more acts; who names its validator is told that nothing is new."""
    if headers.get("if-none-match") == '"more"':
        return 304, {}, b""
    return 200, {"Content-Type": "application/rss+xml", "ETag": '"more"'}, feed(range(AFTER + 1, 0, -1)).encode()


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deaths]:
    with deaths_in(tmp_path_factory.mktemp("template"), tmp_path_factory.mktemp("deaths")) as found:
        found.site.pages["/feed"] = show_more
        yield found


def killed(deaths: Deaths, name: str, at: int) -> str | None:
    """Kill that work at its call number `at`, and finish it: the call, or None where it had ended before."""
    work = WORKS[name]
    place = deaths.place(*CHANNELS, composed=work.composed)
    code, _ = deaths.run(place, {"system": at}, *work.commands(deaths, place))
    call = deaths.last
    assert code in {0, -signal.SIGKILL}
    work.finish(deaths, place)
    shutil.rmtree(place)
    return call if code else None


def calls_of(deaths: Deaths, name: str) -> int:
    """How many calls that work makes where nobody dies."""
    work = WORKS[name]
    place = deaths.place(*CHANNELS, composed=work.composed)
    code, calls = deaths.run(place, {"system": NEVER}, *work.commands(deaths, place))
    assert code == 0
    return calls


@pytest.mark.promise("P1", "P3", "P4", "P5", "P6", "P16")
@pytest.mark.parametrize("name", WORKS)
def test_work_killed_at_some_of_its_system_calls_is_done_once(deaths: Deaths, name: str) -> None:
    calls = calls_of(deaths, name)
    assert killed(deaths, name, calls * 7 // 10)


@pytest.mark.chaos
@pytest.mark.promise("P1", "P3", "P4", "P5", "P6", "P16")
@pytest.mark.parametrize("name", WORKS)
def test_work_killed_at_any_of_its_system_calls_is_done_once(
    deaths: Deaths, name: str, record_property: Callable[[str, object], None]
) -> None:
    points: Counter[str] = Counter()
    while call := killed(deaths, name, sum(points.values())):
        points[call] += 1
    record_property("points", dict(points))
    assert sum(points.values()) > 20
    assert any("fdatasync" in point for point in points)


# --- migration


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled data directory of two versions ago."""
    folder, scripts = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("scripts")
    (folder / "data").mkdir()
    before_sharing(folder / "data" / "cgtwatch.db", scripts)
    (folder / "sources.yaml").write_text("sources: []\n")
    return folder


def upgraded(deaths: Deaths, old: Path, at: int) -> str | None:
    """Kill the first command of the new version at its call number `at`; the old schema or the new, and everything in it."""
    deaths.rounds += 1
    place = deaths.root / str(deaths.rounds)
    shutil.copytree(old, place)
    url = url_of(place / "data" / "cgtwatch.db")
    code, _ = deaths.run(place, {"system": at}, ("digest",))
    call = deaths.last
    assert code in {0, -signal.SIGKILL}
    assert state_of(url) in {"older", "current"}
    with closing(sqlite3.connect(place / "data" / "cgtwatch.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    migrate(url, place / "data", NOW)
    store = open_store(url)
    assert [(one.id, one.subscription, one.text) for one in store.digests()] == [
        (3, "mei", ""),
        (2, "tom", "text 文字"),
        (1, "mei", "text 文字"),
    ]
    assert (store.check(), store.counts().items) == ([], 3)
    store.close()
    shutil.rmtree(place)
    return call if code else None


@pytest.mark.fault("D7")
def test_an_upgrade_killed_at_some_of_its_system_calls_leaves_the_old_schema_or_the_new(deaths: Deaths, old: Path) -> None:
    assert all(upgraded(deaths, old, at) for at in (60, 120))


@pytest.mark.chaos
@pytest.mark.fault("D7")
@pytest.mark.promise("P1")
def test_an_upgrade_killed_at_any_of_its_system_calls_leaves_the_old_schema_or_the_new(
    deaths: Deaths, old: Path, record_property: Callable[[str, object], None]
) -> None:
    points: Counter[str] = Counter()
    while call := upgraded(deaths, old, sum(points.values())):
        points[call] += 1
    record_property("points", dict(points))
    assert sum(points.values()) > 100
