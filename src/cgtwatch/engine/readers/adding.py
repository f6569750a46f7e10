"""New subscriptions: by an operator at once, by a reader's own sign-up once that is confirmed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from zoneinfo import ZoneInfo

from cgtwatch.app import App
from cgtwatch.config.wishes import name_problem
from cgtwatch.deliver.tokens import feed_url
from cgtwatch.deliver.webhook import secret_for
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.subscribing import shown
from cgtwatch.engine.readers.wishes import NEW, known_of, wished
from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.subscription import Cadence, Every, Origin, Status, Subscription
from cgtwatch.select import next_due

FEED_FORMS = ("rss", "atom", "json")
CONFIRM_WITHIN = timedelta(hours=48)
_ALSO = ("name", "since", "pending", "origin")


def add(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `to`, and as one likes `name` (else one is made up), all other wishes (see `wishes.wished`), `since` (an ISO time).

    `origin` is `operator` (default) or `page`. With `pending` it waits for `confirm` and is never served before; its target is
    then a mail address, its origin `page`, and it replaces another one of that address that waits. The row is `shown`, with
    `secret` for a webhook, `feeds` for a feed. Raises `ConfigError` with every mistake.
    """
    app, now = engine.app, engine.app.clock()
    asked = _asked(app, args)
    fresh = begun(app, asked, datetime.fromisoformat(args["since"]) if args.get("since") else None)
    made = app.store.add_pending(fresh, now) if fresh.status is Status.PENDING else app.store.add_subscription(fresh, now)
    yield shown(made) | secret_of(app, made)


def begun(app: App, asked: Subscription, since: datetime | None) -> Subscription:
    """A new subscription with the place where it begins: now, or after what was announced before `since`.

    What was stored in silence since that day (by first looks, by `sources backfill`) comes in its first digest, at once.
    """
    app.secrets_changed()  # one of that name may have been removed, whose secret was rotated
    due = next_due(asked.cadence, asked.timezone, app.clock())
    if since is None:
        return replace(asked, sent_upto=app.store.last_seq(), next_due=due)
    first = since.astimezone(ZoneInfo(asked.timezone)).date()
    fresh = replace(asked, sent_upto=app.store.seq_before(since), next_due=due)
    if not app.store.silent_since(first):
        return fresh
    return replace(fresh, welcomed=False, options=replace(fresh.options, backlog=first.isoformat()))


def confirm(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name` of a pending subscription. It is served from now on, beginning with a welcome.

    The row is `shown` with `confirmed`: false where it was confirmed before. Raises `NotFound` where there is none, or none any more.
    """
    app, now = engine.app, engine.app.clock()
    one = app.store.subscription(args["name"])
    if one.status is Status.PENDING and one.created_at and now - one.created_at > CONFIRM_WITHIN:
        raise NotFound(f"subscription {one.name!r}: its sign-up has expired; sign up again")
    fresh = app.store.confirm_subscription(one.name, next_due(one.cadence, one.timezone, now))
    yield shown(app.store.subscription(one.name)) | {"confirmed": fresh}


def expire(app: App) -> int:
    """Erase the sign-ups that nobody confirmed in time; how many."""
    return app.store.forget_unconfirmed(app.clock() - CONFIRM_WITHIN)


def secret_of(app: App, one: Subscription) -> Row:
    """What the receiver needs to know: of a webhook its `secret`, of a feed its addresses as `feeds`.

    Told to whoever subscribes, and derived again from the key whenever asked.
    """
    if one.channel == "feed":
        return {"feeds": feeds_of(app, one)}
    return {"secret": secret_for(app.secret_key, one.name, one.options.secret)} if one.channel == "webhook" else {}


def feeds_of(app: App, one: Subscription) -> dict[str, str]:
    """Form → address at which a subscription is read as a feed; whoever knows an address may read it."""
    return {form: feed_url(app.settings.home, app.secret_key, one, form) for form in FEED_FORMS}


def _asked(app: App, args: Args) -> Subscription:
    problems: list[str] = []
    found = None
    try:
        page = args.get("pending") is True or args.get("origin") == Origin.PAGE
        found = wished(args, known_of(app), replace(NEW, origin=Origin.PAGE) if page else None, also=_ALSO)
    except ConfigError as error:
        problems += error.problems
    pending, origin = args.get("pending") is True, args.get("origin") or Origin.OPERATOR
    if args.get("to") is None:
        problems.append("--to is missing; write mailto:NAME@HOST, https://… or another target")
    elif pending and found is not None and found.channel != "email":
        problems.append("--to: a sign-up is confirmed by mail; write mailto:NAME@HOST")
    if origin not in {Origin.OPERATOR, Origin.PAGE}:
        problems.append(f"--origin {origin!r} is not known; write operator or page")
    name = args.get("name") or f"reader-{token_hex(5)}"
    if problem := name_problem(name):
        problems.append(f"NAME {name!r}: {problem}")
    if problems or found is None:
        raise ConfigError(problems)
    if found.channel == "feed" and args.get("cadence") is None:  # whoever reads a feed asks for it when it suits her
        found = replace(found, cadence=Cadence(Every.NOW))
    if pending:
        return replace(found, name=name, origin=Origin.PAGE, status=Status.PENDING, welcomed=False)
    return replace(found, name=name, origin=Origin(origin))
