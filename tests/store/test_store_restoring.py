"""A copy takes the place of the database: proved first, in one step, with the old one kept beside."""

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cgtwatch.errors import BusyError, StoreError, StoreFull, StoreNewer, StoreUnusable
from cgtwatch.store import open_store, restore, save_copy, state_of, upgrade, vacuum
from cgtwatch.store import restoring as parts
from cgtwatch.store.schema import HEAD
from store.store_kit import HOUR, NOW, news, source, url_of


def filled(path: Path, *items: str) -> Path:
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    store.record_visit(news(*items))
    store.close()
    return path


def items_of(path: Path) -> set[str]:
    store = open_store(url_of(path), readonly=True)
    try:
        assert store.check() == []
        return {each.id for each in store.known("cde")}
    finally:
        store.close()


def names(folder: Path) -> set[str]:
    """What stands there, but for the log of the database itself."""
    return {each.name for each in folder.iterdir() if each.name not in ("cgtwatch.db-wal", "cgtwatch.db-shm")}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy with the items `a` and `b`."""
    return save_copy(url_of(filled(tmp_path / "origin.db", "a", "b")), tmp_path / "copies" / "copy.db")


@pytest.fixture
def present(tmp_path: Path) -> Path:
    """The database in use, with the item `c`."""
    (tmp_path / "data").mkdir()
    return filled(tmp_path / "data" / "cgtwatch.db", "c")


@pytest.mark.fault("D8")
def test_a_copy_taken_under_load_restores_to_a_store_that_agrees_with_itself(present: Path, tmp_path: Path) -> None:
    store, over = open_store(url_of(present)), threading.Event()

    def write() -> None:
        for n in range(3_000):
            store.record_visit(news(f"i{n}", at=NOW + n * HOUR))
            if over.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    while store.counts().items < 20:
        over.wait(0.01)
    copied = store.backup(tmp_path / "copy.db")
    after = store.counts().items
    over.set()
    writer.join()
    store.close()
    assert restore(url_of(present), copied, NOW).state == "current"
    store = open_store(url_of(present))
    try:
        counts = store.counts()
        assert store.check() == []
        assert counts.items == counts.events == counts.announcements == store.last_seq()
        assert 20 <= counts.items <= after
        store.record_visit(news("new"))  # and work goes on
    finally:
        store.close()


def test_the_database_of_before_is_kept_beside_with_all_that_was_in_its_log(present: Path, copy: Path) -> None:
    store = open_store(url_of(present))
    store.record_visit(news("d"))
    frozen = [(each, each.read_bytes()) for each in present.parent.iterdir()]  # as a killed service leaves it
    store.close()
    for each, content in frozen:
        each.write_bytes(content)
    done = restore(url_of(present), copy, NOW)
    assert items_of(present) == {"a", "b"}
    assert done.kept == present.with_name("cgtwatch.db.before-restore-20260708T010203Z")
    assert items_of(done.kept) == {"c", "d"}
    assert not any("restoring" in name for name in names(present.parent))


def test_a_copy_is_restored_where_there_is_no_database(tmp_path: Path, copy: Path) -> None:
    fresh = tmp_path / "new machine" / "cgtwatch.db"
    assert restore(url_of(fresh), copy, NOW).kept is None
    assert items_of(fresh) == {"a", "b"}


def test_a_damaged_database_gives_way_and_is_kept_as_it_is(present: Path, copy: Path) -> None:
    damaged = b"\0" * 4096 + present.read_bytes()[4096:]
    present.write_bytes(damaged)
    present.with_name("cgtwatch.db-wal").write_bytes(b"log")
    kept = restore(url_of(present), copy, NOW).kept
    assert items_of(present) == {"a", "b"}
    assert kept is not None
    assert kept.read_bytes() == damaged
    assert names(present.parent) >= {kept.name}


def test_a_copy_of_an_older_schema_is_restored_and_brought_up_to_date_by_the_next_start(present: Path, tmp_path: Path) -> None:
    from store.test_store_migrations import filled as filled_with

    old = tmp_path / "old.db"
    filled_with(old, "0006")
    assert restore(url_of(present), old, NOW).state == "older"
    assert state_of(url_of(present)) == "older"
    assert upgrade(url_of(present)) == HEAD


def of_newer(copy: Path) -> None:
    raw = sqlite3.connect(copy)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()


def with_broken_page(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    for page in range(20, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    copy.write_bytes(bytes(content))


def with_missing_row(copy: Path) -> None:
    raw = sqlite3.connect(copy)
    raw.execute("DELETE FROM revision WHERE item = 'a'")
    raw.commit()
    raw.close()


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (of_newer, StoreNewer, "newer cgtwatch"),
        (with_broken_page, StoreUnusable, "copy.db: "),
        (with_missing_row, StoreUnusable, "is not whole, nothing was changed"),
        (lambda copy: copy.write_bytes(b"<html>" * 1000), StoreUnusable, "nothing was changed"),
        (lambda copy: copy.write_bytes(b""), StoreUnusable, "holds no database, nothing was changed"),
        (lambda copy: copy.unlink(), StoreUnusable, "there is no such file"),
    ],
)
def test_a_copy_that_is_no_good_is_refused_and_nothing_is_changed(
    present: Path, copy: Path, spoil: Callable[[Path], object], error: type[StoreError], said: str
) -> None:
    spoil(copy)
    before = present.read_bytes()
    with pytest.raises(error, match=said):
        restore(url_of(present), copy, NOW)
    assert present.read_bytes() == before
    assert names(present.parent) == {"cgtwatch.db"}


def test_the_present_database_is_no_copy_of_itself(present: Path) -> None:
    with pytest.raises(StoreUnusable, match="is the present database itself"):
        restore(url_of(present), present, NOW)


def test_a_database_that_somebody_writes_to_is_not_replaced(present: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(present, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("cgtwatch.store.BUSY_TIMEOUT", HOUR * 0)
    with pytest.raises((BusyError, StoreError)):
        restore(url_of(present), copy, NOW)
    other.rollback()
    other.close()
    assert items_of(present) == {"c"}


# --- no room, no right


def test_where_there_is_no_room_for_both_nothing_is_begun(present: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1_000_000))
    for ask in (lambda: restore(url_of(present), copy, NOW), lambda: vacuum(url_of(present))):
        with pytest.raises(StoreFull, match="MB are needed beside the present database and 1 MB are free"):
            ask()
    assert names(present.parent) == {"cgtwatch.db"}


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    ).returncode:
        pytest.skip("a small disk cannot be mounted here (needs root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.privileged
def test_a_disk_that_is_full_in_the_middle_leaves_the_database_as_it_was(
    tmp_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", "1500k") as disk:
        present = filled(disk / "cgtwatch.db", "c")
        monkeypatch.setattr(parts, "_need_room", lambda *_: None)  # somebody else fills it meanwhile
        (disk / "ballast").write_bytes(b"x" * (shutil.disk_usage(disk).free - 200_000))
        for ask in (
            lambda: restore(url_of(present), copy, NOW),
            lambda: vacuum(url_of(present)),
            lambda: save_copy(url_of(present), disk / "b.db"),
        ):
            with pytest.raises((StoreFull, StoreUnusable), match=r"(?i)no space left"):
                ask()
            assert names(disk) == {"cgtwatch.db", "ballast"}
        (disk / "ballast").unlink()
        assert items_of(present) == {"c"}
        assert restore(url_of(present), copy, NOW).kept is not None


@pytest.mark.privileged
def test_a_disk_that_may_only_be_read_says_so(tmp_path: Path, copy: Path) -> None:
    with small_disk(tmp_path / "disk", "8m") as disk:
        present = filled(disk / "cgtwatch.db", "c")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for ask in (
            lambda: restore(url_of(present), copy, NOW),
            lambda: vacuum(url_of(present)),
            lambda: save_copy(url_of(present), disk / "b.db"),
        ):
            with pytest.raises(StoreUnusable, match=r"(?i)read-only|cannot be (opened|written)"):
                ask()
        assert items_of(present) == {"c"}


# --- killed on the way


def killed_at(nth: int, work: Callable[[], object]) -> bool:
    """Do `work` in a child that is killed before its `nth` call that changes a name on the disk; whether it was."""
    child = os.fork()
    if child == 0:
        seen = iter(range(1, nth + 1))

        def counted(call: Callable[..., object]) -> Callable[..., object]:
            def kill(*args: object, **rest: object) -> object:
                if next(seen, None) == nth:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*args, **rest)

            return kill

        for name in ("replace", "link", "unlink", "fsync", "rename"):
            setattr(os, name, counted(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.fault("D8")
def test_a_restore_killed_anywhere_leaves_the_old_database_or_the_new(present: Path, copy: Path) -> None:
    nth = 1
    while True:
        killed = killed_at(nth, lambda: restore(url_of(present), copy, NOW))
        found = items_of(present)
        assert found in ({"c"}, {"a", "b"})
        if not killed:
            break
        if found == {"a", "b"}:  # begin anew from the old one
            with suppress(FileNotFoundError):
                next(present.parent.glob("*.before-*")).replace(present)
        nth += 1
    assert nth > 6
    assert found == {"a", "b"}
    restore(url_of(present), copy, NOW + HOUR)
    assert not any("restoring" in name for name in names(present.parent))


def test_a_vacuum_killed_anywhere_leaves_a_whole_database(present: Path) -> None:
    nth = 1
    while killed_at(nth, lambda: vacuum(url_of(present))):
        assert items_of(present) == {"c"}
        nth += 1
    assert nth > 3
    assert items_of(present) == {"c"}


# --- made anew


def test_a_file_of_before_is_made_smaller_and_gives_room_back_from_then_on(tmp_path: Path) -> None:
    path = filled(tmp_path / "cgtwatch.db", "c")
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA journal_mode=DELETE")
    raw.execute("PRAGMA auto_vacuum=NONE")
    raw.execute("VACUUM")
    raw.execute("CREATE TABLE ballast (x)")
    raw.executemany("INSERT INTO ballast VALUES (?)", [(b"x" * 1_000_000,)] * 5)
    raw.commit()
    raw.execute("DROP TABLE ballast")
    raw.close()
    done = vacuum(url_of(path))
    assert (done.before > 5_000_000, done.after < 1_000_000, path.stat().st_size == done.after) == (True, True, True)
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    raw.close()
    assert items_of(path) == {"c"}
    assert not any("smaller" in name for name in names(tmp_path))


def test_the_file_keeps_its_rights(present: Path, copy: Path) -> None:
    present.chmod(0o640)
    restore(url_of(present), copy, NOW)
    assert present.stat().st_mode & 0o777 == 0o640
    vacuum(url_of(present))
    assert present.stat().st_mode & 0o777 == 0o640


def test_a_database_in_memory_has_no_file_to_mend(copy: Path) -> None:
    for ask in (lambda: restore("sqlite://", copy, NOW), lambda: vacuum("sqlite://")):
        with pytest.raises(StoreError, match="kept nowhere"):
            ask()
