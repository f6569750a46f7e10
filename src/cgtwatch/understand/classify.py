"""From a document to the fields of the taxonomy, each with the words it rests on."""

import math
from dataclasses import replace
from datetime import date

from cgtwatch.model.classification import Classification, Document, Labels, Span
from cgtwatch.model.taxonomy import DocType, Importance
from cgtwatch.text import numbers
from cgtwatch.understand import dates
from cgtwatch.understand.authority import authority
from cgtwatch.understand.importance import importance
from cgtwatch.understand.kind import Kind, kind
from cgtwatch.understand.policy import Stand, stand
from cgtwatch.understand.reading import Reading, survey
from cgtwatch.understand.rules import Rules
from cgtwatch.understand.topic import Topic, topic
from cgtwatch.understand.unnamed import Authority

_NUMBER_WITHIN = 600  # characters: an act's own number stands in its head, later ones are those it cites
_DATED_HEAD, _DATED_TAIL = 10_000, 4_000  # characters; reading 50 KB in full for dates alone took 110 ms
_DATE_FIELDS = ("document_date", "effective_date", "comment_deadline")


def classify(document: Document, rules: Rules) -> Classification:
    """The labels of `document`. Never raises; a value without a word it could rest on stays empty."""
    reading = survey(document, rules)
    about, stands = topic(reading), stand(reading, rules.weights)
    evidence: dict[str, tuple[Span, ...]] = {"cgt": about.spans, "policy": stands.spans if stands.policy else ()}
    confidence = {"cgt": _sure(about.weight - 1.0 if about.cgt else 1.0), "policy": _sure(abs(stands.score))}
    relevant = about.cgt and stands.policy
    evidence["relevant"] = (*about.spans[:3], *stands.spans[:3]) if relevant else ()
    confidence["relevant"] = min(confidence["cgt"], confidence["policy"])
    if about.modalities:
        evidence["modalities"] = tuple(span for spans in about.by_modality.values() for span in spans[:2])
        confidence["modalities"] = _sure(about.weight / 2)
    labels = Labels(cgt=about.cgt, policy=stands.policy, relevant=relevant, modalities=about.modalities)
    if stands.policy:
        labels = _act(reading, rules, (about, stands), evidence, confidence)
    if rules.topics is not None:
        own = rules.topics.find(reading.whole)
        labels = replace(labels, topics=tuple(own))
        evidence["topics"] = tuple(span for spans in own.values() for span in spans)
    kept = {name: spans for name, spans in evidence.items() if spans}
    return Classification(labels, kept, confidence, reading.language, rules.version)


def _act(
    reading: Reading,
    rules: Rules,
    found: tuple[Topic, Stand],
    evidence: dict[str, tuple[Span, ...]],
    confidence: dict[str, float],
) -> Labels:
    """The fields that only an act has; their words and certainty go into `evidence` and `confidence`."""
    about, stands = found
    what = kind(reading, stands)
    who = authority(reading, rules, what)
    relevant = about.cgt
    matters = importance(reading, about, stands, what) if relevant else Importance.NONE
    number = _number(reading, evidence)
    zone = _zone(rules, who)
    days = _days(reading, what, zone, evidence)
    _note(evidence, confidence, what, who)
    if relevant:
        evidence["importance"] = (*about.spans[:2], *what.type_spans[:1])
        confidence["importance"] = 0.6 + 0.3 * what.margin
    return Labels(
        cgt=about.cgt,
        policy=True,
        relevant=relevant,
        modalities=about.modalities,
        doc_type=what.doc_type,
        stage=what.stage,
        jurisdiction=who.jurisdiction,
        issuers=who.issuers,
        level=who.level,
        document_number=number,
        document_date=days.get("document_date"),
        effective_date=days.get("effective_date"),
        comment_deadline=days.get("comment_deadline"),
        importance=matters,
    )


def _note(evidence: dict[str, tuple[Span, ...]], confidence: dict[str, float], what: Kind, who: Authority) -> None:
    evidence.update(
        doc_type=what.type_spans,
        stage=what.stage_spans,
        issuers=who.issuer_spans,
        jurisdiction=who.jurisdiction_spans,
        level=who.issuer_spans or who.jurisdiction_spans,
    )
    confidence.update(
        doc_type=0.4 + 0.55 * what.margin,
        stage=0.8,
        issuers=who.certain,
        jurisdiction=min(1.0, who.certain + 0.05),
        level=who.certain,
    )


def _number(reading: Reading, evidence: dict[str, tuple[Span, ...]]) -> str | None:
    """The act's own number: the first of title and head."""
    for found in numbers.find(reading.whole[: reading.title_end + _NUMBER_WITHIN]):
        evidence["document_number"] = (found.span,)
        return found.printed
    return None


def _zone(rules: Rules, who: Authority) -> str | None:
    """Where the authority sits: 03/04/2026 is another day in Washington than in London."""
    country = rules.country(who.jurisdiction) if who.jurisdiction else None
    return (country.zone or None) if country else None


def _days(reading: Reading, what: Kind, zone: str | None, evidence: dict[str, tuple[Span, ...]]) -> dict[str, date]:
    """The days that the text names; only consultations have a comment deadline."""
    days: dict[str, date] = {}
    for at, part in _dated_parts(reading.whole):
        for found in dates.find(part, published=reading.document.published, lang=reading.language, zone=zone):
            deadline = found.field == "comment_deadline" and what.doc_type in (DocType.FUNDING, DocType.MEETING)
            if found.field in _DATE_FIELDS and found.field not in days and found.value is not None and not deadline:
                days[found.field] = found.value
                evidence[found.field] = (Span(found.span.start + at, found.span.end + at, found.span.text),)
    return days


def _dated_parts(whole: str) -> tuple[tuple[int, str], ...]:
    """Where an act tells its days: the head, and the closing articles of a long one; each with where it begins."""
    if len(whole) <= _DATED_HEAD + _DATED_TAIL:
        return ((0, whole),)
    return ((0, whole[:_DATED_HEAD]), (len(whole) - _DATED_TAIL, whole[-_DATED_TAIL:]))


def _sure(margin: float) -> float:
    """From the margin of a decision to a confidence between 0.5 and 1."""
    return round(1 / (1 + math.exp(-max(0.0, min(8.0, margin)) * 1.4)), 3)
