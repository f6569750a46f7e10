"""Copies of a database on a PostgreSQL server, taken while others write, and put back."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from cgtwatch.errors import BusyError, ConfigError, StoreError, StoreNewer, StoreUnusable
from cgtwatch.store import Store, dumping, held, open_store, restore, save_copy, state_of, vacuum
from cgtwatch.store.connection import writer
from store.store_kit import HOUR, NOW, news, source
from store.test_store_migrations import SOON


@pytest.fixture
def server(postgres_url: str) -> str:
    store = open_store(postgres_url)
    store.sync_sources([source()], NOW)
    store.record_visit(news("a", "b"))
    store.close()
    return postgres_url


def looked_at(url: str) -> tuple[list[str], set[str], int]:
    store = open_store(url)
    try:
        return store.check(), {each.id for each in store.known("cde")}, store.last_seq()
    finally:
        store.close()


def change(url: str, statement: str) -> None:
    with writer(url, SOON) as db, db.begin():
        db.execute(text(statement))


@pytest.mark.fault("D8")
def test_a_copy_taken_while_others_write_is_of_one_moment_and_comes_back_whole(server: str, tmp_path: Path) -> None:
    store, over = open_store(server), threading.Event()

    def write(to: Store) -> None:
        for n in range(2_000):
            to.record_visit(news(f"i{n}", at=NOW + n * HOUR))
            if over.is_set():
                return

    other = threading.Thread(target=write, args=(store,))
    other.start()
    try:
        copied = save_copy(server, tmp_path / "deep" / "copy.dump")
    finally:
        over.set()
        other.join()
        store.close()
    after = looked_at(server)[2]
    done = restore(server, copied, NOW, tmp_path)
    problems, items, last = looked_at(server)
    assert (done.state, problems) == ("current", [])
    assert len(items) == last <= after
    assert items >= {"a", "b"}
    assert done.kept == tmp_path / "before-restore-20260708T010203Z.dump"
    restore(server, done.kept, NOW + HOUR, tmp_path)  # and back again
    assert looked_at(server)[2] == after


def test_a_copy_comes_back_on_an_empty_server(server: str, tmp_path: Path, postgres_of_the_run: object) -> None:
    copied = save_copy(server, tmp_path / "copy.dump")
    fresh = postgres_of_the_run.create()  # type: ignore[attr-defined]
    try:
        assert restore(fresh, copied, NOW, tmp_path).kept is None
        assert looked_at(fresh) == looked_at(server) == ([], {"a", "b"}, 2)
        store = open_store(fresh)
        store.record_visit(news("c"))  # numbering goes on
        assert store.last_seq() == 3
        store.close()
    finally:
        postgres_of_the_run.drop(fresh)  # type: ignore[attr-defined]


def test_tables_of_others_are_neither_copied_nor_touched(server: str, tmp_path: Path) -> None:
    copied = save_copy(server, tmp_path / "copy.dump")
    change(server, "CREATE TABLE jobs (id INTEGER)")
    restore(server, copied, NOW, tmp_path)
    change(server, "INSERT INTO jobs VALUES (1)")


def test_while_anybody_is_connected_nothing_is_restored(server: str, tmp_path: Path) -> None:
    copied = save_copy(server, tmp_path / "copy.dump")
    store = open_store(server)
    try:
        store.counts()
        with pytest.raises(BusyError, match="connected; stop the service, all workers"):
            restore(server, copied, NOW, tmp_path)
    finally:
        store.close()


def test_no_worker_begins_while_a_copy_is_put_back(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied, begun = save_copy(server, tmp_path / "copy.dump"), list[str]()
    run = dumping._run

    def watched(program: str, database_url: str | None, words: Sequence[str]) -> str:
        if database_url is not None:
            with pytest.raises(BusyError, match="works on this database alone"), held(server, alone=False):
                raise AssertionError("a worker began")
            begun.append(program)
        return run(program, database_url, words)

    monkeypatch.setattr(dumping, "_run", watched)
    restore(server, copied, NOW, tmp_path)
    assert begun == ["pg_dump", "pg_restore"]
    with held(server, alone=True):
        pass  # it is let go


def test_a_copy_of_a_newer_schema_is_refused(server: str, tmp_path: Path) -> None:
    change(server, "UPDATE alembic_version SET version_num = '9999'")
    copied = save_copy(server, tmp_path / "copy.dump")
    change(server, "UPDATE alembic_version SET version_num = '0009'")
    with pytest.raises(StoreNewer, match="newer cgtwatch"):
        restore(server, copied, NOW, tmp_path)
    assert state_of(server) == "current"


@pytest.mark.parametrize("content", [b"", b"<html>no dump</html>", None])
def test_a_file_that_is_no_copy_is_refused_and_nothing_is_changed(server: str, tmp_path: Path, content: bytes | None) -> None:
    copied = save_copy(server, tmp_path / "copy.dump")
    copied.write_bytes(copied.read_bytes()[:-2_000] if content is None else content)
    with pytest.raises(StoreUnusable, match="nothing was changed"):
        restore(server, copied, NOW, tmp_path)
    assert looked_at(server)[1] == {"a", "b"}
    assert [each.name for each in tmp_path.iterdir()] == ["copy.dump"]


def test_a_copy_that_cannot_be_written_is_said_to_be(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnusable, match="choose another place"):
        save_copy(server, tmp_path / "file" / "copy.dump")


def test_without_the_programs_of_the_server_it_is_said_which_to_install(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.store.dumping.Path.glob", lambda *_: iter(()))
    monkeypatch.setattr("cgtwatch.store.dumping.shutil.which", lambda _: None)
    with pytest.raises(ConfigError, match="postgresql-client"):
        save_copy(server, tmp_path / "copy.dump")


def test_a_password_stands_in_no_message(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        save_copy("postgresql+psycopg://me:hunter2@127.0.0.1:1/x?connect_timeout=2", tmp_path / "copy.dump")
    assert "hunter2" not in str(told.value)


def test_a_server_clears_up_by_itself(server: str) -> None:
    with pytest.raises(StoreError, match="autovacuum"):
        vacuum(server)


def test_a_copy_of_the_other_kind_of_database_says_where_it_belongs(server: str, tmp_path: Path) -> None:
    before = looked_at(server)
    file = f"sqlite:///{tmp_path}/cgtwatch.db"
    open_store(file).close()
    with pytest.raises(StoreUnusable, match=r"copy of a SQLite database, nothing was changed; .*db copy --to URL"):
        restore(server, tmp_path / "cgtwatch.db", NOW)
    save_copy(server, tmp_path / "copy.dump")
    with pytest.raises(StoreUnusable, match="on a PostgreSQL server, nothing was changed; set CGTWATCH_DATABASE_URL"):
        restore(file, tmp_path / "copy.dump", NOW)
    assert (looked_at(server), state_of(file)) == (before, "current")
