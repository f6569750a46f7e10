"""What every part of the store stands on: the units of work of one database."""

from contextlib import AbstractContextManager
from datetime import timedelta

from cgtwatch.store.database import Database


class Room:
    """A part of the store: functions of one noun over the same connections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hurried(self, within: timedelta) -> AbstractContextManager[None]:
        """Inside, what this thread writes waits no longer than that for others; then `BusyError`, and nothing of it is stored."""
        return self._database.hurried(within)
