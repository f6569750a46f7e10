"""What every visit leaves behind, news or not: the state of its source and a line in the log.

A transaction of its own costs more than the visit that found nothing, so those wait and are written together. The process that
writes is the only one, so it need not ask the database what it has told it: it remembers every state.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from cgtwatch.errors import NotFound
from cgtwatch.model.fetch import Known, Validators
from cgtwatch.model.item import Change, SourceState
from cgtwatch.store.codec import Columns, error_of, microseconds
from cgtwatch.store.database import Database
from cgtwatch.store.records import VisitRecord
from cgtwatch.store.room import Room
from cgtwatch.store.tables import FETCH, STATE

TOGETHER = 64  # visits without news in one transaction
_PLAIN = tuple(field.name for field in fields(SourceState) if field.name not in ("source", "validators", "error"))
_VALIDATORS = tuple(field.name for field in fields(Validators) if field.name != "others")
_SAVE_STATE = update(STATE).where(STATE.c.source == bindparam("of"))
_LOG = insert(FETCH)
_EVERY_STATE = select(*(STATE.c[name] for name in ("source", "error", "others", *_VALIDATORS, *_PLAIN)))
_NOTHING_FOUND: Counter[Change] = Counter()


class Visited(Room):
    """The part of the store that remembers visits until they are written, and states as they are after all of them."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._waiting: list[VisitRecord] = []
        self._states: dict[str, SourceState] | None = None  # None: to be read

    def state(self, source_id: str) -> SourceState:
        """The state of one source."""
        found = self._known_states().get(source_id)
        if found is None:
            raise NotFound(f"no source {source_id!r} is known; see `cgtwatch sources list`")
        return found

    def flush(self) -> None:
        """Write the visits that wait. Where that fails they go on waiting."""
        with self._database.alone():
            if not self._waiting:
                return
            with self._database.write(durable=False) as db:
                save_states(db, self._waiting)
                db.execute(_LOG, [log_columns(record, _NOTHING_FOUND) for record in self._waiting])
            self._waiting = []

    def _wait(self, record: VisitRecord) -> None:
        """Let a visit without news wait for others. Nothing is lost with it that the next visit would not find out again."""
        with self._database.alone():
            self._refuse_unknown(record.source)
            if len(self._waiting) >= TOGETHER:
                self.flush()
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

    def _refuse_unknown(self, source_id: str) -> None:
        if source_id not in self._known_states():
            raise NotFound(f"no source {source_id!r} is known; sources are synced before they are visited")

    def _remember(self, record: VisitRecord) -> None:
        if self._states is not None:
            self._states[record.source] = record.plan.state

    def _known_states(self) -> dict[str, SourceState]:
        states = self._states
        if states is None or not self._database.writes:
            with self._database.alone(), self._database.read() as db:
                self._states = states = {state.source: state for state in map(state_of, db.execute(_EVERY_STATE))}
        return states


def save_states(db: Connection, records: Sequence[VisitRecord]) -> None:
    """What is remembered of the sources until their next visit."""
    db.execute(_SAVE_STATE, [state_columns(record.plan.state) | {"of": record.source} for record in records])


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
