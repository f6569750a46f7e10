"""What workers tell each other of hosts: who asks one now, from when it may be asked again, and which servers want to rest."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, or_, select, text, update

from cgtwatch.store.room import Room
from cgtwatch.store.tables import HOST

_NO_TURN_IS_SO_LONG = timedelta(hours=2)  # the longest gap is an hour: the clock was wrong when it was set
_NAMED = HOST.c.name == bindparam("of")
_TAKE = (
    update(HOST)
    .where(_NAMED)
    .where(
        or_(
            HOST.c.free_at.is_(None),
            HOST.c.free_at <= bindparam("now", type_=HOST.c.free_at.type),
            HOST.c.free_at > bindparam("never", type_=HOST.c.free_at.type),
        )
    )
    .values(free_at=bindparam("until"))
)
_FIRST = text("INSERT INTO host (name, free_at) VALUES (:of, :until) ON CONFLICT (name) DO NOTHING").bindparams(
    bindparam("until", type_=HOST.c.free_at.type)
)
_MINE = HOST.c.free_at == bindparam("mine", type_=HOST.c.free_at.type)
_GIVE = update(HOST).where(_NAMED, _MINE).values(free_at=bindparam("next"))
_HELD = select(HOST.c.name, HOST.c.held_until, HOST.c.status).where(
    HOST.c.held_until > bindparam("now", type_=HOST.c.held_until.type)
)


class HostBook(Room):
    """The part of the store in which the processes that ask hosts keep their turns; see `acquire.pacing.Book`."""

    def take_turn(self, name: str, until: datetime, now: datetime) -> datetime | None:
        """Take the turn `name` until then, unless somebody has it; then when it is free at the latest, None where it was taken."""
        with self._database.aside(durable=False) as db:
            if db.execute(_TAKE, {"of": name, "now": now, "never": now + _NO_TURN_IS_SO_LONG, "until": until}).rowcount:
                return None
            if db.execute(_FIRST, {"of": name, "until": until}).rowcount:
                return None
            return db.execute(select(HOST.c.free_at).where(HOST.c.name == name)).scalar() or now

    def end_turn(self, name: str, until: datetime, free_at: datetime) -> None:
        """Let the turn be free from `free_at`, where it is still the one that was taken `until` then."""
        with self._database.aside(durable=False) as db:
            db.execute(_GIVE, {"of": name, "mine": until, "next": free_at})

    def hold_server(self, name: str, until: datetime, status: int) -> None:
        """A server asks to be left alone until then; one that it asked for before and that lasts longer stands."""
        with self._database.write() as db:
            known = db.execute(select(HOST.c.held_until).where(HOST.c.name == name)).first()
            if known is None:
                db.execute(insert(HOST), {"name": name, "held_until": until, "status": status})
            elif known[0] is None or known[0] < until or known[0] > until + _NO_TURN_IS_SO_LONG:
                db.execute(update(HOST).where(HOST.c.name == name).values(held_until=until, status=status))

    def held_servers(self, now: datetime) -> Mapping[str, tuple[datetime, int]]:
        """Every server that still wants to be left alone: until when, and the status by which it said so."""
        with self._database.read() as db:
            return {row.name: (row.held_until, row.status) for row in db.execute(_HELD, {"now": now})}
