"""Digests: the mark of a subscription moves once over each announcement, together with what is sent for it."""

from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, true, update

from cgtwatch.errors import NotFound, StoreError
from cgtwatch.model.delivery import Digest
from cgtwatch.model.subscription import Status
from cgtwatch.store.queue import enqueue
from cgtwatch.store.readers import required
from cgtwatch.store.records import DigestRecord
from cgtwatch.store.room import Room
from cgtwatch.store.tables import CHOICE, DIGEST, SUBSCRIPTION


class Digests(Room):
    """The part of the store that knows digests."""

    def record_digest(self, record: DigestRecord) -> bool:
        """Move the mark, store the digest and its choices, queue its deliveries. False, and nothing stored, if another was first.

        Another was first when the mark no longer stands at `from_seq`, when the subscription is no longer active, or when it was
        welcomed meanwhile. Nothing but the next hour is stored where there was nothing to look at and nothing to send.
        """
        _refuse_nonsense(record)
        with self._database.write() as db:
            subscription = required(db, record.subscription)["id"]
            if not _move_mark(db, subscription, record):
                return False
            if record.to_seq == record.from_seq and not record.deliveries:
                return True
            digest = _insert(db, subscription, record)
            if record.chosen:
                rows = [
                    {
                        "subscription": subscription,
                        "seq": each.seq,
                        "digest": digest,
                        "wanted": each.wanted,
                        "reason": each.reason,
                    }
                    for each in record.chosen
                ]
                db.execute(insert(CHOICE), rows)
            for delivery in record.deliveries:
                enqueue(db, delivery, digest)
        return True

    def digest(self, digest_id: int) -> Digest:
        """One digest."""
        found = self._digests(_all().where(DIGEST.c.id == digest_id))
        if not found:
            raise NotFound(f"no digest {digest_id} is stored")
        return found[0]

    def digests(self, subscription: str | None = None, limit: int = 50) -> list[Digest]:
        """Digests that were sent or had a reason not to be, newest first."""
        wanted = _all() if subscription is None else _all().where(SUBSCRIPTION.c.name == subscription)
        return self._digests(wanted.order_by(DIGEST.c.id.desc()).limit(limit))

    def _digests(self, statement: Select[Any]) -> list[Digest]:
        with self._database.read() as db:
            return [_digest_of(row) for row in db.execute(statement).mappings()]


def _refuse_nonsense(record: DigestRecord) -> None:
    if record.to_seq < record.from_seq:
        raise StoreError(f"{record.subscription}: a digest cannot go back from {record.from_seq} to {record.to_seq}")
    outside = [each.seq for each in record.chosen if not record.from_seq < each.seq <= record.to_seq]
    if outside:
        raise StoreError(f"{record.subscription}: {outside[0]} is not between {record.from_seq} and {record.to_seq}")


def _move_mark(db: Connection, subscription: int, record: DigestRecord) -> bool:
    mine = update(SUBSCRIPTION).where(
        SUBSCRIPTION.c.id == subscription,
        SUBSCRIPTION.c.sent_upto == record.from_seq,
        SUBSCRIPTION.c.status == str(Status.ACTIVE),
        SUBSCRIPTION.c.welcomed.is_(False) if record.welcome else true(),
    )
    values: dict[str, Any] = {"sent_upto": record.to_seq, "next_due": record.next_due}
    if record.welcome:
        values["welcomed"] = True
    return db.execute(mine.values(values)).rowcount == 1


def _insert(db: Connection, subscription: int, record: DigestRecord) -> int:
    row = {
        "subscription": subscription,
        "from_seq": record.from_seq,
        "to_seq": record.to_seq,
        "subject": record.subject,
        "text": record.text,
        "html": record.html,
        "events": list(record.events),
        "created_at": record.created_at,
        "reason": record.reason,
    }
    key = db.execute(insert(DIGEST), row).inserted_primary_key
    if key is None:
        raise StoreError(f"{record.subscription}: the database gave the digest no number")
    return int(key[0])


def _all() -> Select[Any]:
    return select(DIGEST, SUBSCRIPTION.c.name).join(SUBSCRIPTION, SUBSCRIPTION.c.id == DIGEST.c.subscription)


def _digest_of(row: RowMapping) -> Digest:
    columns = {name: row[name] for name in ("id", "from_seq", "to_seq", "subject", "text", "html", "created_at", "reason")}
    return Digest(subscription=row["name"], events=tuple(row["events"]), **columns)
