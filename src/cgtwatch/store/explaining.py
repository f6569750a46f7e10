"""Why an event was told to whom: the chain from its source to its readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, String, cast, func, select

from cgtwatch.model.delivery import DeliveryState
from cgtwatch.store.announcing import Announcements
from cgtwatch.store.documents import Documents
from cgtwatch.store.events import Events
from cgtwatch.store.marks import Marks
from cgtwatch.store.records import Explanation, FetchFacts, Told
from cgtwatch.store.sources import fetch_of
from cgtwatch.store.tables import ANNOUNCEMENT, CHOICE, DELIVERY, DIGEST, EDITION, EVENT, FETCH, REVISION, SUBSCRIPTION

BACKLOG = "asked for the past: it was stored before the subscription began"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an event was told: messages by what became of them, and the latest of them."""

    counts: Mapping[DeliveryState, int]
    told: tuple[Told, ...]


class Explaining(Announcements, Documents, Events, Marks):
    """The part of the store that explains."""

    def explain(self, event_id: str, *, readers: bool = True) -> Explanation:
        """The chain from source to readers; without `readers`, who may be ten thousand, up to its announcements."""
        event = self.event(event_id)
        with self._database.read() as db:
            fetches, told = _fetches(db, event.item_id), _told(db, event_id) if readers else ()
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

    def audience(self, event_id: str, most: int = 20, reader: str | None = None) -> Audience:
        """Who was told, newest message first, at most `most` of them; of `reader` alone also what was not wanted."""
        with self._database.read() as db:
            if reader is not None:
                return Audience({}, _told(db, event_id, reader)[:most])
            sent = _sent(db, event_id, most)
            return Audience(_counts(db, event_id), sent) if sent else Audience({}, _in_backlogs(db, event_id)[:most])


def _counts(db: Connection, event_id: str) -> dict[DeliveryState, int]:
    counted = _delivered(select(DELIVERY.c.state, func.count()), event_id).group_by(DELIVERY.c.state)
    return {DeliveryState(state): number for state, number in db.execute(counted).all()}


def _sent(db: Connection, event_id: str, most: int) -> tuple[Told, ...]:
    # The ids first: of ten thousand messages only the latest are looked at whole.
    latest = db.execute(_delivered(select(DELIVERY.c.id), event_id).order_by(DELIVERY.c.id.desc()).limit(most)).scalars().all()
    wanted = _chosen(event_id).where(CHOICE.c.wanted, DELIVERY.c.id.in_(latest)).order_by(DELIVERY.c.id.desc())
    return tuple(_told_of(row) for row in db.execute(wanted).mappings()) if latest else ()


def _delivered(asked: Select[Any], event_id: str) -> Select[Any]:
    """`asked` of the messages that told of the event."""
    return (
        asked.select_from(DELIVERY)
        .join(DIGEST, DIGEST.c.id == DELIVERY.c.digest)
        .join(CHOICE, (CHOICE.c.selection == DIGEST.c.selection) & CHOICE.c.wanted)
        .join(ANNOUNCEMENT, ANNOUNCEMENT.c.seq == CHOICE.c.seq)
        .where(ANNOUNCEMENT.c.event == event_id)
    )


def _fetches(db: Connection, item_id: str) -> tuple[FetchFacts, ...]:
    brought = select(FETCH).join(REVISION, REVISION.c.fetch == FETCH.c.id).where(REVISION.c.item == item_id)
    return tuple(fetch_of(row) for row in db.execute(brought.order_by(FETCH.c.id)).mappings())


def _chosen(event_id: str) -> Select[Any]:
    return (
        select(CHOICE, DIGEST.c.id, SUBSCRIPTION.c.name, DELIVERY.c.key, DELIVERY.c.state, DELIVERY.c.answer, DELIVERY.c.sent_at)
        .join(ANNOUNCEMENT, ANNOUNCEMENT.c.seq == CHOICE.c.seq)
        .join(DIGEST, DIGEST.c.selection == CHOICE.c.selection)
        .join(SUBSCRIPTION, SUBSCRIPTION.c.id == DIGEST.c.subscription)
        .outerjoin(DELIVERY, (DELIVERY.c.digest == DIGEST.c.id) & CHOICE.c.wanted)
        .where(ANNOUNCEMENT.c.event == event_id)
    )


def _told(db: Connection, event_id: str, reader: str | None = None) -> tuple[Told, ...]:
    chosen = _chosen(event_id).order_by(CHOICE.c.seq, SUBSCRIPTION.c.name, DELIVERY.c.id)
    if reader is not None:
        chosen = chosen.where(SUBSCRIPTION.c.name == reader)
    backlog = (one for one in _in_backlogs(db, event_id) if reader in (None, one.subscription))
    return (*backlog, *(_told_of(row) for row in db.execute(chosen).mappings()))


def _told_of(row: RowMapping) -> Told:
    return Told(
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


def _in_backlogs(db: Connection, event_id: str) -> tuple[Told, ...]:
    """The first digests that told of an event which was announced to nobody: there is no choice of an announcement to go by."""
    if db.execute(select(ANNOUNCEMENT.c.seq).where(ANNOUNCEMENT.c.event == event_id).limit(1)).first() is not None:
        return ()
    found = (
        select(DIGEST.c.id, SUBSCRIPTION.c.name, DELIVERY.c.key, DELIVERY.c.state, DELIVERY.c.answer, DELIVERY.c.sent_at)
        .join(EDITION, EDITION.c.id == DIGEST.c.edition)
        .join(SUBSCRIPTION, SUBSCRIPTION.c.id == DIGEST.c.subscription)
        .outerjoin(DELIVERY, DELIVERY.c.digest == DIGEST.c.id)
        .where(cast(EDITION.c.events, String).contains(f'"{event_id}"', autoescape=True))
        .order_by(DIGEST.c.id, DELIVERY.c.id)
    )
    return tuple(
        Told(0, name, wanted=True, reason=BACKLOG, digest=digest, delivery=key,
             state=None if state is None else DeliveryState(state), answer=answer or "", sent_at=sent_at)
        for digest, name, key, state, answer, sent_at in db.execute(found)
    )  # fmt: skip
