"""The orders in which events are listed, as keys that no row lacks, so that a page can begin after any row."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, false, func, literal, or_

from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.store.tables import ANNOUNCEMENT, EVENT

Key = tuple[ColumnElement[Any], bool]  # what is compared, and whether the greatest comes first
_NO_DAY = literal(date.min, Date)
_RANK = {str(word): rank for rank, word in enumerate((Importance.NONE, Importance.LOW, Importance.MEDIUM, Importance.HIGH))}


def order_of(query: EventQuery) -> tuple[Key, ...]:
    """The keys of a query's order; where all are equal the newest entry comes first."""
    match query.sort:
        case Sort.DATE:
            return ((func.coalesce(EVENT.c.document_date, EVENT.c.published, _NO_DAY), True),)
        case Sort.DEADLINE:
            deadline, today = EVENT.c.comment_deadline, query.today or date.max
            comes = deadline >= today
            return (
                (case((comes, 2), (deadline.is_not(None), 1), else_=0), True),
                (case((comes, deadline), else_=_NO_DAY), False),
                (func.coalesce(deadline, _NO_DAY), True),
            )
        case Sort.IMPORTANCE:
            return ((case(_RANK, value=EVENT.c.importance, else_=0), True),)
        case Sort.SEQ:
            return ((ANNOUNCEMENT.c.seq, False),)
        case Sort.CHANGED:
            return ()


def beyond(order: Sequence[Key], values: Sequence[Any], later: ColumnElement[bool]) -> ColumnElement[bool]:
    """What comes after the row that has these values; `later` decides where all are equal."""
    steps: list[ColumnElement[bool]] = [false()]
    same: list[ColumnElement[bool]] = []
    for (key, falling), value in zip(order, values, strict=True):
        steps.append(and_(*same, key < value if falling else key > value))
        same.append(key == value)
    return or_(*steps, and_(*same, later))
