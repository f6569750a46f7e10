"""A SQLite installation moves to a PostgreSQL server whole, proved equal, or not at all."""

import os
import signal
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from cgtwatch.errors import ConfigError, StoreError, StoreUnusable
from cgtwatch.model.delivery import DeliveryState, Payload
from cgtwatch.store import copy, open_store, state_of, upgrade
from cgtwatch.store import copying as parts
from cgtwatch.store.connection import reader, writer
from cgtwatch.store.copying import Sum
from cgtwatch.store.records import EventQuery
from store.store_kit import NOW, an_alarm, delivery, news, source, subscription, url_of
from store.test_store_migrations import DOCUMENTS, SOON, filled

BODIES = [("a" * 64, b"a page" * 100), ("b" * 64, b"\0\xff")]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with rows in every table, of which some came through all schemas and some were written today."""
    path = tmp_path_factory.mktemp("full") / "cgtwatch.db"
    filled(path, "0008")
    upgrade(url_of(path))
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    store.record_visit(news("基因", "gone"))
    store.add_subscription(subscription("third"), NOW)
    body = Payload(b"\0" * 5000, "text/html", {"X": "ü"}, {"hole": "值"})
    store.queue_deliveries([delivery("shared", "third", payload=body)])
    store.apply_alarms([an_alarm("delivery:third")], [], NOW)
    store.close()
    return path.read_bytes()


@pytest.fixture
def full(path: Path, everything: bytes) -> Path:
    """The same, for one test."""
    path.write_bytes(everything)
    return path


def counted(url: str) -> dict[str, int]:
    with reader(url) as db:
        return {
            table.name: db.execute(text(f'SELECT count(*) FROM "{table.name}"')).scalar_one()
            for table in parts.METADATA.sorted_tables
        }


def test_everything_arrives_and_every_table_is_proved_equal(full: Path, postgres_url: str) -> None:
    before, told = full.read_bytes(), []
    found = {one.table: one for one in copy(url_of(full), postgres_url, BODIES, NOW, told.append)}
    assert all(one.same for one in found.values())
    here, there = counted(url_of(full)), counted(postgres_url)
    assert {name: there[name] for name in here if name not in ("body", "event_entry")} == {
        name: rows for name, rows in here.items() if name not in ("body", "event_entry")
    }
    assert (there["body"], found["body"].rows, found["item"].rows) == (2, 2, DOCUMENTS + 2)
    assert set(found) - {"event_words"} | {"event_entry"} == set(here)
    assert told[-1] == "the index of words"
    assert full.read_bytes() == before


def test_a_store_that_was_copied_goes_on_where_the_other_stopped(full: Path, postgres_url: str) -> None:
    origin = open_store(url_of(full), readonly=True)
    copy(url_of(full), postgres_url, BODIES, NOW)
    store = open_store(postgres_url)
    try:
        assert store.check() == []
        assert store.counts() == origin.counts()
        assert store.subscriptions() == origin.subscriptions()
        assert store.delivery("shared") == origin.delivery("shared")
        assert store.explain("e0") == origin.explain("e0")
        for query in (
            EventQuery(query="细胞治疗"),
            EventQuery(query="Guideline"),
            EventQuery(first=date(2026, 7, 8)),
            EventQuery(jurisdictions=("CN",)),
        ):
            assert {one.id for one in store.events(query)} == {one.id for one in origin.events(query)}
        last, visits = store.last_seq(), origin.visits("cde")[0][0]
        store.record_visit(news("new"))
        assert store.last_seq() == last + 1
        assert store.visits("cde")[0][0] == visits + 1
        store.add_subscription(subscription("fourth"), NOW)
        store.queue_deliveries([delivery("next", "fourth")])
        assert store.begin_attempt("next", NOW) is not None
        assert store.delivery("next").state is DeliveryState.ATTEMPTED
        assert store.check() == []
    finally:
        store.close()
        origin.close()


def test_a_number_that_was_drawn_and_deleted_is_not_drawn_again(path: Path, postgres_url: str) -> None:
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    store.record_visit(news("a", "b"))
    store.close()
    with writer(url_of(path), SOON) as db, db.begin():
        db.execute(text("DELETE FROM announcement WHERE seq = 2"))
    copy(url_of(path), postgres_url, (), NOW)
    moved = open_store(postgres_url)
    try:
        moved.record_visit(news("c"))
        assert [one.seq for one in moved.announcements_of("e-c")] == [3]
    finally:
        moved.close()


# --- refused


def test_a_target_that_holds_anything_is_refused_and_stays_as_it_is(full: Path, postgres_url: str) -> None:
    copy(url_of(full), postgres_url, (), NOW)
    before = counted(postgres_url)
    with pytest.raises(StoreUnusable, match="holds data already"):
        copy(url_of(full), postgres_url, BODIES, NOW)
    assert counted(postgres_url) == before


def test_a_target_whose_schema_was_made_already_is_filled(full: Path, postgres_url: str) -> None:
    upgrade(postgres_url)
    assert all(one.same for one in copy(url_of(full), postgres_url, BODIES, NOW))


def test_somebody_elses_database_is_refused_as_a_target(full: Path, postgres_url: str) -> None:
    with writer(postgres_url, SOON) as db, db.begin():
        db.execute(text("CREATE TABLE accounts (id INTEGER)"))
    with pytest.raises(StoreUnusable, match="accounts"):
        copy(url_of(full), postgres_url, (), NOW)


def test_a_source_that_is_not_whole_is_not_copied(full: Path, postgres_url: str) -> None:
    with writer(url_of(full), SOON) as db:
        db.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        with db.begin():
            db.execute(text("DELETE FROM source"))
    with pytest.raises(StoreUnusable, match="is not whole, nothing was copied"):
        copy(url_of(full), postgres_url, (), NOW)
    assert state_of(postgres_url) == "empty"


@pytest.mark.parametrize("target", ["sqlite:////elsewhere.db", "mysql://x/y", "nonsense"])
def test_only_postgresql_is_a_target(full: Path, target: str) -> None:
    with pytest.raises(ConfigError, match="postgresql"):
        copy(url_of(full), target, (), NOW)


def test_a_server_that_does_not_answer_is_named_without_its_password(full: Path) -> None:
    with pytest.raises(StoreError) as told:
        copy(url_of(full), "postgresql+psycopg://me:hunter2@127.0.0.1:1/x?connect_timeout=2", (), NOW)
    assert "hunter2" not in str(told.value)


# --- cut off on the way


def test_a_copy_that_differs_in_one_row_is_not_kept(full: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = parts._seen

    def changed(target: Connection, table: object) -> Sum:
        if table.name == "item":  # type: ignore[attr-defined]
            target.execute(text("UPDATE item SET guid = 'other' WHERE id = 'i0'"))
        return plain(target, table)  # type: ignore[arg-type]

    monkeypatch.setattr(parts, "_seen", changed)
    with pytest.raises(StoreError, match="item did not arrive as sent; nothing of the copy was kept"):
        copy(url_of(full), postgres_url, BODIES, NOW)
    assert state_of(postgres_url) == "empty"


@pytest.mark.parametrize("share", [pytest.param(0.1, marks=pytest.mark.chaos), 0.5, pytest.param(0.9, marks=pytest.mark.chaos)])
def test_a_copy_killed_on_the_way_leaves_the_target_empty_and_the_source_whole(
    full: Path, postgres_url: str, share: float
) -> None:
    before, tables = full.read_bytes(), len(parts.METADATA.sorted_tables)
    child = os.fork()
    if child == 0:
        left = iter(range(int(tables * share)))
        try:
            copy(
                url_of(full),
                postgres_url,
                BODIES,
                NOW,
                lambda _: os.kill(os.getpid(), signal.SIGKILL) if next(left, None) is None else None,
            )
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert state_of(postgres_url) == "empty"
    assert full.read_bytes() == before
    assert all(one.same for one in copy(url_of(full), postgres_url, BODIES, NOW))


def test_the_hash_of_a_table_does_not_depend_on_the_order_of_its_rows() -> None:
    rows = [{"id": 1, "x": None}, {"id": 2, "x": b"\0"}, {"id": 2, "x": date(2026, 7, 8)}]
    one, other, less = Sum(), Sum(), Sum()
    for row in rows:
        one.add(row)
    for row in reversed(rows):
        other.add(dict(reversed(row.items())))
    for row in rows[:2]:
        less.add(row)
    assert one.hash == other.hash != less.hash
