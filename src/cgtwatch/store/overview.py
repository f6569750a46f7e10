"""Readers and what was sent to them as pages list them: searched, narrowed, a page at a time, whatever there are of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from cgtwatch.errors import NotFound
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.model.subscription import Status, Subscription
from cgtwatch.store.queue import in_state, line_of, listed
from cgtwatch.store.readers import subscription_of
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ALARM, DELIVERY, DIGEST, EDITION, SUBSCRIPTION

_LIVE = SUBSCRIPTION.c.removed_at.is_(None)
OPERATOR = "-"  # in the place of a subscription's name: what went to the operator


@dataclass(frozen=True, slots=True)
class ReaderQuery:
    """Which subscriptions are wanted; an empty part wants all. `word` stands in the name, or in the target where `targets`.

    `trouble`: those that we switched off or paused, or whose deliveries or bounces have an alarm that is open.
    """

    word: str = ""
    targets: bool = False
    status: Status | None = None
    channel: str = ""
    trouble: bool = False
    after: str = ""  # the name of the last one of the page before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscription, when it was last sent something, and how many of its messages wait for a person's word."""

    subscription: Subscription
    last_sent: datetime | None
    stuck: int


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which deliveries are wanted, newest first; an empty part wants all. `since` inclusive, `until` exclusive, of their making."""

    state: DeliveryState | None = None
    subscription: str = ""  # its name, removed ones too; `OPERATOR` for what went to the operator
    channel: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: str = ""  # the key of the last one of the page before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class SentDigest:
    """A digest that was queued for somebody; `key` is the delivery's, under which it can be read for good."""

    key: str
    subscription: str
    channel: str
    subject: str
    state: DeliveryState
    created_at: datetime
    sent_at: datetime | None
    events: int


class Overview(Room):
    """The part of the store that lists readers and what was sent."""

    def readers(self, query: ReaderQuery) -> list[Reader]:
        """By name."""
        wanted = select(SUBSCRIPTION, _last_sent()).where(_LIVE, *_asked(query), SUBSCRIPTION.c.name > query.after)
        with self._database.read() as db:
            rows = db.execute(wanted.order_by(SUBSCRIPTION.c.name).limit(query.limit)).mappings().all()
            stuck = {row[0]: int(row[1]) for row in db.execute(_stuck([row["id"] for row in rows]))}
        return [Reader(subscription_of(row), row["last_sent"], stuck.get(row["id"], 0)) for row in rows]

    def count_readers(self, query: ReaderQuery) -> int:
        """How many there are on all pages together."""
        with self._database.read() as db:
            return int(db.execute(select(func.count()).select_from(SUBSCRIPTION).where(_LIVE, *_asked(query))).scalar_one())

    def statuses(self) -> dict[Status, int]:
        """How many subscriptions have which status."""
        counted = select(SUBSCRIPTION.c.status, func.count()).where(_LIVE).group_by(SUBSCRIPTION.c.status)
        with self._database.read() as db:
            return {Status(row[0]): int(row[1]) for row in db.execute(counted)}

    def delivery_lines(self, query: LedgerQuery) -> list[Delivery]:
        """Deliveries without their bytes. Raises `NotFound` for a `before` that is not in the ledger."""
        wanted = listed().where(*_sent(query)).order_by(DELIVERY.c.id.desc()).limit(query.limit)
        with self._database.read() as db:
            if query.before:
                number = db.execute(select(DELIVERY.c.id).where(DELIVERY.c.key == query.before)).scalar()
                if number is None:
                    raise NotFound(f"no delivery {query.before!r} is in the ledger")
                wanted = wanted.where(DELIVERY.c.id < number)
            return [line_of(row) for row in db.execute(wanted).mappings()]

    def dead_letters(self, subscription: str) -> int:
        """How many deliveries of a subscription were given up."""
        counted = select(func.count()).select_from(DELIVERY).where(in_state(DeliveryState.DEAD), _called(subscription))
        with self._database.read() as db:
            return int(db.execute(counted).scalar_one())

    def sent_digests(self, subscription: str = "", before: str = "", limit: int = 50) -> list[SentDigest]:
        """Digests that were queued for readers, newest first; a message in several posts once. Raises `NotFound` for `before`."""
        columns = ("key", "subscription", "channel", "subject", "state", "created_at", "sent_at")
        told = func.json_array_length(EDITION.c.events).label("events")
        wanted = (
            select(*(DELIVERY.c[name] for name in columns), told)
            .join(DIGEST, DIGEST.c.id == DELIVERY.c.digest)
            .outerjoin(EDITION, EDITION.c.id == DIGEST.c.edition)
            .where(DELIVERY.c.key.not_like("%-%"))
        )
        if subscription:
            wanted = wanted.where(_called(subscription))
        with self._database.read() as db:
            if before:
                number = db.execute(select(DELIVERY.c.id).where(DELIVERY.c.key == before)).scalar()
                if number is None:
                    raise NotFound(f"no delivery {before!r} is in the ledger")
                wanted = wanted.where(DELIVERY.c.id < number)
            rows = db.execute(wanted.order_by(DELIVERY.c.id.desc()).limit(limit)).mappings()
            return [SentDigest(**{**row, "state": DeliveryState(row["state"]), "events": row["events"] or 0}) for row in rows]


def _last_sent() -> ColumnElement[datetime | None]:
    """The newest that arrived; the index of a subscription's deliveries holds them in order, so one row is read."""
    return (
        select(DELIVERY.c.sent_at)
        .where(DELIVERY.c.subscription_id == SUBSCRIPTION.c.id, DELIVERY.c.sent_at.is_not(None))
        .order_by(DELIVERY.c.id.desc())
        .limit(1)
        .correlate(SUBSCRIPTION)
        .scalar_subquery()
        .label("last_sent")
    )


def _stuck(numbers: Sequence[int]) -> Select[Any]:
    trouble = or_(in_state(DeliveryState.DEAD), in_state(DeliveryState.UNKNOWN))
    mine = DELIVERY.c.subscription_id.in_(numbers)
    return select(DELIVERY.c.subscription_id, func.count()).where(trouble, mine).group_by(DELIVERY.c.subscription_id)


def _asked(query: ReaderQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.word:
        name = SUBSCRIPTION.c.name.icontains(query.word, autoescape=True)
        found.append(or_(name, SUBSCRIPTION.c.target.icontains(query.word, autoescape=True)) if query.targets else name)
    if query.status is not None:
        found.append(SUBSCRIPTION.c.status == str(query.status))
    if query.channel:
        found.append(SUBSCRIPTION.c.channel == query.channel)
    if query.trouble:
        alarms = select(ALARM.c.key).where(ALARM.c.closed_at.is_(None))
        told = or_(("delivery:" + SUBSCRIPTION.c.name).in_(alarms), ("bounce:" + SUBSCRIPTION.c.name).in_(alarms))
        found.append(or_(SUBSCRIPTION.c.status == str(Status.DISABLED), SUBSCRIPTION.c.note != "", told))
    return found


def _called(subscription: str) -> ColumnElement[bool]:
    """Deliveries of that name's subscriptions, removed ones too; by their numbers, which have an index."""
    if subscription == OPERATOR:
        return DELIVERY.c.subscription_id.is_(None)
    return DELIVERY.c.subscription_id.in_(select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.name == subscription))


def _sent(query: LedgerQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.state is not None:
        found.append(in_state(query.state))
    if query.subscription:
        found.append(_called(query.subscription))
    if query.channel:
        found.append(DELIVERY.c.channel == query.channel)
    if query.since is not None:
        found.append(DELIVERY.c.created_at >= query.since)
    if query.until is not None:
        found.append(DELIVERY.c.created_at < query.until)
    return found
