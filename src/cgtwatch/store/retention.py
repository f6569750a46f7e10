"""What is old goes in small steps: visits, the bytes of pages, versions that nobody refers to, the words of messages, tokens.

Each function takes one bounded step from `place` on and says where the next one begins, so that a writer waits for milliseconds.
Candidates are looked for by a reader; the writer is asked only where there is something to do. A step that is lost with the
process, or taken by two at once, is no harm: the next round finds the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, tuple_, update

from cgtwatch.model.delivery import DeliveryState
from cgtwatch.store.queue import drop_unused
from cgtwatch.store.room import Room
from cgtwatch.store.tables import ANNOUNCEMENT, CLASSIFICATION, DELIVERY, EVENT, FETCH, HELD, ITEM, REVISION, TOKEN

LOOKED_AT = 2_000  # rows of a table that one step looks through
AT_ONCE = 200  # rows that one step changes: some ten milliseconds of the writer's time
INCREMENTAL = 2  # of `PRAGMA auto_vacuum`
SPARE_PAGES, SPARE_PART = 1_000, 20  # what stays free in the file: 4 MB, or a twentieth
TEXTS_AT_ONCE = 500  # revisions that one step reads past
_OVER = tuple(str(state) for state in (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.CANCELLED, DeliveryState.UNKNOWN))


P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Step(Generic[P]):
    """One step: how many rows it changed, and where the next one begins; None: the table is through."""

    gone: int
    next: P | None


class Retention(Room):
    """The part of the store that forgets."""

    def forget_visits(self, before: datetime | None, pages_before: datetime | None, place: int = 0) -> Step[int]:
        """Delete visits earlier than `before`, and of those earlier than `pages_before` the mark of their bytes.

        A visit that brought a version which is kept stays, for `explain`; so does the very last one, whose number must not be used
        again. Rows are looked at by number and judged each by its own time: the clock may have been wrong for a while.
        """
        with self._database.read() as db:
            rows = db.execute(
                select(FETCH.c.id, FETCH.c.at, FETCH.c.archive_key, _brought_something().label("needed"))
                .where(FETCH.c.id > place)
                .order_by(FETCH.c.id)
                .limit(LOOKED_AT)
            ).all()
            last = db.execute(select(func.max(FETCH.c.id))).scalar()
        old = {row.id for row in rows if before and row.at < before and row.id != last and not row.needed}
        bare = {row.id for row in rows if pages_before and row.at < pages_before and row.archive_key is not None} - old
        ids, then = _bounded(sorted(old | bare), rows[-1].id if len(rows) == LOOKED_AT else None)
        if ids:
            with self._database.write(durable=False) as db:
                db.execute(delete(FETCH).where(FETCH.c.id.in_(old.intersection(ids)), ~_brought_something()))
                db.execute(update(FETCH).where(FETCH.c.id.in_(bare.intersection(ids))).values(archive_key=None))
        return Step(len(ids), then)

    def forget_held(self, before: datetime) -> int:
        """Delete pages of the quarantine that were let go before then; how many."""
        with self._database.read() as db:
            old = db.execute(select(HELD.c.id).where(HELD.c.released_at < before).limit(AT_ONCE)).scalars().all()
        if old:
            with self._database.write(durable=False) as db:
                db.execute(delete(HELD).where(HELD.c.id.in_(old)))
        return len(old)

    def forget_revisions(self, before: datetime, place: str = "") -> Step[str]:
        """Delete versions that were replaced before then and that nothing refers to: not the first nor the latest of an item, none that
        an event was read from, none that was told, and none that a told one is compared with.
        """
        with self._database.read() as db:
            ids = db.execute(select(ITEM.c.id).where(ITEM.c.id > place).order_by(ITEM.c.id).limit(LOOKED_AT)).scalars().all()
            several = select(ITEM.c.id).where(ITEM.c.id > place, ITEM.c.id <= ids[-1], ITEM.c.revision > 2) if ids else None
            old: list[tuple[str, int]] = []
            if several is not None:
                found = select(REVISION.c.item, REVISION.c.number).join(ITEM, ITEM.c.id == REVISION.c.item)
                wanted = found.where(REVISION.c.item.in_(several), *_unneeded(before))
                old = [(row[0], row[1]) for row in db.execute(wanted.order_by(REVISION.c.item, REVISION.c.number).limit(AT_ONCE))]
        if old:
            with self._database.write(durable=False) as db:
                _delete_revisions(db, old)
        through = len(old) < AT_ONCE
        then = (ids[-1] if len(ids) == LOOKED_AT else None) if through else place  # the same items again until none is left
        return Step(len(old), then)

    def forget_messages(self, before: datetime, place: int = 0) -> Step[int]:
        """Blank the words of messages that were made before then and are done with; what is left says what was sent, when, and where
        to. Bodies that no message has any more are deleted.
        """
        with self._database.read() as db:
            rows = db.execute(
                select(
                    DELIVERY.c.id,
                    DELIVERY.c.created_at,
                    DELIVERY.c.state,
                    DELIVERY.c.shared,
                    func.length(DELIVERY.c.body).label("own"),
                )
                .where(DELIVERY.c.id > place)
                .order_by(DELIVERY.c.id)
                .limit(LOOKED_AT)
            ).all()
        old = [row for row in rows if row.created_at < before and row.state in _OVER and (row.shared is not None or row.own)]
        ids, then = _bounded([row.id for row in old], rows[-1].id if len(rows) == LOOKED_AT else None)
        if ids:
            bodies = sorted({row.shared for row in old[: len(ids)] if row.shared is not None})
            with self._database.write(durable=False) as db:
                # Its state is asked again: somebody may have queued it anew.
                mine = and_(DELIVERY.c.id.in_(ids), DELIVERY.c.state.in_(_OVER))
                db.execute(update(DELIVERY).where(mine).values(body=b"", shared=None, headers={}, fillings={}))
                drop_unused(db, bodies)
        return Step(len(ids), then)

    def forget_tokens(self, before: datetime) -> int:
        """Delete tokens that ended before then, by their day or by somebody's word; how many."""
        over = or_(TOKEN.c.expires_at < before, TOKEN.c.revoked_at < before)
        with self._database.read() as db:
            old = db.execute(select(TOKEN.c.id).where(over).limit(AT_ONCE)).scalars().all()
        if old:
            with self._database.write(durable=False) as db:
                db.execute(delete(TOKEN).where(TOKEN.c.id.in_(old)))
        return len(old)

    def give_back(self, pages: int) -> int:
        """Give at most so many free pages of a SQLite file back to the disk; how many. PostgreSQL cleans up by itself.

        A part of the file stays free for what comes next. A file made before there was this keeps its size until `cgtwatch db
        vacuum` makes it anew.
        """
        with self._database.read() as db:
            if db.dialect.name != "sqlite" or _pragma(db, "auto_vacuum") != INCREMENTAL:
                return 0
            spare = _pragma(db, "freelist_count") - max(SPARE_PAGES, _pragma(db, "page_count") // SPARE_PART)
        if spare <= 0:
            return 0
        with self._database.write(durable=False) as db:
            raw = db.connection.dbapi_connection
            if raw is not None:  # by the driver itself: each row of the answer, which has no columns, is a page that went
                raw.cursor().execute(f"PRAGMA incremental_vacuum({min(pages, spare)})").fetchall()
        return min(pages, spare)

    # --- which bytes are needed

    def keys_of_documents(self, place: tuple[str, int] = ("", 0)) -> tuple[list[str], tuple[str, int] | None]:
        """Keys of the bytes that versions of documents refer to, and where the next step begins."""
        asked = select(REVISION.c.item, REVISION.c.number, REVISION.c.archive_key, REVISION.c.attachments)
        wanted = asked.where(tuple_(REVISION.c.item, REVISION.c.number) > tuple_(*place))
        with self._database.read() as db:
            rows = db.execute(wanted.order_by(REVISION.c.item, REVISION.c.number).limit(TEXTS_AT_ONCE)).all()
        keys = [row.archive_key for row in rows if row.archive_key]
        keys += [each["sha256"] for row in rows for each in row.attachments or () if each.get("sha256")]
        return keys, (rows[-1].item, rows[-1].number) if len(rows) == TEXTS_AT_ONCE else None

    def keys_of_visits(self, place: int = 0) -> tuple[list[str], int | None]:
        """Keys of the bytes that the log refers to, and where the next step begins."""
        wanted = select(FETCH.c.id, FETCH.c.archive_key).where(FETCH.c.id > place).order_by(FETCH.c.id).limit(LOOKED_AT)
        with self._database.read() as db:
            rows = db.execute(wanted).all()
        keys = [key for row in rows if row.archive_key for key in row.archive_key.split()]
        return keys, rows[-1].id if len(rows) == LOOKED_AT else None

    def keys_of_held(self) -> list[str]:
        """Keys of the bytes that the quarantine refers to."""
        with self._database.read() as db:
            found = db.execute(select(HELD.c.archive_key).where(HELD.c.archive_key.is_not(None))).scalars()
            return [key for keys in found for key in keys.split()]


def _bounded(ids: Sequence[int], then: int | None) -> tuple[list[int], int | None]:
    """At most `AT_ONCE` of `ids`; where some are left over the next step begins behind the last one taken."""
    return (list(ids), then) if len(ids) <= AT_ONCE else (list(ids[:AT_ONCE]), ids[AT_ONCE - 1])


def _pragma(db: Connection, name: str) -> int:
    return int(db.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _brought_something() -> ColumnElement[bool]:
    return exists(select(REVISION.c.item).where(REVISION.c.fetch == FETCH.c.id).correlate(FETCH))


def _unneeded(before: datetime) -> tuple[ColumnElement[bool], ...]:
    newer, told = REVISION.alias("newer"), REVISION.alias("told")
    follows = and_(newer.c.item == REVISION.c.item, newer.c.number == REVISION.c.number + 1)
    here = and_(told.c.item == REVISION.c.item, told.c.number.in_([REVISION.c.number, REVISION.c.number + 1]))
    was_told = (
        select(told.c.number)
        .join(EVENT, EVENT.c.item == told.c.item)
        .join(ANNOUNCEMENT, and_(ANNOUNCEMENT.c.event == EVENT.c.id, ANNOUNCEMENT.c.at == told.c.seen_at))
        .where(here)
    )
    read_from = select(EVENT.c.id).where(EVENT.c.item == REVISION.c.item, EVENT.c.revision == REVISION.c.number)
    return (
        REVISION.c.number > 1,
        REVISION.c.number < ITEM.c.revision,
        REVISION.c.seen_at < before,
        ~exists(select(newer.c.number).where(follows, newer.c.seen_at >= before)),  # it was in force until then
        ~exists(read_from),
        ~exists(was_told),
    )


def _delete_revisions(db: Connection, old: Sequence[tuple[str, int]]) -> None:
    for table, number in ((CLASSIFICATION, CLASSIFICATION.c.revision), (REVISION, REVISION.c.number)):
        db.execute(delete(table).where(tuple_(table.c.item, number).in_(old)))
