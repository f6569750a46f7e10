"""Locked, read-only, full or damaged: one clear line, and nothing half done."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cgtwatch.errors import BusyError, CgtwatchError, StoreFull, StoreUnusable
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import ItemQuery
from store.store_kit import HOUR, NOW, connections, delivery, news, source, state, url_of, visit

SOON = timedelta(seconds=0.2)
HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def one_line(error: BaseException) -> bool:
    return isinstance(error, CgtwatchError) and "\n" not in str(error)


@contextmanager
def held_by_another_process(path: Path) -> Iterator[None]:
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "held\n"
        yield
    finally:
        child.communicate("go\n")


@pytest.mark.fault("D4")
def test_a_locked_database_is_said_to_be_and_serves_again_when_let_go(filed: Store, path: Path) -> None:
    filed.record_visit(news("a"))
    filed.close()
    store = open_store(url_of(path), busy_timeout=SOON)
    with held_by_another_process(path):
        with pytest.raises(BusyError, match="another process") as raised:
            store.record_visit(news("b"))
        assert one_line(raised.value)
        assert store.item("a").id == "a"
    assert store.record_visit(news("b")).new == 1
    store.close()


@pytest.mark.fault("D4")
def test_a_writer_waits_for_a_lock_that_is_let_go_in_time(filed: Store, path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD.replace("sys.stdin.readline()", "import time; time.sleep(0.3)"), str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    assert filed.record_visit(news("a")).new == 1
    child.communicate()


def test_readers_do_not_wait_for_a_writer(filed: Store) -> None:
    filed.record_visit(news("a"))
    with filed._database.write():
        assert [item.id for item, _ in filed.items(ItemQuery())] == ["a"]


# --- full


@contextmanager
def full_disk(path: Path) -> Iterator[tuple[Store, sqlite3.Connection]]:
    """A store whose file may not grow; lift the limit on its writing connection."""
    with connections() as opened:
        store = open_store(url_of(path))
    writers = [raw for raw in opened if is_open(raw) and raw.execute("PRAGMA query_only").fetchone() == (0,)]
    raw = writers[-1]
    raw.execute(f"PRAGMA max_page_count = {raw.execute('PRAGMA page_count').fetchone()[0]}")
    try:
        yield store, raw
    finally:
        store.close()


def is_open(raw: sqlite3.Connection) -> bool:
    try:
        raw.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True


def many(at: object = NOW) -> object:
    return news(*(f"i{n}" for n in range(500)), at=at)


@pytest.mark.fault("D1")
def test_a_full_disk_costs_nothing_but_the_visit(filed: Store, path: Path) -> None:
    filed.record_visit(news("a"))
    filed.close()
    with full_disk(path) as (store, raw):
        with pytest.raises(StoreFull, match="no space left") as raised:
            store.record_visit(many())
        assert one_line(raised.value)
        assert (store.counts().items, store.last_seq(), store.check()) == (1, 1, [])
        raw.execute("PRAGMA max_page_count = 100000")
        assert store.record_visit(many()).new == 500


def try_and_queue(store: Store, filler: str) -> None:
    for n in range(1000):
        store.begin_attempt("d1", NOW)
        store.settle("d1", SendOutcome(SendResult.UNKNOWN, "cut"), NOW, NOW)
        store.queue_deliveries([delivery(f"d{n + 2}", "", answer=filler)])


def test_what_is_queued_stays_queued_when_its_attempt_cannot_be_recorded(filed: Store, path: Path) -> None:
    filed.queue_deliveries([delivery("d1", "")])
    filed.close()
    with full_disk(path) as (store, raw):
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        filler = "x" * 40_000
        with pytest.raises(StoreFull):
            try_and_queue(store, filler)
        assert raw.execute("PRAGMA page_count").fetchone()[0] <= pages
        assert store.check() == []
        assert [each.key for each in store.due_deliveries(NOW + HOUR)] == ["d1"]


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def visit_often(store: Store) -> None:
    for n in range(100):
        store.record_visit(news(*(f"i{n}-{each}" for each in range(200))))


@pytest.mark.fault("D1")
@pytest.mark.privileged
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: mounts a disk of its own")
def test_a_full_filesystem_costs_nothing_but_the_visit(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    try:
        store = open_store(url_of(disk / "cgtwatch.db"))
        store.sync_sources([source()], NOW)
        store.record_visit(news("a"))
        filler = disk / "filler"
        with pytest.raises(OSError, match="space"):
            fill(filler)
        with pytest.raises(StoreFull):
            visit_often(store)
        items = store.counts().items
        assert store.last_seq() == items
        filler.unlink()
        assert store.record_visit(news("b")).new == 1
        assert store.check() == []
        store.close()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


# --- read-only


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that an ordinary user reaches, also when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="cgtwatch-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        store = open_store(url_of(folder / "cgtwatch.db"))
        store.sync_sources([source()], NOW)
        store.record_visit(news("a"))
        store.close()
        yield folder
        folder.chmod(0o755)


def as_ordinary_user(ask: Callable[[str], str], path: Path) -> str:
    """What `ask` says of the database at `path` in a child without root's rights; its modules are imported already."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing"
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            said = ask(url_of(path))
        except (CgtwatchError, OSError) as error:
            said = f"{type(error).__name__} {error}"
        finally:
            os.write(theirs, said.encode())
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def write(url: str) -> str:
    store = open_store(url)
    store.sync_sources([], NOW)
    return "written"


def read(url: str) -> str:
    store = open_store(url, readonly=True)
    return f"{store.item('a').id} {store.check()}"


@pytest.mark.fault("D3")
def test_a_folder_that_may_not_be_written_is_said_to_be(shared_folder: Path) -> None:
    shared_folder.chmod(0o555)
    said = as_ordinary_user(write, shared_folder / "cgtwatch.db")
    assert said.startswith("StoreUnusable")
    assert "may be written" in said
    assert "\n" not in said


def test_a_folder_that_may_not_be_written_can_still_be_read(shared_folder: Path) -> None:
    shared_folder.chmod(0o555)
    assert as_ordinary_user(read, shared_folder / "cgtwatch.db") == "a []"


@pytest.mark.fault("D3")
def test_a_file_that_may_not_be_written_is_said_to_be(shared_folder: Path) -> None:
    shared_folder.chmod(0o777)
    (shared_folder / "cgtwatch.db").chmod(0o444)
    said = as_ordinary_user(write, shared_folder / "cgtwatch.db")
    assert said.startswith("StoreUnusable")
    assert "\n" not in said


def test_a_folder_that_cannot_be_made_is_said_to_be(shared_folder: Path) -> None:
    shared_folder.chmod(0o555)
    assert as_ordinary_user(write, shared_folder / "deep" / "cgtwatch.db").startswith("StoreUnusable")


def test_a_path_that_is_a_folder_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable):
        open_store(url_of(tmp_path))


def test_a_store_opened_for_reading_refuses_to_write(filed: Store, path: Path) -> None:
    filed.record_visit(news("a"))
    reading = open_store(url_of(path), readonly=True)
    assert reading.item("a").id == "a"
    with pytest.raises(StoreUnusable, match="reading only"):
        reading.record_visit(news("b"))
    reading.close()


def test_there_is_nothing_to_read_before_the_first_start(path: Path) -> None:
    with pytest.raises(StoreUnusable, match="no database yet"):
        open_store(url_of(path), readonly=True)
    assert not path.exists()


# --- damaged, and who may checkpoint


@pytest.mark.fault("D6")
def test_a_damaged_file_is_found_by_the_check(filed: Store, path: Path) -> None:
    filed.record_visit(many())
    filed.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 8192)
    store = open_store(url_of(path))
    assert any("damaged" in line for line in store.check())
    store.close()


@pytest.mark.fault("D11")
def test_only_the_writing_connection_may_checkpoint_and_it_is_durable(path: Path) -> None:
    open_store(url_of(path)).close()
    with connections() as opened:
        store = open_store(url_of(path))
        store.states()
        store.counts()
    live = [raw for raw in opened if is_open(raw)]
    writers = [raw for raw in live if raw.execute("PRAGMA wal_autocheckpoint").fetchone() != (0,)]
    assert len(live) > 1
    assert len(writers) == 1
    assert writers[0].execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writers[0].execute("PRAGMA synchronous").fetchone() == (2,)
    assert all(raw.execute("PRAGMA query_only").fetchone() == (1,) for raw in live if raw is not writers[0])
    store.close()


def test_a_visit_with_news_is_durable_again_after_one_without(path: Path) -> None:
    open_store(url_of(path)).close()
    with connections() as opened:
        store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    raw = next(each for each in opened if is_open(each) and each.execute("PRAGMA query_only").fetchone() == (0,))
    quiet = visit(outcome="unchanged", source_state=state())
    store.record_visit(quiet)
    store.flush()
    assert raw.execute("PRAGMA synchronous").fetchone() == (1,)
    store.record_visit(news("a"))
    assert raw.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()
