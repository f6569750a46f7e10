"""Disks that fill up, turn read-only or go bad, and a database that somebody else holds, under the running service."""

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from attack import feed, sources
from desk import desk
from place import Place, Site, free_port
from receivers import Post, receiving

from cgtwatch.engine.operations import perform_at_once
from cgtwatch.errors import BusyError, StoreFull
from cgtwatch.store import BUSY_TIMEOUT, open_store
from cgtwatch.store.records import ItemQuery
from store.store_kit import NOW, connections, news, source, statements, url_of

HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""
RSS = "application/rss+xml"
LOG_LIMIT = "cgtwatch.store.sqlite._WAL_LIMIT"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A data directory on a disk of 2 MiB."""
    data = tmp_path / "data"
    data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(data)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting needs root")
    try:
        yield data
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


class Disk:
    """A data directory on a file system that the kernel can be told to have found broken, whereupon it turns read-only."""

    def __init__(self, image: Path, where: Path) -> None:
        self._image, self._where = image, where
        self._run("truncate", "-s", "64M", str(image))
        self._run("mkfs.ext4", "-q", str(image))
        self.mount()

    def mount(self) -> None:
        self._where.mkdir(exist_ok=True)
        self._run("mount", "-o", "loop,errors=remount-ro", str(self._image), str(self._where))

    def unmount(self) -> None:
        self._run("umount", str(self._where))

    def break_down(self) -> None:
        line = next(line for line in Path("/proc/mounts").read_text().splitlines() if f" {self._where} " in line)
        (Path("/sys/fs/ext4") / Path(line.split()[0]).name / "trigger_fs_error").write_text("1")

    @staticmethod
    def _run(*command: str) -> None:
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("mounting an ext4 image needs root and loop devices")


@pytest.fixture
def breakable(tmp_path: Path) -> Iterator[Disk]:
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is missing: no disk that can break")
    found = Disk(tmp_path / "image", tmp_path / "data")
    yield found
    subprocess.run(["umount", "-l", str(tmp_path / "data")], capture_output=True, check=False)


@pytest.mark.privileged
@pytest.mark.fault("D2")
@pytest.mark.promise("P19")
def test_a_disk_that_fills_between_sending_and_recording_costs_one_more_copy_with_the_same_id_at_most(
    tmp_path: Path, site: Site, small_disk: Path
) -> None:
    with receiving() as receivers, desk(tmp_path, site) as at:
        at.subscribe(hook=f"{receivers.url}/hook")
        at.publish()
        at.bench.engine.digest_due()

        def fill_and_take(_: Post) -> tuple[int, dict[str, str], bytes]:
            fill(small_disk)
            return 200, {}, b"ok"

        receivers.answer = fill_and_take
        with suppress(StoreFull):
            at.bench.ask("send")
        assert at.ledger("hook")[0].state in {"attempted", "sent"}
        (small_disk / "filler").unlink()
        receivers.answer = lambda _: (200, {}, b"ok")
        at.bench.engine.storage.look_now()
        assert at.bench.engine.storage.usable()
        at.live_on(1)
        assert [one.state for one in at.ledger("hook")] == ["sent"]
        assert 1 <= len(receivers.posts) <= 2
        assert len({(post.id, post.body) for post in receivers.posts}) == 1


def ready(place: Place) -> int:
    """The status with which supervisors are answered."""
    try:
        with urllib.request.urlopen(f"http://{place.extra['CGTWATCH_LISTEN']}/readyz", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.privileged
@pytest.mark.fault("D3")
@pytest.mark.promise("P19")
def test_a_disk_that_turns_read_only_turns_the_service_red_and_loses_nothing(place: Place, site: Site, breakable: Disk) -> None:
    site.page("/feed", feed([1]), RSS)
    place.extra["CGTWATCH_LISTEN"] = f"127.0.0.1:{free_port()}"
    place.sources(sources(one=f"{site.url}/feed"))
    with place.service() as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        service.until(lambda: ready(place) == 200)
        site.page("/feed", feed([2, 1]), RSS)
        breakable.break_down()
        assert place.poll("one", code=None)["one"]["error"].startswith("storage")
        asked = site.asked("/feed")
        service.until(lambda: ready(place) == 503)
        assert place.poll("one", code=None)["one"]["error"].startswith("storage")
        assert site.asked("/feed") == asked, "nobody is asked in vain"
        assert len(place.rows("items")) == 1, "readers are served"
        assert service.stop() in {0, 1}, "its last words could not be written"
    assert "Traceback" not in service.text
    breakable.unmount()
    breakable.mount()
    assert place.poll("one")["one"]["new"] == 1


@pytest.mark.fault("D3")
def test_a_service_that_may_not_write_does_not_start_and_says_where(place: Place) -> None:
    place.sources("sources: []\n")
    place.data.write_text("a file where a folder should be")
    refused = place.run("run", "--no-web", code=1)
    assert len(refused.stderr.splitlines()) == 1
    assert str(place.data) in refused.stderr


@contextmanager
def held_by_another_process(database: Path) -> Iterator[Callable[[], object]]:
    """Held until the end, or until what this gives is called."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "held\n"
        yield lambda: print("go", file=child.stdin, flush=True)
    finally:
        child.communicate("go\n")


@pytest.mark.fault("D4")
@pytest.mark.promise("P19")
def test_while_another_process_holds_the_database_nobody_is_told_anything_and_nothing_is_lost(tmp_path: Path, site: Site) -> None:
    with receiving() as receivers, connections() as opened, desk(tmp_path, site) as at:
        at.subscribe(hook=f"{receivers.url}/hook")
        for raw in opened:
            with suppress(sqlite3.ProgrammingError):  # closed
                raw.execute("PRAGMA busy_timeout = 200")
        at.publish()
        at.bench.engine.digest_due()
        with held_by_another_process(tmp_path / "data" / "cgtwatch.db"):
            site.page("/feed", feed([3, 2, 1]), RSS)
            row = at.bench.poll("one")["one"]
            assert row["error"].startswith("storage"), row
            with pytest.raises(BusyError, match="another process"):
                at.bench.ask("send")
            assert receivers.posts == [], "what cannot be recorded is not sent"
            assert len(at.bench.app.store.items(ItemQuery())) == 2, "readers are served"
        at.bench.engine.storage.look_now()
        assert at.bench.engine.storage.usable()
        assert at.bench.poll("one")["one"]["announced"] == 1
        at.live_on(1)
        assert [one.state for one in at.ledger("hook")] == ["sent", "sent"]
        assert len(receivers.posts) == 2


@pytest.mark.fault("D4")
def test_who_waits_at_a_page_is_told_at_once_while_the_database_is_known_to_be_held(tmp_path: Path, site: Site) -> None:
    with connections() as opened, desk(tmp_path, site) as at:
        for raw in opened:
            with suppress(sqlite3.ProgrammingError):  # closed
                raw.execute("PRAGMA busy_timeout = 200")
        asked = {"name": "mei", "to": "local:", "cadence": "now"}
        with held_by_another_process(tmp_path / "data" / "cgtwatch.db"):
            with pytest.raises(BusyError, match="another process"):
                list(perform_at_once(at.bench.engine, "subscriptions.add", asked))
            with statements() as seen, pytest.raises(BusyError, match="another process"):
                list(perform_at_once(at.bench.engine, "subscriptions.add", asked))
            assert seen == [], "nobody waits for the lock again"
        at.bench.engine.storage.look_now()
        assert at.bench.engine.storage.usable()
        assert list(perform_at_once(at.bench.engine, "subscriptions.add", asked))


@pytest.mark.fault("D4")
def test_who_posts_at_a_page_waits_a_moment_for_another_process_and_a_poll_as_long_as_ever(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.engine.operations.PATIENCE", timedelta(milliseconds=100))
    with desk(tmp_path, site) as at:
        at.publish()
        asked = {"name": "mei", "to": "local:", "cadence": "now"}
        began = time.monotonic()
        with held_by_another_process(tmp_path / "data" / "cgtwatch.db") as let_go:
            with pytest.raises(BusyError, match="another process"):
                list(perform_at_once(at.bench.engine, "subscriptions.add", asked))
            assert time.monotonic() - began < BUSY_TIMEOUT.total_seconds() / 2
            threading.Timer(0.5, let_go).start()
            at.bench.app.store.sync_sources([], at.bench.app.clock())


# --- damaged


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of some hundred pages."""
    path = tmp_path_factory.mktemp("grown") / "cgtwatch.db"
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    store.record_visit(news(*(f"i{number}" for number in range(300))))
    store.close()
    return path


def damaged(grown: Path, place: Place, at: int, with_what: bytes) -> None:
    place.data.mkdir()
    whole = bytearray(grown.read_bytes())
    whole[at : at + len(with_what)] = with_what
    (place.data / "cgtwatch.db").write_bytes(whole)
    place.sources("sources: []\n")


@pytest.mark.fault("D6")
def test_a_database_whose_header_was_overwritten_is_refused_with_the_way_back(place: Place, grown: Path) -> None:
    damaged(grown, place, 0, b"\xff" * 512)
    refused = place.run("run", "--no-web", code=1)
    (line,) = refused.stderr.splitlines()
    assert str(place.data / "cgtwatch.db") in line
    assert "db restore" in line


@pytest.mark.fault("D6")
def test_a_damaged_page_is_found_by_the_check_and_by_the_doctor(place: Place, grown: Path) -> None:
    damaged(grown, place, grown.stat().st_size // 2, b"\xff" * 8192)
    (said,) = place.rows("db", "check", code=1)
    assert any("damaged" in problem for problem in said["problems"])
    assert "damaged" in place.run("doctor", code=1).stdout


# --- the log of a database


@pytest.mark.fault("D10")
def test_a_reader_that_stays_lets_the_log_grow_and_its_end_lets_it_shrink(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOG_LIMIT, 1 << 20)
    path = tmp_path / "cgtwatch.db"
    log = path.with_name("cgtwatch.db-wal")
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item").fetchone()
        for batch in range(8):
            store.record_visit(news(*(f"i{batch}-{number}" for number in range(200))))
        grown = log.stat().st_size
        assert grown > 4 << 20
        assert reader.execute("SELECT count(*) FROM item").fetchone() == (0,), "one moment for as long as the look lasts"
        reader.execute("COMMIT")
    for batch in range(8, 12):
        store.record_visit(news(*(f"i{batch}-{number}" for number in range(200))))
    assert log.stat().st_size < grown / 2, "it was emptied and cut"
    store.close()
