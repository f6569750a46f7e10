"""`db …` at the command line: copies put back, files made smaller, an installation moved."""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cgtwatch.acquire.archive import Archive
from cgtwatch.cli.main import app
from cgtwatch.errors import BusyError
from cgtwatch.ops.ownership import own
from cgtwatch.store import open_store, state_of


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with an empty database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CGTWATCH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    open_store(f"sqlite:///{tmp_path}/data/cgtwatch.db").close()
    return tmp_path / "data"


def run(*arguments: str) -> str:
    """What the command prints, or why it does nothing."""
    done = CliRunner().invoke(app, list(arguments))
    if isinstance(done.exception, BusyError):
        raise done.exception
    return str(done.exception) if done.exception else done.output


@pytest.mark.fault("D8")
def test_a_backup_is_restored_and_what_follows_from_it_is_said(data: Path) -> None:
    copied = run("db", "backup").strip()
    said = run("db", "restore", copied)
    assert f"restored {copied}" in said
    assert f"kept as {data}/cgtwatch.db.before-restore-" in said
    assert "may be sent again" in said
    assert json.loads(run("db", "check")) == {"problems": []}


@pytest.mark.parametrize(
    "command", [("restore", "copy.db"), ("vacuum",), ("copy", "--to", "postgresql+psycopg://x@127.0.0.1:1/x")]
)
def test_while_the_service_runs_its_database_is_not_touched(data: Path, command: tuple[str, ...]) -> None:
    before = (data / "cgtwatch.db").read_bytes()
    with own(data), pytest.raises(BusyError, match="stop it first"):
        run("db", *command)
    assert (data / "cgtwatch.db").read_bytes() == before


def test_a_file_is_made_smaller_and_the_sizes_are_told(data: Path) -> None:
    raw = sqlite3.connect(data / "cgtwatch.db")
    raw.execute("CREATE TABLE ballast (x)")
    raw.execute("INSERT INTO ballast VALUES (zeroblob(3000000))")
    raw.commit()
    raw.execute("DROP TABLE ballast")
    raw.close()
    assert run("db", "vacuum").startswith("3.")
    assert (data / "cgtwatch.db").stat().st_size < 1_000_000


def test_an_installation_moves_to_a_server_and_a_table_says_that_all_arrived(data: Path, postgres_url: str) -> None:
    archive = Archive(data / "archive")
    kept, damaged = archive.put(b"a page"), archive.put(b"another page")
    next(data.rglob(f"{damaged}.z")).write_bytes(b"not what was stored")
    done = CliRunner().invoke(app, ["db", "copy", "--to", postgres_url, "--json"])
    rows = {row["table"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert all(row["same"] for row in rows.values())
    assert rows["body"]["there"] == 1
    assert f"archive entry {damaged} is damaged" in done.output
    assert "Set CGTWATCH_DATABASE_URL" in done.output
    assert (state_of(postgres_url), archive.get(kept)) == ("current", b"a page")


def test_a_database_on_a_server_is_copied_by_the_servers_own_program(
    data: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(postgres_url).close()
    monkeypatch.setenv("CGTWATCH_DATABASE_URL", postgres_url)
    copied = Path(run("db", "backup").strip())
    assert (copied.parent, copied.suffix, copied.read_bytes()[:5]) == (data / "backup", ".dump", b"PGDMP")
    assert json.loads(run("db", "check")) == {"problems": []}
    assert "restored" in run("db", "restore", str(copied))
