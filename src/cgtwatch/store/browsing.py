"""Events as pages browse them: a page, how many there are, and how many each further choice would leave."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, select

from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.codec import event_of
from cgtwatch.store.database import Database
from cgtwatch.store.events import Events
from cgtwatch.store.facets import FACETS, Facets, Facts
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.store.search import LIVE, LIVE_EVENTS, over, page_of_events
from cgtwatch.store.tables import EVENT, EVENT_ENTRY
from cgtwatch.store.words import later_holding
from cgtwatch.text.bigrams import expression

AT_ONCE = 5_000  # entries of which the facets are gathered while somebody waits; more only by `warm`
_PIECE = 5_000
_CHUNK = 500  # values in one IN (…)
_KEPT_WORDS = 32  # queries whose hits are remembered
_KEPT_COUNTS = 64  # queries whose counts are, until something changes
_WIDE = 3  # times as many bits as entries: the facets are gathered anew
_RANKS = (Importance.NONE, Importance.LOW, Importance.MEDIUM, Importance.HIGH)
_ROWS = """
SELECT e.id, e.live, v.relevant, v.jurisdiction, CAST(v.issuers AS TEXT), v.doc_type, v.stage, CAST(v.modalities AS TEXT),
       CAST(v.topics AS TEXT), v.importance, v.level, v.source, CAST(coalesce(v.document_date, v.published) AS TEXT),
       CAST(v.comment_deadline AS TEXT), e.stamp
FROM event_entry e JOIN event v ON v.id = e.event
"""


@dataclass(frozen=True, slots=True)
class Browsed:
    """A page of events. `total` and `counts` (facet → value → how many it would leave) are None and empty until the facets are
    gathered, which the service does when it starts.
    """

    events: tuple[PolicyEvent, ...]
    more: bool
    total: int | None = None
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


_Counted = tuple[int, Mapping[str, Mapping[str, int]]]


@dataclass
class _Gathered:
    """The facets, the last stamp that they know of, and the hits of the latest queries with the last entry looked at."""

    facets: Facets
    stamp: int = 0
    words: dict[str, tuple[int, int]] = field(default_factory=dict)
    counted: dict[tuple[EventQuery, tuple[str, ...]], _Counted] = field(default_factory=dict)  # as of that stamp


class Browsing(Events):
    """The part of the store that knows how many events there are of each kind."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._gathered: _Gathered | None = None
        self._browsing = threading.Lock()

    def events(self, query: EventQuery) -> list[PolicyEvent]:
        """See `Events.events`; what is narrowed or sorted is found by the facets where they are gathered."""
        if self._gathered is None or query.limit is None or not _countable(query) or _newest_of_all(query):
            return super().events(query)
        with self._database.read() as db:
            with self._browsing:
                known = self._current(db)
                if known is None:
                    return list(_plainly(db, query).events)
                ids = _page(db, known, query, _hits(db, known, query.query))
            return list(_events(db, ids))

    def browse(self, query: EventQuery, facets: Iterable[str] = FACETS) -> Browsed:
        """A page of `query` with its total, and the counts of these facets."""
        with self._database.read() as db:
            with self._browsing:
                known = self._current(db)
                if known is None or not _countable(query):
                    return _plainly(db, query)
                words = _hits(db, known, query.query)
                ids = _page(db, known, replace(query, limit=None if query.limit is None else query.limit + 1), words)
                total, counts = _counted(known, query, words, tuple(facets))
            shown = ids if query.limit is None else ids[: query.limit]
            return Browsed(_events(db, shown), len(ids) > len(shown), total, counts)

    def holding(self, db: Connection, query: str) -> Callable[[int], bool] | None:
        """Tells of an entry whether it holds the words of `query`; None where there are no words, or nothing is gathered."""
        if self._gathered is None or not query:
            return None
        with self._browsing:
            known = self._current(db)
            words = None if known is None else _hits(db, known, query)
            return None if known is None or words is None else known.facets.among(words)

    def warm(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Gather the facets, some seconds for hundreds of thousands of events, unless `stopping`; the bytes that they take."""
        with self._database.read(at_length=True) as db:
            made = _gather(db, stopping)
        if stopping():
            return 0
        with self._browsing:
            self._gathered = made
        return made.facets.size

    def _current(self, db: Connection) -> _Gathered | None:
        """The facets as of now; None where they are too many to gather while somebody waits."""
        known, stamp = self._gathered, int(db.execute(_STAMP).scalar_one())
        if known is None:
            few = int(db.execute(_ENTRIES).scalar_one()) <= AT_ONCE
            self._gathered = known = _gather(db) if few else None
        elif stamp != known.stamp:
            self._gathered = known = _refreshed(db, known, stamp)
        return known


_STAMP = select(func.coalesce(func.max(EVENT_ENTRY.c.stamp), 0))
_ENTRIES = select(func.count()).select_from(EVENT_ENTRY)
_LAST = select(func.coalesce(func.max(EVENT_ENTRY.c.id), 0))
_OVER = select(EVENT_ENTRY.c.id).join(EVENT, EVENT.c.id == EVENT_ENTRY.c.event).where(
    LIVE, EVENT.c.comment_deadline.is_not(None), over()
)  # fmt: skip


def _gather(db: Connection, stopping: Callable[[], bool] = lambda: False) -> _Gathered:
    first = db.execute(select(func.min(EVENT_ENTRY.c.id))).scalar()
    made = _Gathered(Facets(int(first or 0)))
    _take(db, made, 0, stopping)
    return made


def _refreshed(db: Connection, known: _Gathered, stamp: int) -> _Gathered:
    """With what was written since; gathered anew where the store went back in time, or most entries are stale."""
    if stamp < known.stamp or known.facets.span > _WIDE * len(known.facets) + AT_ONCE:
        return _gather(db)
    _take(db, known, known.stamp)
    return known


def _take(db: Connection, known: _Gathered, since: int, stopping: Callable[[], bool] = lambda: False) -> None:
    raw: Any = db.connection.dbapi_connection
    # By the driver itself: SQLAlchemy would take three times as long for hundreds of thousands of rows.
    if db.dialect.name == "postgresql":
        with raw.cursor(name="facets") as rows:  # kept by the server, and handed over in pieces
            rows.execute(f"{_ROWS} WHERE e.stamp > %s", [since])
            _take_pieces(known, rows, stopping)
    else:
        _take_pieces(known, raw.execute(f"{_ROWS} WHERE e.stamp > ?", [since]), stopping)
    known.counted.clear()
    known.facets.set_over(db.execute(_OVER).scalars())


def _take_pieces(known: _Gathered, rows: Any, stopping: Callable[[], bool]) -> None:  # noqa: ANN401 - a cursor of either driver
    while not stopping() and (piece := rows.fetchmany(_PIECE)):
        known.facets.put([_facts(row) for row in piece])
        known.stamp = max(known.stamp, *(row[-1] for row in piece))


def _facts(row: tuple[Any, ...]) -> Facts:
    entry, live, relevant, place, issuers, doc_type, stage, modalities, topics, importance, level, source, on, deadline, _ = row
    values = [("doc_type", doc_type), ("stage", stage), ("source", source)]
    values += [("jurisdiction", one) for one in _places(place)]
    values += [("issuer", one) for one in _listed(issuers)]
    values += [("modality", one) for one in (*_listed(modalities), *_listed(topics))]
    values += [("importance", str(one)) for one in _RANKS[: _RANKS.index(Importance(importance)) + 1]]
    if level:
        values.append(("level", level))
    return Facts(entry, bool(live), bool(relevant), tuple(values), _ordinal(on), _ordinal(deadline))


@lru_cache(maxsize=4096)
def _listed(stored: str | None) -> tuple[str, ...]:
    return tuple(json.loads(stored) or ()) if stored else ()


@lru_cache(maxsize=1024)
def _places(code: str | None) -> tuple[str, ...]:
    """A place and what it is a part of: `CN-BJ` is of `CN` too."""
    if not code:
        return ()
    parts = code.split("-")
    return tuple("-".join(parts[: n + 1]) for n in range(len(parts)))


@lru_cache(maxsize=16384)
def _ordinal(day: str | None) -> int:
    return date.fromisoformat(day).toordinal() if day else 0


def _hits(db: Connection, known: _Gathered, query: str) -> int | None:
    """The entries that hold the words of a query; what was found before is remembered, and only later entries are looked at."""
    asked = expression(query)
    if not asked:
        return None
    bits, upto = known.words.pop(asked, (0, 0))
    last = int(db.execute(_LAST).scalar_one())
    if last > upto:
        bits |= known.facets.set_of(later_holding(db, query, upto))
    known.words[asked] = bits, last
    while len(known.words) > _KEPT_WORDS:
        del known.words[next(iter(known.words))]
    return bits


def _counted(known: _Gathered, query: EventQuery, words: int | None, names: tuple[str, ...]) -> _Counted:
    """The total of a query and the counts of some facets, whatever its page and order."""
    key = replace(query, after=None, limit=None, sort=Sort.CHANGED), names
    found = known.counted.get(key)
    if found is None:
        found = known.facets.total(query, words), known.facets.counts(query, words, names)
        while len(known.counted) >= _KEPT_COUNTS:
            del known.counted[next(iter(known.counted))]
        known.counted[key] = found
    return found


def _countable(query: EventQuery) -> bool:
    """Whether the facets know of all that is asked for: moments and announcements stand in the tables alone."""
    return query.seq is None and query.since is None and query.until is None and query.sort is not Sort.SEQ


def _newest_of_all(query: EventQuery) -> bool:
    """Whether nothing but words is asked for: the index hands those out newest first, sooner than they could be counted."""
    plain = EventQuery(query=query.query, limit=query.limit, after=query.after, today=query.today, relevant=query.relevant)
    return query == plain and query.relevant is not False


def _page(db: Connection, known: _Gathered, query: EventQuery, words: int | None) -> list[int]:
    return known.facets.page_after(None if query.after is None else _entry(db, query.after), query, words)


def _entry(db: Connection, event_id: str) -> int | None:
    return db.execute(select(EVENT_ENTRY.c.id).where(EVENT_ENTRY.c.event == event_id, LIVE)).scalar()


def _events(db: Connection, entries: list[int]) -> tuple[PolicyEvent, ...]:
    """The events of these entries, in their order."""
    found: dict[int, PolicyEvent] = {}
    for start in range(0, len(entries), _CHUNK):
        asked = LIVE_EVENTS.add_columns(EVENT_ENTRY.c.id).where(EVENT_ENTRY.c.id.in_(entries[start : start + _CHUNK]))
        found |= {row[EVENT_ENTRY.c.id]: event_of(row) for row in db.execute(asked).mappings()}
    return tuple(found[entry] for entry in entries if entry in found)


def _plainly(db: Connection, query: EventQuery) -> Browsed:
    """The page alone, as the tables have it."""
    asked = replace(query, limit=None if query.limit is None else query.limit + 1)
    found = tuple(event_of(row) for row in page_of_events(db, asked))
    shown = found if query.limit is None else found[: query.limit]
    return Browsed(shown, len(found) > len(shown))
