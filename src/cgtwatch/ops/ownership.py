"""One working cgtwatch per data directory or, on a server, per database: a lock that is let go of when its holder dies."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cgtwatch.errors import BusyError, StoreUnusable, unwritable
from cgtwatch.store import held

LOCK_FILE = "cgtwatch.lock"
PROOF = 256 * 1024  # bytes: what a few visits need


@contextmanager
def own(data_dir: Path) -> Iterator[None]:
    """Hold `data_dir` (made where it is missing) while the block runs.

    Raises `BusyError` where another process holds it, `StoreUnusable` where it cannot be made or written.
    """
    handle = _open(data_dir)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(f"{data_dir}: another cgtwatch{_holder(handle)} is working here; stop it first") from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
            raise unwritable(data_dir, error) from error
        raise
    finally:
        os.close(handle)


@contextmanager
def own_together(data_dir: Path, database_url: str, *, alone: bool) -> Iterator[None]:
    """Hold what a working process holds: the data directory and, on a server, the database, `alone` or beside others like it.

    Beside others only the database is held: the directory may be shared. Raises as `own` does.
    """
    with own(data_dir) if alone else _made(data_dir), held(database_url, alone=alone):
        yield


@contextmanager
def _made(data_dir: Path) -> Iterator[None]:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(data_dir, error) from error
    yield


def prove_writable(data_dir: Path) -> None:
    """Write and remove a file of some size. Raises `StoreFull` or `StoreUnusable` where that fails."""
    proof = data_dir / ".space"
    try:
        try:
            with proof.open("wb") as file:
                file.write(bytes(PROOF))
                file.flush()
                os.fsync(file.fileno())
        finally:
            proof.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(data_dir, error) from error


def _open(data_dir: Path) -> int:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreUnusable(f"{data_dir}: cannot be written ({reason}); mend its permissions or set CGTWATCH_DATA_DIR") from error


def _holder(handle: int) -> str:
    number = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
    return f" (process {number})" if number.isdigit() else ""
