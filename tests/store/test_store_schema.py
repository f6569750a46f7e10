"""The schema: what the migrations make is what the tables say, and a kill leaves the old one or the new one."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Table, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from cgtwatch.errors import BusyError, ConfigError, StoreError, StoreNewer, StoreUnusable
from cgtwatch.store import open_store, state_of, upgrade
from cgtwatch.store.columns import METADATA
from cgtwatch.store.connection import writer
from cgtwatch.store.migrate import SCRIPTS, run
from cgtwatch.store.schema import HEAD, REVISIONS, create
from store.store_kit import NOW, news, source, url_of

SOON = timedelta(seconds=0.2)
SECOND_STEP = f'''
"""A step as a later version would bring it."""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "another", "{HEAD}"


def upgrade() -> None:
    with op.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("colour", sa.String(), nullable=False, server_default="red"))
    op.execute("UPDATE item SET colour = 'green'")
    with op.batch_alter_table("event") as batch:
        batch.alter_column("title", new_column_name="heading")
'''


def described(connection: sqlite3.Connection) -> dict[str, object]:
    """Tables, columns, keys and indexes, whatever their order."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    schema: dict[str, object] = {}
    for name in names:
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()[0]
        schema[name] = (
            sorted((row[1], row[2], row[3], bool(row[5])) for row in connection.execute(f"PRAGMA table_info({name})")),
            sorted((row[2], row[3], row[4], row[6]) for row in connection.execute(f"PRAGMA foreign_key_list({name})")),
            "AUTOINCREMENT" in sql,
            sorted(
                str(row[0])
                for row in connection.execute("SELECT sql FROM sqlite_master WHERE type='index' AND tbl_name=?", [name])
            ),
        )
    return schema


def test_the_migrations_make_what_the_tables_say(path: Path) -> None:
    upgrade(url_of(path))
    with writer(url_of(path), SOON) as connection:
        opts = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or not name.startswith("event_words")}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), METADATA) == []


def test_a_store_in_memory_has_the_schema_of_one_that_was_migrated(path: Path) -> None:
    upgrade(url_of(path))
    with writer("sqlite://", SOON) as connection:
        with connection.begin():
            create(connection)
        raw = connection.connection.dbapi_connection
        on_disk = sqlite3.connect(path)
        assert described(raw) == described(on_disk)
        on_disk.close()


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_a_table_uses_only_what_postgresql_knows_too(table: Table) -> None:
    made = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert made.strip().startswith("CREATE TABLE")
    assert all(str(CreateIndex(index).compile(dialect=postgresql.dialect())) for index in table.indexes)


def test_the_revisions_known_without_alembic_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(reversed([each.revision for each in scripts.walk_revisions()])) == REVISIONS
    assert scripts.get_heads() == [HEAD]


def test_the_state_of_a_database_goes_from_empty_to_current(path: Path) -> None:
    assert state_of(url_of(path)) == "empty"
    assert upgrade(url_of(path)) == HEAD
    assert state_of(url_of(path)) == "current"
    assert upgrade(url_of(path)) == HEAD


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    deep = tmp_path / "a b" / "ü?#%" / "cgtwatch.db"
    open_store(url_of(deep)).close()
    assert state_of(url_of(deep)) == "current"


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ConfigError, match="postgresql is not supported"):
        open_store("postgresql://localhost/x")
    with pytest.raises(ConfigError, match="sqlite:///PATH"):
        open_store("nonsense")


# --- newer, older, foreign


def stamp(path: Path, revision: str) -> None:
    raw = sqlite3.connect(path)
    raw.execute("UPDATE alembic_version SET version_num = ?", [revision])
    raw.commit()
    raw.close()


@pytest.mark.fault("D9")
def test_a_newer_database_is_refused_and_not_touched(path: Path) -> None:
    upgrade(url_of(path))
    stamp(path, "9999")
    before = path.read_bytes()
    assert state_of(url_of(path)) == "newer"
    for ask in (open_store, upgrade):
        with pytest.raises(StoreNewer, match="newer cgtwatch"):
            ask(url_of(path))
    assert path.read_bytes() == before


def test_an_older_database_is_refused_with_the_mend(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(url_of(path))
    monkeypatch.setattr("cgtwatch.store.schema.REVISIONS", (*REVISIONS, "another"))
    monkeypatch.setattr("cgtwatch.store.schema.HEAD", "another")
    assert state_of(url_of(path)) == "older"
    with pytest.raises(StoreUnusable, match="cgtwatch db upgrade"):
        open_store(url_of(path))


def test_somebody_elses_database_is_refused(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE accounts (id INTEGER)")
    raw.commit()
    raw.close()
    for ask in (open_store, upgrade, state_of):
        with pytest.raises(StoreUnusable, match="accounts"):
            ask(url_of(path))


@pytest.mark.fault("D6")
def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"<html>no database</html>" * 100)
    for ask in (open_store, upgrade, state_of):
        with pytest.raises(StoreUnusable, match="damaged or no database"):
            ask(url_of(path))


def test_two_upgrades_at_once_end_in_one_schema(path: Path) -> None:
    with writer(url_of(path), SOON) as connection, connection.begin(), pytest.raises(BusyError):
        upgrade(url_of(path), busy_timeout=SOON)
    assert upgrade(url_of(path)) == HEAD


# --- steps and kills


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The real steps and one more."""
    copied = tmp_path / "scripts"
    shutil.copytree(SCRIPTS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / "another.py").write_text(SECOND_STEP)
    return copied


def filled(path: Path) -> None:
    store = open_store(url_of(path))
    store.sync_sources([source()], NOW)
    store.record_visit(news("a", "b"))
    store.close()


def step_on(path: Path, scripts: Path) -> None:
    with writer(url_of(path), SOON) as connection:
        run(connection, scripts)


def killed_at(nth: int, work: Callable[[], None]) -> bool:
    """Do `work` in a child that is killed at its `nth` statement; whether it was."""
    child = os.fork()
    if child == 0:
        count = 0

        def kill(*_: object) -> None:
            nonlocal count
            count += 1
            if count == nth:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", kill)
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def version(path: Path) -> str | None:
    raw = sqlite3.connect(path)
    try:
        return raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except sqlite3.OperationalError:
        return None
    finally:
        raw.close()


def test_a_step_keeps_what_is_stored(path: Path, scripts: Path) -> None:
    filled(path)
    step_on(path, scripts)
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT id, colour FROM item ORDER BY id").fetchall() == [("a", "green"), ("b", "green")]
    assert raw.execute("SELECT count(*) FROM event WHERE heading <> ''").fetchone() == (2,)
    assert raw.execute("SELECT count(*) FROM announcement").fetchone() == (2,)
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    assert version(path) == "another"
    raw.close()


@pytest.mark.fault("D7")
def test_a_first_migration_killed_anywhere_leaves_nothing_or_all(path: Path) -> None:
    seen, nth = set(), 1
    while killed_at(nth, lambda: upgrade(url_of(path))):
        seen.add(state_of(url_of(path)))
        assert upgrade(url_of(path)) == HEAD
        for each in path.parent.glob("cgtwatch.db*"):
            each.unlink()
        nth += 7
    assert seen == {"empty"}
    assert state_of(url_of(path)) == "current"


@pytest.mark.fault("D7")
def test_a_later_step_killed_anywhere_leaves_the_old_schema_or_the_new(path: Path, scripts: Path) -> None:
    filled(path)
    nth = 1
    while killed_at(nth, lambda: step_on(path, scripts)):
        assert version(path) == HEAD
        store = open_store(url_of(path))
        assert (store.check(), store.counts().items) == ([], 2)
        store.close()
        nth += 3
    assert nth > 10
    assert version(path) == "another"


def test_a_step_that_would_break_references_changes_nothing(path: Path, scripts: Path) -> None:
    filled(path)
    (scripts / "versions" / "another.py").write_text(
        f'from alembic import op\nrevision, down_revision = "another", "{HEAD}"\n\n\ndef upgrade():\n    op.execute("DELETE FROM source")\n'
    )
    with pytest.raises(StoreError, match="references"):
        step_on(path, scripts)
    assert version(path) == HEAD


# --- what opening costs


def imported(code: str) -> set[str]:
    asked = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split())


def test_naming_the_store_and_its_records_imports_no_database() -> None:
    assert not {"alembic", "sqlmodel", "sqlalchemy"} & imported("import cgtwatch.store, cgtwatch.store.records")


def test_opening_a_current_store_does_not_import_alembic(path: Path) -> None:
    upgrade(url_of(path))
    loaded = imported(f"from cgtwatch.store import open_store\nopen_store({url_of(path)!r}).close()")
    assert "alembic" not in loaded
    assert "sqlmodel" in loaded
