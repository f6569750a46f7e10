"""Drafts that wait for their final form, and how long those waited that have it."""

from sqlalchemy import and_, exists, func, not_, or_, select, true

from cgtwatch.model.event import PolicyEvent, Relation
from cgtwatch.model.taxonomy import DocType, Stage
from cgtwatch.store.codec import event_of
from cgtwatch.store.room import Room
from cgtwatch.store.tables import EVENT, LINK

_ENDS = tuple(str(relation) for relation in (Relation.FINALISES, Relation.REPEALS, Relation.AMENDS))


class Waiting(Room):
    """The part of the store that knows which drafts wait."""

    def waiting_drafts(self) -> list[PolicyEvent]:
        """Relevant drafts with a day, one for each cluster, that nothing finalised, repealed or renewed."""
        later, act = EVENT.alias("later"), EVENT.alias("act")
        on, later_on = (
            func.coalesce(EVENT.c.document_date, EVENT.c.published),
            func.coalesce(later.c.document_date, later.c.published),
        )
        stepped_on = exists().where(
            later.c.thread == EVENT.c.thread, later.c.cluster != EVENT.c.cluster, later.c.withdrawn.is_(False), later_on > on,
            later.c.doc_type.not_in([str(DocType.REPLY), str(DocType.PROPOSAL), str(DocType.INTERPRETATION)]),
        )  # fmt: skip
        ended = exists().where(LINK.c.other == act.c.id, act.c.cluster == EVENT.c.cluster, LINK.c.relation.in_(_ENDS))
        drafts = select(EVENT).where(
            EVENT.c.stage == str(Stage.DRAFT), EVENT.c.relevant.is_(true()), EVENT.c.main.is_(true()), EVENT.c.withdrawn.is_(False),
            EVENT.c.id == EVENT.c.cluster, on.is_not(None), not_(or_(stepped_on, ended)),
        )  # fmt: skip
        with self._database.read() as db:
            return [event_of(row) for row in db.execute(drafts.order_by(on, EVENT.c.id)).mappings()]

    def finalised(self) -> list[tuple[PolicyEvent, PolicyEvent]]:
        """Every draft whose final form is known, with it: the draft first."""
        draft, final = EVENT.alias("draft"), EVENT.alias("final")
        pairs = select(LINK.c.other, LINK.c.event).where(LINK.c.relation == str(Relation.FINALISES))
        with self._database.read() as db:
            found = db.execute(
                pairs.join(draft, draft.c.id == LINK.c.other)
                .join(final, final.c.id == LINK.c.event)
                .where(and_(draft.c.withdrawn.is_(False), final.c.withdrawn.is_(False)))
            ).all()
            names = {name for pair in found for name in pair}
            rows = [row for name in sorted(names) for row in db.execute(select(EVENT).where(EVENT.c.id == name)).mappings()]
        events = {event.id: event for event in map(event_of, rows)}
        return [(events[first], events[second]) for first, second in found]
