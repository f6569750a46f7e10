"""A database on a server: units of work one after the other over all processes, and what is told when it goes away."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from cgtwatch.errors import STORAGE_TROUBLE, BusyError, ConfigError, StoreError, StoreFull, StoreNewer, StoreUnusable
from cgtwatch.store import Store, open_store, state_of, upgrade
from cgtwatch.store.postgres import called, plain_error
from cgtwatch.store.records import EventQuery
from cgtwatch.store.schema import HEAD, REVISIONS
from store.store_kit import NOW, new_item, news, revision, source, subscription, told, visit


@pytest.fixture
def two(server_url: str) -> Iterator[tuple[Store, Store]]:
    stores = open_store(server_url), open_store(server_url)
    yield stores
    for one in stores:
        one.close()


def end_sessions(server: Any, url: str) -> None:
    """As a restart of the server does."""
    server.sql(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{url.rpartition('/')[2]}'")


# --- beginning


def test_an_empty_database_gets_its_schema_once_whoever_opens_it_first(postgres_url: str) -> None:
    assert state_of(postgres_url) == "empty"
    with ThreadPoolExecutor(3) as pool:
        stores = list(pool.map(open_store, [postgres_url] * 3))
    assert state_of(postgres_url) == "current"
    assert upgrade(postgres_url) == HEAD
    for one in stores:
        assert one.check() == []
        one.close()


def test_what_a_person_has_to_mend_before_a_session_begins_is_told_apart_from_an_outage(postgres_url: str) -> None:
    with pytest.raises(StoreUnusable, match=r"does not exist.*check user, password"):
        state_of(f"{postgres_url}_elsewhere")
    with pytest.raises(StoreUnusable, match=r"role .* does not exist"):
        state_of(postgres_url.replace("//cgtwatch@", "//nobody-of-that-name@"))
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        free = other.getsockname()[1]
    with pytest.raises(StoreError, match=r"cannot be reached.*mend host and port") as raised:
        state_of(f"postgresql+psycopg://me@127.0.0.1:{free}/x")
    assert type(raised.value) is StoreError  # it is waited for
    said = (
        'connection failed: connection to server at "db", port 5432 failed: FATAL:  password authentication failed for user "me"'
    )
    assert isinstance(plain_error(psycopg.OperationalError(said), "db"), StoreUnusable)
    starts = "connection failed: FATAL:  the database system is starting up"
    assert type(plain_error(psycopg.OperationalError(starts), "db")) is StoreError


def test_a_newer_or_foreign_database_or_one_of_other_letters_is_refused(postgres_url: str, postgres_of_the_run: Any) -> None:
    name = postgres_url.rpartition("/")[2]
    postgres_of_the_run.sql("CREATE TABLE accounts (id int)", name)
    with pytest.raises(StoreUnusable, match="accounts"):
        open_store(postgres_url)
    postgres_of_the_run.sql("DROP TABLE accounts", name)
    open_store(postgres_url).close()
    postgres_of_the_run.sql("UPDATE alembic_version SET version_num = '9999'", name)
    with pytest.raises(StoreNewer, match="newer cgtwatch"):
        open_store(postgres_url)
    postgres_of_the_run.sql(f"CREATE DATABASE {name}_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    with pytest.raises(StoreUnusable, match="UTF8"):
        open_store(f"{postgres_url}_ascii")
    postgres_of_the_run.drop(f"{postgres_url}_ascii")


def test_an_older_schema_is_refused_with_the_mend(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(postgres_url).close()
    monkeypatch.setattr("cgtwatch.store.schema.REVISIONS", (*REVISIONS, "another"))
    monkeypatch.setattr("cgtwatch.store.schema.HEAD", "another")
    with pytest.raises(StoreUnusable, match="cgtwatch db upgrade"):
        open_store(postgres_url)


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    url = "postgresql+psycopg://somebody:pa55word@127.0.0.1:1/cgtwatch"
    with pytest.raises(StoreError) as told_of:
        open_store(url)
    assert "pa55word" not in str(told_of.value)
    assert "127.0.0.1:1/cgtwatch" in str(told_of.value)
    assert "pa55word" not in called(url)


def test_an_address_without_a_database_is_refused() -> None:
    with pytest.raises(ConfigError, match="names no database"):
        open_store("postgresql+psycopg://user@host")


def test_a_reader_writes_nothing(server_url: str) -> None:
    store = open_store(server_url, readonly=True)
    assert store.state("cde").last_visit is None
    with pytest.raises(StoreUnusable, match="reading only"):
        store.record_visit(news("a"))
    store.close()


# --- one after the other


def test_announcements_of_many_writers_are_numbered_in_the_order_in_which_they_can_be_seen(two: tuple[Store, Store]) -> None:
    seen: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.extend(each.seq for each in two[0].announcements(seen[-1] if seen else 0))

    def write(number: int) -> None:
        for n in range(8):
            two[number % 2].record_visit(news(f"{number}-{n}"))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
    finally:
        done.set()
        watcher.join()
    seen.extend(each.seq for each in two[0].announcements(seen[-1] if seen else 0))
    assert seen == [each.seq for each in two[1].announcements(0)]
    assert len(seen) == 32


def test_who_records_waits_for_another_process_that_does(two: tuple[Store, Store]) -> None:
    steps: list[str] = []
    inside = threading.Event()

    def other() -> None:
        inside.wait()
        with two[1].recording():
            steps.append(f"other sees {[item.id for item in two[1].known('cde')]}")

    thread = threading.Thread(target=other)
    thread.start()
    with two[0].recording():
        inside.set()
        assert two[0].known("cde") == ()
        two[1].add_subscription(subscription("others-write-meanwhile"), NOW)
        two[0].record_visit(news("a"))
        assert [item.id for item in two[0].known("cde")] == ["a"]
        steps.append("first is done")
    thread.join()
    assert steps == ["first is done", "other sees ['a']"]


def test_of_a_recording_that_fails_nothing_is_stored(two: tuple[Store, Store]) -> None:
    with pytest.raises(ZeroDivisionError), two[0].recording():  # noqa: PT012 - it ends inside
        two[0].record_visit(news("a"))
        raise ZeroDivisionError
    assert two[1].counts().items == two[0].counts().items == 0
    two[0].record_visit(news("a"))
    assert two[1].counts().items == 1


def test_a_unit_inside_a_recording_that_fails_takes_nothing_else_with_it(two: tuple[Store, Store]) -> None:
    with two[0].recording():
        two[0].record_visit(news("a"))
        with pytest.raises(StoreError, match="unique"):
            two[0].apply_subscriptions([subscription("x"), subscription("x")], {}, [], NOW)
    assert two[1].counts().items == 1
    assert two[1].subscriptions() == []


# --- trouble


def test_a_session_that_ends_in_the_middle_takes_the_whole_unit_with_it(
    two: tuple[Store, Store], server_url: str, postgres_of_the_run: Any
) -> None:
    for open_unit in (two[0]._database.write, two[0].recording):
        with pytest.raises(STORAGE_TROUBLE, match="connection was lost"), open_unit():  # noqa: PT012 - it ends inside
            end_sessions(postgres_of_the_run, server_url)
            if open_unit == two[0].recording:
                two[0].record_visit(news("a"))
    assert two[0].counts().items == 0  # and the next use has a connection again
    two[0].record_visit(news("a"))
    assert two[1].counts().items == 1


def test_after_a_restart_of_the_server_nobody_notices_between_two_uses(
    two: tuple[Store, Store], server_url: str, postgres_of_the_run: Any
) -> None:
    two[0].record_visit(news("a"))
    two[0].counts()
    end_sessions(postgres_of_the_run, server_url)
    two[0].record_visit(news("b"))
    assert two[0].counts().items == two[1].counts().items == 2


def test_a_process_that_stands_still_in_a_unit_keeps_nobody_waiting(
    two: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.store.postgres._STILL", 100)
    with pytest.raises(STORAGE_TROUBLE), two[0]._database.write() as db:  # noqa: PT012 - it ends inside
        db.exec_driver_sql("UPDATE source SET kind = 'other'")
        two[1].record_visit(news("a"))  # waits until the other's session was ended
    assert two[0].counts().items == 1


def test_who_waits_too_long_is_told_that_another_holds_the_database(server_url: str) -> None:
    one, other = open_store(server_url), open_store(server_url, busy_timeout=timedelta(milliseconds=50))
    with one._database.write(), pytest.raises(BusyError, match="another process"):
        other.record_visit(news("a"))
    one.close()
    other.close()


def test_a_failed_statement_is_never_committed_without_a_word(two: tuple[Store, Store]) -> None:
    with pytest.raises(StoreError, match="nothing of it was stored"), two[0]._database.write() as db:  # noqa: PT012 - it ends inside
        db.exec_driver_sql("UPDATE source SET kind = 'other'")
        with pytest.raises(Exception, match="nowhere"):
            db.exec_driver_sql("SELECT * FROM nowhere")
    with two[1]._database.read() as db:
        assert db.exec_driver_sql("SELECT kind FROM source").scalar() == "list"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("55P03", BusyError), ("53300", BusyError), ("53100", StoreFull), ("28P01", StoreUnusable), ("3D000", StoreUnusable),
        ("42501", StoreUnusable), ("25006", StoreUnusable), ("XX001", StoreUnusable), ("57P01", StoreError), ("25P03", StoreError),
        ("23505", StoreError),
    ],
)  # fmt: skip
def test_errors_of_the_server_are_told_as_those_of_a_file(state: str, kind: type) -> None:
    error = psycopg.errors.lookup(state)("said")
    made = plain_error(error, "postgresql://host/name")
    assert type(made) is kind
    assert str(made).startswith("postgresql://host/name: ")


# --- text


def test_a_nul_in_a_page_breaks_no_visit(two: tuple[Store, Store]) -> None:
    item = replace(new_item("a"), revision=revision("a", title="Cell\x00 therapy", text="One\x00two"))
    item = replace(item, events=(replace(item.events[0], title="Cell\x00 therapy"),))
    two[0].record_visit(visit([item], told("a")))
    assert two[1].item("a").latest.text == "One\ufffdtwo"
    assert [event.id for event in two[1].events(EventQuery(query="therapy"))] == ["e-a"]


def test_a_word_longer_than_an_index_takes_breaks_no_visit(two: tuple[Store, Store]) -> None:
    endless = "长" + "x" * 5000
    item = replace(new_item("a", title="Endless words"), revision=revision("a", text=f"{endless} gene therapy"))
    item = replace(item, events=(replace(item.events[0], title="".join(chr(0x4E00 + n * 7919 % 20000) for n in range(4000))),))
    many = "".join(chr(0x4E00 + n % 20000) + chr(0x4E00 + n * 7 % 19997) for n in range(300_000))
    two[0].record_visit(visit([item, replace(new_item("b"), revision=revision("b", text=many))], told("a", "b")))
    assert [event.id for event in two[1].events(EventQuery(query="gene therapy"))] == ["e-a"]
    assert [event.id for event in two[1].events(EventQuery(query=many[10:14]))] == ["e-b"]


def test_text_sorts_by_code_points_whatever_the_collation_of_the_database(postgres_of_the_run: Any) -> None:
    name = "sorted_otherwise"
    postgres_of_the_run.sql(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'")
    url = postgres_of_the_run.url(name)
    store = open_store(url)
    try:
        names = ["b", "A", "a", "B", "_", "Z-1", "z", "é"]
        for one in names:
            store.add_subscription(subscription(one), NOW)
        assert [one.name for one in store.subscriptions()] == sorted(names)
        store.sync_sources([source(one) for one in ("b", "A", "a")], NOW)
        assert store.due(NOW, ["a", "A", "b"]) == ["A", "a", "b"]
    finally:
        store.close()
        postgres_of_the_run.drop(url)


def test_bodies_are_kept_once_checked_and_swept_when_nobody_needs_them(two: tuple[Store, Store]) -> None:
    kept, read = two[0].bodies(lambda: NOW), two[1].bodies(lambda: NOW)
    assert kept is not None
    assert read is not None
    keys = sorted({kept.put(b"one"), kept.put(b"two"), kept.put(b"one")})
    assert list(read.keys()) == keys
    assert {read.get(key) for key in keys} == {b"one", b"two"}
    assert (read.has(keys[0]), read.has("0" * 64)) == (True, False)
    with pytest.raises(KeyError):
        read.get("0" * 64)
    swept_now = [kept.sweep(part, lambda _: False, NOW.timestamp() + 86_400) for part in kept.parts()]
    assert sum(one.bodies for one in swept_now) == 0  # the clock of that machine is wrong
    later, read = NOW.timestamp() + 1, two[1].bodies(lambda: NOW + timedelta(days=2))
    assert read is not None
    swept = [read.sweep(part, {keys[0]}.__contains__, later) for part in read.parts()]
    assert sum(one.bodies for one in swept) == 1
    assert list(kept.keys()) == keys[:1]
    assert sum(kept.sweep(part, lambda _: False, NOW.timestamp() - 1).bodies for part in kept.parts()) == 0
    with two[0]._database.write() as db:
        db.exec_driver_sql("UPDATE body SET packed = 'broken'")
    with pytest.raises(ValueError, match="damaged"):
        read.get(keys[0])
