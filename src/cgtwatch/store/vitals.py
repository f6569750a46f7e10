"""What a monitoring system asks of the store again and again: queues by their indexes, sizes by the file system; no table is gone through."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text

from cgtwatch.model.delivery import DeliveryState
from cgtwatch.store.queue import at, in_state, turn
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ALARM, DELIVERY

_OPEN_STATES = (
    DeliveryState.QUEUED,
    DeliveryState.RETRY,
    DeliveryState.ATTEMPTED,
    DeliveryState.UNKNOWN,
    DeliveryState.DEAD,
)


_PRAGMAS = ("journal_mode", "page_size", "auto_vacuum")
_SETTINGS = ("server_encoding", "fsync", "full_page_writes", "synchronous_commit", "max_connections")
_LOOKED_AT = 500  # deliveries whose turn it is


@dataclass(frozen=True, slots=True)
class Queue:
    """Deliveries in one state on one channel."""

    state: DeliveryState
    channel: str
    count: int


class Vitals(Room):
    """The part of the store that tells how much there is, cheaply."""

    def queues(self) -> list[Queue]:
        """Deliveries that are not settled, by state and channel; those have an index."""
        found = []
        with self._database.read() as db:
            for state in _OPEN_STATES:
                asked = select(DELIVERY.c.channel, func.count()).where(in_state(state)).group_by(DELIVERY.c.channel)
                found += [Queue(state, channel, int(count)) for channel, count in db.execute(asked)]
        return found

    def oldest_turns(self, now: datetime) -> dict[str, datetime]:
        """By channel, since when the first of those deliveries waits whose turn it is: nothing but a free sender is lacking.

        What stands behind another in the line of its target, and what waits until it is tried again, is not late.
        """
        asked = turn(select(DELIVERY.c.channel, DELIVERY.c.due_at)).limit(_LOOKED_AT)
        found: dict[str, datetime] = {}
        with self._database.read() as db:
            for channel, due in db.execute(asked, at(now)):
                found[channel] = min(found.get(channel, due), due)
        return found

    def alarms_by_kind(self) -> dict[str, int]:
        """How many alarms are open."""
        asked = select(ALARM.c.kind, func.count()).where(ALARM.c.closed_at.is_(None)).group_by(ALARM.c.kind)
        with self._database.read() as db:
            return Counter({kind: int(count) for kind, count in db.execute(asked)})

    def sizes(self) -> dict[str, int]:
        """Bytes of the database by part: `main` and `wal` of a file, `main` of a server's, `archive` where it holds the raw pages."""
        path = Path(self._database.where)
        if path.exists():
            wal = path.with_name(f"{path.name}-wal")
            return {"main": path.stat().st_size, "wal": wal.stat().st_size if wal.exists() else 0}
        with self._database.read() as db:
            if db.dialect.name != "postgresql":
                return {}
            asked = text("SELECT pg_database_size(current_database()), coalesce(pg_total_relation_size(to_regclass('body')), 0)")
            main, archive = db.execute(asked).one()
        return {"main": int(main) - int(archive), "archive": int(archive)}

    def tuning(self) -> dict[str, str]:
        """How the database is set, as far as it says whether what is stored stays stored."""
        with self._database.read() as db:
            if db.dialect.name == "postgresql":
                # As the server has them: each of our sessions switches waiting for the disk on and off as it needs.
                found = db.execute(
                    text("SELECT name, reset_val FROM pg_settings WHERE name = ANY(:names)"), {"names": [*_SETTINGS]}
                )
                had = {str(name): str(value) for name, value in found}
                return {name: had[name] for name in _SETTINGS if name in had}
            return {name: str(db.execute(text(f"PRAGMA {name}")).scalar()) for name in _PRAGMAS}

    def version(self) -> str:
        """The database's program and its version, such as `SQLite 3.40.1`."""
        with self._database.read() as db:
            if db.dialect.name == "postgresql":
                return f"PostgreSQL {db.execute(text('SHOW server_version')).scalar()}".partition(" (")[0]
            return f"SQLite {db.execute(text('SELECT sqlite_version()')).scalar()}"
