"""What `items` and `events` list: records and columns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cgtwatch.ops.listed import event_rows, item_rows
from cgtwatch.store import Store
from cgtwatch.store.records import EventQuery


@dataclass(frozen=True, slots=True)
class Listing:
    """One kind of row: how it is asked for, and what of it a table shows."""

    rows: Callable[[Store, EventQuery], Iterator[dict[str, Any]]]
    columns: tuple[str, ...]
    empty: str


LISTINGS: Mapping[str, Listing] = {
    "items": Listing(item_rows, ("id", "published", "title", "source", "relevant", "last_changed", "revision"), "No such item."),
    "events": Listing(
        event_rows,
        ("id", "date", "title", "stage", "comment_deadline", "doc_type", "issuers", "jurisdiction", "importance"),
        "No such event.",
    ),
}
