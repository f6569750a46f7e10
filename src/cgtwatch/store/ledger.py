"""The ledger as pages read it: page by page, and what a feed holds."""

from sqlalchemy import func, select

from cgtwatch.errors import NotFound
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.store.queue import delivery_of, in_state, line_of, listed, whole
from cgtwatch.store.readers import required
from cgtwatch.store.room import Room
from cgtwatch.store.tables import DELIVERY


class Ledger(Room):
    """The part of the store that lists deliveries."""

    def ledger(self, state: DeliveryState | None, before: str | None, limit: int) -> list[Delivery]:
        """Deliveries without their bytes, newest first, `before` (the key of the last one seen). Raises `NotFound` for its key."""
        wanted = listed().order_by(DELIVERY.c.id.desc()).limit(limit)
        if state is not None:
            wanted = wanted.where(in_state(state))
        with self._database.read() as db:
            if before is not None:
                number = db.execute(select(DELIVERY.c.id).where(DELIVERY.c.key == before)).scalar()
                if number is None:
                    raise NotFound(f"no delivery {before!r} is in the ledger")
                wanted = wanted.where(DELIVERY.c.id < number)
            return [line_of(row) for row in db.execute(wanted).mappings()]

    def unsettled(self) -> dict[DeliveryState, int]:
        """How many deliveries stand in each state in which something is still to be done; those are few, and have an index."""
        states = (DeliveryState.DEAD, DeliveryState.UNKNOWN, DeliveryState.RETRY, DeliveryState.QUEUED, DeliveryState.ATTEMPTED)
        with self._database.read() as db:
            return {one: int(db.execute(select(func.count()).where(in_state(one))).scalar_one()) for one in states}

    def in_feed(self, subscription: str, limit: int) -> list[Delivery]:
        """The last deliveries of a subscription that is read as a feed, with their bytes, newest first. Raises `NotFound`."""
        with self._database.read() as db:
            reader = required(db, subscription)["id"]
            there = (DELIVERY.c.subscription_id == reader) & (DELIVERY.c.channel == "feed")
            there &= DELIVERY.c.shared.is_not(None) | (func.length(DELIVERY.c.body) > 0)  # not forgotten by age
            kept = there & (DELIVERY.c.state != str(DeliveryState.CANCELLED))
            rows = db.execute(whole().where(kept).order_by(DELIVERY.c.id.desc()).limit(limit)).mappings()
            return [delivery_of(row) for row in rows]
