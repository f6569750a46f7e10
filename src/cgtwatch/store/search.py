"""What a query means in SQL, for items and for events."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Select, Table, and_, exists, func, or_, select

from cgtwatch.model.event import Relation
from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.ordering import Key, beyond, order_of
from cgtwatch.store.records import EventQuery, ItemQuery, Sort
from cgtwatch.store.tables import ANNOUNCEMENT, EVENT, EVENT_ENTRY, EVENT_TAG, LINK
from cgtwatch.store.words import joined

ASCENDING = (Importance.NONE, Importance.LOW, Importance.MEDIUM, Importance.HIGH)
ON = func.coalesce(EVENT.c.document_date, EVENT.c.published)
_NEWEST = 1_000  # entries that are looked through first
_ENDS = (str(Relation.FINALISES), str(Relation.REPEALS))


@dataclass(frozen=True, slots=True)
class Searched:
    """Where the parts of a query look: the rows themselves, their labels and tags."""

    table: Table
    labels: Table
    tags: Table
    tagged: Column[str]


_EVENTS = Searched(table=EVENT, labels=EVENT, tags=EVENT_TAG, tagged=EVENT_TAG.c.event)


def items_wanted(statement: Select[Any], query: ItemQuery, where: Searched, texts: Sequence[ColumnElement[str]]) -> Select[Any]:
    """The rows of items that a query wants, newest change first, of its page; its words stand in `texts`."""
    rows = where.table.c
    words = [or_(*(text.icontains(word, autoescape=True) for text in texts)) for word in _nfc(query.query).split()]
    wanted = statement.where(*words, *_conditions(query, where))
    if query.after is not None:
        last = select(rows.last_changed).where(rows.id == query.after).scalar_subquery()
        wanted = wanted.where(or_(rows.last_changed < last, and_(rows.last_changed == last, rows.id < query.after)))
    return wanted.order_by(rows.last_changed.desc(), rows.id.desc()).limit(query.limit)


def page_of_events(db: Connection, query: EventQuery) -> Sequence[RowMapping]:
    """The rows of live events that a query wants, in the order asked for, of its page. Where the last row of the page before is no
    more, the page is the first.
    """
    order = order_of(query)
    # By the number of the hit itself, which an index hands out in that order: nothing is sorted.
    narrowed, number = joined(db, LIVE_EVENTS, EVENT_ENTRY.c.id, query.query)
    wanted = _announced(narrowed.where(*event_conditions(query)), query)
    last = None if query.after is None else db.execute(_announced(_keys_of(order, query.after), query)).first()
    if last is not None:
        wanted = wanted.where(beyond(order, tuple(last[1:]), number < last[0]))
    page = wanted.order_by(*(key.desc() if falling else key for key, falling in order), number.desc()).limit(query.limit)
    if db.dialect.name == "sqlite" or not query.query.strip() or order:
        return db.execute(page).mappings().all()
    return _newest(db, page, number, query.limit, None if last is None else last[0])


def _keys_of(order: Sequence[Key], event_id: str) -> Select[Any]:
    row = select(EVENT_ENTRY.c.id, *(key for key, _ in order)).join_from(EVENT_ENTRY, EVENT, EVENT.c.id == EVENT_ENTRY.c.event)
    return row.where(LIVE, EVENT.c.id == event_id)


def _newest(
    db: Connection, page: Select[Any], number: ColumnElement[int], limit: int | None, below: int | None
) -> Sequence[RowMapping]:
    """A server finds all hits before it sorts them: the page is looked for among ever more of the newest entries."""
    top = below or int(db.execute(select(func.coalesce(func.max(EVENT_ENTRY.c.id), 0))).scalar_one())
    span = _NEWEST if limit is not None else top
    while span < top:
        rows = db.execute(page.where(number >= top - span)).mappings().all()
        if len(rows) == limit:
            return rows
        span *= 8
    return db.execute(page).mappings().all()


def _announced(statement: Select[Any], query: EventQuery) -> Select[Any]:
    """For `Sort.SEQ` with the latest announcements, which stand in that order; what was never announced has none."""
    if query.sort is not Sort.SEQ:
        return statement
    latest = and_(ANNOUNCEMENT.c.event == EVENT.c.id, ANNOUNCEMENT.c.seq == EVENT.c.seq)
    return statement.join(ANNOUNCEMENT, latest).where(ANNOUNCEMENT.c.seq > (query.seq or 0))


LIVE = EVENT_ENTRY.c.live.is_(True)
LIVE_EVENTS = select(EVENT).join_from(EVENT_ENTRY, EVENT, EVENT.c.id == EVENT_ENTRY.c.event).where(LIVE)


def over() -> ColumnElement[bool]:
    """Whether the act of EVENT has its final form or was repealed: it takes no comments any more, whatever its deadline says."""
    draft, final = EVENT.alias("draft"), EVENT.alias("final")
    return exists().where(
        LINK.c.other == draft.c.id, draft.c.cluster == EVENT.c.cluster, LINK.c.relation.in_(_ENDS),
        LINK.c.event == final.c.id, final.c.withdrawn.is_(False),
    )  # fmt: skip


def event_conditions(query: EventQuery) -> Iterator[ColumnElement[bool]]:
    """What a query asks of EVENT, but for its words."""
    yield from _conditions(query, _EVENTS)
    if query.levels:
        yield EVENT.c.level.in_(map(str, query.levels))
    if query.first is not None:
        yield query.first <= ON
    if query.last is not None:
        yield query.last >= ON
    if query.open_on is not None:
        yield and_(EVENT.c.comment_deadline >= query.open_on, ~over())
    if query.seq is not None:
        yield EVENT.c.seq > query.seq


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _conditions(query: ItemQuery, where: Searched) -> Iterator[ColumnElement[bool]]:
    rows = where.table.c
    if query.since is not None:
        yield or_(rows.first_seen >= query.since, rows.last_changed >= query.since)
    if query.until is not None:
        yield and_(rows.first_seen < query.until, rows.last_changed < query.until)
    if query.sources:
        yield rows.source.in_(query.sources)
    for kinds, values in ((("issuer",), query.issuers), (("modality", "topic"), query.topics)):
        if values:
            tags = where.tags.c
            yield rows.id.in_(select(where.tagged).where(tags.kind.in_(kinds), tags.value.in_(map(str, values))))
    yield from _labelled(query, where.labels)


def _labelled(query: ItemQuery, table: Table) -> Iterator[ColumnElement[bool]]:
    labels = table.c
    if query.jurisdictions:
        inside = (labels.jurisdiction.startswith(f"{place}-", autoescape=True) for place in query.jurisdictions)
        yield or_(labels.jurisdiction.in_(query.jurisdictions), *inside)
    if query.importance is not None:
        yield labels.importance.in_([str(word) for word in ASCENDING[ASCENDING.index(query.importance) :]])
    if query.relevant is not None:
        yield labels.relevant.is_(query.relevant)
    if query.doc_types:
        yield labels.doc_type.in_(map(str, query.doc_types))
    if query.stages:
        yield labels.stage.in_(map(str, query.stages))
