"""Who an event was told, for operators: how many, the latest of them, and of one reader why or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cgtwatch.app import App
from cgtwatch.compose.words import Words
from cgtwatch.errors import NotFound
from cgtwatch.model.event import Announcement, PolicyEvent
from cgtwatch.model.subscription import Status, Subscription
from cgtwatch.select import wanted
from cgtwatch.store.records import Told

MOST = 20
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asked reader got, or why nothing (`why` names the phrase, `reason` is the choice in the code's own words)."""

    name: str
    told: tuple[Told, ...] = ()
    why: str = ""
    reason: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Messages that told of the event by their state, the latest of them, how many more there are, and the answer about one reader."""

    counts: tuple[tuple[str, int], ...]
    told: tuple[Told, ...]
    more: int
    asked: Answer | None


def heard(app: App, event: PolicyEvent, announcements: Sequence[Announcement], reader: str, said: Words) -> Heard:
    """Who was told of `event`; `reader` is the name of the subscription that is asked about, or empty."""
    found = app.store.audience(event.id, MOST)
    counts = tuple((said.name("states", state), number) for state, number in sorted(found.counts.items()))
    total = sum(found.counts.values()) or len(found.told)
    asked = _asked(app, event, announcements, reader[:_LONGEST_NAME]) if reader else None
    return Heard(counts, found.told, max(0, total - len(found.told)), asked)


def _asked(app: App, event: PolicyEvent, announcements: Sequence[Announcement], name: str) -> Answer:
    told = app.store.audience(event.id, MOST, name).told
    if told:
        return Answer(name, told)
    try:
        reader = app.store.subscription(name)
    except NotFound:
        return Answer(name, why="heard_nobody")
    choice = wanted(reader, event).text
    if not announcements:
        return Answer(name, why="heard_quiet", reason=choice)
    return _not_yet(reader, max(one.seq for one in announcements), choice)


def _not_yet(reader: Subscription, seq: int, choice: str) -> Answer:
    if seq <= reader.sent_upto:
        return Answer(reader.name, why="heard_before", reason=choice)
    if reader.status is not Status.ACTIVE:
        return Answer(reader.name, why="heard_paused", reason=choice)
    return Answer(reader.name, why="heard_waits", reason=choice, due=reader.next_due)
