"""Sources between visits: what is known of them, who is due, the log, and the quarantine."""

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, or_, select, update

from cgtwatch.errors import BusyError, NotFound, StoreError
from cgtwatch.model.item import ItemKeys, KnownItem, Outcome, SourceState
from cgtwatch.model.source import Source
from cgtwatch.store.codec import error_of
from cgtwatch.store.records import Arrival, FetchFacts, HeldPage
from cgtwatch.store.renaming import move, moves
from cgtwatch.store.tables import FETCH, HELD, ITEM, REVISION, SOURCE, STATE
from cgtwatch.store.visited import CLOCKS_DIFFER, SOON, Visited, come, state_columns

_log = logging.getLogger(__name__)
_LOGGED = tuple(field.name for field in fields(FetchFacts) if field.name not in ("outcome", "error", "duration"))
# Keys, then the fields of `KnownItem` in its order: rows as they come, for a source may have thousands.
_KNOWN = (
    *(ITEM.c[name] for name in ("guid", "link", "path", "title_date", "id", "fingerprint")),
    REVISION.c.title,
    REVISION.c.text,
    *(ITEM.c[name] for name in ("revision", "position", "last_seen", "gone")),
    REVISION.c.published_on,
    REVISION.c.url,
)
_LISTING = select(*(SOURCE.c[name] for name in ("id", "kind", "url", "name_zh", "name_en", "listed")))
_NO_LEASE_IS_SO_LONG = timedelta(minutes=10)  # the clock was wrong when it was set
_BELIEVED = 3  # held visits after which the guard believes a page that it does not remember


class Sources(Visited):
    """The part of the store that knows sources."""

    def sync_sources(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the known sources those of `sources`; what is no longer among them keeps its history, unlisted in `states`.

        A new one that is one of those under another id (see `renaming.moves`) goes on where that stopped.
        """
        rows = {
            s.id: {"id": s.id, "kind": s.kind, "url": s.url, "name_zh": s.name.zh, "name_en": s.name.en, "listed": True}
            for s in sources
        }
        with self._writing_states() as db:
            before = {row["id"]: dict(row) for row in db.execute(_LISTING).mappings()}
            renamed = moves(sources, before)
            for old, source in renamed.items():
                move(db, old, rows[source])
                before[source] = rows[source]
                del before[old]
            new = [row | {"added_at": now} for source, row in rows.items() if source not in before]
            gone = [{"of": source} for source, row in before.items() if row["listed"] and source not in rows]
            other = [row | {"of": source} for source, row in rows.items() if source in before and before[source] != row]
            if new:
                db.execute(SOURCE.insert(), new)
                db.execute(STATE.insert(), [state_columns(SourceState(source=str(row["id"]))) for row in new])
            if gone:
                db.execute(update(SOURCE).where(SOURCE.c.id == bindparam("of")).values(listed=False), gone)
            if other:
                db.execute(update(SOURCE).where(SOURCE.c.id == bindparam("of")), other)
        for old, source in renamed.items():
            _log.info("source goes on under another id was=%s now=%s", old, source)

    def states(self) -> dict[str, SourceState]:
        """The state of every listed source, by id."""
        with self._database.read() as db:
            listed = db.execute(select(SOURCE.c.id).where(SOURCE.c.listed)).scalars().all()
        states = self._known_states()
        return {source: states[source] for source in listed if source in states}

    def due(self, now: datetime, ids: Collection[str]) -> list[str]:
        """Those of `ids` whose next poll has come, the longest overdue first (never visited ones before all).

        One that was last visited in the future was so by a wrong clock: its time has come too. Where several work, those that
        another has in hand are left out.
        """
        if not self._database.remembers:
            if self._waits_unclaimed():
                self.flush()
            return self._due_by_query(now, frozenset(ids))
        self.flush()
        states = self._known_states()
        ahead = now + CLOCKS_DIFFER
        come = [state for each in frozenset(ids) if (state := states.get(each)) is not None and _has_come(state, now, ahead)]
        never = datetime.min.replace(tzinfo=UTC)
        return [state.source for state in sorted(come, key=lambda state: (state.next_poll or never, state.source))]

    def is_due(self, source_id: str, now: datetime) -> bool:
        """Whether the next poll of one source has come, as far as this process knows; False where it is not known any more."""
        state = self._state(source_id)
        return state is not None and _has_come(state, now, now + CLOCKS_DIFFER)

    def _waits_unclaimed(self) -> bool:
        """Whether a visit waits to be written that nobody had in hand: with an engine that is alone the source would be due still."""
        with self._queue:
            return any(one.claim is None for one in self._waiting)

    def _due_by_query(self, now: datetime, ids: frozenset[str]) -> list[str]:
        """What is visited under a claim, and waits to be written, is among those in hand."""
        free = or_(STATE.c.lease.is_(None), STATE.c.lease <= now, STATE.c.lease > now + _NO_LEASE_IS_SO_LONG)
        asked = select(STATE.c.source).where(come(now), free).order_by(STATE.c.next_poll.nulls_first(), STATE.c.source)
        with self._database.read() as db:
            return [source for source in db.execute(asked).scalars() if source in ids]

    def bring_forward(self, ids: Collection[str], now: datetime, *, within: timedelta | None = None) -> int:
        """Make the next poll of those listed sources due now: something told that they have news. How many were not due yet.

        With `within` only of those that would be due so soon.
        """
        if within is not None and not any(_soon(self._state(each), now, within) for each in ids):
            return 0  # so it is after most visits, and to write here is to read every state anew
        with self._writing_states(durable=False) as db:  # a hint that is lost costs nothing but time
            later = STATE.c.source.in_(list(ids)) & (STATE.c.next_poll > now)
            if within is not None:
                later &= STATE.c.next_poll <= now + within
            return int(db.execute(update(STATE).where(later).values(next_poll=now)).rowcount)

    def arrivals(self, since: datetime) -> list[Arrival]:
        """What came after its source's first look, and was first seen at `since` or later; oldest first."""
        begun = select(ITEM.c.source, func.min(ITEM.c.first_seen).label("first_look")).group_by(ITEM.c.source).subquery()
        first = (REVISION.c.item == ITEM.c.id) & (REVISION.c.number == 1)
        fresh = (
            select(ITEM.c.source, ITEM.c.first_seen, REVISION.c.published)
            .join(REVISION, first)
            .join(begun, begun.c.source == ITEM.c.source)
            .where((ITEM.c.first_seen > begun.c.first_look) & (ITEM.c.first_seen >= since))
            .order_by(ITEM.c.first_seen, ITEM.c.id)
        )
        with self._database.read() as db:
            return [Arrival(*row) for row in db.execute(fresh)]

    def first_looks(self) -> dict[str, datetime]:
        """When each source first gave something."""
        first = select(ITEM.c.source, func.min(ITEM.c.first_seen)).group_by(ITEM.c.source)
        with self._database.read() as db:
            return {row[0]: row[1] for row in db.execute(first)}

    def known(self, source_id: str) -> tuple[KnownItem, ...]:
        """Everything ever found at a source, gone or not."""
        latest = (REVISION.c.item == ITEM.c.id) & (REVISION.c.number == ITEM.c.revision)
        asked = select(*_KNOWN).join(REVISION, latest).where(ITEM.c.source == source_id)
        if self._database.on_server:  # a file hands them out as they came; a server as it likes
            asked = asked.order_by(ITEM.c.first_seen, ITEM.c.position, ITEM.c.id)
        with self._database.read() as db:
            rows = db.execute(asked)
            return tuple([_known_of(*row) for row in rows])

    def fetch_log(self, source_id: str, limit: int = 50) -> list[FetchFacts]:
        """The latest visits to a source, newest first."""
        latest = select(FETCH).where(FETCH.c.source == source_id).order_by(FETCH.c.id.desc()).limit(limit)
        with suppress(StoreError, BusyError), self.hurried(SOON):  # else without the very last ones
            self.flush()
        with self._database.read() as db:
            return [fetch_of(row) for row in db.execute(latest).mappings()]

    def held(self, source_id: str | None = None) -> tuple[HeldPage, ...]:
        """Pages in quarantine (of one source), oldest first."""
        waiting = select(HELD).where(HELD.c.released_at.is_(None)).order_by(HELD.c.id)
        if source_id is not None:
            waiting = waiting.where(HELD.c.source == source_id)
        with self._database.read() as db:
            return tuple(_held_of(row) for row in db.execute(waiting).mappings())

    def release(self, source_id: str, keep: bool, now: datetime) -> tuple[HeldPage, ...]:
        """End the quarantine of a source: the pages let go, oldest first.

        Its trouble is over. With `keep` it is due now and believed: a count of held visits without a picture of the page is how the
        guard is told that a person has looked. Without, the same page is doubted anew.
        """
        waiting = (HELD.c.source == source_id) & HELD.c.released_at.is_(None)
        with self._writing_states() as db:
            held = db.execute(select(STATE.c.held).where(STATE.c.source == source_id)).scalar()
            if held is None:
                raise NotFound(f"no source {source_id!r} is known; see `cgtwatch sources list`")
            pages = db.execute(select(HELD).where(waiting).order_by(HELD.c.id)).mappings().all()
            if not pages:
                return ()
            db.execute(update(HELD).where(waiting).values(released_at=now, kept=keep))
            well = {"failures": 0, "error": None, "message": "", "hint": "", "held_as": "", "held": 0}
            believed = {"held": max(held, _BELIEVED), "next_poll": now} if keep else {}
            mine = {"cycle": STATE.c.cycle + 1, "lease": None}  # a visit under way knows nothing of it, and must not undo it
            db.execute(update(STATE).where(STATE.c.source == source_id).values(well | believed | mine))
        return tuple(replace(_held_of(row), released_at=now, kept=keep) for row in pages)


def _has_come(state: SourceState, now: datetime, ahead: datetime) -> bool:
    return state.next_poll is None or state.next_poll <= now or (state.last_visit is not None and state.last_visit > ahead)


def _soon(state: SourceState | None, now: datetime, within: timedelta) -> bool:
    return state is not None and state.next_poll is not None and now < state.next_poll <= now + within


def fetch_of(row: RowMapping) -> FetchFacts:
    """The visit in a row of the log."""
    return FetchFacts(
        outcome=Outcome(row[FETCH.c.outcome]),
        error=error_of(row[FETCH.c.error]),
        duration=timedelta(microseconds=row[FETCH.c.duration]),
        **{name: row[FETCH.c[name]] for name in _LOGGED},
    )


def _held_of(row: RowMapping) -> HeldPage:
    return HeldPage(**dict(row) | {"error": error_of(row["error"])})


def _known_of(guid: str, link: str, path: str, title_date: str, name: str, *rest: Any) -> KnownItem:  # noqa: ANN401 - a row
    return KnownItem(name, ItemKeys(guid, link, path, title_date), *rest)
