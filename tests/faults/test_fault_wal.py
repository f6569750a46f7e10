"""Power lost in the middle of a write: whatever is left of the log, what is read back is a prefix of the commits, whole.

SQLite's log is cut at every length and one byte of it is turned over at every place, which is what a disk that wrote only part
of it, or wrote it wrongly, leaves behind.
"""

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.store import open_store
from store.store_kit import NOW, delivery, news, source, url_of

FRAME = 24  # bytes of a frame's header; the log's own has 32
COUNTS = "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM announcement), (SELECT count(*) FROM delivery), (SELECT count(*) FROM attempt)"
ORPHANS = """
    SELECT (SELECT count(*) FROM item WHERE id NOT IN (SELECT item FROM revision)),
           (SELECT count(*) FROM event WHERE id NOT IN (SELECT event FROM announcement)),
           (SELECT count(*) FROM announcement WHERE event NOT IN (SELECT id FROM event))
"""


@dataclass(frozen=True)
class Lived:
    """A database and its log as a power cut finds them, and the counts after each commit."""

    database: bytes
    log: bytes
    commits: tuple[tuple[int, ...], ...]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    path = tmp_path_factory.mktemp("lived") / "cgtwatch.db"
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    store.close()  # from here on everything is in the log
    store, commits = open_store(url_of(path)), []

    def note() -> None:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as look:
            commits.append(look.execute(COUNTS).fetchone())

    note()
    for number in range(3):
        store.record_visit(news(f"a{number}", f"b{number}"))
        note()
        store.queue_deliveries([delivery(f"d{number}", "")])
        note()
        store.begin_attempt(f"d{number}", NOW)
        note()
        store.settle(f"d{number}", SendOutcome(SendResult.SENT, "250"), NOW, None)
        note()
    found = Lived(path.read_bytes(), path.with_name("cgtwatch.db-wal").read_bytes(), tuple(commits))
    store.close()
    return found


def left_over(lived: Lived, folder: Path, logs: Iterable[bytes]) -> set[tuple[int, ...]]:
    """Start on each of these logs; the counts that were found, each one of those after a commit, and nothing half."""
    path, seen = folder / "cgtwatch.db", set()
    for log in logs:
        for beside in folder.iterdir():
            beside.unlink()
        path.write_bytes(lived.database)
        path.with_name("cgtwatch.db-wal").write_bytes(log)
        with closing(sqlite3.connect(path)) as raw:
            assert raw.execute("PRAGMA quick_check").fetchone() == ("ok",)
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
            found = raw.execute(COUNTS).fetchone()
            assert raw.execute(ORPHANS).fetchone() == (0, 0, 0), "no item without its version, event and announcement"
        assert found in lived.commits, f"{found} was never committed"
        seen.add(found)
    return seen


def turned(log: bytes, place: int) -> bytes:
    return log[:place] + bytes([log[place] ^ 0xFF]) + log[place + 1 :]


def places(lived: Lived, count: int) -> list[int]:
    """Where frames begin and end, and `count` places anywhere."""
    page = int.from_bytes(lived.log[8:12], "big")
    frames = range(32, len(lived.log), FRAME + page)
    edges = {place + beside for place in frames for beside in (-1, 0, 1, FRAME)}
    chance = random.Random(20261122)
    return sorted(
        {place for place in edges if 0 < place < len(lived.log)} | {chance.randrange(1, len(lived.log)) for _ in range(count)}
    )


@pytest.mark.fault("D5")
@pytest.mark.promise("P1")
def test_a_log_that_was_cut_holds_a_prefix_of_the_commits(lived: Lived, tmp_path: Path) -> None:
    some = random.Random(1).sample(places(lived, 60), 60)
    seen = left_over(lived, tmp_path, (lived.log[:length] for length in [0, *some, len(lived.log)]))
    assert {lived.commits[0], lived.commits[-1]} <= seen
    assert len(seen) > len(set(lived.commits)) // 2


@pytest.mark.fault("D5")
@pytest.mark.promise("P1")
def test_a_log_with_one_wrong_byte_holds_the_commits_before_it(lived: Lived, tmp_path: Path) -> None:
    some = random.Random(2).sample(places(lived, 60), 60)
    left_over(lived, tmp_path, (turned(lived.log, place) for place in some))


@pytest.mark.chaos
@pytest.mark.fault("D5")
@pytest.mark.promise("P1")
def test_a_log_cut_or_wrong_at_any_of_thousands_of_places_holds_a_prefix_of_the_commits(lived: Lived, tmp_path: Path) -> None:
    every = sorted({*range(0, len(lived.log), 97), *places(lived, 0)})
    seen = left_over(lived, tmp_path, (lived.log[:length] for length in every))
    assert seen == set(lived.commits)
    left_over(lived, tmp_path, (turned(lived.log, place) for place in every))


@pytest.mark.fault("D5")
def test_the_store_itself_opens_what_a_power_cut_left_and_goes_on(lived: Lived, tmp_path: Path) -> None:
    path = tmp_path / "cgtwatch.db"
    path.write_bytes(lived.database)
    path.with_name("cgtwatch.db-wal").write_bytes(lived.log[: len(lived.log) * 2 // 3])
    store = open_store(url_of(path))
    assert store.check() == []
    before = store.counts().items
    assert store.record_visit(news("later")).new == 1
    assert store.counts().items == before + 1
    store.close()


@pytest.mark.fault("D3")
def test_a_database_whose_log_was_deleted_opens_at_an_earlier_commit(lived: Lived, tmp_path: Path) -> None:
    assert left_over(lived, tmp_path, [b""]) == {lived.commits[0]}
