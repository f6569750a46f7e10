"""What may be asked for about digests and deliveries."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime

from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.pipeline.digest import is_due, run_digests
from cgtwatch.pipeline.reminders import tell_deadlines


def digest(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `subscription` (that one, due or not), else all that are due (at `at`, an ISO time, instead of now).

    Deadlines that have come near by now are told first.
    """
    app = engine.app
    now = datetime.fromisoformat(args["at"]) if args.get("at") else app.clock()
    if not args.get("at"):
        tell_deadlines(app.store, now)  # who works by commands alone has no service that remembers the days
    if args.get("subscription"):
        chosen = [app.store.subscription(args["subscription"])]
    else:
        last = app.store.last_seq()
        chosen = [one for one in app.store.due_subscriptions(last, now) if is_due(one, last, now)]
    parts = replace(app.digest_parts, clock=lambda: now) if args.get("at") else app.digest_parts
    for row in run_digests(chosen, parts):
        yield asdict(row)


def send(engine: Engine, _args: Args) -> Iterator[Row]:
    """Every attempt that is due. Rows: one an attempt."""
    for row in engine.sends.all():
        yield {**asdict(row), "state": row.state.value, "next_at": row.next_at.isoformat() if row.next_at else None}


def redeliver(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `key`. Queue that delivery once more; it goes where its subscription goes now.

    Or `dead` (true) with `subscription`, `since` (an ISO time), or neither: every one that was given up, oldest first. Rows: one a
    delivery, `state`, and `answer` where it was left as it is. Raises `ConfigError` for both, `NotFound` for an unknown one.
    """
    app, now = engine.app, engine.app.clock()
    if args.get("dead") is True:
        if args.get("key") is not None:
            raise ConfigError(["name one delivery, or --dead for all that were given up; not both"])
        name, since = args.get("subscription"), args.get("since")
        if name is not None and not app.store.numbers_called(name):
            raise NotFound(f"no subscription {name!r}; see `cgtwatch subscriptions list`")
        for key, why in app.store.redeliver_dead(now, name, datetime.fromisoformat(since) if since else None):
            state = DeliveryState.QUEUED if why is None else DeliveryState.DEAD
            yield {"delivery": key, "state": state.value, "answer": why or ""}
        return
    if not isinstance(args.get("key"), str):
        raise ConfigError(["name a delivery, or --dead for all that were given up"])
    delivery = app.store.redeliver(args["key"], now)
    yield {"delivery": delivery.key, "state": delivery.state.value}


def resolve(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `key`, `state`. Say what came of a delivery whose outcome is unknown."""
    delivery = engine.app.store.resolve(args["key"], DeliveryState(args["state"]), engine.app.clock())
    yield {"delivery": delivery.key, "state": delivery.state.value}
