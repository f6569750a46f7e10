"""The JSON shape of what was understood, as `classify --json` and the predictions of `evaluate` write it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cgtwatch.model.classification import Act, Labels, Span


def labels_record(labels: Labels) -> dict[str, Any]:
    """The fields of the taxonomy; lists are never null, dates are ISO."""
    return {
        "cgt": labels.cgt,
        "policy": labels.policy,
        "relevant": labels.relevant,
        "modalities": [str(modality) for modality in labels.modalities],
        "doc_type": str(labels.doc_type),
        "stage": str(labels.stage),
        "jurisdiction": labels.jurisdiction,
        "issuers": list(labels.issuers),
        "level": str(labels.level) if labels.level else None,
        "document_number": labels.document_number,
        "document_date": iso(labels.document_date),
        "effective_date": iso(labels.effective_date),
        "comment_deadline": iso(labels.comment_deadline),
        "importance": str(labels.importance),
    }


def evidence_record(evidence: Mapping[str, Sequence[Span]]) -> dict[str, list[dict[str, Any]]]:
    """The spans of every field. A span that rests on the source's configuration says so with `of`."""
    return {field: [_span(span) for span in spans] for field, spans in evidence.items()}


def act_record(act: Act) -> dict[str, Any]:
    """One act with its day, its title and its labels."""
    return {"date": iso(act.on), "title": act.title, "main": act.main, **labels_record(act.labels)}


def iso(value: date | None) -> str | None:
    """A day as ISO text."""
    return value.isoformat() if value else None


def _span(span: Span) -> dict[str, Any]:
    record: dict[str, Any] = {"start": span.start, "end": span.end, "text": span.text}
    if span.of != "document":
        record["of"] = span.of
    return record
