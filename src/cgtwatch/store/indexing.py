"""The full-text index: what it keeps of each event, written in the very transaction that writes the event."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, text, update
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from cgtwatch.store.codec import Columns
from cgtwatch.store.columns import UtcText
from cgtwatch.store.tables import EVENT, EVENT_ENTRY, REVISION
from cgtwatch.store.words import count_words, forget_all_words, keep_words
from cgtwatch.text.bigrams import fingerprint, indexed

CHUNK = 200  # events whose texts are in memory at once
_AT_ONCE_THERE = 20  # the same on a server, which ends the session of who says nothing for long while taking texts apart
_ENTRY = EVENT_ENTRY.c
_LIVE = _ENTRY.live.is_(True)  # as the index of live entries says it, or SQLite does not use it
_MOMENT, _SQLITE = UtcText(), SQLiteDialect()
_ITS_TEXT = (REVISION.c.item == EVENT.c.item) & (REVISION.c.number == EVENT.c.revision)
_SAID = select(
    EVENT.c.id, EVENT.c.withdrawn, EVENT.c.last_changed, EVENT.c.title, EVENT.c.summary, func.coalesce(EVENT.c.document_number, ""),
    # The whole text speaks for the document's own event; an act that it only tells of is known by its title and summary.
    case((EVENT.c.main, func.coalesce(REVISION.c.text, "")), else_=""),
).outerjoin(REVISION, _ITS_TEXT).order_by(EVENT.c.last_changed, EVENT.c.id)  # fmt: skip
_LAST = {
    "sqlite": text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'event_entry'"),
    "postgresql": text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_entry_id_seq"),
}
_DRAWN = text("SELECT setval('event_entry_id_seq', :last)")  # SQLite goes by what was inserted


def enter(db: Connection, ids: Iterable[str]) -> None:
    """Bring the entries of these events up to date, inside the caller's transaction.

    An event whose words or last change differ gets a new entry, the latest change the last; one that is withdrawn has none; all
    others are only stamped.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return
    stamp, numbers = _next(db)
    for part in _in_order(db, wanted):
        live = {row[0]: row[1] for row in db.execute(select(_ENTRY.event, _ENTRY.words).where(_LIVE, _ENTRY.event.in_(part)))}
        said = {row[0]: _words(tuple(row)) for row in db.execute(_SAID.where(EVENT.c.id.in_(part))) if not row[1]}
        new = {event: kept for event, kept in said.items() if event not in live or live[event] != kept[1]}
        _stamp(db, [event for event in live if event not in new and event in said], stamp, live=True)
        _stamp(db, [event for event in live if event in new or event not in said], stamp, live=False)
        _add(db, new, numbers, stamp)


def rebuild(db: Connection) -> int:
    """Make the whole index anew, inside the caller's transaction; the number of its entries.

    Entries keep their order and get new numbers; what is stale is gone.
    """
    live = select(EVENT.c.id).outerjoin(EVENT_ENTRY, (_ENTRY.event == EVENT.c.id) & _LIVE).where(EVENT.c.withdrawn.is_(False))
    ids = db.execute(live.order_by(_ENTRY.id.nulls_last(), EVENT.c.last_changed, EVENT.c.id)).scalars().all()
    stamp, numbers = _next(db)
    db.execute(delete(EVENT_ENTRY))
    forget_all_words(db)
    at_once = _at_once(db)
    for start in range(0, len(ids), at_once):
        part = ids[start : start + at_once]
        said = {row[0]: _words(tuple(row)) for row in db.execute(_SAID.where(EVENT.c.id.in_(part)))}
        _add(db, {event: said[event] for event in part}, numbers, stamp)
    return len(ids)


def entries(db: Connection) -> tuple[int, int, int]:
    """How many entries are live, how many are stale, and how many the index itself holds."""
    live, all_of_them = db.execute(select(func.count().filter(_LIVE), func.count()).select_from(EVENT_ENTRY)).one()
    return int(live), int(all_of_them - live), count_words(db)


def _next(db: Connection) -> tuple[int, Iterator[int]]:
    """The next stamp, and the numbers of the next entries: none is ever used again."""
    stamp = db.execute(select(func.coalesce(func.max(_ENTRY.stamp), 0))).scalar_one()
    return int(stamp) + 1, count(int(db.execute(_LAST[db.dialect.name]).scalar_one()) + 1)


def _in_order(db: Connection, ids: Sequence[str]) -> Iterator[list[str]]:
    """Events by their last change, in parts."""
    parts = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    changed = (row for part in parts for row in db.execute(select(EVENT.c.last_changed, EVENT.c.id).where(EVENT.c.id.in_(part))))
    ordered = [row[1] for row in sorted(tuple(row) for row in changed)]
    at_once = _at_once(db)
    return (ordered[start : start + at_once] for start in range(0, len(ordered), at_once))


def _at_once(db: Connection) -> int:
    return _AT_ONCE_THERE if db.dialect.name == "postgresql" else CHUNK


def _words(row: Sequence[Any]) -> tuple[str, str]:
    """What is indexed of an event, and its fingerprint."""
    _, _, changed, title, summary, number, whole = row
    words = indexed(title, summary, number, text=whole)
    return words, fingerprint(words, str(_MOMENT.process_bind_param(changed, _SQLITE)))


def _stamp(db: Connection, events: Sequence[str], stamp: int, *, live: bool) -> None:
    if events:
        db.execute(update(EVENT_ENTRY).where(_LIVE, _ENTRY.event.in_(events)).values(stamp=stamp, live=live))


def _add(db: Connection, said: Mapping[str, tuple[str, str]], numbers: Iterator[int], stamp: int) -> None:
    rows: list[Columns] = [
        {"id": next(numbers), "event": event, "words": mark, "stamp": stamp, "live": True} for event, (_, mark) in said.items()
    ]
    if rows:
        keep_words(db, {row["id"]: said[row["event"]][0] for row in rows})
        db.execute(insert(EVENT_ENTRY), rows)
        if db.dialect.name == "postgresql":
            db.execute(_DRAWN, {"last": rows[-1]["id"]})
