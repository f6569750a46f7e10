"""The chain of an event from its source to its readers: what stands around it, and all of it as a record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.records import day, event_record, mark_record
from cgtwatch.model.event import Link, PolicyEvent
from cgtwatch.model.source import Source
from cgtwatch.model.subscription import Status, Subscription
from cgtwatch.select import wanted
from cgtwatch.store.records import Explanation


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands around an event: its source, the events it is linked to, its thread in order with what holds it together, and all readers."""

    source: Source | None = None
    others: Mapping[str, PolicyEvent] = field(default_factory=dict)
    thread: Sequence[PolicyEvent] = ()
    held_by: Sequence[Link] = ()
    readers: Sequence[Subscription] = ()


ALONE = Beside()


def explained(app: App, event_id: str) -> tuple[Explanation, Beside]:
    """The chain of an event, and what stands around it. Raises `NotFound`."""
    found = app.store.explain(event_id)
    linked = {one for link in found.links for one in (link.event, link.other)} - {event_id}
    beside = Beside(
        next((one for one in app.sources if one.id == found.event.source), None),
        {one: app.store.event(one) for one in linked},
        app.store.thread(event_id),
        app.store.thread_links(event_id),
        app.store.subscriptions(),
    )
    return found, beside


def waiting(found: Explanation, readers: Sequence[Subscription]) -> Iterator[dict[str, Any]]:
    """Of every announcement and reader without a digest about it: whether one is to come, and why else there is none."""
    decided = {(one.seq, one.subscription) for one in found.told}
    for told in found.announcements:
        for reader in readers:
            if (told.seq, reader.name) not in decided:
                yield {"seq": told.seq, "subscription": reader.name, **_not_yet(told.seq, found.event, reader)}


def _not_yet(seq: int, event: PolicyEvent, reader: Subscription) -> dict[str, Any]:
    if seq <= reader.sent_upto:
        return {"wanted": None, "reason": "told before this reader subscribed", "due": None}
    choice = wanted(reader, event)
    if reader.status is not Status.ACTIVE:
        return {
            "wanted": choice.wanted,
            "reason": f"waits: the subscription is {reader.status.value}; {choice.text}",
            "due": None,
        }
    return {"wanted": choice.wanted, "reason": f"waits for the next digest; {choice.text}", "due": reader.next_due}


def explanation_record(found: Explanation, beside: Beside = ALONE) -> dict[str, Any]:
    """Everything known of how the event came to be and who was told."""
    return {
        "event": event_record(found.event),
        "item": found.item.id,
        "withdrawn": found.withdrawn,
        "fetches": _records(found.fetches, ("at", "url", "outcome", "status", "size", "archive_key")),
        "revisions": _records(found.revisions, ("number", "seen_at", "title", "url", "archive_key")),
        "attachments": _records(found.item.latest.attachments, ("name", "url", "size", "sha256")),
        "feedback": mark_record(found.mark) if found.mark else None,
        "links": _records(found.links, ("event", "other", "relation", "reason")),
        "announcements": _records(found.announcements, ("seq", "kind", "at", "change")),
        "thread": [
            {"event": one.id, "date": day(one.on), "stage": one.labels.stage.value, "title": one.title} for one in beside.thread
        ],
        "thread_links": _records(beside.held_by, ("event", "other", "relation", "reason")),
        "waiting": [{**row, "due": _plain(row["due"])} for row in waiting(found, beside.readers)],
        "told": _records(found.told, ("seq", "subscription", "wanted", "reason", "delivery", "state", "sent_at")),
    }


def _records(values: Iterable[object], names: Sequence[str]) -> list[Any]:
    return [{name: _plain(getattr(value, name)) for name in names} for value in values]


def _plain(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime | date) else value
