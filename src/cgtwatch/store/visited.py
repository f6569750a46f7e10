"""What every visit leaves behind, news or not: the state of its source and a line in the log.

A transaction of its own costs more than the visit that found nothing, so those wait and are written together. A process that
writes alone need not ask the database what it has told it: it remembers every state. Where several write, none does.
"""

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, or_, select, update

from cgtwatch.errors import LeaseLost, NotFound
from cgtwatch.model.fetch import Known, Validators
from cgtwatch.model.item import Change, SourceState
from cgtwatch.store.codec import Columns, error_of, microseconds
from cgtwatch.store.database import Database
from cgtwatch.store.records import VisitRecord
from cgtwatch.store.room import Room
from cgtwatch.store.tables import FETCH, STATE

SOON = timedelta(seconds=1)  # what who only wants to read waits for those that write
TOGETHER = 64  # visits without news in one transaction
CLOCKS_DIFFER = timedelta(minutes=5)  # at most; what is further ahead is a wrong clock
_PLAIN = tuple(field.name for field in fields(SourceState) if field.name not in ("source", "validators", "error"))
_VALIDATORS = tuple(field.name for field in fields(Validators) if field.name != "others")
_SAVE_STATE = update(STATE).where(STATE.c.source == bindparam("of"))
_END_CLAIM = update(STATE).where(STATE.c.source == bindparam("of"), STATE.c.cycle == bindparam("mine")).values(lease=None)
_LOG = insert(FETCH)
_EVERY_STATE = select(*(STATE.c[name] for name in ("source", "error", "others", *_VALIDATORS, *_PLAIN)))
_NOTHING_FOUND: Counter[Change] = Counter()


class Visited(Room):
    """The part of the store that remembers visits until they are written, and states as they are after all of them."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._queue = threading.Lock()  # around what waits, for a moment; never while something is written
        self._waiting: list[VisitRecord] = []
        self._states: dict[str, SourceState] | None = None  # None: to be read

    def state(self, source_id: str) -> SourceState:
        """The state of one source."""
        found = self._state(source_id)
        if found is None:
            raise NotFound(f"no source {source_id!r} is known; see `cgtwatch sources list`")
        return found

    def flush(self) -> None:
        """Write the visits that wait, but for those whose claim was lost. Where that fails they go on waiting."""
        with self._database.alone():
            with self._queue:
                waiting, self._waiting = self._waiting, []
            try:
                if waiting:
                    self._write(waiting)
            except BaseException:
                with self._queue:
                    self._waiting = [*waiting, *self._waiting]
                raise

    def _write(self, waiting: Sequence[VisitRecord]) -> None:
        with self._database.write(durable=False) as db:
            late = lost(db, waiting, unclaimed=db.dialect.name == "postgresql")
            kept = [record for record in waiting if record.source not in late]
            if kept:
                save_states(db, kept)
                db.execute(_LOG, [log_columns(record, _NOTHING_FOUND) for record in kept])
        if late:
            self._states = None  # what was remembered of theirs did not come to be

    def _waits(self, ids: Collection[str]) -> bool:
        """Whether a visit to one of them waits to be written."""
        with self._queue:
            return any(one.source in ids for one in self._waiting)

    def _wait(self, record: VisitRecord) -> None:
        """Let a visit without news wait for others. Nothing is lost with it that the next visit would not find out again."""
        with self._database.alone():
            if len(self._waiting) >= TOGETHER:
                self.flush()
            with self._queue:
                self._waiting.append(record)
            self._remember(record)

    @contextmanager
    def _writing_states(self, *, durable: bool = True) -> Iterator[Connection]:
        """A unit of work that changes states by itself: after all visits; what was remembered is read anew."""
        with self._database.alone():
            self.flush()
            try:
                with self._database.write(durable=durable) as db:
                    yield db
            finally:
                self._states = None

    def _before(self, source_id: str) -> SourceState:
        """The state before a visit. Raises `NotFound`."""
        found = self._state(source_id)
        if found is None:
            raise NotFound(f"no source {source_id!r} is known; sources are synced before they are visited")
        return found

    def _state(self, source_id: str) -> SourceState | None:
        if self._database.remembers:
            return self._known_states().get(source_id)
        with self._queue:
            waits = next((one.plan.state for one in reversed(self._waiting) if one.source == source_id), None)
        if waits is not None:
            return waits
        with self._database.read() as db:
            row = db.execute(_EVERY_STATE.where(STATE.c.source == source_id)).first()
        return None if row is None else state_of(row)

    def _remember(self, record: VisitRecord) -> None:
        if self._states is not None:
            self._states[record.source] = record.plan.state

    def _known_states(self) -> dict[str, SourceState]:
        if not self._database.remembers:
            states = self._stored_states()
            with self._queue:
                return states | {record.source: record.plan.state for record in self._waiting}
        remembered = self._states
        if remembered is None:
            with self._database.alone():
                remembered = self._states  # another thread may have read them while we waited
                if remembered is None:
                    remembered = self._states = self._stored_states()
        return remembered

    def _stored_states(self) -> dict[str, SourceState]:
        with self._database.alone(), self._database.read() as db:
            return {state.source: state for state in map(state_of, db.execute(_EVERY_STATE))}


def come(now: datetime) -> ColumnElement[bool]:
    """Sources whose next poll has come; one that was last visited in the future was so by a wrong clock."""
    return or_(STATE.c.next_poll.is_(None), STATE.c.next_poll <= now, STATE.c.last_visit > now + CLOCKS_DIFFER)


def save_states(db: Connection, records: Sequence[VisitRecord]) -> None:
    """What is remembered of the sources until their next visit; the claims under which they were visited are given back."""
    db.execute(_SAVE_STATE, [state_columns(record.plan.state) | {"of": record.source} for record in records])
    if claimed := [{"of": record.source, "mine": record.claim} for record in records if record.claim is not None]:
        db.execute(_END_CLAIM, claimed)


def lost(db: Connection, records: Sequence[VisitRecord], *, unclaimed: bool = False) -> frozenset[str]:
    """Of those records that show a claim, the sources that others have taken since, or that go on under another id.

    With `unclaimed` also those without a claim of which the latter is so.
    """
    shown: dict[str, int | None] = {record.source: record.claim for record in records if unclaimed and record.claim is None}
    shown |= {record.source: record.claim for record in records if record.claim is not None}
    if not shown:
        return frozenset()
    # Locked until the visits are written, for others claim without waiting for who writes.
    rows = db.execute(select(STATE.c.source, STATE.c.cycle).where(STATE.c.source.in_(shown)).with_for_update())
    cycles = {row.source: row.cycle for row in rows}
    return frozenset(source for source, claim in shown.items() if source not in cycles or claim not in (None, cycles[source]))


def refuse_lost(db: Connection, record: VisitRecord) -> None:
    """Raise `LeaseLost` where another has taken the source since."""
    if lost(db, [record]):
        raise LeaseLost(f"{record.source}: another worker has taken it over meanwhile; nothing of this visit was stored")


def log_columns(record: VisitRecord, found: Counter[Change]) -> Columns:
    """The row of a visit in the log."""
    facts = record.fetch
    return {
        "source": record.source,
        "requested": facts.requested,
        "url": facts.url,
        "outcome": facts.outcome,
        "at": facts.at,
        "status": facts.status,
        "error": facts.error,
        "message": facts.message,
        "size": facts.size,
        "duration": microseconds(facts.duration),
        "requests": facts.requests,
        "archive_key": facts.archive_key,
        "content_type": facts.content_type,
        "new": found[Change.NEW],
        "updated": found[Change.UPDATED],
        "gone": found[Change.GONE],
    }


def state_columns(state: SourceState) -> dict[str, Any]:
    """The row of a state."""
    return {
        "source": state.source,
        "error": state.error,
        **{name: getattr(state, name) for name in _PLAIN},
        **{name: getattr(state.validators, name) for name in _VALIDATORS},
        "others": [list(astuple(other)) for other in state.validators.others] or None,
    }


def state_of(row: Row[Any]) -> SourceState:
    """The state in a row of `_EVERY_STATE`."""
    source, error, others, etag, modified, body, *plain = tuple(row)
    validators = Validators(etag, modified, body, tuple(Known(*other) for other in others or ()))
    return SourceState(source=source, validators=validators, error=error_of(error), **dict(zip(_PLAIN, plain, strict=True)))
