"""What every part of the store stands on: the units of work of one database."""

from cgtwatch.store.database import Database


class Room:
    """A part of the store: functions of one noun over the same connections."""

    def __init__(self, database: Database) -> None:
        self._database = database
