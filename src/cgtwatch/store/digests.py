"""Digests: the mark of a subscription moves once over each announcement, together with what is sent for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, insert, or_, select, update

from cgtwatch.errors import NotFound, StoreError
from cgtwatch.model.delivery import Digest
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.store.queue import enqueue
from cgtwatch.store.readers import subscription_of
from cgtwatch.store.records import DigestRecord
from cgtwatch.store.room import Room
from cgtwatch.store.shared import Shared, next_number
from cgtwatch.store.tables import DELIVERY, DIGEST, EDITION, SUBSCRIPTION


class Digests(Room):
    """The part of the store that knows digests."""

    def record_digest(self, record: DigestRecord) -> bool:
        """As `record_digests` with one record."""
        return self.record_digests([record])[0]

    def record_digests(self, records: Sequence[DigestRecord]) -> tuple[bool, ...]:
        """Move the marks, store the digests and what was chosen, queue the deliveries: all in one transaction, whole for each record.

        False, and nothing stored of it, for a record before which another was first: when the mark no longer stands at `from_seq`,
        when the subscription is no longer active or no longer there or goes to another target, or when it was welcomed meanwhile. Nothing but the next hour is
        stored where there was nothing to look at and nothing to send. Raises StoreError, and stores nothing at all, where a record
        makes no sense or a delivery is in the ledger already.
        """
        for record in records:
            _refuse_nonsense(record)
        with self._database.write() as db:
            moved = _move_marks(db, records)
            kept = [(record, number) for record, number in zip(records, moved, strict=True) if number is not None]
            _insert(db, [(one, number) for one, number in kept if one.to_seq > one.from_seq or one.deliveries])
        return tuple(number is not None for number in moved)

    def due_subscriptions(self, last_seq: int, now: datetime) -> list[Subscription]:
        """Active subscriptions whose turn may have come, by name: none that is due is missing, some may not be due yet.

        `last_seq` is the number of the latest announcement.
        """
        at_once = SUBSCRIPTION.c.cadence["every"].as_string() == str(Every.NOW)
        come = or_(
            SUBSCRIPTION.c.welcomed.is_(False),
            SUBSCRIPTION.c.next_due.is_(None),
            and_(SUBSCRIPTION.c.next_due <= now, or_(~at_once, SUBSCRIPTION.c.sent_upto < last_seq)),
        )
        return self._subscriptions(come)

    def waiting_subscriptions(self, now: datetime) -> list[Subscription]:
        """Active subscriptions whose hour is later than `now`, by name."""
        return self._subscriptions(SUBSCRIPTION.c.next_due > now)

    def _subscriptions(self, condition: Any) -> list[Subscription]:  # noqa: ANN401 - a condition on the table
        live = and_(SUBSCRIPTION.c.removed_at.is_(None), SUBSCRIPTION.c.status == str(Status.ACTIVE))
        wanted = select(SUBSCRIPTION).where(live, condition).order_by(SUBSCRIPTION.c.name)
        with self._database.read() as db:
            return [subscription_of(row) for row in db.execute(wanted).mappings()]

    def digest(self, digest_id: int) -> Digest:
        """One digest."""
        found = self._digests(_all().where(DIGEST.c.id == digest_id))
        if not found:
            raise NotFound(f"no digest {digest_id} is stored")
        return found[0]

    def digests(self, subscription: str | None = None, limit: int | None = 50) -> list[Digest]:
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


def _move_marks(db: Connection, records: Sequence[DigestRecord]) -> list[int | None]:
    """The numbers of the subscriptions whose marks were moved, record by record; None where another was first."""
    rows = select(*_MARKS).where(SUBSCRIPTION.c.name.in_({one.subscription for one in records}), _SERVED)
    readers = {row["name"]: dict(row) for row in db.execute(rows).mappings()}
    # A mark that stays where it is tells nobody that another was first; the key of the message does.
    unmoved = [one.key for record in records if record.from_seq == record.to_seq for one in record.deliveries]
    known = set(db.execute(select(DELIVERY.c.key).where(DELIVERY.c.key.in_(unmoved))).scalars()) if unmoved else set()
    moved: list[int | None] = []
    for record in records:
        reader = readers.get(record.subscription)
        late = record.from_seq == record.to_seq and any(one.key in known for one in record.deliveries)
        moved_on = reader is None or reader["sent_upto"] != record.from_seq or (record.welcome and reader["welcomed"])
        if late or reader is None or moved_on or _goes_elsewhere(reader, record):
            moved.append(None)
            continue
        reader["sent_upto"], reader["next_due"] = record.to_seq, record.next_due
        reader["welcomed"] = reader["welcomed"] or record.welcome
        moved.append(reader["id"])
    changed = [readers[one.subscription] for one, number in zip(records, moved, strict=True) if number is not None]
    if changed:
        db.execute(_MARK, [{"of": row["id"], **{name: row[name] for name in _MOVES}} for row in changed])
    return moved


def _goes_elsewhere(reader: dict[str, Any], record: DigestRecord) -> bool:
    """Whether the message was made for another target: this one was changed meanwhile, or is a namesake of one that was removed."""
    return any((one.channel, one.target) != (reader["channel"], reader["target"]) for one in record.deliveries)


_SERVED = and_(SUBSCRIPTION.c.removed_at.is_(None), SUBSCRIPTION.c.status == str(Status.ACTIVE))
_MARKS = tuple(SUBSCRIPTION.c[name] for name in ("id", "name", "sent_upto", "next_due", "welcomed", "channel", "target"))
_MOVES = ("sent_upto", "next_due", "welcomed")
_MARK = update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == bindparam("of")).values({name: bindparam(name) for name in _MOVES})


def _insert(db: Connection, records: Sequence[tuple[DigestRecord, int]]) -> None:
    if not records:
        return
    shared, first = Shared(db), next_number(db, DIGEST)
    rows = [
        {
            "id": number,
            "subscription": subscription,
            "from_seq": record.from_seq,
            "to_seq": record.to_seq,
            "edition": shared.edition(record),
            "selection": shared.selection(record.chosen),
            "created_at": record.created_at,
            "reason": record.reason,
        }
        for number, (record, subscription) in enumerate(records, first)
    ]
    db.execute(insert(DIGEST), rows)
    queued = (replace(one, digest=number) for number, (record, _) in enumerate(records, first) for one in record.deliveries)
    enqueue(db, queued, shared)


def _all() -> Select[Any]:
    said = (EDITION.c.subject, EDITION.c.text, EDITION.c.html, EDITION.c.events)
    reader = SUBSCRIPTION.c.id == DIGEST.c.subscription
    return (
        select(DIGEST, SUBSCRIPTION.c.name, *said).join(SUBSCRIPTION, reader).outerjoin(EDITION, EDITION.c.id == DIGEST.c.edition)
    )


def _digest_of(row: RowMapping) -> Digest:
    columns: dict[str, Any] = {name: row[name] for name in ("id", "from_seq", "to_seq", "created_at", "reason")}
    said: dict[str, Any] = {name: row[name] or "" for name in ("subject", "text", "html")}
    return Digest(subscription=row["name"], events=tuple(row["events"] or ()), **columns, **said)
