"""Sources that go on under another id: all that is stored of them is moved there, so that nothing begins anew."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, delete, func, insert, select, update

from cgtwatch.model.push import PushState
from cgtwatch.model.source import Source
from cgtwatch.store.columns import METADATA
from cgtwatch.store.tables import ALARM, EVENT, EVENT_ENTRY, PUSH, SOURCE

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ALARMS = ("source", "silence")  # what the keys of a source's alarms begin with


def moves(sources: Sequence[Source], before: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Old id → new id, for each new source that is another's under a new name. `before` are the rows of those known, by id.

    That is so where exactly one source that is not in the file any more had its kind and address; of two new ones the first.
    Where the request says more than the address does, both names must be the same, too: one address may answer many questions.
    """
    here = {source.id for source in sources}
    left: dict[tuple[str, str], list[str]] = {}
    for name, row in before.items():
        if name not in here:
            left.setdefault((row["kind"], row["url"]), []).append(name)
    found: dict[str, str] = {}
    for source in sources if left else ():
        was = left.get((source.kind, source.url), ())
        if source.id not in before and len(was) == 1 and was[0] not in found and _same_question(source, before[was[0]]):
            found[was[0]] = source.id
    return found


def _same_question(source: Source, row: Mapping[str, Any]) -> bool:
    says_more = source.request or source.preload or source.bridge or source.terms
    return not says_more or (source.name.zh, source.name.en) == (row["name_zh"], row["name_en"])


def move(db: Connection, old: str, row: Mapping[str, Any]) -> None:
    """Inside the caller's transaction: let all that was stored under `old` belong to the source of `row` (its columns but when
    it was added), and forget `old`.

    Its hub is asked anew, for the address at which it reaches us is made of the id.
    """
    new = row["id"]
    added = db.execute(select(SOURCE.c.added_at).where(SOURCE.c.id == old)).scalar_one()
    db.execute(insert(SOURCE), {**row, "added_at": added})
    for column in _of_sources():
        db.execute(update(column.table).where(column == old).values({column: new}))
    db.execute(update(PUSH).where(PUSH.c.source == new).values(state=PushState.ASKED, asked_at=_NEVER, lease_until=None))
    for kind in _ALARMS:
        db.execute(update(ALARM).where(ALARM.c.key == f"{kind}:{old}").values(key=f"{kind}:{new}"))
    db.execute(delete(SOURCE).where(SOURCE.c.id == old))
    # Who counts events by their sources looks at those of a later stamp again.
    stamp = db.execute(select(func.coalesce(func.max(EVENT_ENTRY.c.stamp), 0))).scalar_one() + 1
    mine = select(EVENT.c.id).where(EVENT.c.source == new)
    db.execute(update(EVENT_ENTRY).where(EVENT_ENTRY.c.event.in_(mine)).values(stamp=stamp))


def _of_sources() -> list[Column[Any]]:
    """The columns that name a source, of all tables."""
    return [
        column
        for table in METADATA.sorted_tables
        for column in table.columns
        if any(key.column is SOURCE.c.id for key in column.foreign_keys)
    ]
