"""One visit to one source, stored whole or not at all: what it found, what will be told of it, and what the next visit needs."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from cgtwatch.errors import StoreError
from cgtwatch.model.item import Change, Finding, Outcome, SourceState
from cgtwatch.store.announcing import announce
from cgtwatch.store.codec import Columns, classification_columns, revision_columns
from cgtwatch.store.matching import LONGEST
from cgtwatch.store.recording import replace_rows, store_events, store_links
from cgtwatch.store.records import Recorded, StoredItem, VisitRecord
from cgtwatch.store.tables import CLASSIFICATION, FETCH, HELD, ITEM, ITEM_TAG, REVISION
from cgtwatch.store.visited import Visited, log_columns, refuse_lost, save_states

_NEWS = frozenset({Outcome.OK, Outcome.HELD})
_GOOD = frozenset({Outcome.OK, Outcome.UNCHANGED})
_SEEN_AGAIN = update(ITEM).where(ITEM.c.id == bindparam("of"))


class Visits(Visited):
    """The part of the store that records visits."""

    def record_visit(self, record: VisitRecord) -> Recorded:
        """Store a visit whole: state and validators, log, items, revisions, labels, events, links, announcements, held page.

        Where it shows a claim that was lost, `LeaseLost` is raised and nothing of it is stored (of one without news, silently).
        An announcement whose (event, kind, cause) was told before is left out, and is missing from `Recorded.announced`.
        """
        found = Counter(item.finding.change for item in record.items)
        with self._database.alone():
            before = self._before(record.source)
            # A visit without news may be lost with the process: the next one finds out the same again.
            if not (record.items or record.announce or record.plan.outcome in _NEWS or _denies(record, before)):
                self._wait(record)
                return Recorded()
            self.flush()  # so that the log is in the order of the visits
            with self._database.write() as db:
                refuse_lost(db, record)
                save_states(db, [record])
                fetch = _log(db, record, found)
                if record.plan.outcome is Outcome.HELD:
                    _hold(db, record)
                elif record.plan.outcome in _GOOD:
                    _let_go_what_was_held(db, record)
                store_items(db, record, fetch)
                announced = announce(db, record.announce, record.fetch.at)
            self._remember(record)
        return Recorded(found[Change.NEW], found[Change.UPDATED], found[Change.GONE], announced)


def _denies(record: VisitRecord, before: SourceState) -> bool:
    """Whether the page of the last good visit came again after others that are held."""
    return record.plan.outcome is Outcome.UNCHANGED and before.held > 0


def _log(db: Connection, record: VisitRecord, found: Counter[Change]) -> int | None:
    key = db.execute(insert(FETCH), log_columns(record, found)).inserted_primary_key
    return None if key is None else key[0]


def _hold(db: Connection, record: VisitRecord) -> None:
    facts, state = record.fetch, record.plan.state
    waiting = select(HELD.c.archive_key).where((HELD.c.source == record.source) & HELD.c.released_at.is_(None))
    last = db.execute(waiting.order_by(HELD.c.id.desc()).limit(1)).scalar()
    if last is not None and last == facts.archive_key:
        return  # the same page again
    row = {
        "source": record.source,
        "url": facts.url,
        "archive_key": facts.archive_key,
        "content_type": facts.content_type,
        "error": facts.error or state.error,
        "reason": facts.message or state.message,
        "hint": state.hint,
        "at": facts.at,
        "released_at": None,
        "kept": None,
    }
    db.execute(insert(HELD), row)


def _let_go_what_was_held(db: Connection, record: VisitRecord) -> None:
    """A page that could be compared ends the quarantine of those before it."""
    waiting = (HELD.c.source == record.source) & HELD.c.released_at.is_(None)
    db.execute(update(HELD).where(waiting).values(released_at=record.fetch.at, kept=False))


def store_items(db: Connection, record: VisitRecord, fetch: int | None) -> None:
    """Add or change the items of a visit with all that came of them, inside the caller's transaction."""
    by_change: dict[Change, list[StoredItem]] = {change: [] for change in Change}
    for item in record.items:
        by_change[item.finding.change].append(item)
    if by_change[Change.NEW]:
        db.execute(insert(ITEM), [_new_row(record, item) for item in by_change[Change.NEW]])
    again = [*by_change[Change.SEEN], *by_change[Change.UPDATED]]
    _execute_many(db, [_seen_row(record, item.finding) for item in again])
    _execute_many(db, [{"of": item.finding.item_id, "gone": True} for item in by_change[Change.GONE]])
    revised = [item for item in record.items if item.revision is not None]
    if revised:
        db.execute(insert(REVISION), [revision_columns(item.revision, fetch) for item in revised if item.revision])
        _execute_many(
            db,
            [
                {"of": item.finding.item_id, "revision": item.revision.number, "last_changed": item.revision.seen_at}
                for item in revised
                if item.revision is not None and item.finding.change is not Change.NEW
            ],
        )
    _store_classifications(db, record.items)
    store_events(db, record.items)
    store_links(db, [link for item in record.items for link in item.links])


def _execute_many(db: Connection, rows: Sequence[Columns]) -> None:
    if rows:
        db.execute(_SEEN_AGAIN, rows)


def _key_columns(finding: Finding) -> Columns:
    keys = finding.keys
    return {"guid": keys.guid, "link": keys.link, "path": keys.path, "title_date": keys.title_date}


def _new_row(record: VisitRecord, item: StoredItem) -> Columns:
    finding, revision = item.finding, item.revision
    if revision is None:
        raise StoreError(f"{record.source}: the new item {finding.item_id} came without its first revision; nothing was stored")
    return {
        "id": finding.item_id,
        "source": record.source,
        **_key_columns(finding),
        "fingerprint": finding.fingerprint,
        "position": finding.draft.position if finding.draft else 0,
        "revision": revision.number,
        "first_seen": revision.seen_at,
        "last_seen": record.fetch.at,
        "last_changed": revision.seen_at,
        "gone": False,
    }


def _seen_row(record: VisitRecord, finding: Finding) -> Columns:
    return {
        "of": finding.item_id,
        **_key_columns(finding),
        "fingerprint": finding.fingerprint,
        "position": finding.draft.position if finding.draft else 0,
        "last_seen": record.fetch.at,
        "gone": False,
    }


def _store_classifications(db: Connection, items: Sequence[StoredItem]) -> None:
    read = [(item, item.classification) for item in items if item.classification is not None]
    rows = [classification_columns(item.finding.item_id, _number(item), meant) for item, meant in read]
    replace_rows(db, CLASSIFICATION, ("item", "revision"), rows)
    tags = [
        {"item": item.finding.item_id, "kind": kind, "value": value}
        for item, meant in read
        for kind, values in (
            ("issuer", meant.labels.issuers),
            ("modality", meant.labels.modalities),
            ("topic", meant.labels.topics),
        )
        for value in dict.fromkeys(str(one)[:LONGEST] for one in values)
    ]
    replace_rows(db, ITEM_TAG, ("item",), tags, of=[{"item": item.finding.item_id} for item, _ in read])


def _number(item: StoredItem) -> int:
    if item.revision is not None:
        return item.revision.number
    return item.finding.known.revision if item.finding.known else 1
