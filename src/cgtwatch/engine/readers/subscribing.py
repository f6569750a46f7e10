"""Subscriptions as they are shown, and what is done to one: paused, resumed, removed, tried."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime

from cgtwatch.app import App
from cgtwatch.compose.messages import welcome
from cgtwatch.config.wishes import FILTER
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import ConfigError
from cgtwatch.model.bounce import BounceKind
from cgtwatch.model.subscription import Filter, Status, Subscription
from cgtwatch.pipeline.digest import queued
from cgtwatch.select import next_due, show_cadence, show_quiet, shown_target, wanted

READER = "reader"


def shown(subscription: Subscription) -> Row:
    """A subscription as `subscriptions list --json` prints it; a hook's address is a password, so only its host is told."""
    options = subscription.options
    return {
        "name": subscription.name, "channel": subscription.channel, "to": masked(subscription), "cadence": show_cadence(subscription.cadence),
        "tz": subscription.timezone, "lang": subscription.language, "status": subscription.status.value, "promise": subscription.promise.value,
        "filter": filter_record(subscription.filter),
        "quiet": show_quiet(options.quiet) if options.quiet else None, "nothing_new": options.nothing_new, "most": options.most,
        "calendar": options.calendar, "reminders": options.reminders, "origin": subscription.origin.value,
        "sent_upto": subscription.sent_upto, "created_at": _iso(subscription.created_at), "next_due": _iso(subscription.next_due),
        "note": subscription.note,
    }  # fmt: skip


def listed(app: App) -> Iterator[Row]:
    """All subscriptions by name, as `shown`, with `bounces`: how many hard ones, soft ones and complaints came back."""
    counts = app.store.bounce_counts()
    for one in app.store.subscriptions():
        yield shown(one) | {"bounces": bounced(counts.get(one.name, {}))}


def bounced(counts: Mapping[str, int]) -> Row:
    """The kinds of bounces that are told, each with its number."""
    return {kind.value: counts.get(kind.value, 0) for kind in (BounceKind.HARD, BounceKind.SOFT, BounceKind.COMPLAINT)}


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def masked(subscription: Subscription) -> str:
    """Where it goes, without what must stay secret."""
    return shown_target(subscription.channel, subscription.target)


def filter_record(asked: Filter) -> Row:
    """The parts of a filter that ask for something, by the names of the options."""
    parts = {wish: getattr(asked, field) for wish, field in FILTER.items()}
    return {wish: [*map(str, part)] if isinstance(part, tuple) else str(part) for wish, part in parts.items() if part}


def pause(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`. Row: `shown`. One that waits for its reader's confirmation cannot be paused."""
    one = _confirmed(engine.app, args["name"])
    yield shown(engine.app.store.update_subscription(one.name, note="", status=Status.PAUSED))


def resume(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`. Row: `shown` with `waiting`, the events that came meanwhile; the next digest comes at its next hour."""
    one = _confirmed(engine.app, args["name"])
    now = engine.app.clock()
    engine.app.store.forgive_bounces(one.name, now)
    due = next_due(one.cadence, one.timezone, now)
    after = engine.app.store.update_subscription(one.name, note="", status=Status.ACTIVE, next_due=due)
    yield shown(after) | {"waiting": waiting(engine.app, after)}


def _confirmed(app: App, name: str) -> Subscription:
    one = app.store.subscription(name)
    if one.status is Status.PENDING:
        raise ConfigError(
            [f"subscription {name!r} waits for its reader's confirmation; `subscriptions confirm` speaks for the reader"]
        )
    return one


def waiting(app: App, one: Subscription) -> int:
    """How many events wait for the subscription's next digest."""
    came = {each.event.id: each.event for each in app.store.announcements(one.sent_upto)}
    return sum(wanted(one, event).wanted for event in came.values())


def remove(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `by` (`reader` where the reader unsubscribed: then a file does not bring the target back by itself)."""
    app = engine.app
    one = app.store.subscription(args["name"])
    left = args.get("by") == READER and not shared(one.target)
    note = farewell(app, one.channel, one.target) if left else ""
    app.store.remove_subscription(one.name, app.clock(), note)
    yield {"name": args["name"], "removed": True}


def shared(target: str) -> bool:
    """Whether a target is no single person's, as the local mailbox is (`local:`)."""
    return not target or target.endswith(":")


def farewell(app: App, channel: str, target: str) -> str:
    """What is kept of a target whose reader left: a keyed hash, which only says whether another target is the same one."""
    whole = f"{channel}\n{target.casefold()}".encode()
    return "left " + hmac.new(app.secret_key, b"left\0" + whole, hashlib.sha256).hexdigest()[:32]


def test(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`. Send a welcome to the subscription's target now, through the ledger, and say what came of it."""
    app = engine.app
    one, now = app.store.subscription(args["name"]), app.clock()
    parts = app.digest_parts
    message = welcome(one, parts.context(one, {}, now), now)
    key = "msg_" + hashlib.sha256(f"test {one.name} {now.isoformat()}".encode()).hexdigest()[:32]
    deliveries = queued(one, message, key, parts.channel(one.channel).freeze(message, one, key), now)
    app.store.queue_deliveries(deliveries)
    keys = {delivery.key for delivery in deliveries}
    made = [row for row in engine.sends.all() if row.delivery in keys]
    for row in made:
        yield {"delivery": row.delivery, "state": row.state.value, "answer": row.answer}
    if not made:
        yield {
            "delivery": key,
            "state": "queued",
            "answer": "waits behind earlier messages to this target; see `cgtwatch deliveries list`",
        }
