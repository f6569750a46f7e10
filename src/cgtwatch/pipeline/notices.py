"""Trouble, told to the operator once when it begins and once when it ends."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cgtwatch.compose.messages import alarm
from cgtwatch.compose.render import SHIPPED, Renders
from cgtwatch.diff.habit import Habit
from cgtwatch.diff.health import alarms
from cgtwatch.model.delivery import Delivery
from cgtwatch.model.source import Source
from cgtwatch.model.subscription import Cadence, Every, Subscription
from cgtwatch.pipeline.digest import Freezes, queued
from cgtwatch.store import Store


@dataclass(frozen=True, slots=True)
class NoticeParts:
    """What telling the operator needs: where to (`channel`, `target`) and in which language and zone."""

    store: Store
    channel: Callable[[str], Freezes]
    clock: Callable[[], datetime]
    operator: tuple[str, str]
    templates: Renders = SHIPPED
    language: str = "zh"
    timezone: str = "Asia/Shanghai"


def judge_sources(sources: Sequence[Source], store: Store, now: datetime, habits: Mapping[str, Habit]) -> None:
    """Open an alarm for each source whose trouble is worth one, and close those that are over; `habits`: as far as known.

    A source that is listed and of which `sources` knows nothing is judged by those whose file has it: workers whose files differ
    would otherwise end each other's alarms, and the operator hear of it each time.
    """
    watched, states = [source for source in sources if source.enabled], store.states()
    others = states.keys() - {source.id for source in sources}
    opened = [one for one in store.open_alarms() if one.key.partition(":")[2] not in others]
    plan = alarms(states, watched, opened, now, habits)
    if plan.open or plan.close:
        store.apply_alarms(plan.open, plan.close, now)


def tell_operator(parts: NoticeParts) -> Delivery | None:
    """Queue one message with everything the operator has not heard of; None where there is nothing."""
    untold, now = parts.store.alarms_to_tell(), parts.clock()
    if not untold.opened and not untold.ended:
        return None
    channel, target = parts.operator
    message = alarm(untold.opened, untold.ended, parts.language, now, parts.templates)
    ids, ended = [one.id for one in untold.opened], [one.id for one in untold.ended]
    key = "msg_" + hashlib.sha256(f"alarm {ids} {ended} {now.isoformat()}".encode()).hexdigest()[:32]
    reader = Subscription("", channel, target, Cadence(Every.NOW), timezone=parts.timezone, language=parts.language)
    deliveries = queued(reader, message, key, parts.channel(channel).freeze(message, reader, key), now)
    return deliveries[0] if parts.store.alarms_told(ids, ended, deliveries, now) else None
