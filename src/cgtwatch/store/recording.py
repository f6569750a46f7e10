"""Events, the tags they are found by, and links, written inside the transaction of a visit."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, update

from cgtwatch.model.event import Link, PolicyEvent
from cgtwatch.store.codec import Columns, event_columns
from cgtwatch.store.indexing import enter
from cgtwatch.store.marks import said_relevant, under_marks
from cgtwatch.store.matching import LONGEST, lookup, number_key, title_keys
from cgtwatch.store.records import StoredItem
from cgtwatch.store.tables import EVENT, EVENT_TAG, LINK

CHUNK = 500  # values in one IN (…)
_KEPT = frozenset({"id", "first_seen", "seq"})  # what a later report of an event does not change


def replace_rows(
    db: Connection, table: Table, key: tuple[str, ...], rows: Sequence[Columns], *, of: Sequence[Columns] | None = None
) -> None:
    """Put `rows` in the place of those with the same key (those of `of`, where given): an upsert that every database knows."""
    gone = rows if of is None else of
    if gone:
        same = and_(*(table.c[name] == bindparam(f"of_{name}") for name in key))
        db.execute(delete(table).where(same), [{f"of_{name}": row[name] for name in key} for row in gone])
    if rows:
        db.execute(insert(table), list(rows))


def store_events(db: Connection, items: Sequence[StoredItem]) -> None:
    """Add or change the events of `items`, and withdraw those that a newly read item no longer reports.

    What a person has said of an event stays over what is read of it.
    """
    events = under_marks(db, {event.id: event for item in items for event in item.events})
    known = _known(db, list(events))
    new = [event_columns(event) for event in events.values() if event.id not in known]
    changed = [event_columns(event) for event in events.values() if event.id in known]
    gone = _withdraw(db, [item for item in items if item.classification is not None], frozenset(events))
    if new:
        db.execute(insert(EVENT), new)
    if changed:
        names = [name for name in changed[0] if name not in _KEPT]
        same = update(EVENT).where(EVENT.c.id == bindparam("of"))
        values = {name: bindparam(f"new_{name}", type_=EVENT.c[name].type) for name in names}
        db.execute(same.values(values), [{"of": row["id"]} | {f"new_{name}": row[name] for name in names} for row in changed])
    extra = {event_id: keys for item in items for event_id, keys in item.keys.items()}
    tags = [row for event in events.values() for row in _tags(event, extra.get(event.id, ()))]
    replace_rows(db, EVENT_TAG, ("event",), tags, of=[{"event": event_id} for event_id in events])
    enter(db, [*events, *gone])


def store_links(db: Connection, links: Sequence[Link]) -> None:
    """Add links; the same relation again takes the newer reason."""
    rows = {
        (link.event, link.other, link.relation): {
            "event": link.event,
            "other": link.other,
            "relation": str(link.relation),
            "reason": link.reason,
        }
        for link in links
    }
    replace_rows(db, LINK, ("event", "other", "relation"), list(rows.values()))


def _known(db: Connection, ids: Sequence[str]) -> frozenset[str]:
    parts = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    return frozenset(found for part in parts for found in db.execute(select(EVENT.c.id).where(EVENT.c.id.in_(part))).scalars())


def _withdraw(db: Connection, items: Sequence[StoredItem], still: frozenset[str]) -> list[str]:
    """Withdraw what the items no longer report; those."""
    withdrawn: list[str] = []
    ids = [item.finding.item_id for item in items]
    for start in range(0, len(ids), CHUNK):
        before = db.execute(select(EVENT.c.id).where(EVENT.c.item.in_(ids[start : start + CHUNK]))).scalars().all()
        gone = [{"of": event_id} for event_id in before if event_id not in still]
        kept = said_relevant(db, [row["of"] for row in gone]) if gone else {}
        gone = [row for row in gone if not kept.get(row["of"])]  # a person says that it is one
        if gone:
            db.execute(update(EVENT).where(EVENT.c.id == bindparam("of")).values(withdrawn=True), gone)
        withdrawn += [row["of"] for row in gone]
    return withdrawn


def _tags(event: PolicyEvent, extra: Sequence[str]) -> list[Columns]:
    labels = event.labels
    pairs = [
        *(("issuer", issuer) for issuer in labels.issuers),
        *(("modality", str(modality)) for modality in labels.modalities),
        *(("topic", topic) for topic in labels.topics),
        *(("title", key) for key in title_keys(event.title)),
        *(("number", number_key(number)) for number in (labels.document_number,) if number),
        *map(lookup, extra),
    ]
    kept = dict.fromkeys((kind, value[:LONGEST]) for kind, value in pairs)
    return [{"event": event.id, "kind": kind, "value": value} for kind, value in kept if value]
