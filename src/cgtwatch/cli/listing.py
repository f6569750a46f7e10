"""What `items` and `events` list: records and columns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cgtwatch.compose.records import event_record, item_record
from cgtwatch.store import Store
from cgtwatch.store.records import EventQuery


@dataclass(frozen=True, slots=True)
class Listing:
    """One kind of row: how it is asked for, and what of it a table shows."""

    rows: Callable[[Store, EventQuery], Iterator[dict[str, Any]]]
    columns: tuple[str, ...]
    empty: str


def _items(store: Store, query: EventQuery) -> Iterator[dict[str, Any]]:
    """Items carry cluster, thread and seq of their own event, where they have one."""
    for item, classification in store.items(query):
        record = item_record(item, classification)
        own = store.events_of(item.id)[:1] if record["relevant"] else []
        yield record | {name: getattr(event, name) for event in own for name in ("cluster", "thread", "seq")}


def _events(store: Store, query: EventQuery) -> Iterator[dict[str, Any]]:
    return (event_record(event) for event in store.events(query))


LISTINGS: Mapping[str, Listing] = {
    "items": Listing(_items, ("id", "published", "title", "source", "relevant", "last_changed", "revision"), "No such item."),
    "events": Listing(
        _events,
        ("id", "date", "title", "stage", "comment_deadline", "doc_type", "issuers", "jurisdiction", "importance"),
        "No such event.",
    ),
}
