"""Why an event was told to whom: the chain from its source to its readers."""

from sqlalchemy import Connection, select

from cgtwatch.model.delivery import DeliveryState
from cgtwatch.store.announcing import Announcements
from cgtwatch.store.documents import Documents
from cgtwatch.store.events import Events
from cgtwatch.store.marks import Marks
from cgtwatch.store.records import Explanation, FetchFacts, Told
from cgtwatch.store.sources import fetch_of
from cgtwatch.store.tables import ANNOUNCEMENT, CHOICE, DELIVERY, DIGEST, EVENT, FETCH, REVISION, SUBSCRIPTION


class Explaining(Announcements, Documents, Events, Marks):
    """The part of the store that explains."""

    def explain(self, event_id: str) -> Explanation:
        """The chain from source to readers."""
        event = self.event(event_id)
        with self._database.read() as db:
            fetches, told = _fetches(db, event.item_id), _told(db, event_id)
            withdrawn = bool(db.execute(select(EVENT.c.withdrawn).where(EVENT.c.id == event_id)).scalar())
        return Explanation(
            event=event,
            item=self.item(event.item_id),
            fetches=fetches,
            revisions=self.revisions(event.item_id),
            classification=self.classification(event.item_id),
            links=self.links(event_id),
            announcements=self.announcements_of(event_id),
            told=told,
            withdrawn=withdrawn,
            mark=self.mark_of(event_id),
        )


def _fetches(db: Connection, item_id: str) -> tuple[FetchFacts, ...]:
    brought = select(FETCH).join(REVISION, REVISION.c.fetch == FETCH.c.id).where(REVISION.c.item == item_id)
    return tuple(fetch_of(row) for row in db.execute(brought.order_by(FETCH.c.id)).mappings())


def _told(db: Connection, event_id: str) -> tuple[Told, ...]:
    chosen = (
        select(CHOICE, DIGEST.c.id, SUBSCRIPTION.c.name, DELIVERY.c.key, DELIVERY.c.state, DELIVERY.c.answer, DELIVERY.c.sent_at)
        .join(ANNOUNCEMENT, ANNOUNCEMENT.c.seq == CHOICE.c.seq)
        .join(DIGEST, DIGEST.c.selection == CHOICE.c.selection)
        .join(SUBSCRIPTION, SUBSCRIPTION.c.id == DIGEST.c.subscription)
        .outerjoin(DELIVERY, (DELIVERY.c.digest == DIGEST.c.id) & CHOICE.c.wanted)
        .where(ANNOUNCEMENT.c.event == event_id)
        .order_by(CHOICE.c.seq, SUBSCRIPTION.c.name, DELIVERY.c.id)
    )
    return tuple(
        Told(
            seq=row["seq"],
            subscription=row["name"],
            wanted=row["wanted"],
            reason=row["reason"],
            digest=row["id"],
            delivery=row["key"],
            state=None if row["state"] is None else DeliveryState(row["state"]),
            answer=row["answer"] or "",
            sent_at=row["sent_at"],
        )
        for row in db.execute(chosen).mappings()
    )
