"""Claims: which worker has a source in hand, and until when; a visit whose claim was lost stores nothing.

A claim is a number that each taking of the source raises: whoever shows another than the present one comes too late.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, update

from cgtwatch.store.columns import UtcText
from cgtwatch.store.tables import STATE
from cgtwatch.store.visited import Visited, come

_CHUNK = 500  # values in one IN (…)
_NO_LEASE_IS_SO_LONG = 20  # times the usual one: the clock was wrong when it was set
_MINE = (STATE.c.source == bindparam("of")) & (STATE.c.cycle == bindparam("mine"))
_RELEASE = update(STATE).where(_MINE).values(lease=None)
_RENEW = update(STATE).where(_MINE, STATE.c.lease.is_not(None)).values(lease=bindparam("until", type_=UtcText))


class Claims(Visited):
    """The part of the store that knows who visits."""

    def claim(self, ids: Collection[str], now: datetime, lease: timedelta, *, due: bool = True) -> dict[str, int]:
        """Take those of `ids` in hand until `now + lease` that nobody has, and (with `due`) whose next poll has come.

        Source → its claim, which is to be shown where the visit is recorded (`VisitRecord.claim`). A claim survives a power cut:
        no number is ever given twice.
        """
        if self._database.remembers or self._waits(ids):
            self.flush()  # a visit that waits is over: its source may be visited again
        free = or_(STATE.c.lease.is_(None), STATE.c.lease <= now, STATE.c.lease > now + _NO_LEASE_IS_SO_LONG * lease)
        taken = update(STATE).where(free, *([come(now)] if due else [])).values(lease=now + lease, cycle=STATE.c.cycle + 1)
        names, found = sorted(set(ids)), dict[str, int]()
        beside = self._database.aside() if len(names) == 1 else self._database.write()
        with beside as db:
            for start in range(0, len(names), _CHUNK):
                mine = taken.where(STATE.c.source.in_(names[start : start + _CHUNK]))
                found |= {row[0]: row[1] for row in db.execute(mine.returning(STATE.c.source, STATE.c.cycle))}
        return found

    def release_claim(self, source_id: str, claim: int) -> None:
        """Let others have the source at once; nothing happens where they have it already."""
        with self._database.aside(durable=False) as db:
            db.execute(_RELEASE, {"of": source_id, "mine": claim})

    def renew_claims(self, claims: Mapping[str, int], until: datetime) -> None:
        """Let claims last until then, those that are held still."""
        if claims:
            with self._database.write(durable=False) as db:  # of many rows: in order with all else that changes many
                db.execute(_RENEW, [{"of": source, "mine": claim, "until": until} for source, claim in claims.items()])
