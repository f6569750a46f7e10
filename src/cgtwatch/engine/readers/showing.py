"""Everything about one subscription: what it asks for, when it is told next and what, how its last messages went, and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cgtwatch.app import App
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.adding import secret_of
from cgtwatch.engine.readers.subscribing import bounced, shown
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.select import Choice, quiet_end, wanted
from cgtwatch.select.cadence import zone
from cgtwatch.store.records import EventQuery

LAST = 5  # messages and bounces that are shown
TITLES = 10  # of what waits
MOST_TRIED = 1000


def show(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `try` (how many of the latest events to try the filter on), `secret` (of a webhook). Row: see `described`."""
    tried = args.get("try")
    yield described(engine.app, args["name"], tried if isinstance(tried, int) else 0, secret=args.get("secret") is True)


def described(app: App, name: str, tried: int = 0, *, secret: bool = False) -> Row:
    """`shown` with `next` (the hour of the next message, moved out of quiet hours, in the reader's zone), `waiting` (events that are
    told then, and the titles of the first), `messages` and `bounces` (the last), `bounced` (how many of each kind), `states` (how
    many messages are where), `old_secret_until` (until when a webhook's secret before signs too; null: no longer), and `tried`.

    Raises `NotFound`.
    """
    one = app.store.subscription(name)
    found = app.store.traces(app.store.numbers_called(name)[0], LAST)
    came = {each.event.id: each.event for each in app.store.announcements(one.sent_upto)}
    waits = [event for event in came.values() if wanted(one, event).wanted]
    keep = ("key", "subject", "kind", "state", "created_at", "sent_at", "answer")
    return {
        **shown(one), **(secret_of(app, one) if secret else {}),
        "next": _next(one, app.clock(), bool(waits)),
        "waiting": {"events": len(waits), "of": len(came), "titles": [event.title for event in waits[:TITLES]]},
        "messages": [{name: _iso(sent[name]) for name in keep} | {"attempts": len(sent["attempts"])} for sent in found.deliveries],
        "bounces": [{name: _iso(value) for name, value in each.items()} for each in found.bounces],
        "bounced": bounced(app.store.bounce_counts().get(name, {})),
        "states": app.store.states_of(name),
        "old_secret_until": one.options.old_secret_until if one.options.old_secret_until > app.clock().isoformat() else None,
        "tried": [_tried(each.id, each.title, wanted(one, each)) for each in _latest(app, tried)],
    }  # fmt: skip


def _latest(app: App, count: int) -> list[Any]:
    return app.store.events(EventQuery(limit=min(count, MOST_TRIED))) if count > 0 else []


def _tried(event: str, title: str, choice: Choice) -> Row:
    return {"event": event, "title": title, "wanted": choice.wanted, "why": choice.text}


def _next(one: Subscription, now: datetime, something: bool) -> str | None:
    """When the next message goes out by the reader's clock; None where none will."""
    if one.status is not Status.ACTIVE:
        return None
    due = max(one.next_due or now, now)
    if one.cadence.every is Every.NOW:
        if not something:
            return None
        due = now
    return quiet_end(one, due).astimezone(zone(one.timezone)).isoformat()


def _iso(value: Any) -> Any:  # noqa: ANN401 - a column
    return value.isoformat() if isinstance(value, datetime) else value
