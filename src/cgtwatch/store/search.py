"""What a query means in SQL, for items and events alike."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, and_, or_, select

from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.records import ItemQuery

_ASCENDING = (Importance.NONE, Importance.LOW, Importance.MEDIUM, Importance.HIGH)


@dataclass(frozen=True, slots=True)
class Searched:
    """Where the parts of a query look: the rows themselves, their labels, tags and texts."""

    table: Table
    labels: Table
    tags: Table
    tagged: Column[str]
    texts: tuple[ColumnElement[str], ...]


def narrowed(statement: Select[Any], query: ItemQuery, where: Searched) -> Select[Any]:
    """The rows that a query wants, newest change first, of its page."""
    table = where.table
    wanted = statement.where(*_conditions(query, where))
    if query.after is not None:
        last = select(table.c.last_changed).where(table.c.id == query.after).scalar_subquery()
        wanted = wanted.where(or_(table.c.last_changed < last, and_(table.c.last_changed == last, table.c.id < query.after)))
    return wanted.order_by(table.c.last_changed.desc(), table.c.id.desc()).limit(query.limit)


def _conditions(query: ItemQuery, where: Searched) -> Iterator[ColumnElement[bool]]:
    table = where.table.c
    for word in unicodedata.normalize("NFC", query.query).split():
        yield or_(*(text.icontains(word, autoescape=True) for text in where.texts))
    if query.since is not None:
        yield or_(table.first_seen >= query.since, table.last_changed >= query.since)
    if query.until is not None:
        yield and_(table.first_seen < query.until, table.last_changed < query.until)
    if query.source is not None:
        yield table.source == query.source
    yield from _about(query, where)


def _about(query: ItemQuery, where: Searched) -> Iterator[ColumnElement[bool]]:
    labels = where.labels.c
    if query.jurisdiction is not None:
        within = labels.jurisdiction.startswith(f"{query.jurisdiction}-", autoescape=True)
        yield or_(labels.jurisdiction == query.jurisdiction, within)
    if query.importance is not None:
        yield labels.importance.in_([str(word) for word in _ASCENDING[_ASCENDING.index(query.importance) :]])
    if query.relevant is not None:
        yield labels.relevant.is_(query.relevant)
    for name in ("doc_type", "stage"):
        if getattr(query, name) is not None:
            yield labels[name] == str(getattr(query, name))
    for kind in ("issuer", "modality", "topic"):
        if getattr(query, kind) is not None:
            tagged = select(where.tagged).where(where.tags.c.kind == kind, where.tags.c.value == str(getattr(query, kind)))
            yield where.table.c.id.in_(tagged)
