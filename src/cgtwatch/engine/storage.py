"""Whether what is done can be recorded: while it cannot, work pauses, so that nobody is asked and nothing is sent in vain."""

import logging
import threading
import time
from collections.abc import Callable

from cgtwatch.errors import STORAGE_TROUBLE, StoreError
from cgtwatch.ops.logs import fields

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between two looks whether it works again
_log = logging.getLogger(__name__)


class Storage:
    """Trouble is said once when it begins and once when it ends; in between `probe` is tried again, ever more seldom. Thread-safe."""

    def __init__(self, probe: Callable[[], None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._probe = probe
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._error: Exception | None = None
        self._since = self._next = self._mended = 0.0
        self._wait = FIRST_WAIT

    @property
    def error(self) -> Exception | None:
        """What is wrong now."""
        return self._error

    def trouble(self, error: Exception) -> None:
        """Something could not be recorded."""
        with self._guard:
            if self._error is not None:
                return
            now = self._monotonic()
            if now - self._mended > LONGEST_WAIT:
                self._wait = FIRST_WAIT  # else it came back soon: go on where the waiting stood
            self._error, self._since, self._next = error, now, now + self._wait
        _log.error("storage in trouble, work pauses %s", fields(error=error))

    def refuse(self) -> None:
        """Raise what is wrong, where something is: whoever waits for an answer need not wait for the disk or the lock as well."""
        error = self._error
        if isinstance(error, STORAGE_TROUBLE):
            raise error.with_traceback(None)
        if error is not None:
            raise StoreError(str(error))

    def look_now(self) -> None:
        """A person asks: do not wait for the next look."""
        with self._guard:
            self._next = min(self._next, self._monotonic()) if self._next != float("inf") else self._next

    def usable(self) -> bool:
        """Whether work may begin. In trouble one caller at a time looks whether it is over, the others are told no."""
        with self._guard:
            if self._error is None:
                return True
            if self._monotonic() < self._next:
                return False
            self._wait = min(2 * self._wait, LONGEST_WAIT)
            self._next = float("inf")  # this caller looks
        try:
            self._probe()
        except (*STORAGE_TROUBLE, OSError) as error:
            with self._guard:
                self._error, self._next = error, self._monotonic() + self._wait
            return False
        with self._guard:
            self._error, self._mended = None, self._monotonic()
            lasted = self._mended - self._since
        _log.info("storage works again %s", fields(after_seconds=round(lasted)))
        return True
