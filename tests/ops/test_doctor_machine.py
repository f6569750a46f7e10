"""The doctor on the machine: clock, zones, room, permissions, key, names; and on the database's program. Each with the mend."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from inside import Inside, inside

from cgtwatch.config.settings import Settings
from cgtwatch.model.fetch import Validators
from cgtwatch.model.item import SourceState
from cgtwatch.ops import doctor, doctor_machine
from ops.test_doctor_delivery import settings

NOW = datetime(2026, 7, 8, 1, tzinfo=UTC)
SOURCES = "sources:\n  - {id: one, name: One, kind: feed, url: 'http://feed.example/f.xml', timezone: Asia/Tokyo}\n"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Inside]:
    (tmp_path / "data").mkdir(mode=0o700)
    with inside(tmp_path, SOURCES) as made:
        (tmp_path / "data" / "cgtwatch.db").chmod(0o600)
        yield made


def there(bench: Inside) -> Settings:
    return bench.app.settings


def visited(monkeypatch: pytest.MonkeyPatch, *states: SourceState) -> None:
    monkeypatch.setattr(doctor_machine, "_states", lambda _settings: [*states])


def dated(number: int, at: datetime) -> SourceState:
    return SourceState(f"s{number}", Validators(last_modified=f"{at:%a, %d %b %Y %H:%M:%S} GMT"), last_visit=NOW)


def test_a_clock_is_held_against_its_own_past_and_the_dates_of_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings(tmp_path)
    found, mend = doctor_machine.clock(given, NOW)
    assert ("plausible" in found, mend) == (True, "")
    assert "cannot be" in doctor_machine.clock(given, datetime(1970, 1, 1, tzinfo=UTC))[0]
    visited(monkeypatch, SourceState("s", last_visit=NOW + timedelta(hours=1)))
    found, mend = doctor_machine.clock(given, NOW)
    assert ("was set back" in found, "set-ntp" in mend) == (True, True)
    ahead = NOW + timedelta(hours=2)
    visited(monkeypatch, *(dated(n, ahead) for n in range(3)), dated(4, NOW - timedelta(days=9)))
    assert "3 of 4 servers date their pages later" in doctor_machine.clock(given, NOW)[0]
    visited(monkeypatch, *(dated(n, ahead) for n in range(2)), *(dated(n, NOW - timedelta(days=9)) for n in range(2, 9)))
    assert doctor_machine.clock(given, NOW)[1] == ""  # two servers may be wrong


@pytest.mark.fault("T7")
def test_time_zone_data_that_is_missing_or_old_is_told(bench: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    found, mend = doctor_machine.zones(there(bench))
    assert ("rules of 20" in found, mend) == (True, "")
    assert "tzdata" in doctor_machine.zones(there(bench), datetime(2050, 1, 1, tzinfo=UTC))[1]
    monkeypatch.setattr(doctor_machine, "_known", lambda name: name != "Asia/Tokyo")
    assert doctor_machine.zones(there(bench))[0] == "no rules for Asia/Tokyo"


def test_a_disk_short_of_bytes_or_of_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings(tmp_path)
    assert doctor_machine.disk(given)[1] == ""
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=1 << 20, f_frsize=4096, f_files=100_000, f_favail=12))
    assert "for 12 files" in doctor_machine.disk(given)[0]
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=5, f_frsize=1 << 20, f_files=0, f_favail=0))
    assert doctor_machine.disk(given)[0] == "5 MiB free"


def test_what_others_on_the_machine_could_read_is_told_with_its_mode(bench: Inside) -> None:
    given = there(bench)
    assert doctor_machine.permissions(given) == (f"{given.data_dir}, for this user alone", "")
    key = given.data_dir / "secret.key"
    for path in given.data_dir.glob("cgtwatch.db*"):
        path.chmod(0o644)
    assert doctor_machine.permissions(given)[1] == ""  # nobody else comes into the folder
    given.data_dir.chmod(0o755)
    found, mend = doctor_machine.permissions(given)
    assert ("mode 644" in found, "chmod" in mend) == (True, True)
    assert doctor_machine.secret_key(given) == ("made at the first start", "")
    assert bench.app.secret_key
    assert doctor_machine.secret_key(given)[1] == ""
    key.chmod(0o640)
    assert "mode 640" in doctor_machine.secret_key(given)[0]
    key.chmod(0o600)
    key.write_text("short")
    assert "too short" in doctor_machine.secret_key(given)[0]
    assert doctor_machine.secret_key(settings(given.data_dir, secret_key="k" * 40)) == ("from CGTWATCH_SECRET_KEY", "")


def test_what_another_user_left_behind_is_told(bench: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine.os, "access", lambda path, _mode: Path(path).name != "cgtwatch.db")
    found, mend = doctor_machine.permissions(there(bench))
    assert ("cgtwatch.db cannot be read or written" in found, "chown" in mend) == (True, True)
    monkeypatch.setattr(doctor_machine.os, "access", lambda _path, _mode: False)
    assert "CGTWATCH_DATA_DIR" in doctor_machine.permissions(there(bench))[1]


def test_names_are_looked_up_for_sources_that_were_visited_alone(bench: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def look(host: str, _port: int) -> list[object]:
        asked.append(host)
        if host == "feed.example":
            raise OSError(-2, "Name or service not known")
        return []

    monkeypatch.setattr(doctor_machine.socket, "getaddrinfo", look)
    assert doctor_machine.names(there(bench))[0].startswith("not asked")
    assert asked == []
    visited(monkeypatch, SourceState("one", last_visit=NOW))
    found, mend = doctor_machine.names(there(bench))
    assert ("none of feed.example is found" in found, "resolv.conf" in mend) == (True, True)


@pytest.mark.fault("D11")
def test_the_databases_program_is_named_with_its_settings_and_its_known_bug(
    bench: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.sqlite3, "sqlite_version_info", (3, 40, 1))
    found, mend = doctor._engine(there(bench))
    assert ("journal_mode wal" in found, "WAL-reset bug, which cannot strike" in found, mend) == (True, True, "")
    monkeypatch.setattr(doctor.sqlite3, "sqlite_version_info", (3, 51, 3))
    assert "bug" not in doctor._engine(there(bench))[0]


def test_a_server_that_could_lose_what_it_stored_is_told() -> None:
    good = {"server_encoding": "UTF8", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    assert doctor._postgres("PostgreSQL 15.6", good)[1] == ""
    assert "switch fsync on" in doctor._postgres("PostgreSQL 15.6", {**good, "fsync": "off"})[1]
    assert "UTF8" in doctor._postgres("PostgreSQL 15.6", {**good, "server_encoding": "SQL_ASCII"})[1]
    assert "13 or newer" in doctor._postgres("PostgreSQL 12.1", good)[1]


def test_damaged_raw_pages_are_told(bench: Inside) -> None:
    archive = bench.app.archive
    keys = [archive.put(bytes([n])) for n in range(3)]
    assert doctor._archive(there(bench)) == ("3 pages looked at, all sound", "")
    [path] = (there(bench).data_dir / "archive").glob(f"*/*/{keys[1]}*")
    path.write_bytes(b"x")
    found, mend = doctor._archive(there(bench))
    assert ("1 of 3 pages" in found, "from your copy" in mend) == (True, True)


def test_the_real_server_is_asked_for_its_settings(postgres_url: str) -> None:
    from cgtwatch.store import open_store

    store = open_store(postgres_url)
    try:
        assert store.version().startswith("PostgreSQL 1")
        found = store.tuning()
        assert (found["server_encoding"], set(found) >= {"fsync", "full_page_writes"}) == ("UTF8", True)
        assert found["synchronous_commit"] == "on"  # as the server has it, whatever this session does with it
        assert (store.queues(), store.oldest_turns(NOW), store.alarms_by_kind()) == ([], {}, {})
        assert store.sizes()["main"] > 1_000_000
    finally:
        store.close()


def test_why_a_database_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES)
    rows = {row["check"]: row for row in doctor.examine(settings(tmp_path, database_url="postgresql+psycopg://me@127.0.0.1:1/x"))}
    assert "cannot be reached" in rows["database"]["found"]
    assert [name for name, row in rows.items() if "cannot be reached" in row["found"]] == ["database"]
    others = [row for row in rows.values() if row["found"] == "not looked at: the database cannot be read"]
    assert {"database version", "deliveries", "log-in"} <= {row["check"] for row in others}
    assert {(row["ok"], row["mend"]) for row in others} == {(False, "see database")}
    assert rows["sources"]["ok"]
