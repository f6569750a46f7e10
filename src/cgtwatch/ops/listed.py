"""What lists of events and items hold, and what stands beside one item, as records."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from cgtwatch.compose.records import day, event_record, instant, item_record
from cgtwatch.diff.compare import Comparison
from cgtwatch.model.classification import Classification
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.item import Item, Revision
from cgtwatch.store import Store
from cgtwatch.store.records import EventQuery

Row = dict[str, Any]


def item_rows(store: Store, query: EventQuery) -> Iterator[Row]:
    """Items; they carry cluster, thread and seq of their own event, where they have one."""
    return (_item(store, item, classification) for item, classification in store.items(query))


def item_row(store: Store, item_id: str) -> Row:
    """One item. Raises `NotFound`."""
    return _item(store, store.item(item_id), store.classification(item_id))


def _item(store: Store, item: Item, classification: Classification | None) -> Row:
    record = item_record(item, classification)
    own = store.events_of(item.id)[:1] if record["relevant"] else []
    return record | {name: getattr(event, name) for event in own for name in ("cluster", "thread", "seq")}


def event_rows(store: Store, query: EventQuery) -> Iterator[Row]:
    """Events."""
    return (event_record(event) for event in store.events(query))


def in_pieces(store: Store, query: EventQuery, size: int = 500) -> Iterator[list[PolicyEvent]]:
    """All events of a query from its cursor on, `size` in memory at once."""
    query = replace(query, limit=size)
    while found := store.events(query):
        yield found
        if len(found) < size:
            return
        query = replace(query, after=found[-1].id)


def deadline_record(event: PolicyEvent, today: date) -> Row:
    """An event that takes comments, with the days that are left for them; a deadline counts to the end of its day."""
    ends = event.labels.comment_deadline
    return {**event_record(event), "days_left": (ends - today).days if ends else None}


def revision_record(one: Revision, *, text: bool = False) -> Mapping[str, Any]:
    """One version of a document; its text where that is wanted."""
    return {
        "number": one.number, "title": one.title, "url": one.url, "seen_at": instant(one.seen_at), "published": day(one.published_on),
        "language": one.language, "characters": len(one.text), "archive_key": one.archive_key, **({"text": one.text} if text else {}),
    }  # fmt: skip


def diff_record(old: Revision, new: Revision, compared: Comparison) -> Row:
    """What changed between two versions, as lines."""
    lines = [str(line) for line in compared.lines]
    return {"item": new.item_id, "from": old.number, "to": new.number, "summary": compared.summary, "lines": lines}
