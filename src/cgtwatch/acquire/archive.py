"""Keep what was fetched: bytes under the name of their own hash, compressed, written once."""

import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

LEVEL = 6
SUFFIX = ".z"


class Archive:
    """A directory of bodies. `put` is idempotent and atomic: after a crash a body is there whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, body: bytes) -> str:
        """Store `body`; returns its key, the SHA-256 in hex. Raises OSError where the disk is full or cannot be written."""
        key = sha256(body).hexdigest()
        path = self._path(key)
        if path.exists():
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
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

    def _path(self, key: str) -> Path:
        if not _is_key(key):
            raise KeyError(key)  # never let a name from outside become a path
        return self.root / key[:2] / key[2:4] / f"{key}{SUFFIX}"


def _is_key(key: str) -> bool:
    return len(key) == 64 and all(c in "0123456789abcdef" for c in key)


def _sync_directory(path: Path) -> None:
    # Without it the rename itself may be lost with the power (fsync(2)).
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
