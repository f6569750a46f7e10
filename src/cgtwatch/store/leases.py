"""Leases of attempts at deliveries: prolonged while their workers live, and what is left of those that died."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, or_, update

from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.store.queue import NO_LEASE_IS_SO_LONG, in_state, line_of, listed
from cgtwatch.store.room import Room
from cgtwatch.store.tables import DELIVERY

_ATTEMPT = (
    update(DELIVERY)
    .where(DELIVERY.c.key == bindparam("of"), DELIVERY.c.attempts == bindparam("number"))
    .where(in_state(DeliveryState.ATTEMPTED))
    .values(lease=bindparam("until"))
)


class Leases(Room):
    """The part of the store that knows whose attempts are under way."""

    def renew_attempts(self, attempts: Mapping[str, int], until: datetime) -> None:
        """Prolong the leases of attempts (deliveries with the numbers of the attempts) that are under way still.

        Each by itself, so that nobody who writes for long lets them end meanwhile.
        """
        for key, number in attempts.items():
            with self._database.aside(durable=False) as db:
                db.execute(_ATTEMPT, {"of": key, "number": number, "until": until})

    def lost_deliveries(self, now: datetime) -> list[Delivery]:
        """Those whose attempt is under way by the ledger, and has no lease that still runs; oldest first."""
        over = or_(DELIVERY.c.lease.is_(None), DELIVERY.c.lease <= now, DELIVERY.c.lease > now + NO_LEASE_IS_SO_LONG)
        with self._database.read() as db:
            rows = db.execute(listed().where(in_state(DeliveryState.ATTEMPTED), over).order_by(DELIVERY.c.id))
            return [line_of(row) for row in rows.mappings()]
