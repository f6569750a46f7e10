"""Items and their versions: looked up and searched."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from cgtwatch.errors import NotFound
from cgtwatch.model.classification import Classification
from cgtwatch.model.item import Item, Revision
from cgtwatch.store.codec import classification_of, item_of, revision_of
from cgtwatch.store.records import ItemQuery
from cgtwatch.store.room import Room
from cgtwatch.store.search import Searched, items_wanted
from cgtwatch.store.tables import CLASSIFICATION, ITEM, ITEM_TAG, REVISION

_CHUNK = 500  # values in one IN (…)
_LATEST = (REVISION.c.item == ITEM.c.id) & (REVISION.c.number == ITEM.c.revision)
_MEANT = (CLASSIFICATION.c.item == ITEM.c.id) & (CLASSIFICATION.c.revision == ITEM.c.revision)
_SEARCHED = Searched(table=ITEM, labels=CLASSIFICATION, tags=ITEM_TAG, tagged=ITEM_TAG.c.item)
_TEXTS = (REVISION.c.title, REVISION.c.text)


class Documents(Room):
    """The part of the store that knows items."""

    def items(self, query: ItemQuery) -> list[tuple[Item, Classification | None]]:
        """Items with the classification of their latest revision, newest change first."""
        with self._database.read() as db:
            rows = db.execute(items_wanted(_all(), query, _SEARCHED, _TEXTS)).mappings()
            return [(item_of(row), classification_of(row)) for row in rows]

    def item(self, item_id: str) -> Item:
        """One item with its latest revision."""
        return self._one(item_id)[0]

    def classification(self, item_id: str) -> Classification | None:
        """The classification of an item's latest revision."""
        return self._one(item_id)[1]

    def stored(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that are items, of whichever source."""
        found: set[str] = set()
        with self._database.read() as db:
            for start in range(0, len(ids), _CHUNK):
                found |= set(db.execute(select(ITEM.c.id).where(ITEM.c.id.in_(ids[start : start + _CHUNK]))).scalars())
        return frozenset(found)

    def revisions(self, item_id: str) -> tuple[Revision, ...]:
        """All versions of an item, first one first."""
        with self._database.read() as db:
            every = select(REVISION).where(REVISION.c.item == item_id).order_by(REVISION.c.number)
            found = tuple(revision_of(row) for row in db.execute(every).mappings())
        if not found:
            raise NotFound(f"no item {item_id!r} is stored; see `cgtwatch items`")
        return found

    def _one(self, item_id: str) -> tuple[Item, Classification | None]:
        with self._database.read() as db:
            row = db.execute(_all().where(ITEM.c.id == item_id)).mappings().first()
            if row is None:
                raise NotFound(f"no item {item_id!r} is stored; see `cgtwatch items`")
            return item_of(row), classification_of(row)


def _all() -> Select[Any]:
    return select(ITEM, REVISION, CLASSIFICATION).join(REVISION, _LATEST).outerjoin(CLASSIFICATION, _MEANT)
