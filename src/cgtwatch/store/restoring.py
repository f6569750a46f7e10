"""Put a copy of a SQLite database in the place of the present one, or make the file anew without its empty room.

In both the new file is made and proved beside the old one and then takes its name in one step: a kill at any instant leaves a whole
database under it. The caller owns the data directory, so nobody else writes.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import text

from cgtwatch import registry
from cgtwatch.errors import BusyError, StoreError, StoreFull, StoreUnusable, unwritable
from cgtwatch.store.connection import Place, database_of, path_of, place_of, reader, told_plainly
from cgtwatch.store.schema import refuse_unless_current, state_of
from cgtwatch.store.store import open_store, save_copy

SERVER = {"restore": "cgtwatch.store.dumping:restore"}
SPARE = 4 * 1024 * 1024  # bytes of room beyond the file itself
_BESIDE = ("-wal", "-shm")
_DUMP = b"PGDMP"  # a copy of a server's database begins so


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands there now (`current` or `older`), and where the database of before is kept; None where there was none."""

    state: str
    kept: Path | None


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The size of the file before and after, in bytes."""

    before: int
    after: int


def restore(database_url: str, copy: Path, now: datetime, folder: Path | None = None, *, busy_timeout: timedelta) -> Restored:
    """See `cgtwatch.store.restore`."""
    if place_of(database_url) is Place.SERVER:
        before = (folder or copy.parent) / f"before-restore-{now:%Y%m%dT%H%M%SZ}.dump"
        kept = before if state_of(database_url) != "empty" else None
        put: Callable[[str, Path, Path | None], str] = registry.load(SERVER, "restore", what="part of the store")
        return Restored(put(database_url, copy, kept), kept)
    path = _file_of(database_url)
    state = _proved(copy, path)
    fresh = path.with_name(path.name + ".restoring")
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        _need_room(path.parent, _size(copy))
        save_copy(_url(copy), fresh, busy_timeout=busy_timeout)
        _refuse_unsound(fresh, state, copy)
        kept = _free_name(path, now) if path.exists() else None
        _take_place(fresh, path, kept, busy_timeout)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    finally:
        _clear(fresh)
    return Restored(state, kept)


def vacuum(database_url: str, *, busy_timeout: timedelta) -> Shrunk:
    """See `cgtwatch.store.vacuum`."""
    path = _file_of(database_url)
    refuse_unless_current(state_of(database_url), str(path))
    fresh = path.with_name(path.name + ".smaller")
    before = _size(path)
    try:
        _clear(fresh)
        _need_room(path.parent, before)
        with told_plainly(str(path)):
            raw = sqlite3.connect(path, timeout=busy_timeout.total_seconds(), isolation_level=None)
            try:
                raw.execute("PRAGMA auto_vacuum=INCREMENTAL")  # from now on room goes back by itself
                raw.execute("VACUUM INTO ?", [str(fresh)])
            finally:
                raw.close()
        _refuse_unsound(fresh, "current", path)
        with fresh.open("rb") as made:
            os.fsync(made.fileno())
        _take_place(fresh, path, None, busy_timeout)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    finally:
        _clear(fresh)
    return Shrunk(before, path.stat().st_size)


def _file_of(database_url: str) -> Path:
    path = path_of(database_url)
    if path is None and place_of(database_url) is Place.SERVER:
        raise StoreError(
            "the database is on a PostgreSQL server, which clears up by itself (autovacuum); there is nothing to be done"
        )
    if path is None:
        raise StoreError("a database in memory is kept nowhere; set CGTWATCH_DATA_DIR")
    return path


def _url(path: Path) -> str:
    return f"sqlite:///{path.absolute()}"


def _size(path: Path) -> int:
    beside = path.with_name(path.name + "-wal")
    return path.stat().st_size + (beside.stat().st_size if beside.exists() else 0)


def _proved(copy: Path, path: Path) -> str:
    """Which schema the copy has. Raises for what cannot be put in the place of the present database."""
    if not copy.is_file():
        raise StoreUnusable(f"{copy}: there is no such file; copies are made by `cgtwatch db backup`, usually in DATA_DIR/backup")
    if path.exists() and copy.samefile(path):
        raise StoreUnusable(f"{copy}: is the present database itself; name a copy of it")
    with copy.open("rb") as beginning:
        if beginning.read(len(_DUMP)) == _DUMP:
            raise StoreUnusable(
                f"{copy}: is the copy of a database on a PostgreSQL server, nothing was changed; set CGTWATCH_DATABASE_URL to a server"
            )
    try:
        state = state_of(_url(copy))
    except StoreUnusable as error:
        raise StoreUnusable(f"{copy}: cannot be used, nothing was changed ({_reason(error, copy)}); name another copy") from error
    if state == "newer":
        refuse_unless_current(state, str(copy))
    if state == "empty":
        raise StoreUnusable(f"{copy}: holds no database, nothing was changed; name another copy")
    return state


def _reason(error: StoreError, copy: Path) -> str:
    return str(error).removeprefix(f"{copy.absolute()}: ").removeprefix(f"{copy}: ").partition(";")[0]


def _refuse_unsound(fresh: Path, state: str, origin: Path) -> None:
    """Raises where the new file is not whole, or what it holds does not agree."""
    if state == "current":
        store = open_store(_url(fresh), readonly=True, busy_timeout=timedelta(seconds=10))
        try:
            problems = store.check()
        finally:
            store.close()
    else:
        with reader(_url(fresh)) as db:
            found = [str(line) for line in db.execute(text("PRAGMA integrity_check(5)")).scalars()]
            problems = [line for line in found if line != "ok"]
            problems += [
                f"{row[0]} points to a missing row of {row[2]}" for row in db.execute(text("PRAGMA foreign_key_check")).all()[:5]
            ]
    if problems:
        raise StoreUnusable(f"{origin}: is not whole, nothing was changed ({problems[0]}); name another copy")


def _need_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        need, there = (size + SPARE) / 1e6, free / 1e6
        raise StoreFull(
            f"{folder}: {need:,.0f} MB are needed beside the present database and {there:,.0f} MB are free; make room, nothing was changed"
        )


def _take_place(fresh: Path, path: Path, kept: Path | None, busy_timeout: timedelta) -> None:
    """Give `fresh` the name of the database, whose log is settled first: a log beside another file would be played into it."""
    _hand_over(fresh, path)
    if path.exists():
        try:
            old = database_of(_url(path), readonly=False, busy_timeout=busy_timeout)
            try:
                old.tidy()
            finally:
                old.close()
        except BusyError:
            raise
        except StoreError:  # damaged: its log goes with it
            pass
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + suffix)) if kept else beside.unlink()
    if kept is not None:
        _same_again(path, kept)
    fresh.replace(path)  # what its readers left beside it is empty, and goes in the end
    _sync(path.parent)


def _free_name(path: Path, now: datetime) -> Path:
    """Under which the database of before is kept; what a restore that was cut off has kept there stays."""
    name = f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"
    names = (path.with_name(name if n == 1 else f"{name}-{n}") for n in count(1))
    return next(each for each in names if not each.exists())


def _clear(fresh: Path) -> None:
    """What is left of a new file and of those who looked at it."""
    for suffix in ("", *_BESIDE):
        with suppress(OSError):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


def _same_again(path: Path, kept: Path) -> None:
    """A second name for the old file, or where the disk knows no such thing a copy."""
    try:
        os.link(path, kept)
    except OSError:
        shutil.copy2(path, kept)
        with kept.open("rb") as copied:
            os.fsync(copied.fileno())
    _sync(path.parent)


def _hand_over(fresh: Path, path: Path) -> None:
    """Root mends for the user that the service runs as."""
    like = path if path.exists() else path.parent
    about = like.stat()
    if os.geteuid() == 0:
        os.chown(fresh, about.st_uid, about.st_gid)
    if path.exists():
        fresh.chmod(about.st_mode & 0o777)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
