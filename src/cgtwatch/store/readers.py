"""Subscriptions: who gets what, where it goes, and how far each has been served."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.subscription import Cadence, Every, Filter, Options, Origin, Promise, Quiet, Rotation, Status, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store.alarms import change_alarms
from cgtwatch.store.queue import cancel_waiting, redirect_waiting
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ANNOUNCEMENT, ATTEMPT, BOUNCE, DELIVERY, SUBSCRIPTION

_CHANGEABLE = frozenset(field.name for field in fields(Subscription)) - {"name", "created_at"}
_PLAIN = tuple(
    field.name
    for field in fields(Subscription)
    if field.name not in ("cadence", "filter", "status", "promise", "options", "origin")
)
_MODALITIES = frozenset(Modality)
_LIVE = SUBSCRIPTION.c.removed_at.is_(None)


class Readers(Room):
    """The part of the store that knows subscriptions."""

    def add_subscription(self, subscription: Subscription, now: datetime) -> Subscription:
        """Store a new subscription, `created_at` filled in. Raises `ConfigError` where the name is taken."""
        fresh = replace(subscription, created_at=subscription.created_at or now)
        with self._database.write() as db:
            insert_fresh(db, fresh)
        return fresh

    def subscription(self, name: str) -> Subscription:
        """One subscription."""
        with self._database.read() as db:
            return subscription_of(required(db, name))

    def subscriptions(self) -> list[Subscription]:
        """All subscriptions by name."""
        with self._database.read() as db:
            rows = db.execute(select(SUBSCRIPTION).where(_LIVE).order_by(SUBSCRIPTION.c.name)).mappings()
            return [subscription_of(row) for row in rows]

    def update_subscription(self, name: str, **changes: Any) -> Subscription:  # noqa: ANN401 - fields of Subscription
        """Change fields of a subscription; the mark `sent_upto` moves forward only. Raises `ConfigError` otherwise."""
        unknown = sorted(changes.keys() - _CHANGEABLE)
        if unknown:
            raise ConfigError([f"subscription {name!r}: {', '.join(unknown)} cannot be changed"])
        with self._database.write() as db:
            row = required(db, name)
            before = subscription_of(row)
            after = replace(before, **changes)
            if after.sent_upto < before.sent_upto:
                raise ConfigError([f"subscription {name!r}: its mark is {before.sent_upto} and moves forward only"])
            _change(db, row, after)
        return after

    def apply_subscriptions(
        self, add: Sequence[Subscription], change: Mapping[str, Mapping[str, Any]], remove: Sequence[str], now: datetime
    ) -> None:
        """Add, change (name → fields) and remove subscriptions in one go, or none of it. Raises as the single ones do."""
        with self._database.write() as db:
            for name in remove:
                _retire(db, name, now, "")
            for name, fields_ in change.items():
                row = required(db, name)
                _change(db, row, replace(subscription_of(row), **fields_))
            insert_fresh(db, *(replace(fresh, created_at=fresh.created_at or now) for fresh in add))

    def rotations(self) -> dict[str, Rotation]:
        """Name → how its signing secret was rotated, of those subscriptions that ever had another one."""
        rotated = SUBSCRIPTION.c.options["secret"].as_integer() > 0
        with self._database.read() as db:
            rows = db.execute(select(SUBSCRIPTION.c.name, SUBSCRIPTION.c.options).where(rotated & _LIVE))
            return {row.name: _rotation_of(row.options) for row in rows}

    def farewells(self) -> dict[str, datetime]:
        """What was kept of targets whose readers left (the note given to `remove_subscription`), and when each left last."""
        left = select(SUBSCRIPTION.c.note, func.max(SUBSCRIPTION.c.removed_at).label("at")).where(
            ~_LIVE, SUBSCRIPTION.c.note != ""
        )
        with self._database.read() as db:
            return {row.note: row.at for row in db.execute(left.group_by(SUBSCRIPTION.c.note))}

    def last_heard(self, name: str) -> datetime | None:
        """When something was last tried for a subscription, or last came back from its reader; None where nothing ever was."""
        with self._database.read() as db:
            key = required(db, name)["id"]
            tried = select(func.max(ATTEMPT.c.started_at)).join(DELIVERY, DELIVERY.c.id == ATTEMPT.c.delivery)
            moments = [
                db.execute(tried.where(DELIVERY.c.subscription_id == key)).scalar(),
                db.execute(select(func.max(BOUNCE.c.at)).where(BOUNCE.c.subscription_id == key)).scalar(),
            ]
        return max((one for one in moments if one is not None), default=None)

    def confirm_subscription(self, name: str, due: datetime) -> bool:
        """Serve a pending subscription from now on, its next hour `due`; False, and nothing changed, where it is not pending."""
        with self._database.write() as db:
            row = required(db, name)
            if row["status"] != Status.PENDING:
                return False
            last = select(func.coalesce(func.max(ANNOUNCEMENT.c.seq), 0)).scalar_subquery()
            served = {"status": str(Status.ACTIVE), "sent_upto": last, "next_due": due}
            db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == row["id"]).values(served))
        return True

    def remove_subscription(self, name: str, now: datetime, note: str = "") -> None:
        """Forget a subscription and its target; what is still queued for it is cancelled, what it got stays explainable.

        `note` is what is kept of it beside its name.
        """
        with self._database.write() as db:
            _retire(db, name, now, note)


def _change(db: Connection, row: RowMapping, after: Subscription) -> None:
    """Store the fields of a subscription. What waits for it follows it to another target of the same channel."""
    db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == row["id"]).values(columns_of(after)))
    if after.channel == row["channel"] and after.target != row["target"]:
        redirect_waiting(db, row["id"], after.channel, after.target)


def _retire(db: Connection, name: str, now: datetime, note: str) -> None:
    key = required(db, name)["id"]
    gone = {"removed_at": now, "target": "", "note": note}
    db.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == key).values(gone))
    cancel_waiting(db, key, "the subscription was removed")
    change_alarms(db, (), [f"delivery:{name}", f"bounce:{name}"], now)  # its troubles left with it


def insert_fresh(db: Connection, *fresh: Subscription) -> None:
    """Store new subscriptions inside the caller's transaction. Raises `ConfigError` where a name is taken."""
    for one in fresh:
        if _row(db, one.name) is not None:
            raise ConfigError([f"subscription {one.name!r} exists already; remove it first, or choose another name"])
    if fresh:
        db.execute(insert(SUBSCRIPTION), [columns_of(one) | {"removed_at": None} for one in fresh])


def required(db: Connection, name: str) -> RowMapping:
    """The row of a subscription that was not removed. Raises `NotFound`."""
    row = _row(db, name)
    if row is None:
        raise NotFound(f"no subscription {name!r}; see `cgtwatch subscriptions list`")
    return row


def subscription_of(row: RowMapping) -> Subscription:
    """The subscription in a row."""
    cadence = row["cadence"]
    return Subscription(
        cadence=Cadence(**cadence | {"every": Every(cadence["every"])}),
        filter=_filter_of(row["filter"]),
        status=Status(row["status"]),
        promise=Promise(row["promise"]),
        options=_options_of(row["options"]),
        origin=Origin(row["origin"]),
        **{name: row[name] for name in _PLAIN},
    )


def _row(db: Connection, name: str) -> RowMapping | None:
    return db.execute(select(SUBSCRIPTION).where((SUBSCRIPTION.c.name == name) & _LIVE)).mappings().first()


def columns_of(subscription: Subscription) -> dict[str, Any]:
    """The columns of a subscription's row, but for its number and when it was removed."""
    return {
        "cadence": asdict(subscription.cadence),
        "filter": asdict(subscription.filter),
        "status": str(subscription.status),
        "promise": str(subscription.promise),
        "options": _options_kept(subscription.options),
        "origin": str(subscription.origin),
        **{name: getattr(subscription, name) for name in _PLAIN},
    }


def _options_kept(options: Options) -> dict[str, Any]:
    """What differs from the default, so that new options need no migration."""
    default = asdict(Options())
    kept = {name: value for name, value in asdict(options).items() if value != default[name]}
    if options.quiet is not None:
        hours = [options.quiet.start.isoformat("minutes"), options.quiet.end.isoformat("minutes")]
        kept["quiet"] = [*hours, "weekends"] if options.quiet.weekends else hours
    return kept


def _options_of(kept: dict[str, Any]) -> Options:
    hours = kept.get("quiet")
    quiet = Quiet(time.fromisoformat(hours[0]), time.fromisoformat(hours[1]), "weekends" in hours) if hours else None
    return Options(**kept | {"quiet": quiet})


def _rotation_of(kept: dict[str, Any]) -> Rotation:
    until = kept.get("old_secret_until")
    return Rotation(kept.get("secret", 0), datetime.fromisoformat(until) if until else None)


def _filter_of(stored: dict[str, Any]) -> Filter:
    importance = stored["importance"]
    return Filter(
        topics=tuple(Modality(word) if word in _MODALITIES else word for word in stored["topics"]),
        jurisdictions=tuple(stored["jurisdictions"]),
        levels=tuple(Level(word) for word in stored["levels"]),
        issuers=tuple(stored["issuers"]),
        doc_types=tuple(DocType(word) for word in stored["doc_types"]),
        stages=tuple(Stage(word) for word in stored["stages"]),
        importance=None if importance is None else Importance(importance),
        query=stored["query"],
    )
