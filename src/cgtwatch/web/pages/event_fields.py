"""What was understood of an event, field by field in words: the value, the document's words that it rests on, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.words import Words
from cgtwatch.model.classification import Document, Labels, Span
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.feedback import FEEDBACK
from cgtwatch.model.item import Revision
from cgtwatch.text.clean import one_line
from cgtwatch.understand.highlight import Segment, segments

FIELDS = (
    "modalities", "topics", "doc_type", "stage", "comment_deadline", "effective_date", "document_date", "document_number", "issuers",
    "jurisdiction", "level", "importance", "cgt", "policy",
)  # fmt: skip
LONGEST_TEXT = 40_000  # characters shown unless all are asked for
_MOST_WORDS, _LONGEST_WORD = 6, 120  # evidence a field; the text has all
_NAMES = {"doc_type": "doc_types", "stage": "stages", "level": "levels", "importance": "importances"}
_SURE, _LIKELY = 0.9, 0.7  # confidences from which on a reader need not look again, or should only where it matters


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field in words. `words` are the document's own; `sure` says how far it may be relied on, `percent` the same as a number."""

    name: str
    label: str
    value: str
    words: tuple[str, ...]
    by_source: bool
    by_person: str
    sure: str
    percent: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The text that is shown, cut where evidence stands; `first` is the place of the first mark (-1: none), `whole` its full length."""

    segments: tuple[Segment, ...]
    first: int
    whole: int
    cut: bool


def field_lines(event: PolicyEvent, context: DigestContext, said: Words) -> list[FieldLine]:
    """Every field that has a value."""
    return [_line(name, value, event, said) for name in FIELDS if (value := in_words(name, event.labels, context, said))]


def shown_text(event: PolicyEvent, revision: Revision, field: str | None, *, everything: bool = False) -> Shown:
    """The document with its evidence; more than its beginning where that is asked for, or where the first words of `field` stand later."""
    spans = [span.start for span in event.evidence.get(field or "", ()) if span.of == "document"]
    late = bool(spans) and min(spans) >= LONGEST_TEXT
    text = revision.text if everything or late else revision.text[:LONGEST_TEXT]
    evidence: Mapping[str, Sequence[Span]] = {name: spans for name, spans in event.evidence.items() if name in FIELDS}
    found = segments(Document(revision.title, text), evidence, (field,) if field else ())
    first = next((place for place, one in enumerate(found) if one.fields), -1)
    return Shown(found, first, len(revision.text), len(text) < len(revision.text))


def in_words(name: str, labels: Labels, context: DigestContext, said: Words) -> str:
    """The value of a field as a reader calls it; empty where there is none."""
    value = getattr(labels, name)
    if not value:
        return ""
    if name in ("cgt", "policy", "relevant"):
        return said.say("mark_yes")
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
    return one_line(value, 200) if isinstance(value, str) else said.day(value)


def _line(name: str, value: str, event: PolicyEvent, said: Words) -> FieldLine:
    spans = event.evidence.get(name, ())
    printed = (one_line(span.text, _LONGEST_WORD) for span in spans if span.of == "document")
    words = tuple({text.casefold(): text for text in printed}.values())  # once for both "draft" and "Draft"
    sure = event.confidence.get(name)
    return FieldLine(
        name=name,
        label=said.name("labels", name),
        value=value,
        words=words[:_MOST_WORDS],
        by_source=any(span.of == "source" for span in spans),
        by_person=next((span.text for span in spans if span.of == FEEDBACK), ""),
        sure="" if not sure else "sure_high" if sure >= _SURE else "sure_fair" if sure >= _LIKELY else "sure_low",
        percent=round(100 * sure) if sure else 0,
    )
