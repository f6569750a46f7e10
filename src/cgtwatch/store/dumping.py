"""Copies of a database on a PostgreSQL server, by the server's own programs, and back.

Only our tables are copied: what a queue keeps beside them are hints that are made anew.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import text
from sqlalchemy.engine import make_url

from cgtwatch import registry
from cgtwatch.errors import BusyError, ConfigError, StoreError, StoreFull, StoreUnusable
from cgtwatch.store.columns import METADATA
from cgtwatch.store.connection import name_of, reader
from cgtwatch.store.holding import held
from cgtwatch.store.schema import HEAD, REVISIONS, VERSION_TABLE, refuse_unless_current

_TABLES = (*sorted(METADATA.tables), "event_words", VERSION_TABLE)
_SCHEMA = {"make": "cgtwatch.store.migrate:upgrade"}
_SQLITE = b"SQLite format 3\0"  # a database file begins so
_LONGEST = 6 * 3600  # seconds
_OTHERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")


def dump(database_url: str, path: Path) -> Path:
    """A consistent copy at `path` while others write, whole or not at all, in the server's own compressed form."""
    partial = path.with_name(path.name + ".partial")
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        tables = [word for table in _TABLES for word in ("--table", table)]
        _run("pg_dump", database_url, ["--format=custom", "--no-owner", "--no-privileges", "--file", str(partial), *tables])
        with partial.open("rb") as copied:
            os.fsync(copied.fileno())
        partial.replace(path)
    except OSError as error:
        raise StoreUnusable(f"{path}: the backup cannot be written ({error.strerror}); choose another place") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return path


def restore(database_url: str, copy: Path, kept: Path | None) -> str:
    """Put a copy in the place of what our tables hold (copied to `kept` before), in one transaction; `current` or `older`: its schema.

    Raises `BusyError` while anybody is connected, and where the copy is no good or newer, before anything is changed.
    """
    state = _proved(database_url, copy)
    with reader(database_url) as db, db.begin():
        others = int(db.execute(_OTHERS).scalar_one())
    if others:
        raise BusyError(
            f"{name_of(database_url)}: {others} others are connected; stop the service, all workers and whoever looks in"
        )
    with held(database_url, alone=True):  # what a worker did that begins meanwhile would be in neither copy
        if kept is None:  # functions are no part of a copy of tables
            make: Callable[..., str] = registry.load(_SCHEMA, "make", what="part of the store")
            make(database_url, busy_timeout=timedelta(seconds=10))
        else:
            dump(database_url, kept)
        whole = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(copy)]
        _run("pg_restore", database_url, whole)
    return state


def _proved(database_url: str, copy: Path) -> str:
    if not copy.is_file():
        raise StoreUnusable(f"{copy}: there is no such file; copies are made by `cgtwatch db backup`, usually in DATA_DIR/backup")
    with copy.open("rb") as beginning:
        if beginning.read(len(_SQLITE)) == _SQLITE:
            raise StoreUnusable(
                f"{copy}: is the copy of a SQLite database, nothing was changed; restore it where CGTWATCH_DATABASE_URL names "
                "a file, then move that with `cgtwatch db copy --to URL`"
            )
    try:
        said = _run("pg_restore", None, ["--data-only", "--table", VERSION_TABLE, "--file=-", str(copy)])
        _run("pg_restore", None, [f"--file={os.devnull}", str(copy)])  # all of it can be read
    except StoreError as error:
        raise StoreUnusable(
            f"{copy}: cannot be used for {name_of(database_url)}, nothing was changed ({error}); name another copy"
        ) from error
    found = [line for line in said.splitlines() if line in REVISIONS]
    if not found:
        versions = "COPY " in said
        refuse_unless_current("newer" if versions else "empty", str(copy))
    return "current" if found[0] == HEAD else "older"


def _run(program: str, database_url: str | None, words: Sequence[str]) -> str:
    """What the program prints. The password goes by its environment, where other users do not see it."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    there: list[str] = []
    if database_url is not None:
        url = make_url(database_url)
        given = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database, **url.query}
        there = ["--dbname", make_conninfo("", **{name: str(value) for name, value in given.items() if value})]
        environment |= {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - a program of the server's package, without a shell
        [_found(program), *there, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.strip()), f"exit {done.returncode}").removeprefix(
            f"{program}: "
        )
        full = "No space left on device" in done.stderr
        raise (StoreFull if full else StoreError)(f"{program}: {said.removeprefix('error: ')}")
    return done.stdout


def _found(program: str) -> str:
    """The newest one installed: an older one refuses a newer server."""
    folders = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: path.parent.parent.name.zfill(4))
    found = str(folders[-1]) if folders else shutil.which(program)
    if found is None:
        raise ConfigError(
            [
                f"{program} is not installed here; install the client programs of PostgreSQL (Debian: apt-get install postgresql-client)"
            ]
        )
    return found
