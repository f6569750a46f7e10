"""The subscriptions there are, as a file that `apply` reads."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.wishes import OPTIONS
from cgtwatch.config.written import yaml_text
from cgtwatch.deliver import DEFAULT_PROMISE
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.subscribing import filter_record, shared, shown
from cgtwatch.engine.readers.wishes import NEW
from cgtwatch.model.subscription import Origin, Status, Subscription

_SCHEMES = {"email": "mailto:", "webhook": ""}
_HEAD = """\
# subscriptions.yaml, written by `cgtwatch subscriptions export`; `cgtwatch subscriptions apply FILE --dry-run` shows what it would do.
# Those that were made by command are handed to the file with --adopt.
"""


def export_file(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `secrets`. Row: `text`, a file that makes the subscriptions that there are, those of signed-up readers left out."""
    yield {"text": as_file(engine.app, secrets=args.get("secrets") is True)}


def as_file(app: App, *, secrets: bool = False) -> str:
    """See `export_file`; addresses of hooks, which are passwords, stand in it with `secrets` only, else a variable is named."""
    readers = [one for one in app.store.subscriptions() if one.origin is not Origin.PAGE and one.status is not Status.PENDING]
    return _HEAD + yaml_text({"subscriptions": [_entry(one, secrets) for one in readers]})


def target_text(channel: str, target: str) -> str:
    """A target as `--to` reads it."""
    if shared(target):
        return target
    return f"{_SCHEMES.get(channel, f'{channel}:')}{target}"


def _entry(one: Subscription, secrets: bool) -> Mapping[str, Any]:
    row, usual = shown(one), shown(NEW)
    text = target_text(one.channel, one.target)
    if not secrets and one.channel != "email" and not shared(one.target):
        variable = "CGT_TO_" + re.sub(r"[^A-Z0-9]", "_", one.name.upper())
        text = f"env:{variable}" if _SCHEMES.get(one.channel) == "" else f"{one.channel}:env:{variable}"
    entry: dict[str, Any] = {
        "name": one.name,
        "to": text,
        **filter_record(one.filter),
        "cadence": row["cadence"],
        "tz": row["tz"],
    }
    entry |= {"lang": row["lang"]}
    entry |= {name: row[name] for name in OPTIONS if row[name] != usual[name]}
    if one.promise != DEFAULT_PROMISE.get(one.channel):
        entry["promise"] = row["promise"]
    if one.status is Status.PAUSED and not one.note:
        entry["paused"] = True
    return entry
