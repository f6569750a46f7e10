"""A log handler that never makes anybody wait: lines go through a bounded queue to a thread that writes them.

A journal that hangs, a pipe that nobody reads, a terminal that was closed: work goes on. What the queue has no room for, and what
cannot be written, is counted and told as soon as lines are taken again.
"""

import io
import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TextIO

ROOM = 5_000  # lines that wait; of 300 bytes that is 1.5 MB
AT_THE_END = 1.0  # seconds for what still waits when the process ends
_PAUSE = 1.0  # seconds after a line that could not be written


class Aside(logging.Handler):
    """Writes to `stream` on a thread of its own. `lost`: lines that were dropped since the beginning."""

    def __init__(self, stream: TextIO, room: int = ROOM) -> None:
        super().__init__()
        self.lost = 0
        self._told = 0
        self._room = room
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._changed = threading.Condition()
        self._ending = False
        self._writer: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line; it is formed by the caller, who knows what it speaks of. Never waits for the reader of the log."""
        try:
            line = self.format(record) + "\n"
        except (TypeError, ValueError, LookupError, AttributeError):  # it must not end the work that it tells of
            line = ""
        with self._changed:
            if not line or len(self._waiting) >= self._room or self._ending:
                self.lost += 1
                return
            self._waiting.append(line)
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_on, name="log", daemon=True)
                self._writer.start()
            self._changed.notify()

    def close(self) -> None:
        """Give what waits a moment to be taken, and end; the thread is left where it hangs."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        writer = self._writer
        if writer is not None and writer is not threading.current_thread():
            writer.join(AT_THE_END)
        super().close()

    def _write_on(self) -> None:
        while (line := self._next()) is not None:
            if self._write(line):
                self._tell_lost()
                continue
            with self._changed:
                self.lost += 1
            if not self._ending:
                time.sleep(
                    _PAUSE
                )  # a closed stream answers at once: lines gather meanwhile, and are dropped when there are too many

    def _next(self) -> str | None:
        with self._changed:
            while not self._waiting and not self._ending:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None

    def _tell_lost(self) -> None:
        missing = self.lost - self._told
        if missing and not self._waiting:  # once for all that were lost while there was no room
            told = logging.LogRecord(__name__, logging.WARNING, "", 0, "log lines dropped count=%d", (missing,), None)
            if self._write(self.format(told) + "\n"):
                self._told += missing

    def _write(self, line: str) -> bool:
        """Past Python's own buffers, whose locks a thread that hangs would hold beyond the end of the process."""
        data = line.encode("utf-8", "backslashreplace")
        with suppress(OSError, ValueError):
            try:
                handle = self._stream.fileno()
            except (io.UnsupportedOperation, AttributeError):
                self._stream.write(line)
                return True
            while data:
                data = data[os.write(handle, data) :]
            return True
        return False
