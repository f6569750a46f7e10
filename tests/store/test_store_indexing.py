"""The full-text index: whatever happened to the events, it is what an index made anew would be."""

from collections.abc import Sequence

from hypothesis import given, settings

from cgtwatch.store import Store, open_store
from cgtwatch.store.records import EventQuery
from store.life import Step, lives
from store.store_kit import NOW, source


def kept(store: Store) -> dict[str, list[str]]:
    """Event → the tokens that the index holds of it, the newest entry first."""
    with store._database.write() as db:
        raw = db.connection.dbapi_connection.cursor()
        raw.execute("CREATE VIRTUAL TABLE temp.kept USING fts5vocab('main', 'event_words', 'instance')")
        tokens = raw.execute("SELECT doc, offset, term FROM temp.kept ORDER BY doc DESC, offset").fetchall()
        raw.execute("DROP TABLE temp.kept")
        live = dict(raw.execute("SELECT id, event FROM event_entry WHERE live").fetchall())
    found: dict[str, list[str]] = {}
    for entry, _, token in tokens:
        if entry in live:
            found.setdefault(live[entry], []).append(token)
    return found


@settings(max_examples=20, deadline=None)
@given(life=lives)
def test_the_index_is_as_one_that_is_made_anew(life: Sequence[Step]) -> None:
    store = open_store("sqlite://")
    try:
        store.sync_sources([source()], NOW)
        for at, step in enumerate(life):
            step(store, at)
        before = kept(store)
        assert sorted(before) == sorted(event.id for event in store.events(EventQuery(limit=None)))
        assert store.check() == []
        assert store.reindex() == len(before)
        after = kept(store)
        assert after == before
        assert list(after) == list(before)
        assert store.check() == []
    finally:
        store.close()
