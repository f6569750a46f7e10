"""What processes on one database agree on: what time it is, and who looks and adds in one step."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime

from sqlalchemy import text

from cgtwatch.store.room import Room

_TIME = text("SELECT clock_timestamp()")


class Together(Room):
    """The part of the store by which processes keep step."""

    def recording(self) -> AbstractContextManager[None]:
        """Held by one thread of all processes while it looks at what is stored and adds to it; see `Database.recording`."""
        return self._database.recording()

    def server_time(self) -> datetime | None:
        """What time it is by the server's clock, aware UTC; None where this process reads a file of its own machine."""
        if not self._database.on_server:
            return None
        with self._database.read() as db:
            told: datetime = db.execute(_TIME).scalar_one()
        return told.astimezone(UTC)
