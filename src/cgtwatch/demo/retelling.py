"""How visits and events read in the demo's story."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cgtwatch.model.event import Announcement

_WIDTH = 110  # characters of the words that a value rests on
_TOLD = ("modalities", "doc_type", "stage", "comment_deadline")
_OUTCOMES = {"ok": "read", "unchanged": "unchanged", "failed": "failed", "held": "held back"}
_MOVED = re.compile(r"comment_deadline: (\S+) → (\S+?);")


def visit_line(row: Mapping[str, Any]) -> str:
    """A row of `poll` in words; what is zero is left out."""
    counts = [f"{row[name]} {name}" for name in ("new", "updated", "gone") if row[name]]
    what = row["error"] or ", ".join(counts) or "nothing new"
    return f"   {row['source']:<14} {_OUTCOMES[row['outcome']]:<10} {what}"


def event_lines(told: Announcement) -> Iterator[str]:
    """An announcement: title, fields, what they rest on, and what changed."""
    event, labels = told.event, told.event.labels
    yield f"   {told.kind.value}: {event.title}"
    deadline = f", comments until {labels.comment_deadline}" if labels.comment_deadline else ""
    topics = ", ".join(labels.modalities)
    yield f"       {labels.doc_type}, {labels.stage}, importance {labels.importance}, about {topics}{deadline}"
    spans = [span.text for name in _TOLD for span in event.evidence.get(name, ()) if span.of == "document"]
    words = " · ".join({text.casefold(): text for text in spans}.values())
    yield f"       rests on: {words if len(words) <= _WIDTH else words[:_WIDTH].rstrip() + '…'}"
    if told.change:
        moved = _MOVED.search(told.change)
        yield f"       the deadline moved from {moved[1]} to {moved[2]}" if moved else f"       changed: {told.change}"
