"""Values of `model` to columns and back: what several tables share."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, Table

from cgtwatch.model.classification import Classification, Labels, Span
from cgtwatch.model.draft import Attachment
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Item, ItemKeys, Revision
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store.tables import CLASSIFICATION, EVENT, ITEM, REVISION

Columns = dict[str, Any]
_LABELS = tuple(field.name for field in fields(Labels))
_SAME_IN_EVENT = ("id", "source", "title", "url", "published", "first_seen", "last_changed", "revision", "cluster", "thread")
_TOO_IN_EVENT = ("main", "language", "summary", "rules", "seq")
_SAME_IN_REVISION = ("number", "title", "url", "text", "fingerprint", "seen_at", "published", "published_on")


def labels_columns(labels: Labels) -> Columns:
    """The columns of a set of labels."""
    columns = {name: getattr(labels, name) for name in _LABELS}
    columns["modalities"] = list(labels.modalities)
    columns["issuers"] = list(labels.issuers)
    columns["topics"] = list(labels.topics)
    return columns


def labels_of(row: RowMapping, table: Table) -> Labels:
    """The labels in a row of `table`."""
    columns = {name: row[table.c[name]] for name in _LABELS}
    level = columns["level"]
    return Labels(
        **columns
        | {
            "modalities": tuple(Modality(word) for word in columns["modalities"]),
            "doc_type": DocType(columns["doc_type"]),
            "stage": Stage(columns["stage"]),
            "issuers": tuple(columns["issuers"]),
            "level": None if level is None else Level(level),
            "importance": Importance(columns["importance"]),
            "topics": tuple(columns["topics"] or ()),
        }
    )


def evidence_json(evidence: Mapping[str, Sequence[Span]]) -> dict[str, list[list[Any]]]:
    """Spans as short JSON lists."""
    return {name: [[span.start, span.end, span.text, span.of] for span in spans] for name, spans in evidence.items()}


def evidence_of(stored: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, tuple[Span, ...]]:
    """The spans again."""
    return {name: tuple(Span(*span) for span in spans) for name, spans in stored.items()}


def classification_columns(item: str, revision: int, classification: Classification) -> Columns:
    """A row of the table of classifications."""
    return {
        "item": item,
        "revision": revision,
        **labels_columns(classification.labels),
        "evidence": evidence_json(classification.evidence),
        "confidence": dict(classification.confidence),
        "language": classification.language,
        "rules": classification.rules,
    }


def classification_of(row: RowMapping) -> Classification | None:
    """The classification in a row, None where an outer join found none."""
    if row[CLASSIFICATION.c.item] is None:
        return None
    return Classification(
        labels=labels_of(row, CLASSIFICATION),
        evidence=evidence_of(row[CLASSIFICATION.c.evidence]),
        confidence=row[CLASSIFICATION.c.confidence],
        language=row[CLASSIFICATION.c.language],
        rules=row[CLASSIFICATION.c.rules],
    )


def revision_columns(revision: Revision, fetch: int | None) -> Columns:
    """A row of the table of revisions, brought by the visit `fetch`."""
    return {
        "item": revision.item_id,
        **{name: getattr(revision, name) for name in _SAME_IN_REVISION},
        "attachments": [_attachment(each) for each in revision.attachments],
        "language": revision.language,
        "archive_key": revision.archive_key,
        "fetch": fetch,
    }


def _attachment(attachment: Attachment) -> Columns:
    """What is known of it: hash and size only once it was read."""
    return {name: value for name, value in asdict(attachment).items() if value or name in ("url", "name")}


def revision_of(row: RowMapping) -> Revision:
    """The revision in a row."""
    return Revision(
        item_id=row[REVISION.c.item],
        **{name: row[REVISION.c[name]] for name in _SAME_IN_REVISION},
        attachments=tuple(Attachment(**each) for each in row[REVISION.c.attachments]),
        language=row[REVISION.c.language],
        archive_key=row[REVISION.c.archive_key],
    )


def keys_of(row: RowMapping) -> ItemKeys:
    """The keys in a row of items."""
    return ItemKeys(guid=row[ITEM.c.guid], link=row[ITEM.c.link], path=row[ITEM.c.path], title_date=row[ITEM.c.title_date])


def item_of(row: RowMapping) -> Item:
    """The item in a row of items joined with their latest revisions."""
    return Item(
        id=row[ITEM.c.id],
        source=row[ITEM.c.source],
        keys=keys_of(row),
        first_seen=row[ITEM.c.first_seen],
        last_seen=row[ITEM.c.last_seen],
        last_changed=row[ITEM.c.last_changed],
        gone=row[ITEM.c.gone],
        latest=revision_of(row),
    )


def event_columns(event: PolicyEvent) -> Columns:
    """A row of the table of events."""
    return {
        "item": event.item_id,
        **{name: getattr(event, name) for name in (*_SAME_IN_EVENT, *_TOO_IN_EVENT)},
        **labels_columns(event.labels),
        "evidence": evidence_json(event.evidence),
        "confidence": dict(event.confidence),
        "withdrawn": False,
    }


def event_of(row: RowMapping) -> PolicyEvent:
    """The event in a row."""
    return PolicyEvent(
        item_id=row[EVENT.c.item],
        **{name: row[EVENT.c[name]] for name in (*_SAME_IN_EVENT, *_TOO_IN_EVENT)},
        labels=labels_of(row, EVENT),
        evidence=evidence_of(row[EVENT.c.evidence]),
        confidence=row[EVENT.c.confidence],
    )


def error_of(word: str | None) -> ErrorClass | None:
    """The class of an error by its word."""
    return None if word is None else ErrorClass(word)


def microseconds(duration: timedelta) -> int:
    """A duration as a whole number."""
    return duration // timedelta(microseconds=1)
