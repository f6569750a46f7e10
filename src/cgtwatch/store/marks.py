"""What people say of events: stored beside the reading and laid over it, so that whoever reads an event sees what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from cgtwatch.errors import NotFound
from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.feedback import Mark, marked, marked_fields
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store.codec import Columns, event_columns, event_of, evidence_json, evidence_of, labels_columns
from cgtwatch.store.indexing import enter
from cgtwatch.store.room import Room
from cgtwatch.store.tables import EVENT, EVENT_TAG, MARK

CHUNK = 500  # values in one IN (…)
_TAGS = {"issuer": "issuers", "modality": "modalities", "topic": "topics"}
_DAYS = ("document_date", "effective_date", "comment_deadline")
_LABELS = frozenset(field.name for field in fields(Labels))


class Marks(Room):
    """The part of the store that knows feedback."""

    def mark(self, said: Mark) -> Mark:
        """Lay `said` over the event's reading and over what was said of it before; the mark as it stands now."""
        with self._database.write() as db:
            event, before = _event(db, said.event), marks_of(db, [said.event]).get(said.event)
            read = before.read if before else Classification(event.labels, event.evidence, event.confidence)
            whole = replace(_joined(before, said), read=read)
            _show(db, marked(_as_read(event, read), whole))
            _save(db, whole)
        return whole

    def clear_mark(self, event_id: str) -> bool:
        """Let the event be as it was read; False where nothing was said of it."""
        with self._database.write() as db:
            event, before = _event(db, event_id), marks_of(db, [event_id]).get(event_id)
            if before is None:
                return False
            _show(db, _as_read(event, before.read))
            db.execute(delete(MARK).where(MARK.c.event == event_id))
        return True

    def mark_of(self, event_id: str) -> Mark | None:
        """What was said of the event."""
        with self._database.read() as db:
            return marks_of(db, [event_id]).get(event_id)

    def marks(self) -> list[Mark]:
        """Everything that was said, oldest first."""
        with self._database.read() as db:
            return [_mark_of(row) for row in db.execute(select(MARK).order_by(MARK.c.at, MARK.c.event)).mappings()]


def under_marks(db: Connection, events: Mapping[str, PolicyEvent]) -> dict[str, PolicyEvent]:
    """`events` as they are to be stored: what was said of them stands over what was read now, which is kept beneath."""
    said = marks_of(db, list(events))
    shown = dict(events)
    for event_id, mark in said.items():
        event = events[event_id]
        if marked_fields(event.evidence):
            continue  # it came out of the store and was not read anew
        _save(db, replace(mark, read=Classification(event.labels, event.evidence, event.confidence)))
        shown[event_id] = marked(event, mark)
    return shown


def said_relevant(db: Connection, events: Sequence[str]) -> dict[str, bool]:
    """Of which of `events` a person has said whether they are relevant."""
    parts = (events[start : start + CHUNK] for start in range(0, len(events), CHUNK))
    asked = select(MARK.c.event, MARK.c.relevant).where(MARK.c.relevant.is_not(None))
    return {row[0]: row[1] for part in parts for row in db.execute(asked.where(MARK.c.event.in_(part))).all()}


def _joined(before: Mark | None, said: Mark) -> Mark:
    """What was said before and now; where they differ, what is said now holds, and a bare "not relevant" takes its parts along."""
    if before is None:
        return said
    kept = [name for name in before.fields if name not in said.fields]
    if said.relevant is False:
        kept = [name for name in kept if name not in ("cgt", "policy")]
    names = (*kept, *said.fields)
    values = {name: getattr(said.labels if name in said.fields else before.labels, name) for name in names}
    return replace(said, fields=names, labels=replace(Labels(), **values), note=said.note or before.note)


def _as_read(event: PolicyEvent, read: Classification) -> PolicyEvent:
    return replace(event, labels=read.labels, evidence=read.evidence, confidence=read.confidence)


def _event(db: Connection, event_id: str) -> PolicyEvent:
    row = db.execute(select(EVENT).where(EVENT.c.id == event_id)).mappings().first()
    if row is None:
        raise NotFound(f"no event {event_id!r} is stored; see `cgtwatch events`")
    return event_of(row)


def _show(db: Connection, event: PolicyEvent) -> None:
    """Let the event's row, and the tags it is found by, say what readers are to see."""
    names = (*_LABELS, "evidence", "confidence")
    columns = event_columns(event)
    db.execute(update(EVENT).where(EVENT.c.id == event.id).values({name: columns[name] for name in names}))
    db.execute(delete(EVENT_TAG).where(EVENT_TAG.c.event == event.id, EVENT_TAG.c.kind.in_(list(_TAGS))))
    values = {kind: dict.fromkeys(getattr(event.labels, name)) for kind, name in _TAGS.items()}
    tags = [{"event": event.id, "kind": kind, "value": str(value)} for kind, found in values.items() for value in found]
    if tags:
        db.execute(insert(EVENT_TAG), tags)
    enter(db, [event.id])


def _save(db: Connection, mark: Mark) -> None:
    db.execute(delete(MARK).where(MARK.c.event == mark.event))
    db.execute(insert(MARK), _columns(mark))


def marks_of(db: Connection, events: Sequence[str]) -> dict[str, Mark]:
    """What was said of these events, by their ids."""
    parts = (events[start : start + CHUNK] for start in range(0, len(events), CHUNK))
    rows = (row for part in parts for row in db.execute(select(MARK).where(MARK.c.event.in_(part))).mappings())
    return {row["event"]: _mark_of(row) for row in rows}


def _columns(mark: Mark) -> Columns:
    said = _labels_json(mark.labels)
    read = {
        "labels": _labels_json(mark.read.labels),
        "evidence": evidence_json(mark.read.evidence),
        "confidence": dict(mark.read.confidence),
    }
    return {
        "event": mark.event,
        "fields": list(mark.fields),
        "labels": {name: said[name] for name in mark.fields},
        "relevant": mark.relevant,
        "note": mark.note,
        "by": mark.by,
        "at": mark.at,
        "read": read,
    }


def _mark_of(row: RowMapping) -> Mark:
    read = row["read"]
    known = Classification(_labels(read["labels"]), evidence_of(read["evidence"]), read["confidence"])
    return Mark(row["event"], tuple(row["fields"]), _labels(row["labels"]), row["by"], row["at"], row["note"], known)


def _labels_json(labels: Labels) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in labels_columns(labels).items()}


def _labels(stored: Mapping[str, Any]) -> Labels:
    """Labels out of JSON; a field that this version does not know is left out."""
    return replace(Labels(), **{name: _value(name, value) for name, value in stored.items() if name in _LABELS})


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - the JSON border
    if value is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(value)
    if name == "modalities":
        return tuple(Modality(word) for word in value)
    if name in ("issuers", "topics"):
        return tuple(value)
    kinds: Mapping[str, Any] = {"doc_type": DocType, "stage": Stage, "level": Level, "importance": Importance}
    return kinds[name](value) if name in kinds else value
