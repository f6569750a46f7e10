"""The full-text index: whatever happened to the events, it is what an index made anew would be."""

import shutil
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.item import Change
from cgtwatch.store import Store, open_store, upgrade
from cgtwatch.store.connection import writer
from cgtwatch.store.migrate import SCRIPTS, run
from cgtwatch.store.records import EventQuery, StoredItem
from store.life import Step, lives
from store.store_kit import HOUR, NOW, finding, new_item, news, policy_event, revision, source, url_of, visit


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


@settings(max_examples=10, deadline=None)
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


def test_events_of_an_older_database_are_found_after_its_upgrade(path: Path, tmp_path: Path) -> None:
    scripts, other = tmp_path / "scripts", tmp_path / "other.db"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "0008*", "0009*"))
    with writer(url_of(path), timedelta(seconds=1)) as connection:
        run(connection, scripts)
    store = open_store(url_of(other))
    store.sync_sources([source()], NOW)
    store.record_visit(visit([new_item(f"i{n}", title=f"细胞治疗 number{n}") for n in range(450)]))  # more than one piece
    later = new_item("last", NOW + HOUR, title="基因治疗产品")
    store.record_visit(visit([later], at=NOW + HOUR))
    store.record_visit(visit([StoredItem(finding("i7", Change.SEEN), None, Classification(Labels()), ())], at=NOW + 2 * HOUR))
    wanted = kept(store)
    store.close()
    raw = sqlite3.connect(path)
    raw.execute("ATTACH ? AS other", [str(other)])
    for table in ("source", "fetch", "item", "revision", "event"):
        raw.execute(f"INSERT INTO {table} SELECT * FROM other.{table}")
    raw.commit()
    raw.close()
    upgrade(url_of(path))
    upgraded = open_store(url_of(path))
    assert kept(upgraded) == wanted
    assert upgraded.check() == []
    assert [event.id for event in upgraded.events(EventQuery(query="治疗", limit=2))] == ["e-last", "e-i99"]
    assert upgraded.events(EventQuery(query="number7")) == []
    upgraded.close()


def test_an_index_that_lost_an_event_is_noticed_and_made_anew(store: Store) -> None:
    store.record_visit(news("a", "b"))
    with store._database.write() as db:
        db.exec_driver_sql("DELETE FROM event_entry WHERE event = 'e-a'")
    assert [line.partition(";")[0] for line in store.check()] == [
        "the search index lists 1 of 2 events",
        "the search index holds 2 entries and lists 1",
    ]
    assert store.reindex() == 2
    assert store.check() == []
    assert {event.id for event in store.events(EventQuery(query="guideline"))} == {"e-a", "e-b"}


def test_an_index_is_made_anew_only_where_most_of_it_is_stale(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgtwatch.store.upkeep._FEW_STALE", 0)
    store.record_visit(news("a"))
    assert store.reindex(if_stale=True) == 0
    for number in (2, 3):
        event = policy_event("e-a", "a", NOW + number * HOUR, title=f"Title {number}", revision=number)
        changed = StoredItem(finding("a", Change.UPDATED), revision("a", number), Classification(event.labels), (event,))
        store.record_visit(visit([changed], at=NOW + number * HOUR))
    assert store.reindex(if_stale=True) == 1
    assert store.browse(EventQuery(query="3")).total == 1
    assert store.browse(EventQuery(query="2")).total == 0
