"""Keep what was fetched: bytes under the name of their own hash, compressed, written once."""

import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

LEVEL = 6
SUFFIX = ".z"
_NEW, _LEAVING = ".new-", ".old-"


@dataclass(frozen=True, slots=True)
class Swept:
    """What was thrown away: how many bodies, and how many bytes of the disk."""

    bodies: int = 0
    size: int = 0


class Archive:
    """A directory of bodies. `put` is idempotent and atomic: after a crash a body is there whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, body: bytes) -> str:
        """Store `body`; returns its key, the SHA-256 in hex. Raises OSError where the disk is full or cannot be written.

        What is there already is marked as put now, so that no sweep takes it before it is referred to again.
        """
        key = sha256(body).hexdigest()
        path = self._path(key)
        with suppress(FileNotFoundError):
            os.utime(path)
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_NEW)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(zlib.compress(body, LEVEL))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        _sync_directory(path.parent)
        return key

    def get(self, key: str) -> bytes:
        """The body stored under `key`, checked against it.

        Raises KeyError where there is none, ValueError where what is there is not what was stored.
        """
        try:
            packed = self._path(key).read_bytes()
        except FileNotFoundError as e:
            raise KeyError(key) from e
        try:
            body = zlib.decompress(packed)
        except zlib.error as e:
            raise ValueError(f"archive entry {key} is damaged") from e
        if sha256(body).hexdigest() != key:
            raise ValueError(f"archive entry {key} is damaged")
        return body

    def has(self, key: str) -> bool:
        """Whether something is stored under `key`."""
        return _is_key(key) and self._path(key).exists()

    def keys(self) -> Iterator[str]:
        """All keys, in order."""
        for path in sorted(self.root.glob(f"??/??/*{SUFFIX}")):
            key = path.name.removesuffix(SUFFIX)
            if _is_key(key):
                yield key

    def parts(self) -> tuple[str, ...]:
        """In which it is swept, one after the other."""
        return tuple(f"{number:02x}" for number in range(256))

    def sweep(self, part: str, needed: Callable[[str], bool], before: float) -> Swept:
        """Throw away what is not `needed` of one of `parts` and was last put before that time (seconds since 1970).

        Safe beside `put`: a body is first moved aside, and put back where it was put anew meanwhile. What a killed process had
        aside or half written is settled too.
        """
        bodies = size = 0
        for path in sorted(self.root.glob(f"{part}/??/*")):
            name = path.name
            key = name.removeprefix(_LEAVING).removesuffix(SUFFIX)
            with suppress(FileNotFoundError):
                if name.startswith(_NEW):
                    size += _unlink(path) if path.stat().st_mtime < before else 0
                elif _is_key(key):
                    gone = 0 if name == f"{key}{SUFFIX}" and needed(key) else self._throw(path, key, needed, before)
                    bodies, size = bodies + (gone > 0), size + gone
        return Swept(bodies, size)

    def _throw(self, path: Path, key: str, needed: Callable[[str], bool], before: float) -> int:
        """The bytes that went; 0 where it stays."""
        if path.stat().st_mtime >= before and not path.name.startswith(_LEAVING):
            return 0
        aside = path.with_name(f"{_LEAVING}{key}{SUFFIX}")
        path.replace(aside)
        if aside.stat().st_mtime >= before or needed(key):  # put anew at this very moment, or a sweep was cut off here
            aside.replace(self._path(key))
            return 0
        return _unlink(aside)

    def _path(self, key: str) -> Path:
        if not _is_key(key):
            raise KeyError(key)  # never let a name from outside become a path
        return self.root / key[:2] / key[2:4] / f"{key}{SUFFIX}"


def _unlink(path: Path) -> int:
    """Remove a file; what it took of the disk, at least 1."""
    taken = path.stat().st_blocks * 512
    path.unlink()
    return max(1, taken)


def _is_key(key: str) -> bool:
    return len(key) == 64 and all(c in "0123456789abcdef" for c in key)


def _sync_directory(path: Path) -> None:
    # Without it the rename itself may be lost with the power (fsync(2)).
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
