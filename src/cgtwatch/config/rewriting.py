"""A file of the user's replaced by a new text: whole or not at all, and only where it is still what was read.

A reader of the file sees the old text or the new one (rename(2)); permissions and owner stay, a symbolic link stays a link.
"""

import errno
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cgtwatch.errors import ConfigError

_WHY = {
    errno.EROFS: "its file system is read-only; change it where it is kept, or make the mount writable",
    errno.EBUSY: "it is mounted as a single file, which cannot be replaced; mount its directory instead",
    errno.ENOSPC: "the disk is full; free some space",
    errno.EACCES: "its directory cannot be written by this user; make it writable, or edit the file yourself",
    errno.EPERM: "its directory cannot be written by this user; make it writable, or edit the file yourself",
}


def rewrite(path: Path, change: Callable[[str], str], check: Callable[[Path], None]) -> bool:
    """Replace the text of `path` by what `change` makes of it; False where that is the same.

    `check` is given a file beside it with the new text before it takes the place, and raises where that is wrong. Raises
    `ConfigError` where the file cannot be replaced, or was changed by somebody else meanwhile; then it is as it was.
    """
    target = path.resolve()
    with _alone(target.parent):
        before, read = _stat(target), _bytes(target)
        try:
            text = read.decode("utf-8")
        except UnicodeDecodeError:
            raise _cannot(path, "it is not UTF-8; save it as UTF-8") from None
        new = change(text).encode()
        if new == read:
            return False
        if not before.st_mode & 0o222 or not os.access(target, os.W_OK):
            raise _cannot(path, "it is read-only; make it writable (chmod u+w), or edit it yourself")
        with _beside(path, target, new, before) as made:
            check(made)
            if _bytes(target) != read:
                raise _cannot(path, "somebody else has changed it meanwhile; look at it and try again")
            made.replace(target)
        _remember(target.parent)
    return True


def copied(source: Path, path: Path) -> None:
    """Put a copy of `source` at `path` where nothing is yet. Raises `ConfigError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(source.read_bytes())
    except FileExistsError:
        return
    except OSError as error:
        raise _cannot(path, _why(error)) from error


def _cannot(path: Path, why: str) -> ConfigError:
    return ConfigError([f"{path}: not changed: {why}"])


def _why(error: OSError) -> str:
    return _WHY.get(error.errno or 0, f"{error.strerror}; mend that, or edit the file yourself")


def _stat(target: Path) -> os.stat_result:
    try:
        return target.stat()
    except OSError as error:
        raise _cannot(target, _why(error)) from error


def _bytes(target: Path) -> bytes:
    try:
        return target.read_bytes()
    except OSError as error:
        raise _cannot(target, _why(error)) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One change at a time, of whatever process: the directory itself is the lock (flock(2)), so that nothing is left behind."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _cannot(folder, _why(error)) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _beside(path: Path, target: Path, content: bytes, like: os.stat_result) -> Iterator[Path]:
    """A file with this content in the directory of `target`, with its permissions; gone afterwards unless it was renamed."""
    made: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
        made = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), like.st_mode & 0o7777)
            with suppress(OSError):  # only root may give a file away; anybody else owns it already
                os.fchown(file.fileno(), like.st_uid, like.st_gid)
            file.flush()
            os.fsync(file.fileno())
        yield made
    except OSError as error:
        raise _cannot(path, _why(error)) from error
    finally:
        if made is not None:
            made.unlink(missing_ok=True)


def _remember(folder: Path) -> None:
    """The rename survives a power cut."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
