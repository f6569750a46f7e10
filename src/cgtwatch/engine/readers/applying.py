"""A file of subscriptions applied like code: read, compared with what there is, shown as a plan, and stored in one go."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.subscriptions import Readers, SubscriptionFile, parse_subscriptions, read_subscriptions
from cgtwatch.deliver import DEFAULT_PROMISE
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.adding import begun, secret_of
from cgtwatch.engine.readers.planning import Action, Present, Step, Terms, plan
from cgtwatch.engine.readers.subscribing import farewell, masked
from cgtwatch.errors import CgtwatchError, ConfigError
from cgtwatch.model.subscription import Status
from cgtwatch.ops.logs import fields
from cgtwatch.select import parse_cadence, parse_quiet, parse_target, query_problem

CALLED = "subscriptions.yaml"
_log = logging.getLogger(__name__)


def apply(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `text` (of the file; without it the configured one is read), `file` (how messages call it), `dry_run`, `prune`, `adopt`.

    Rows: `name`, `action` (see `planning.Action`), `to`, `changed` (option → [before, now]), `why`, and `secret` of a new webhook;
    then `summary`: how many of each action, `applied`, `file`, `warnings`. All of it is stored, or nothing. What a file with
    mistakes asks for is not done; raises `ConfigError` with each of them.
    """
    app = engine.app
    found = _read(app, args.get("text"), args.get("file"))
    steps = _plan(app, found, prune=args.get("prune") is True, adopt=args.get("adopt") is True)
    dry = args.get("dry_run") is True
    for step in steps:
        fresh = step.action is Action.ADD and not dry
        yield _row(step) | (secret_of(app, step.subscription) if fresh else {})
    if not dry:
        _store(app, steps)
    counts = Counter(step.action.value for step in steps)
    summary = {action.value: counts[action.value] for action in Action}
    yield {"summary": {**summary, "applied": not dry, "file": str(found.path), "warnings": list(found.warnings)}}


def apply_configured(app: App) -> None:
    """At the start and at a reload: apply the configured file, without removing anything; its mistakes go to the log and change nothing."""
    if app.settings.subscriptions is None:
        return
    try:
        found = _read(app, None, None)
        steps = _plan(app, found)
        _store(app, steps)
    except CgtwatchError as error:
        for problem in error.problems if isinstance(error, ConfigError) else (str(error),):
            _log.error("subscriptions not applied: %s", problem)
        return
    for step in steps:
        if step.why:
            _log.warning("subscription %s", fields(subscription=step.subscription.name, action=step.action, why=step.why))
    counts = Counter(step.action.value for step in steps)
    _log.info("subscriptions applied %s", fields(**{name: count for name, count in counts.items() if count}))


def _read(app: App, text: str | None, called: str | None) -> SubscriptionFile:
    path = app.settings.subscriptions if text is None else Path(called or CALLED)
    if path is None:
        mend = "name a file, or set CGTWATCH_SUBSCRIPTIONS"
        raise ConfigError([f"no file of subscriptions is configured; {mend}"])
    raw = read_subscriptions(path) if text is None else text.encode("utf-8", "replace")
    known = replace(app.vocabulary, issuers=app.vocabulary.issuers | app.rules_file.issuers)
    readers = Readers(
        parse_cadence, parse_quiet, parse_target, query_problem, DEFAULT_PROMISE, tuple(app.topic_names()), app.settings.secret
    )
    return parse_subscriptions(raw, path, known, readers)


def _plan(app: App, found: SubscriptionFile, *, prune: bool = False, adopt: bool = False) -> tuple[Step, ...]:
    there = {one.name: one for one in app.store.subscriptions()}
    off = [one.name for one in there.values() if one.status is Status.DISABLED or (one.status is Status.PAUSED and one.note)]
    heard = {name: app.store.last_heard(name) for name in off}
    present = Present(there, app.store.farewells(), {name: at for name, at in heard.items() if at is not None})
    return plan(found.asked, present, Terms(app.clock(), partial(farewell, app), prune, adopt))


def _store(app: App, steps: Sequence[Step]) -> None:
    now = app.clock()
    fresh = []
    for step in steps:
        if step.action is Action.ADD:
            one = step.subscription
            fresh.append(begun(app, one, step.since))
    changed: Mapping[str, Mapping[str, Any]] = {
        step.subscription.name: step.fields for step in steps if step.action is Action.CHANGE
    }
    removed = [step.subscription.name for step in steps if step.action is Action.REMOVE]
    if fresh or changed or removed:
        app.store.apply_subscriptions(fresh, changed, removed, now)


def _row(step: Step) -> Row:
    one = step.subscription
    return {"name": one.name, "action": step.action.value, "to": masked(one), "changed": dict(step.changed), "why": step.why}
