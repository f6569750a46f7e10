"""What kind of act it is, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import DocType, Stage
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.policy import Stand
from cgtwatch.understand.reading import Reading

_ZONES = (1.0, 0.4, 0.06)
_NEVER_DRAFT = frozenset(
    {DocType.REPLY, DocType.APPROVAL, DocType.TRIAL, DocType.ENFORCEMENT, DocType.SAFETY, DocType.INTERPRETATION}
)
_IN_FORCE = frozenset({DocType.LAW, DocType.NOTICE, DocType.STANDARD, DocType.GUIDELINE})


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind and stage with their words; `margin` is how far the kind leads the next one, from 0 to 1."""

    doc_type: DocType
    stage: Stage
    margin: float
    type_spans: tuple[Span, ...]
    stage_spans: tuple[Span, ...]


def kind(reading: Reading, stand: Stand) -> Kind:
    """The kind and stage of a document that is policy."""
    weights, words = _weights(reading)
    order = sorted(weights, key=lambda t: -weights[t])
    if not order or weights[order[0]] < 0.35:
        doc_type, margin = DocType.OTHER, 0.3
    else:
        doc_type = order[0]
        second = weights[order[1]] if len(order) > 1 else 0.0
        margin = (weights[doc_type] - second) / weights[doc_type]
    stage, stage_words = _stage(reading, stand, doc_type)
    type_spans = tuple(reading.span(hit) for hit in words.get(doc_type, ())[:4]) or stand.spans[:1]
    stage_spans = tuple(reading.span(hit) for hit in stage_words[:3]) or type_spans
    return Kind(doc_type, stage, margin, type_spans, stage_spans)


def _weights(reading: Reading) -> tuple[dict[DocType, float], dict[DocType, list[Hit]]]:
    weights: dict[DocType, float] = {}
    words: dict[DocType, list[Hit]] = {}
    for hit in reading.cues:
        doc_type = hit.meaning.doc_type
        if doc_type is not None and hit.meaning.weight > 0:
            weight = hit.meaning.type_weight * reading.zone(hit, *_ZONES)
            before = weights.get(doc_type, 0.0)
            weights[doc_type] = max(before, weight) + 0.12 * min(before, weight)
            words.setdefault(doc_type, []).append(hit)
    for hit in reading.acts:
        weight = reading.zone(hit, 0.9, 0.4, 0.05)
        weights[hit.meaning.doc_type] = max(weights.get(hit.meaning.doc_type, 0.0), weight)
        words.setdefault(hit.meaning.doc_type, []).append(hit)
    for found in words.values():
        found.sort(key=lambda h: -reading.zone(h, *_ZONES))
    return weights, words


def _marked(hits: Sequence[Hit], *marks: str) -> list[Hit]:
    return [hit for hit in hits if hit.meaning.mark in marks]


def _stage(reading: Reading, stand: Stand, doc_type: DocType) -> tuple[Stage, list[Hit]]:
    """Ruling by ruling: meetings and round-ups have none, proposals are proposed, the rest is a draft, in force, or issued."""
    title = reading.in_title(reading.cues)
    opening = [*title, *reading.in_lead(reading.cues)]
    if doc_type in (DocType.MEETING, DocType.ROUNDUP):
        return Stage.NONE, []
    if doc_type is DocType.PROPOSAL:
        return Stage.PROPOSED, _marked(opening, "proposal")
    if _marked(title, "repealed"):
        return Stage.REPEALED, _marked(title, "repealed")
    accepted = _marked(title, "accepted")
    if doc_type in (DocType.TRIAL, DocType.APPROVAL) and accepted and not stand.title_marks & {"approval", "marketing"}:
        return Stage.NONE, accepted
    drafts = _marked(title, "draft", "preliminary") or (
        [] if "voice" in stand.title_marks else _marked(opening, "draft", "preliminary")
    )
    if drafts and doc_type not in _NEVER_DRAFT and not _marked(reading.cues, "final"):
        return Stage.DRAFT, drafts
    inforce = _marked(opening, "inforce") + _marked(title, "inforce title")
    if inforce and doc_type in _IN_FORCE:
        return Stage.EFFECTIVE, inforce
    if _marked(title, "amended") and doc_type is DocType.LAW:
        return Stage.AMENDED, _marked(title, "amended")
    return Stage.ISSUED, [hit for hit in opening if hit.meaning.stage is Stage.ISSUED]
