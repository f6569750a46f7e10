"""Another signing secret for a webhook: for a while both sign, so that its receiver changes over without losing a message."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from cgtwatch.config.units import parse_duration
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.adding import secret_of
from cgtwatch.engine.readers.subscribing import shown
from cgtwatch.errors import ConfigError

USUAL, LONGEST = "24h", timedelta(days=30)


def rotate(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name` of a webhook, `keep` (how long the old secret signs too: `24h`, at most 30d; `0s`: no longer, where it has leaked).

    Row: `shown` with `secret`, the new one, and `old_secret_until` (null: ended). While two secrets sign a third one is given only
    with `0s`, which ends both. Raises `ConfigError`.
    """
    app, now = engine.app, engine.app.clock()
    one, keep = app.store.subscription(args["name"]), _keep(args.get("keep"))
    if one.channel != "webhook":
        raise ConfigError([f"NAME {one.name!r} goes to {one.channel}; only webhooks have a signing secret"])
    if keep and one.options.old_secret_until > now.isoformat():
        mend = "rotate again after that, or with --keep 0s, which ends both"
        raise ConfigError([f"NAME {one.name!r}: the secret before signs until {one.options.old_secret_until}; {mend}"])
    until = (now + keep).isoformat() if keep else ""
    options = replace(one.options, secret=one.options.secret + 1, old_secret_until=until)
    after = app.store.update_subscription(one.name, options=options)
    app.secrets_changed()
    yield shown(after) | secret_of(app, after) | {"old_secret_until": until or None}


def _keep(given: object) -> timedelta:
    found = parse_duration(given if isinstance(given, str) else USUAL) if given is None or isinstance(given, str) else None
    if found is None or not timedelta() <= found <= LONGEST:
        raise ConfigError([f"--keep {given!r}: write how long the old secret is good, such as 24h, at most 30d; 0s: no longer"])
    return found
