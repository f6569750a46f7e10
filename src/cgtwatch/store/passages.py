"""The stretch of a document's text where a word stands: for lists of hits, which need a line of it and not all."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from cgtwatch.model.event import PolicyEvent
from cgtwatch.store.room import Room
from cgtwatch.store.tables import EVENT, REVISION

_LOOKED_AT = 60_000  # characters of a text that are searched while a reader waits
_BEFORE, _AROUND = 200, 700  # characters
_MOST_WORDS = 6


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
            select(EVENT.c.id, func.substr(text, func.max(1, place - _BEFORE), _AROUND))
            .join(REVISION, its_text)
            .where(EVENT.c.id.in_(ids), or_(*(func.instr(func.lower(text), word) > 0 for word in asked)))
        )
        with self._database.read() as db:
            return {row[0]: row[1] for row in db.execute(found).all()}


def _first(text: ColumnElement[str], words: Sequence[str]) -> ColumnElement[int]:
    """Where the first of the words that stands there stands."""
    places = [func.instr(text, word) for word in words]
    return case(*((place > 0, place) for place in places), else_=literal(1))
