"""Sign-ups by a reader's own hand: the subscription waits, and a mail asks the address whether it was meant."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from cgtwatch.compose.messages import confirm
from cgtwatch.deliver.tokens import CONFIRMED_WITHIN, confirm_url
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.adding import add
from cgtwatch.errors import ConfigError
from cgtwatch.pipeline.digest import queued
from cgtwatch.select import parse_target

AGAIN_AFTER = timedelta(days=1)  # an address is asked once in so long, however often somebody types it


def ask(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `to` (a mail address as `mailto:…`) and wishes. Row: `asked`, false where the address was asked a while ago.

    Only an address's own mailbox learns whether there are subscriptions to it. Raises `ConfigError` with every mistake.
    """
    app, now = engine.app, engine.app.clock()
    if app.settings.public_url is None:
        raise ConfigError(["CGTWATCH_PUBLIC_URL is not set: a mail could not say where to confirm"])
    waiting = _waiting_since(engine, args)
    if waiting is not None and now - waiting < AGAIN_AFTER:
        yield {"asked": False}
        return
    [row] = add(engine, {**args, "pending": True})
    one = app.store.subscription(row["name"])
    link = confirm_url(app.settings.public_url, app.secret_key, one, now)
    parts = app.digest_parts
    message = confirm(one, link, parts.context(one, {}, now), now, now + CONFIRMED_WITHIN)
    key = "msg_" + hashlib.sha256(f"confirm {one.name} {now.isoformat()}".encode()).hexdigest()[:32]
    payloads = parts.channel(one.channel).freeze(message, one, key)
    app.store.queue_deliveries(queued(one, message, key, payloads, now))
    yield {"asked": True}


def _waiting_since(engine: Engine, args: Args) -> datetime | None:
    try:
        channel, target = parse_target(str(args.get("to")))
    except ValueError as error:
        raise ConfigError([f"--to: {error}"]) from error
    return engine.app.store.waiting_since(channel, target)
