"""Our subscriptions at the hubs of feeds, one a source."""

from dataclasses import asdict

from sqlalchemy import RowMapping, delete, insert, select, update

from cgtwatch.model.push import Push, PushState
from cgtwatch.store.room import Room
from cgtwatch.store.tables import PUSH


class Pushes(Room):
    """The part of the store that knows hubs."""

    def save_push(self, push: Push) -> None:
        """Remember how a subscription stands; a source has one."""
        columns = asdict(push) | {"state": push.state.value}
        with self._database.write() as db:
            if db.execute(update(PUSH).where(PUSH.c.source == push.source).values(columns)).rowcount == 0:
                db.execute(insert(PUSH), columns)

    def push(self, source_id: str) -> Push | None:
        """The subscription for one source."""
        with self._database.read() as db:
            row = db.execute(select(PUSH).where(PUSH.c.source == source_id)).mappings().first()
        return None if row is None else _push_of(row)

    def pushes(self) -> list[Push]:
        """All subscriptions, by source."""
        with self._database.read() as db:
            return [_push_of(row) for row in db.execute(select(PUSH).order_by(PUSH.c.source)).mappings()]

    def forget_push(self, source_id: str) -> None:
        """The subscription for a source is no more."""
        with self._database.write() as db:
            db.execute(delete(PUSH).where(PUSH.c.source == source_id))


def _push_of(row: RowMapping) -> Push:
    return Push(**dict(row) | {"state": PushState(row["state"])})
