"""A store that cannot be written costs time only: nothing is lost, nobody is blamed or asked in vain, and work goes on by itself."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attack import feed, sources
from inside import Inside, inside
from place import Place, Site

from cgtwatch.errors import BusyError, StoreFull


@pytest.fixture
def bench(tmp_path: Path, site: Site) -> Iterator[Inside]:
    for name in ("one", "two", "three"):
        site.page(f"/{name}", feed([1]), "application/rss+xml")
    text = sources(**{name: f"{site.url}/{name}" for name in ("one", "two", "three")})
    with inside(tmp_path, text, concurrency="1") as found:
        found.poll()
        found.pass_time(hours=1)
        yield found


def broken(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.fault("D1")
@pytest.mark.promise("P19")
@pytest.mark.parametrize("error", [StoreFull("no space"), BusyError("database is locked")])
def test_no_source_is_asked_in_vain_while_nothing_can_be_recorded(
    bench: Inside, site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    before = len(site.requests)
    with monkeypatch.context() as hurt:
        hurt.setattr(bench.app.store, "record_visit", broken(error))
        hurt.setattr(bench.app.store, "probe", broken(error))
        rows = bench.poll()
        assert {row["error"].partition(":")[0] for row in rows.values()} == {"storage"}
        assert len(site.requests) - before == 1, "only the visit that met the trouble"
        assert bench.engine.poll_due() == 0 or len(site.requests) - before == 1
    assert {row["outcome"] for row in bench.poll().values()} == {"unchanged"}
    assert all(state.failures == 0 for state in bench.app.store.states().values()), "no source is to blame"


def test_an_archive_that_cannot_be_written_is_no_fault_of_the_source(bench: Inside, site: Site) -> None:
    site.page("/one", feed([2, 1]), "application/rss+xml")
    archive = bench.app.settings.data_dir / "archive"
    shutil.rmtree(archive)
    archive.write_text("a file where a folder should be")
    row = bench.poll()["one"]
    assert (row["error"].partition(":")[0], row["new"]) == ("storage", 0)
    archive.unlink()
    assert bench.poll()["one"]["new"] == 1


def test_a_deleted_archive_is_made_again(bench: Inside, site: Site) -> None:
    shutil.rmtree(bench.app.settings.data_dir / "archive")
    site.page("/one", feed([2, 1]), "application/rss+xml")
    assert bench.poll()["one"]["new"] == 1


@pytest.mark.fault("D2")
@pytest.mark.promise("P19")
def test_a_message_whose_outcome_could_not_be_stored_goes_out_once(
    bench: Inside, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.page("/hook", "", status=204)
    bench.ask("subscriptions.add", name="mei", to=f"{site.url}/hook", cadence="now")
    site.page("/one", feed([2, 1]), "application/rss+xml")
    bench.poll("one")
    bench.engine.digest_due()
    with monkeypatch.context() as full:
        full.setattr("cgtwatch.store.deliveries._settle", broken(StoreFull("no space")))
        with pytest.raises(StoreFull):
            bench.ask("send")
        assert bench.app.store.deliveries()[0].state == "attempted"
    bench.engine.storage.look_now()
    assert bench.engine.storage.usable()
    bench.engine.sends.due()
    assert [one.state for one in bench.app.store.deliveries()] == ["sent"]
    assert len(site.posts) == 1


@pytest.mark.fault("D4")
@pytest.mark.chaos  # waits for the busy timeout
def test_a_locked_database_ends_a_command_with_75_and_lets_readers_read(place: Place, site: Site, tmp_path: Path) -> None:
    site.page("/feed", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    holder = sqlite3.connect(place.data / "cgtwatch.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        refused = place.run("poll", code=75)
        assert len(refused.stderr.splitlines()) == 1
        assert "another process holds the database" in refused.stderr
        assert len(place.rows("items")) == 1
    finally:
        holder.close()


@pytest.fixture
def small_disk(place: Place) -> Iterator[Path]:
    place.data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place.data)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting needs root")
    try:
        yield place.data
    finally:
        subprocess.run(["umount", "-l", str(place.data)], check=True)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


@pytest.mark.fault("D1")
@pytest.mark.promise("P19")
@pytest.mark.privileged
def test_a_full_disk_pauses_the_service_and_room_ends_the_pause(place: Place, site: Site, small_disk: Path) -> None:
    site.page("/feed", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/feed"))
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        service.until(lambda: "send delivery=" in service.text)
        filler = fill(small_disk)
        site.page("/feed", feed([2, 1]), "application/rss+xml")
        assert place.poll("one", code=1)["one"]["error"].startswith("storage")
        asked = site.asked("/feed")
        service.until(lambda: "storage in trouble" in service.text)
        filler.unlink()
        assert place.poll("one")["one"]["new"] == 1
        assert site.asked("/feed") <= asked + 2
        assert service.text.count("storage in trouble") == 1
        assert service.text.count("storage works again") == 1
        assert service.stop() == 0
    assert "Traceback" not in service.text


@pytest.mark.privileged
def test_a_full_disk_is_one_line_for_a_command_and_nothing_for_a_reader(place: Place, site: Site, small_disk: Path) -> None:
    site.page("/feed", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    fill(small_disk)
    assert len(place.rows("items")) == 1
    refused = place.run("poll", "--all", code=1)
    assert "no space" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.fault("D3")
@pytest.mark.privileged
def test_a_read_only_disk_is_one_line_for_a_command_and_nothing_for_a_reader(place: Place, site: Site, small_disk: Path) -> None:
    site.page("/feed", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert len(place.rows("items")) == 1
    for command in (["poll"], ["db", "backup"]):
        refused = place.run(*command, code=1)
        assert len(refused.stderr.splitlines()) == 1
        assert os.fspath(small_disk) in refused.stderr
