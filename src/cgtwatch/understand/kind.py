"""What kind of act it is, and how far it has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cgtwatch.model.classification import Span
from cgtwatch.model.taxonomy import DocType, Stage
from cgtwatch.understand.heads import Head
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.policy import Stand
from cgtwatch.understand.reading import Reading

_ZONES = (1.0, 0.4, 0.06)
_HEAD, _LEAD_HEAD = 2.5, 0.9  # what the build of the title says, and that of the opening where the title says nothing
_VAGUE = "acted"  # of a title that names an authority with a verb, and no paper
_NEWS = "reform"  # of a title that tells what changes; the opening may name the paper that changes it
_PAPERS = frozenset({"paper", "binding"})
_NEVER_DRAFT = frozenset(
    {DocType.REPLY, DocType.APPROVAL, DocType.TRIAL, DocType.ENFORCEMENT, DocType.SAFETY, DocType.INTERPRETATION}
)
_NO_TRIAL = frozenset({"marketing", "designation", "accepted"})
_IN_FORCE = frozenset({DocType.LAW, DocType.NOTICE, DocType.STANDARD, DocType.GUIDELINE})


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind and stage with their words; `margin` is how far the kind leads the next one, from 0 to 1."""

    doc_type: DocType
    stage: Stage
    margin: float
    type_spans: tuple[Span, ...]
    stage_spans: tuple[Span, ...]
    built: str = ""  # the mark of the way in which the title is built, where it names this kind


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
    if doc_type is DocType.APPROVAL and "trial word" in stand.title_marks and not stand.title_marks & _NO_TRIAL:
        doc_type = DocType.TRIAL  # what was approved is a trial
    stage, stage_words = _stage(reading, stand, doc_type)
    type_spans = tuple(reading.span(hit) for hit in words.get(doc_type, ())[:4]) or stand.spans[:1]
    stage_spans = tuple(reading.span(hit) for hit in stage_words[:3]) or type_spans
    head = _head(reading)
    built = head.rule.mark if head and head.rule.doc_type is doc_type else ""
    return Kind(doc_type, stage, margin, type_spans, stage_spans, built)


def _head(reading: Reading) -> Head | None:
    """What the build of the title says; where it only says that an authority acts, what the first sentence says."""
    title, lead = reading.title_heads.act, reading.lead_heads.act
    if lead is None or lead.rule.mark == _VAGUE:
        return title or lead
    if title is None or title.rule.mark == _VAGUE:
        return lead
    return lead if title.rule.mark == _NEWS and lead.rule.mark in _PAPERS else title


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
    head = _head(reading)
    if head is not None:
        before = weights.get(head.rule.doc_type, 0.0)
        most = _HEAD if head.start < reading.title_end else _LEAD_HEAD
        weights[head.rule.doc_type] = before + most * head.rule.weight
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
    for stage, words in _late(reading, stand, doc_type):
        if words:
            return stage, words
    return Stage.ISSUED, [hit for hit in opening if hit.meaning.stage is Stage.ISSUED]


def _late(reading: Reading, stand: Stand, doc_type: DocType) -> Iterator[tuple[Stage, list[Hit]]]:
    """Every stage but "issued" that such an act can be at, with the words that say so; the first with words counts."""
    title = reading.in_title(reading.cues)
    opening = [*title, *reading.in_lead(reading.cues)]
    head = reading.title_heads.act
    built = head.rule.stage if head and head.rule.doc_type is doc_type else None
    yield Stage.REPEALED, _said(reading, doc_type, Stage.REPEALED)
    if head and built not in (None, Stage.ISSUED):
        yield built, [Hit(head.start, head.end, None)]
    yield Stage.NONE, _said(reading, doc_type, Stage.NONE)
    if doc_type in (DocType.TRIAL, DocType.APPROVAL) and built is None and not stand.title_marks & {"approval", "marketing"}:
        yield Stage.NONE, [hit for hit in _marked(title, "accepted") if hit.meaning.stage is Stage.NONE]
    yield Stage.DRAFT, _said(reading, doc_type, Stage.DRAFT, only_title=True)
    if doc_type not in _NEVER_DRAFT and not _marked(reading.cues, "final"):
        where = title if "voice" in stand.title_marks else opening
        yield Stage.DRAFT, _marked(where, "draft", "preliminary") + _marked(title, "draft title")
        yield Stage.DRAFT, _said(reading, doc_type, Stage.DRAFT)
    yield Stage.AMENDED, _said(reading, doc_type, Stage.AMENDED)
    yield Stage.EFFECTIVE, _said(reading, doc_type, Stage.EFFECTIVE)
    if doc_type in _IN_FORCE:
        yield Stage.EFFECTIVE, _marked(opening, "inforce")


def _said(reading: Reading, doc_type: DocType, stage: Stage, *, only_title: bool = False) -> list[Hit]:
    """Where the title says that such an act has come as far as `stage`; where it does not, the first sentence."""
    for steps in (reading.title_steps, () if only_title else reading.lead_steps):
        said = [Hit(step.start, step.end, None) for step in steps if step.rule.stage is stage and doc_type in step.rule.kinds]
        if said:
            return said
    return []
