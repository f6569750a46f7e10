"""Other wishes for a subscription that there is already; what it was told stays told."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from cgtwatch.config.wishes import OPTIONS, PLAIN
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.adding import secret_of
from cgtwatch.engine.readers.subscribing import masked, shown
from cgtwatch.engine.readers.wishes import known_of, wished
from cgtwatch.errors import ConfigError
from cgtwatch.model.subscription import Status, Subscription
from cgtwatch.select import next_due


def change(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name` and the wishes that change (see `wishes.wished`); its mark stays, and it is never told anything twice.

    The row is `shown` with `changed`: option → [before, now]; with `secret` where it became a webhook. A new cadence or zone sets
    the next hour anew; a new target switches on again what was off because of the old one, and what waits goes there where the
    channel is the same.
    """
    app = engine.app
    before = app.store.subscription(args["name"])
    if before.status is Status.PENDING and args.get("to") is not None:
        raise ConfigError([f"--to: {before.name!r} is not confirmed by its reader yet; add another one instead"])
    asked = wished(args, known_of(app), before, also=("name",))
    after = app.store.update_subscription(before.name, **changes(before, asked, app.clock()))
    moved = after.channel != before.channel
    yield shown(after) | {"changed": differences(before, after)} | (secret_of(app, after) if moved else {})


def changes(before: Subscription, asked: Subscription, now: datetime) -> dict[str, Any]:
    """The fields to store so that `before` becomes what is asked, with what follows from them."""
    found = {
        field.name: getattr(asked, field.name)
        for field in fields(Subscription)
        if getattr(asked, field.name) != getattr(before, field.name)
    }
    off = before.status is Status.DISABLED or (before.status is Status.PAUSED and before.note)  # by us
    if found.keys() & {"channel", "target"} and off and "status" not in found:
        found |= {"status": Status.ACTIVE, "note": ""}
    if found.keys() & {"cadence", "timezone"} or found.get("status") is Status.ACTIVE:
        found["next_due"] = next_due(asked.cadence, asked.timezone, now)
    return found


def differences(before: Subscription, after: Subscription) -> dict[str, list[Any]]:
    """Option → [before, now], as `shown` shows them; a target that changed behind its mask is said to have."""
    was, now = _told(before), _told(after)
    found = {name: [was.get(name), now.get(name)] for name in {**now, **was} if was.get(name) != now.get(name)}
    if (before.channel, before.target) != (after.channel, after.target) and "to" not in found:
        found["to"] = [masked(before), f"{masked(after)} (another one)"]
    return found


def _told(one: Subscription) -> Mapping[str, Any]:
    row = shown(one)
    kept = ("to", *PLAIN, "status", *OPTIONS, "origin")
    return {**{name: row[name] for name in kept}, **row["filter"]}
