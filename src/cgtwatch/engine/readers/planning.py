"""What a file of subscriptions would change: pure, from what it asks for and what there is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from cgtwatch.config.subscriptions import Asked
from cgtwatch.engine.readers.changing import changes, differences
from cgtwatch.model.subscription import Origin, Status, Subscription


class Action(StrEnum):
    """What becomes of one subscription."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    UNCHANGED = "unchanged"
    LEFT = "left"  # is no longer in the file; removed only where that is asked for
    OFF = "off"  # its reader left or was erased: not added again by itself
    TAKEN = "taken"  # the name belongs to one that the file did not make


@dataclass(frozen=True, slots=True)
class Step:
    """One subscription of a plan. `fields` are what is stored of it, `changed` is option → [before, now], `why` is for people."""

    action: Action
    subscription: Subscription
    fields: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """What there is: subscriptions by name, when targets were left by their readers (see `farewell`), when we switched one off."""

    subscriptions: Mapping[str, Subscription]
    left: Mapping[str, datetime] = field(default_factory=dict)
    off: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is applied: `prune` removes what left it, `adopt` takes over what was made by command."""

    now: datetime
    farewell: Callable[[str, str], str]  # channel and target → what is kept of them when their reader leaves
    prune: bool = False
    adopt: bool = False


def plan(asked: Sequence[Asked], present: Present, terms: Terms) -> tuple[Step, ...]:
    """A step for each subscription of the file, in its order, then for each that left it. Applied twice, the second changes nothing.

    What its reader or a command made is never touched (but with `adopt`); the mark never moves.
    """
    steps = [_step(one, present, terms) for one in asked]
    names = {one.subscription.name for one in asked}
    gone = [one for one in present.subscriptions.values() if one.origin is Origin.FILE and one.name not in names]
    why = "is no longer in the file"
    if terms.prune:
        return (*steps, *(Step(Action.REMOVE, one, why=why) for one in gone))
    return (*steps, *(Step(Action.LEFT, one, why=f"{why}; --prune removes it") for one in gone))


def _step(one: Asked, present: Present, terms: Terms) -> Step:
    asked, before = one.subscription, present.subscriptions.get(one.subscription.name)
    if before is None or (before.channel, before.target) != (asked.channel, asked.target):
        left_at = present.left.get(terms.farewell(asked.channel, asked.target))
        if left_at is not None and not _agreed_since(one, left_at):
            return Step(
                Action.OFF, before or asked, why=f"its reader asked not to be written to at {left_at:%Y-%m-%dT%H:%MZ}; {_MEND}"
            )
    if before is None:
        status = Status.PAUSED if one.paused else Status.ACTIVE
        return Step(Action.ADD, replace(asked, status=status), since=one.since)
    if before.origin is not Origin.FILE and not (terms.adopt and before.origin is Origin.OPERATOR):
        maker = "its reader" if before.origin is Origin.PAGE else "command; --adopt hands it to the file"
        return Step(Action.TAKEN, before, why=f"was made by {maker}, and is left as it is")
    return _changed(one, before, present, terms)


_MEND = "where the reader agreed to be written to again, say when: agreed: 2026-11-22T08:00+08:00"


def _changed(one: Asked, before: Subscription, present: Present, terms: Terms) -> Step:
    moved = (before.channel, before.target) != (one.subscription.channel, one.subscription.target)
    status, note, why = before.status, before.note, ""
    if not moved and (before.status is Status.DISABLED or (before.status is Status.PAUSED and before.note)):  # by us
        off_at = present.off.get(before.name, before.created_at or terms.now)
        if _agreed_since(one, off_at):
            status, note = Status.ACTIVE, ""
        else:
            why = f"stays {before.status} since {off_at:%Y-%m-%dT%H:%MZ} ({before.note or 'no reason kept'}); {_MEND}"
    elif one.paused is not None and not moved:
        status = Status.PAUSED if one.paused else Status.ACTIVE
    keep = {name: getattr(before, name) for name in ("sent_upto", "created_at", "next_due", "welcomed")}
    kept = {name: getattr(before.options, name) for name in ("backlog", "secret", "old_secret_until")}  # no wishes of today
    options = replace(one.subscription.options, **kept)
    after = replace(one.subscription, status=status, note=note, options=options, **keep)
    fields = changes(before, after, terms.now)
    if not fields:
        return Step(Action.UNCHANGED, before, why=why)
    return Step(Action.CHANGE, before, fields, differences(before, replace(before, **fields)), why)


def _agreed_since(one: Asked, moment: datetime) -> bool:
    return one.agreed is not None and one.agreed > moment
