"""Events and items as JSON: the shapes of `events --json`, `items --json`, the API and the webhook."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from cgtwatch.model.classification import Act, Classification, Labels, Span
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.feedback import Mark
from cgtwatch.model.item import Item


def event_record(event: PolicyEvent) -> dict[str, Any]:
    """One event. Lists are never null, dates are ISO 8601, instants are UTC and end in `Z`; `date` is the day of the act."""
    return {
        "id": event.id,
        "item": event.item_id,
        "source": event.source,
        "url": event.url,
        "title": event.title,
        "date": day(event.on),
        "published": day(event.published),
        **labels_record(event.labels),
        "language": event.language,
        "summary": event.summary,
        "evidence": evidence_record(event.evidence),
        "confidence": rounded(event.confidence),
        "first_seen": instant(event.first_seen),
        "last_changed": instant(event.last_changed),
        "revision": event.revision,
        "cluster": event.cluster,
        "thread": event.thread,
        "seq": event.seq,
    }


def item_record(item: Item, classification: Classification | None) -> dict[str, Any]:
    """One item with its latest revision; labels are those of "nothing known" where it was not classified.

    `cluster`, `thread` and `seq` belong to events; they stand here empty so that both records have the same fields.
    """
    latest = item.latest
    known = classification or Classification(Labels())
    return {
        "id": item.id,
        "source": item.source,
        "url": latest.url,
        "title": latest.title,
        "date": day(known.labels.document_date or latest.published_on),
        "published": day(latest.published_on),
        **labels_record(known.labels),
        "language": latest.language or known.language,
        "attachments": [asdict(attachment) for attachment in latest.attachments],
        "evidence": evidence_record(known.evidence),
        "confidence": rounded(known.confidence),
        "first_seen": instant(item.first_seen),
        "last_seen": instant(item.last_seen),
        "last_changed": instant(item.last_changed),
        "gone": item.gone,
        "revision": latest.number,
        "cluster": "",
        "thread": "",
        "seq": 0,
    }


def labels_record(labels: Labels) -> dict[str, Any]:
    """The fields of the taxonomy."""
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
        "document_date": day(labels.document_date),
        "effective_date": day(labels.effective_date),
        "comment_deadline": day(labels.comment_deadline),
        "importance": str(labels.importance),
        "topics": list(labels.topics),
    }


def act_record(act: Act) -> dict[str, Any]:
    """One act that a document tells of, as `classify --json` and the predictions of `evaluate` write it."""
    return {"date": day(act.on), "title": act.title, "main": act.main, **labels_record(act.labels)}


def mark_record(mark: Mark) -> dict[str, Any]:
    """What a person says of an event: the fields and what was read in their place, who said it, when and why."""
    said, read = labels_record(mark.labels), labels_record(mark.read.labels)
    return {
        "event": mark.event,
        "labels": {name: said[name] for name in mark.fields},
        "read": {name: read[name] for name in mark.fields},
        "by": mark.by,
        "at": instant(mark.at),
        "note": mark.note,
    }


def evidence_record(evidence: Mapping[str, tuple[Span, ...]]) -> dict[str, list[dict[str, Any]]]:
    """Spans by field; `of` stands only where a span is not of the document itself."""
    return {name: [_span(span) for span in spans] for name, spans in evidence.items() if spans}


def rounded(confidence: Mapping[str, float]) -> dict[str, float]:
    """Confidences to three places: more would pretend to know more."""
    return {name: round(value, 3) for name, value in confidence.items()}


def _span(span: Span) -> dict[str, Any]:
    whence = {} if span.of == "document" else {"of": span.of}
    return {"start": span.start, "end": span.end, "text": span.text, **whence}


def day(value: date | None) -> str | None:
    """An ISO date."""
    return value.isoformat() if value else None


def instant(value: datetime | None) -> str | None:
    """An instant in UTC to the second (RFC 3339)."""
    return value.isoformat(timespec="seconds").replace("+00:00", "Z") if value else None
