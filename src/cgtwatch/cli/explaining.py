"""The chain of an event, as lines for people."""

from collections.abc import Iterator, Mapping, Sequence

from cgtwatch.cli.marking import said_lines, spoken
from cgtwatch.cli.show import shown
from cgtwatch.compose.records import mark_record
from cgtwatch.model.event import Link, PolicyEvent
from cgtwatch.model.feedback import FEEDBACK
from cgtwatch.model.source import Source
from cgtwatch.model.subscription import Subscription
from cgtwatch.ops.explained import ALONE, Beside, waiting
from cgtwatch.store.records import Explanation

SHOWN_SPANS = 6  # a field; the record has all
SHOWN_LINKS = 8
_FIELDS = (
    "relevant", "modalities", "topics", "doc_type", "stage", "jurisdiction", "issuers", "level", "document_number", "document_date",
    "effective_date", "comment_deadline", "importance",
)  # fmt: skip


def explanation_lines(found: Explanation, beside: Beside = ALONE) -> Iterator[str]:
    """Everything known of how the event came to be and who was told, to be read from top to bottom."""
    event = found.event
    yield shown(event.title)
    yield f"  {shown(event.url)}"
    yield f"  event {event.id} of item {event.item_id}, cluster {event.cluster}, thread {event.thread}" + (
        " (withdrawn)" if found.withdrawn else ""
    )
    yield ""
    yield from _whence(found, beside.source)
    yield from _reading(found)
    yield from _relatives(found, beside)
    if found.mark:
        yield from (f"{'feedback' if n == 0 else '':<11}{line}" for n, line in enumerate(said_lines(mark_record(found.mark))))
    yield from _telling(found, beside.readers)


def _whence(found: Explanation, source: Source | None) -> Iterator[str]:
    event = found.event
    named = f" ({source.name.en})" if source and source.name.en not in ("", source.id) else ""
    gone = "; gone from the source" if found.item.gone else ""
    yield f"source     {event.source}{shown(named) if named else ''}: first seen {shown(event.first_seen)}, last changed {shown(event.last_changed)}{gone}"
    if not found.fetches:
        yield "fetch      the log of its visits is not kept any more"
    for fetch in found.fetches:
        kept = f"kept as {fetch.archive_key[:12]}" if fetch.archive_key else "bytes not kept"
        yield f"fetch      {shown(fetch.at)} {fetch.outcome.value} status {shown(fetch.status)}, {fetch.size} bytes, {kept}: {shown(fetch.url)}"
    for revision in found.revisions:
        own = f", its page kept as {revision.archive_key[:12]}" if revision.archive_key else ""
        yield f"revision   {revision.number} seen {shown(revision.seen_at)}{own}: {shown(revision.title)}"
    for each in found.item.latest.attachments:
        read = f"{each.size} bytes, sha256 {each.sha256[:12]}" if each.sha256 else "not read"
        yield f"attachment {shown(each.name or each.url)}: {read}"


def _reading(found: Explanation) -> Iterator[str]:
    event = found.event
    act = "" if event.main else "; an act that the document tells of"
    yield f"read       revision {event.revision} in {event.language} by rules {event.rules or '(unknown)'}{act}"
    for name in _FIELDS:
        value = getattr(event.labels, name)
        if value or name == "relevant":
            sure = f" {event.confidence[name]:.0%}" if name in event.confidence else ""
            yield f"  {name:<17}{spoken(value)}{sure}{_because(found, name)}"


def _because(found: Explanation, name: str) -> str:
    spans = found.event.evidence.get(name, ())[:SHOWN_SPANS]
    said = {"source": f"the source's own {name}"}
    words = list(
        dict.fromkeys(
            f"“{shown(span.text)}”"
            if span.of == "document"
            else f"said by {shown(span.text)}"
            if span.of == FEEDBACK
            else said[span.of]
            for span in spans
        )
    )
    return f"  ← {', '.join(words)}" if words else ""


def _relatives(found: Explanation, beside: Beside) -> Iterator[str]:
    for link in found.links[:SHOWN_LINKS]:
        yield f"link       {_linked(link, found.event, beside.others)}: {link.reason}"
    if len(found.links) > SHOWN_LINKS:
        yield f"           and {len(found.links) - SHOWN_LINKS} more; --json has all"
    if len(beside.thread) > 1:
        for n, one in enumerate(beside.thread):
            here = " (this)" if one.id == found.event.id else ""
            yield f"{'thread' if n == 0 else '':<11}{shown(one.on)} {one.labels.stage.value:<9} {shown(one.title)}{here}"
            for link in beside.held_by:  # what leads from this step to another; the event's own links stand above
                if link.event == one.id and found.event.id not in (link.event, link.other):
                    yield f"{'':<11}  {link.relation.value} {link.other}: {link.reason}"


def _linked(link: Link, event: PolicyEvent, others: Mapping[str, PolicyEvent]) -> str:
    """The link as a sentence with `this` for the event itself."""

    def named(one: str) -> str:
        other = others.get(one)
        return "this" if one == event.id else f"“{shown(other.title)}” ({one})" if other else one

    return f"{named(link.event)} {link.relation.value} {named(link.other)}"


def _why_not(found: Explanation) -> str:
    event = found.event
    if found.mark and found.mark.relevant is False:
        return f"{shown(found.mark.by)} says that it is not relevant"
    if not event.main:
        return "an act that its document tells of; the document itself is announced"
    if event.cluster != event.id:
        return f"a further report of a known act, {event.cluster}"
    return "known since its source's first look, which is silent, or an older row that slid into view"


def _telling(found: Explanation, readers: Sequence[Subscription]) -> Iterator[str]:
    if not found.announcements:
        yield f"announced  never: {_why_not(found)}"
    for one in found.announcements:
        yield f"announced  seq {one.seq} as {one.kind.value} at {shown(one.at)}{': ' + one.change if one.change else ''}"
    for told in found.told:
        sent = f" {shown(told.sent_at)}" if told.sent_at else ""
        state = f"; delivery {told.delivery} {told.state.value if told.state else ''}{sent}" if told.delivery else ""
        answer = f" ({shown(told.answer)})" if told.delivery and told.answer else ""
        yield f"reader     {told.subscription}: {told.reason}{state}{answer}"
    for row in waiting(found, readers):
        due = f", due {shown(row['due'])}" if row["due"] else ""
        yield f"reader     {row['subscription']}: {row['reason']}{due}"
