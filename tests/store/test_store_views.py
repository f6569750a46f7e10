"""A look at the database lasts half a minute at most, unless it goes through everything; then the log can be emptied."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cgtwatch.errors import BusyError, StoreError
from cgtwatch.store import Store, open_store, save_copy
from cgtwatch.store import database as views
from cgtwatch.store.postgres import plain_error
from store.store_kit import NOW, news, source, url_of

ENDLESS = text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000) SELECT count(*) FROM n")


@pytest.fixture
def hurried(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose views end after a twentieth of a second."""
    monkeypatch.setattr(views, "VIEW", timedelta(seconds=0.05))
    opened = open_store(store_url)
    opened.sync_sources([source()], NOW)
    yield opened
    opened.close()


@pytest.mark.fault("D10")
def test_a_question_that_takes_too_long_is_ended_and_says_so_plainly(hurried: Store) -> None:
    with pytest.raises(StoreError, match="ask for less, or try again") as told, hurried._database.read() as db:
        db.execute(ENDLESS)
    assert not isinstance(told.value, BusyError), "nobody holds the database: work goes on"
    assert hurried.record_visit(news("a")).new == 1
    assert hurried.counts().items == 1, "the next look is a fresh one"


def test_what_goes_through_everything_may_take_its_time(hurried: Store) -> None:
    slow = text(str(ENDLESS).replace("1000000000", "400000"))
    with hurried._database.read(at_length=True) as db:
        assert db.execute(slow).scalar_one() == 400_000
    with hurried._database.write() as db:
        assert db.execute(slow).scalar_one() == 400_000
    assert hurried.check() == []


def look_while_others_write(store: Store, clock: list[float]) -> None:
    with store._database.read() as db:
        for batch in range(60):
            clock[0] += 1
            assert db.execute(text("SELECT count(*) FROM item")).scalar_one() == 0
            store.record_visit(news(*(f"i{batch}-{number}" for number in range(10))))


@pytest.mark.fault("D10")
def test_many_small_questions_are_one_look_too_and_the_log_shrinks_after_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgtwatch.store.sqlite._WAL_LIMIT", 1 << 18)
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    log, clock = path.with_name(path.name + "-wal"), [0.0]
    monkeypatch.setattr("cgtwatch.store.sqlite.monotonic", lambda: clock[0])
    with pytest.raises(StoreError, match="longer than 30 s"):
        look_while_others_write(store, clock)
    assert clock[0] == 31
    grown = log.stat().st_size
    for batch in range(8):
        store.record_visit(news(*(f"j{batch}-{number}" for number in range(100))))
    assert log.stat().st_size < grown
    store.close()


@pytest.mark.fault("D10")
def test_a_copy_is_made_however_long_it_takes(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    store.record_visit(news("a"))
    monkeypatch.setattr(views, "VIEW", timedelta(seconds=-1))
    with pytest.raises(StoreError, match="was ended"):
        store.counts()
    copied = save_copy(url_of(path), tmp_path / "copy.db")
    monkeypatch.undo()
    with_all = open_store(url_of(copied), readonly=True)
    assert with_all.counts().items == 1
    with_all.close()
    store.close()


def test_a_server_that_ends_a_question_is_no_server_that_is_held() -> None:
    class Ended(Exception):
        sqlstate = "57014"

    assert "the question took too long" in str(plain_error(Ended("canceling statement due to statement timeout"), "here"))
