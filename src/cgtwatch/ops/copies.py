"""Copies of the database in a folder: how they are called, and which of them may go."""

import re
from datetime import datetime
from pathlib import Path

_DATED = re.compile(r"cgtwatch-\d{8}T\d{6}Z\.\w+")


def dated(folder: Path, now: datetime, suffix: str = ".db") -> Path:
    """The name of a copy made now (UTC); names sort by age."""
    return folder / f"cgtwatch-{now:%Y%m%dT%H%M%SZ}{suffix}"


def thin_out(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` dated copies; what was removed, oldest first.

    Copies with other names stay: those made before an upgrade, and whatever else somebody put there. Raises OSError.
    """
    found = sorted(path for path in folder.iterdir() if _DATED.fullmatch(path.name) and path.is_file())
    old = found[: max(0, len(found) - keep)]
    for path in old:
        path.unlink()
    return old
