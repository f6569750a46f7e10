"""Policy events: looked up, searched, followed through their threads, and found as candidates for linking."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, false, func, literal, or_, select, true

from cgtwatch.errors import NotFound
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.store.codec import event_of
from cgtwatch.store.matching import number_key, title_key
from cgtwatch.store.records import Counts, EventQuery
from cgtwatch.store.room import Room
from cgtwatch.store.search import Searched, narrowed
from cgtwatch.store.tables import ANNOUNCEMENT, CLASSIFICATION, EVENT, EVENT_TAG, ITEM, LINK, REVISION

_ITS_TEXT = (REVISION.c.item == EVENT.c.item) & (REVISION.c.number == EVENT.c.revision)
# The whole text speaks for the document's own event; an act that it only tells of is known by its title and summary.
_TEXT = case((EVENT.c.main, REVISION.c.text), else_=EVENT.c.summary)
_SEARCHED = Searched(
    table=EVENT,
    labels=EVENT,
    tags=EVENT_TAG,
    tagged=EVENT_TAG.c.event,
    texts=(EVENT.c.title, EVENT.c.summary, func.coalesce(EVENT.c.document_number, cast(literal(""), String)), _TEXT),
)


class Events(Room):
    """The part of the store that knows events."""

    def events(self, query: EventQuery) -> list[PolicyEvent]:
        """Events, newest change first; withdrawn ones are left out."""
        return self._events(narrowed(_live().outerjoin(REVISION, _ITS_TEXT), query, _SEARCHED))

    def event(self, event_id: str) -> PolicyEvent:
        """One event, also a withdrawn one."""
        found = self._events(select(EVENT).where(EVENT.c.id == event_id))
        if not found:
            raise NotFound(f"no event {event_id!r} is stored; see `cgtwatch events`")
        return found[0]

    def events_of(self, item_id: str) -> list[PolicyEvent]:
        """The events of an item, its own first; withdrawn ones are left out."""
        return self._events(_live().where(EVENT.c.item == item_id).order_by(EVENT.c.main.desc(), EVENT.c.id))

    def thread(self, event_id: str) -> list[PolicyEvent]:
        """All events of the event's thread in the order of their days."""
        thread = self.event(event_id).thread
        return sorted(self._events(_live().where(EVENT.c.thread == thread)), key=lambda e: (e.on or date.max, e.first_seen, e.id))

    def links(self, event_id: str) -> tuple[Link, ...]:
        """Relations from and to an event."""
        either = select(LINK).where((LINK.c.event == event_id) | (LINK.c.other == event_id))
        with self._database.read() as db:
            rows = db.execute(either.order_by(LINK.c.event, LINK.c.other, LINK.c.relation)).mappings()
            return tuple(Link(**dict(row) | {"relation": Relation(row["relation"])}) for row in rows)

    def open_consultations(self, on: date) -> list[PolicyEvent]:
        """Relevant events open for comment on that day, soonest end first, one for each cluster."""
        still_open = _live().where(EVENT.c.relevant.is_(true()), EVENT.c.comment_deadline >= on)
        # The first report of a cluster carries its id: it stands for the others where it is open itself.
        ordered = still_open.order_by(EVENT.c.comment_deadline, EVENT.c.id != EVENT.c.cluster, EVENT.c.id)
        first: dict[str, PolicyEvent] = {}
        for event in self._events(ordered):
            first.setdefault(event.cluster, event)
        return list(first.values())

    def counts(self) -> Counts:
        """How much is stored."""
        relevant = (
            select(func.count())
            .select_from(ITEM)
            .join(CLASSIFICATION, and_(CLASSIFICATION.c.item == ITEM.c.id, CLASSIFICATION.c.revision == ITEM.c.revision))
        )
        questions = (
            select(func.count()).select_from(ITEM),
            select(func.count()).select_from(EVENT).where(EVENT.c.withdrawn.is_(False)),
            relevant.where(CLASSIFICATION.c.relevant.is_(True)),
            select(func.count()).select_from(ANNOUNCEMENT),
        )
        with self._database.read() as db:
            return Counts(*(int(db.execute(question).scalar_one()) for question in questions))

    def candidates(
        self,
        numbers: Collection[str],
        title_keys: Collection[str],
        issuers: Collection[str],
        since: datetime,
        limit: int = 100,
    ) -> list[tuple[PolicyEvent, str]]:
        """Events one could be linked to, with their text: same number or title first, then same issuer and changed since."""
        named = [("number", number_key(number)) for number in numbers] + [("title", title_key(title)) for title in title_keys]
        newest = EVENT.c.last_changed.desc()
        live = select(EVENT.c.id).where(EVENT.c.withdrawn.is_(False))
        questions = [live.where(EVENT.c.id.in_(_tagged(named)))] if any(value for _, value in named) else []
        if issuers:
            by_issuer = EVENT.c.id.in_(_tagged([("issuer", each) for each in issuers]))
            questions.append(live.where(by_issuer, EVENT.c.last_changed >= since))
        ids: dict[str, None] = {}
        with self._database.read() as db:
            for asked in questions:
                ids |= dict.fromkeys(db.execute(asked.order_by(newest, EVENT.c.id).limit(limit)).scalars())
            chosen = list(ids)[:limit]
            if not chosen:
                return []
            # The texts of those chosen alone: an authority has thousands of events.
            with_text = _live().add_columns(_TEXT.label("text_of_event")).outerjoin(REVISION, _ITS_TEXT)
            rows = db.execute(with_text.where(EVENT.c.id.in_(chosen))).mappings()
            found = {row[EVENT.c.id]: (event_of(row), row["text_of_event"] or "") for row in rows}
        return [found[each] for each in chosen]

    def _events(self, statement: Select[Any]) -> list[PolicyEvent]:
        with self._database.read() as db:
            return [event_of(row) for row in db.execute(statement).mappings()]


def _live() -> Select[Any]:
    return select(EVENT).where(EVENT.c.withdrawn.is_(False))


def _tagged(pairs: Collection[tuple[str, str]]) -> Select[Any]:
    kinds: dict[str, list[str]] = {}
    for kind, value in pairs:
        if value:
            kinds.setdefault(kind, []).append(value)
    one_of = (and_(EVENT_TAG.c.kind == kind, EVENT_TAG.c.value.in_(values)) for kind, values in kinds.items())
    return select(EVENT_TAG.c.event).where(or_(false(), *one_of))
