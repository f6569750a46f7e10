"""How much room things take: the archive's files counted by a thread of its own, seldom; the rest looked up at once."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ANEW = 3600.0  # seconds after which the archive is counted again: 100,000 files take a second of one core
_PART = ".part"  # how copies end that are still being written


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes and files of a folder with all below."""

    size: int = 0
    files: int = 0


class Sizes:
    """Thread-safe; the first answers are given before the first count has ended."""

    def __init__(self, data_dir: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._root = data_dir
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._counted: Room | None = None
        self._next = float("-inf")

    def archive(self) -> Room | None:
        """The raw pages, as last counted; None before."""
        with self._guard:
            if self._monotonic() >= self._next:
                self._next = self._monotonic() + ANEW
                threading.Thread(target=self._count, name="sizes", daemon=True).start()
            return self._counted

    def disk(self) -> tuple[int, int] | None:
        """Bytes of the disk with the data directory: free for us, and in all; None where it cannot be asked."""
        with suppress(OSError):
            found = shutil.disk_usage(self._root)
            return found.free, found.total
        return None

    def last_backup(self) -> float | None:
        """When the newest copy in DATA_DIR/backup was made (seconds since 1970); None where there is none."""
        with suppress(OSError), os.scandir(self._root / "backup") as entries:
            return max((one.stat().st_mtime for one in entries if one.is_file() and not one.name.endswith(_PART)), default=None)
        return None

    def _count(self) -> None:
        self._counted = counted(self._root / "archive")


def counted(root: Path) -> Room:
    """Everything below `root`; what cannot be read is left out."""
    size = files = 0
    waiting = [os.fspath(root)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for one in entries:
                if one.is_dir(follow_symlinks=False):
                    waiting.append(one.path)
                    continue
                with suppress(OSError):
                    size, files = size + one.stat(follow_symlinks=False).st_size, files + 1
    return Room(size, files)
