"""What a list tells of its events beside themselves, for all of them at once: a line of their texts, and what stands around them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, distinct, func, literal, literal_column, or_, select

from cgtwatch.model.event import PolicyEvent
from cgtwatch.store.portable import greater_of, place_of
from cgtwatch.store.room import Room
from cgtwatch.store.tables import EVENT, REVISION

_LOOKED_AT = 60_000  # characters of a text that are searched while a reader waits
_BEFORE, _AROUND = 200, 700  # characters
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Company:
    """How many further reports there are of an act, and how many acts its thread has with it."""

    reports: int = 0
    acts: int = 1


class Passages(Room):
    """The part of the store that quotes."""

    def passages(self, events: Sequence[PolicyEvent], words: Iterable[str]) -> Mapping[str, str]:
        """For each event, by its id, what stands around the first of `words` (in small letters) in its document; nothing where none does.

        An act that a document only tells of has no text of its own, and is left out.
        """
        asked, ids = list(words)[:_MOST_WORDS], [event.id for event in events if event.main]
        if not asked or not ids:
            return {}
        text = func.substr(REVISION.c.text, 1, _LOOKED_AT)
        place = _first(func.lower(text), asked)
        its_text = and_(REVISION.c.item == EVENT.c.item, REVISION.c.number == EVENT.c.revision)
        found = (
            select(EVENT.c.id, func.substr(text, greater_of(literal_column("1"), place - _BEFORE), _AROUND))
            .join(REVISION, its_text)
            .where(EVENT.c.id.in_(ids), or_(*(place_of(func.lower(text), literal(word)) > 0 for word in asked)))
        )
        with self._database.read() as db:
            return {row[0]: row[1] for row in db.execute(found).all()}

    def company(self, events: Sequence[PolicyEvent]) -> Mapping[str, Company]:
        """What stands around each of the events, by its id; withdrawn ones do not count."""
        clusters, threads = {one.cluster for one in events}, {one.thread for one in events}
        live = EVENT.c.withdrawn.is_(False)
        reports = select(EVENT.c.cluster, func.count()).where(live, EVENT.c.cluster.in_(clusters)).group_by(EVENT.c.cluster)
        acts = select(EVENT.c.thread, func.count(distinct(EVENT.c.cluster))).where(live, EVENT.c.thread.in_(threads))
        with self._database.read() as db:
            of_cluster = {row[0]: int(row[1]) for row in db.execute(reports).all()}
            of_thread = {row[0]: int(row[1]) for row in db.execute(acts.group_by(EVENT.c.thread)).all()}
        return {
            one.id: Company(max(0, of_cluster.get(one.cluster, 1) - 1), max(1, of_thread.get(one.thread, 1))) for one in events
        }


def _first(text: ColumnElement[str], words: Sequence[str]) -> ColumnElement[int]:
    """Where the first of the words that stands there stands."""
    places = [place_of(text, literal(word)) for word in words]
    return case(*((place > 0, place) for place in places), else_=literal(1))
