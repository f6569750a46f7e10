"""Every error raised on purpose.

CgtwatchError
├── ConfigError              a setting, sources.yaml or an argument is wrong (exit 2); holds all mistakes at once
├── BusyError                another cgtwatch works on this data directory, or the database is locked (exit 75)
├── StoreError               the database could not be read or written
│   ├── StoreUnusable        unreadable, read-only or damaged: nothing can be done until somebody mends it
│   ├── StoreFull            no space left: work pauses, nothing is lost
│   └── StoreNewer           written by a newer cgtwatch
├── StageError               one unit of work failed; names its source, item or subscription
│   ├── ParseError           the bytes are not what the kind of source expects
│   └── ComposeError         a digest could not be composed
├── LeaseLost                another worker has taken over what one worked on; nothing of it was stored, and nothing is lost
└── NotFound                 no such source, item, event, subscription or delivery (exit 1)
"""

import errno
from collections.abc import Sequence


class CgtwatchError(Exception):
    """The root: `str()` of any of these is one line a person can act on."""


class ConfigError(CgtwatchError):
    """Wrong settings; `problems` has a line for each, with file, line, field and mend where they are known."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class BusyError(CgtwatchError):
    """Another process holds the data directory or the database."""


class StoreError(CgtwatchError):
    """The database could not be read or written."""


class StoreUnusable(StoreError):
    """The database is unreadable, read-only or damaged."""


class StoreFull(StoreError):
    """No space is left where the database stands."""


class StoreNewer(StoreError):
    """The database was written by a newer version."""


class StageError(CgtwatchError):
    """One unit of work failed; the message starts with whose it was."""


class ParseError(StageError):
    """The bytes are not what the kind of source expects."""


class ComposeError(StageError):
    """A digest could not be composed."""


class LeaseLost(CgtwatchError):
    """Another worker has taken over what this one worked on; nothing of it was stored."""


class NotFound(CgtwatchError):
    """Nothing of that name is known."""


# What means that nothing can be recorded now. Work pauses and goes on by itself; no source, reader or peer is to blame.
STORAGE_TROUBLE = (StoreError, BusyError)


def unwritable(place: object, error: OSError) -> StoreError:
    """What it means that `place` could not be written, in one line with the mend."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreFull(f"{place}: no space is left on the disk; make room and work goes on")
    return StoreUnusable(f"{place}: cannot be written ({error.strerror or error}); mend the disk or its permissions")
