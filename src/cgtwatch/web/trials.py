"""Work that a page asks for and does not wait long for: visits and looks at addresses, done on threads, their rows kept a while.

The results of one process, in its memory: whoever asked looks at an address that nobody can guess until they are there.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cgtwatch.errors import CgtwatchError

Row = dict[str, Any]
KEPT, MOST, AT_ONCE = timedelta(hours=1), 100, 4
PATIENCE = 2.5  # seconds that a page waits


@dataclass(slots=True)
class Trial:
    """One piece of work: what was asked for, and its rows once `done` is set. `error`: why there are none."""

    key: str
    about: Mapping[str, str]
    begun: datetime
    rows: list[Row] = field(default_factory=list)
    error: str = ""
    done: threading.Event = field(default_factory=threading.Event)


class TooMany(Exception):
    """As much work of this sort as may go on at once is going on."""


class Trials:
    """What is tried, by key. Safe from any thread."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[str, Trial] = {}
        self._guard = threading.Lock()

    def begin(self, work: Callable[[], Iterator[Row]], about: Mapping[str, str]) -> Trial:
        """Begin it on a thread of its own, and wait a little for its end. Raises `TooMany`."""
        now = self._clock()
        made = Trial(secrets.token_urlsafe(12), about, now)
        with self._guard:
            self._kept = {key: one for key, one in self._kept.items() if not one.done.is_set() or now - one.begun < KEPT}
            if sum(not one.done.is_set() for one in self._kept.values()) >= AT_ONCE:
                raise TooMany
            for key in [key for key, one in self._kept.items() if one.done.is_set()][: max(0, len(self._kept) - MOST + 1)]:
                del self._kept[key]
            self._kept[made.key] = made
        threading.Thread(target=_run, args=(made, work), name="trial", daemon=True).start()
        made.done.wait(PATIENCE)
        return made

    def get(self, key: str) -> Trial | None:
        """The work of that key; None where it is forgotten."""
        with self._guard:
            return self._kept.get(key)


def _run(made: Trial, work: Callable[[], Iterator[Row]]) -> None:
    made.error = "internal"  # unless it ends
    try:
        made.rows = list(work())
        made.error = ""
    except CgtwatchError as error:
        made.error = str(error)
    finally:
        made.done.set()
