"""What an event's own page shows: its fields on the words they rest on, its history, and the chain from source to reader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.assemble import Story
from cgtwatch.compose.card import card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import Words
from cgtwatch.diff.compare import Comparison, readable
from cgtwatch.model.classification import Document, Labels
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.feedback import FEEDBACK
from cgtwatch.model.item import Revision
from cgtwatch.store.records import Explanation
from cgtwatch.understand.highlight import Segment, segments
from cgtwatch.web.pages.today import context_of

FIELDS = (
    "modalities", "topics", "doc_type", "stage", "comment_deadline", "effective_date", "document_date", "document_number", "issuers",
    "jurisdiction", "level", "importance",
)  # fmt: skip
LONGEST_TEXT = 40_000  # characters shown
_LONGEST_COMPARED = 200_000  # characters of a revision that a page compares while a reader waits
_MOST_STEPS = 5  # comparisons shown
_MOST_WORDS = 6  # evidence words a field; the text has all
_NAMES = {"doc_type": "doc_types", "stage": "stages", "level": "levels", "importance": "importances"}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field in words. `words` are the document's own; `sure` is in per cent, None where nothing is said of it."""

    name: str
    label: str
    value: str
    words: tuple[str, ...]
    by_source: bool
    by_person: str
    sure: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """Two revisions that follow each other, compared."""

    old: Revision
    new: Revision
    change: Comparison


@dataclass(frozen=True, slots=True)
class Relative:
    """Another event, as it stands beside this one."""

    id: str
    title: str
    on: str
    source: str
    stage: str
    this: bool = False


def event_page(app: App, event_id: str, marked: str | None, said: Words) -> dict[str, Any]:
    """Everything known of an event, for the template; `marked` is the one field whose words are marked. Raises `NotFound`."""
    found, context = app.store.explain(event_id), context_of(app, said)
    event, today = found.event, app.clock().astimezone().date()
    thread = app.store.thread(event_id)
    revision = _read(found)
    reports = tuple(one for one in thread if one.cluster == event.cluster and one.id != event.id)
    field = marked if marked in FIELDS else None
    steps = _steps(found.revisions)
    return {
        "found": found,
        "event": event,
        "card": card(Story(event, (), (), event.seq), context, said, today),
        "fields": _fields(event, context, said),
        "field": field,
        "revision": revision,
        "segments": _segments(event, revision, field),
        "short": len(revision.text) > LONGEST_TEXT,
        "limit": LONGEST_TEXT,
        "attachments": [(one.name or one.url, safe_link(one.url)) for one in revision.attachments],
        "steps": steps,
        "earlier": max(0, len(found.revisions) - 1 - len(steps)),
        "thread": [_relative(one, event, context, said) for one in thread if one.cluster != event.cluster or one.id == event.id],
        "reports": [_relative(one, event, context, said) for one in reports],
        "siblings": [_relative(one, event, context, said) for one in app.store.events_of(event.item_id) if one.id != event.id],
        "said": said.say("comma").join(said.name("labels", name) for name in found.mark.fields) if found.mark else "",
        "titles": {one.id: one.title for one in thread},
    }


def _read(found: Explanation) -> Revision:
    """The revision that the event was read from: its evidence counts in that text."""
    own = [one for one in found.revisions if one.number == found.event.revision]
    return own[0] if own else found.item.latest


def _segments(event: PolicyEvent, revision: Revision, field: str | None) -> tuple[Segment, ...]:
    document = Document(revision.title, revision.text[:LONGEST_TEXT])
    shown = {name: spans for name, spans in event.evidence.items() if name in FIELDS}
    return segments(document, shown, (field,) if field else ())


def _fields(event: PolicyEvent, context: DigestContext, said: Words) -> list[FieldLine]:
    lines = []
    for name in FIELDS:
        if not (value := _value(name, event.labels, context, said)):
            continue
        spans = event.evidence.get(name, ())
        printed = (" ".join(span.text.split()) for span in spans if span.of == "document")
        words = tuple({text.casefold(): text for text in printed}.values())  # once for both "draft" and "Draft"
        sure = event.confidence.get(name)
        by_source = any(span.of == "source" for span in spans)
        by_person = next((span.text for span in spans if span.of == FEEDBACK), "")
        label = said.name("labels", name)
        lines.append(
            FieldLine(name, label, value, words[:_MOST_WORDS], by_source, by_person, round(100 * sure) if sure else None)
        )
    return lines


def _value(name: str, labels: Labels, context: DigestContext, said: Words) -> str:
    value = getattr(labels, name)
    if not value:
        return ""
    if name == "modalities":
        return said.say("comma").join(said.name("modalities", one) for one in value)
    if name == "topics":
        return said.say("comma").join(said.pick(context.topic_names.get(one), one) for one in value)
    if name == "issuers":
        return said.issuers(value, context.issuer_names)
    if name == "jurisdiction":
        return said.place(value)
    if name in _NAMES:
        return said.name(_NAMES[name], value)
    return str(value) if isinstance(value, str) else said.day(value)


def _steps(revisions: Sequence[Revision]) -> list[Step]:
    """The latest changes, latest first."""
    pairs = list(pairwise(revisions))[::-1][:_MOST_STEPS]
    return [Step(old, new, readable(_bounded(old), _bounded(new))) for old, new in pairs]


def _bounded(revision: Revision) -> Revision:
    return replace(revision, text=revision.text[:_LONGEST_COMPARED])


def _relative(one: PolicyEvent, event: PolicyEvent, context: DigestContext, said: Words) -> Relative:
    source = said.pick(context.source_names.get(one.source), one.source)
    return Relative(one.id, one.title, said.day(one.on), source, said.name("stages", one.labels.stage), one.id == event.id)
