"""The chain of an event, as lines for people and as a record for programs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cgtwatch.cli.show import plain, shown
from cgtwatch.compose.records import event_record
from cgtwatch.store.records import Explanation

SHOWN_SPANS = 6  # a field; the record has all
SHOWN_LINKS = 8


def explanation_record(found: Explanation) -> dict[str, Any]:
    """Everything known of how the event came to be and who was told."""
    return {
        "event": event_record(found.event),
        "item": found.item.id,
        "withdrawn": found.withdrawn,
        "fetches": _records(found.fetches, ("at", "url", "outcome", "status", "size", "archive_key")),
        "revisions": _records(found.revisions, ("number", "seen_at", "title", "url", "archive_key")),
        "attachments": _records(found.item.latest.attachments, ("name", "url", "size", "sha256")),
        "links": _records(found.links, ("event", "other", "relation", "reason")),
        "announcements": _records(found.announcements, ("seq", "kind", "at", "change")),
        "told": _records(found.told, ("seq", "subscription", "wanted", "reason", "delivery", "state", "sent_at")),
    }


def _records(values: Iterable[object], names: Sequence[str]) -> list[Any]:
    return [plain({name: getattr(value, name) for name in names}) for value in values]


def explanation_lines(found: Explanation) -> Iterator[str]:
    """The same, to be read from top to bottom."""
    event, labels = found.event, found.event.labels
    yield f"{event.title}"
    yield f"  {event.url}"
    yield f"  event {event.id} of item {event.item_id}, cluster {event.cluster}, thread {event.thread}" + (
        " (withdrawn)" if found.withdrawn else ""
    )
    yield ""
    yield f"source     {event.source}: first seen {shown(event.first_seen)}, last changed {shown(event.last_changed)}"
    for fetch in found.fetches:
        yield f"fetch      {shown(fetch.at)} {fetch.outcome.value} status {shown(fetch.status)}, {fetch.size} bytes, kept as {shown(fetch.archive_key)[:12]}"
    for revision in found.revisions:
        yield f"revision   {revision.number} seen {shown(revision.seen_at)}: {shown(revision.title)}"
    for each in found.item.latest.attachments:
        read = f"{each.size} bytes, sha256 {each.sha256[:12]}" if each.sha256 else "not read"
        yield f"attachment {shown(each.name or each.url)}: {read}"
    for name in (
        "modalities",
        "doc_type",
        "stage",
        "jurisdiction",
        "issuers",
        "document_number",
        "document_date",
        "effective_date",
        "comment_deadline",
        "importance",
    ):
        value = getattr(labels, name)
        if value:
            yield f"{name:<17}{shown(value)}{_because(found, name)}"
    for link in found.links[:SHOWN_LINKS]:
        yield f"link       {link.event} {link.relation.value} {link.other}: {link.reason}"
    if len(found.links) > SHOWN_LINKS:
        yield f"           and {len(found.links) - SHOWN_LINKS} more; --json has all"
    yield from _telling(found)


def _because(found: Explanation, name: str) -> str:
    spans = found.event.evidence.get(name, ())[:SHOWN_SPANS]
    words = list(
        dict.fromkeys(f"“{shown(span.text)}”" if span.of == "document" else f"the source's own {name}" for span in spans)
    )
    return f"  ← {', '.join(words)}" if words else ""


def _why_not(found: Explanation) -> str:
    event = found.event
    if not event.main:
        return "an act that its document tells of; the document itself is announced"
    if event.cluster != event.id:
        return f"a further report of a known act, {event.cluster}"
    return "known since its source's first look, which is silent, or an older row that slid into view"


def _telling(found: Explanation) -> Iterator[str]:
    if not found.announcements:
        yield f"announced  never: {_why_not(found)}"
    for one in found.announcements:
        yield f"announced  seq {one.seq} as {one.kind.value} at {shown(one.at)}{': ' + one.change if one.change else ''}"
    for told in found.told:
        state = f"; delivery {told.delivery} {told.state.value if told.state else ''}" if told.delivery else ""
        yield f"reader     {told.subscription}: {told.reason}{state}"
