"""A visit is stored whole or not at all, and each announcement once."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from cgtwatch.errors import BusyError, NotFound, StoreError
from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.event import AnnouncementKind, Link, Relation
from cgtwatch.model.fetch import ErrorClass, Validators
from cgtwatch.model.item import Change, Outcome, Plan
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import EventQuery, Recorded, StoredItem, ToAnnounce, VisitRecord
from cgtwatch.store.visited import TOGETHER
from store.store_kit import (
    HOUR,
    NOW,
    facts,
    finding,
    new_item,
    news,
    policy_event,
    revision,
    source,
    state,
    statements,
    told,
    url_of,
    visit,
)

LATER = NOW + HOUR


def contents(path: Path) -> list[str]:
    reading = sqlite3.connect(path)
    try:
        kept = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('event_words', 'sqlite_sequence') ORDER BY name"
        )
        tables = [name for (name,) in reading.execute(kept)]  # of the index, what it keeps in tables of its own
        return [f"{name}: {row}" for name in tables for row in reading.execute(f"SELECT * FROM {name}")]
    finally:
        reading.close()


def full_record() -> VisitRecord:
    """A visit that writes to every table a visit can write to."""
    seen = StoredItem(finding("old", Change.SEEN, position=3))
    revised = StoredItem(
        finding("edited", Change.UPDATED),
        revision("edited", 2, LATER),
        Classification(Labels(relevant=True)),
        (policy_event("e-edited", "edited", LATER, revision=2, title="Edited"),),
    )
    linked = replace(new_item("fresh", LATER), links=(Link("e-fresh", "e-edited", Relation.AMENDS, "says so"),))
    gone = StoredItem(finding("gone", Change.GONE))
    record = visit([seen, revised, linked, gone], (*told("fresh"), ToAnnounce(AnnouncementKind.REVISED, "e-edited", "2")), LATER)
    return replace(record, plan=replace(record.plan, state=state(validators=Validators(etag='"second"'), next_poll=LATER)))


@pytest.mark.promise("P1")
def test_a_visit_that_fails_at_any_statement_leaves_nothing_behind(filed: Store, path: Path) -> None:
    filed.record_visit(news("old", "edited", "gone"))
    before = contents(path)
    failed_at = 0
    for nth in range(1, 100):
        count = 0

        def fail_at_nth(*_: object, nth: int = nth) -> None:
            nonlocal count
            count += 1
            if count == nth:
                raise RuntimeError("pulled")

        event.listen(Engine, "before_cursor_execute", fail_at_nth)
        try:
            filed.record_visit(full_record())
        except RuntimeError:
            failed_at = nth
        finally:
            event.remove(Engine, "before_cursor_execute", fail_at_nth)
        if failed_at != nth:
            break
        assert contents(path) == before
        assert filed.state("cde").validators.etag != '"second"'
    assert failed_at > 15
    assert filed.state("cde").validators.etag == '"second"'
    assert filed.last_seq() == 5


def test_a_visit_tells_what_it_changed(store: Store) -> None:
    assert store.record_visit(news("old", "edited", "gone")) == Recorded(3, 0, 0, (1, 2, 3))
    assert store.record_visit(full_record()) == Recorded(1, 1, 1, (4, 5))


def test_an_edited_item_keeps_its_first_version(store: Store) -> None:
    store.record_visit(news("old", "edited", "gone"))
    store.record_visit(full_record())
    assert [each.number for each in store.revisions("edited")] == [1, 2]
    item = store.item("edited")
    assert (item.first_seen, item.last_changed, item.latest.number) == (NOW, LATER, 2)


def test_a_gone_item_stays_known(store: Store) -> None:
    store.record_visit(news("old", "edited", "gone"))
    store.record_visit(full_record())
    assert [each.id for each in store.known("cde") if each.gone] == ["gone"]


def test_an_item_that_comes_back_is_no_longer_gone(store: Store) -> None:
    store.record_visit(news("a"))
    store.record_visit(visit([StoredItem(finding("a", Change.GONE))], at=LATER))
    store.record_visit(visit([StoredItem(finding("a", Change.SEEN))], at=LATER + HOUR))
    assert not store.item("a").gone
    assert store.item("a").last_seen == LATER + HOUR


def test_an_announcement_is_made_once_for_each_event_kind_and_cause(store: Store) -> None:
    store.record_visit(news("a"))
    again = visit([StoredItem(finding("a", Change.SEEN))], (*told("a"), ToAnnounce(AnnouncementKind.NEW, "e-a", "other")), LATER)
    assert store.record_visit(again).announced == (2,)
    assert [each.cause for each in store.announcements(0)] == ["", "other"]


def test_an_event_carries_the_number_of_its_latest_announcement(store: Store) -> None:
    store.record_visit(news("a", "b"))
    store.record_visit(visit(announce=[ToAnnounce(AnnouncementKind.REMINDER, "e-a", "deadline")], at=LATER))
    assert (store.event("e-a").seq, store.event("e-b").seq) == (3, 2)


def test_a_later_report_does_not_change_when_an_event_was_first_seen_or_announced(store: Store) -> None:
    store.record_visit(news("a"))
    edited = StoredItem(
        finding("a", Change.UPDATED),
        revision("a", 2, LATER),
        Classification(Labels(relevant=True)),
        (policy_event("e-a", "a", LATER, title="Edited", revision=2),),
    )
    store.record_visit(visit([edited], at=LATER))
    event = store.event("e-a")
    assert (event.title, event.first_seen, event.last_changed, event.seq) == ("Edited", NOW, LATER, 1)


def test_an_event_that_a_revision_no_longer_reports_is_withdrawn_but_explainable(store: Store) -> None:
    store.record_visit(news("a"))
    empty = StoredItem(finding("a", Change.UPDATED), revision("a", 2, LATER), Classification(Labels()))
    store.record_visit(visit([empty], at=LATER))
    assert store.events(EventQuery()) == []
    assert store.explain("e-a").withdrawn


def test_numbers_follow_the_order_of_commits(store: Store) -> None:
    store.record_visit(news("a", "b"))
    store.record_visit(news("c", at=LATER))
    assert [(each.seq, each.event.id) for each in store.announcements(1)] == [(2, "e-b"), (3, "e-c")]
    assert [each.seq for each in store.announcements(0, upto=2)] == [1, 2]
    assert store.seq_before(LATER) == 2


def unchanged(n: int = 1, name: str = "cde") -> VisitRecord:
    after = replace(state(good=n), source=name)
    return VisitRecord(name, Plan(Outcome.UNCHANGED, after), facts(Outcome.UNCHANGED, at=NOW + n * HOUR))


def test_visits_without_news_are_written_together(store: Store) -> None:
    store.state("cde")
    with statements() as seen:
        for n in range(TOGETHER + 1):
            store.record_visit(unchanged(n))
    assert [word for line in seen if (word := line.split()[0]) in {"UPDATE", "INSERT", "DELETE"}] == ["UPDATE", "INSERT"]


def test_a_visit_that_waits_to_be_written_already_counts(store: Store) -> None:
    store.record_visit(unchanged(3))
    assert store.state("cde").good == 3
    assert store.states()["cde"].good == 3
    assert [each.at for each in store.fetch_log("cde")] == [NOW + 3 * HOUR]


def test_news_is_logged_after_the_visits_that_waited(store: Store) -> None:
    store.record_visit(unchanged())
    store.record_visit(news("a", at=LATER))
    assert [each.outcome for each in store.fetch_log("cde")] == [Outcome.OK, Outcome.UNCHANGED]


def test_visits_that_wait_are_written_at_the_end(path: Path) -> None:
    first = open_store(url_of(path))
    first.sync_sources([source()], NOW)
    first.record_visit(unchanged(7))
    first.close()
    second = open_store(url_of(path))
    assert second.state("cde").good == 7
    second.close()


def test_visits_wait_on_where_they_cannot_be_written(path: Path) -> None:
    store = open_store(url_of(path), busy_timeout=timedelta(milliseconds=1))
    store.sync_sources([source()], NOW)
    store.record_visit(unchanged(5))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError):
        store.flush()
    assert store.fetch_log("cde") == []
    other.execute("ROLLBACK")
    other.close()
    assert len(store.fetch_log("cde")) == 1
    store.close()


def test_an_unknown_source_is_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        store.record_visit(replace(visit(), source="nowhere"))


def test_a_new_item_without_its_first_version_is_refused_whole(store: Store) -> None:
    with pytest.raises(StoreError, match="first revision"):
        store.record_visit(visit([new_item("a"), StoredItem(finding("b"))]))
    assert store.known("cde") == ()


def test_a_source_taken_out_of_the_file_keeps_its_history_unlisted(store: Store) -> None:
    store.record_visit(news("a"))
    store.sync_sources([source("fda")], LATER)
    assert list(store.states()) == ["fda"]
    assert store.item("a").source == "cde"
    store.sync_sources([source("cde"), source("fda")], LATER)
    assert store.states()["cde"].last_visit == NOW


def test_due_sources_come_longest_overdue_first(store: Store) -> None:
    store.sync_sources([source("cde"), source("fda"), source("ema")], NOW)
    store.record_visit(visit(source_state=state("fda", next_poll=NOW)))
    store.record_visit(visit(source_state=state("ema", next_poll=NOW + 2 * HOUR)))
    assert store.due(LATER, ["ema", "fda", "cde"]) == ["cde", "fda"]
    assert store.due(LATER, ["fda"]) == ["fda"]


# --- quarantine


def doubted(at: object = NOW, key: str = "k1") -> VisitRecord:
    after = state(held=1, held_as="1:ab", error=ErrorClass.QUARANTINE, message="too few", hint="look", next_poll=NOW + 9 * HOUR)
    record = visit(at=at, outcome=Outcome.HELD, source_state=after)
    return replace(record, fetch=replace(record.fetch, archive_key=key, content_type="text/html; charset=gbk"))


def test_a_doubted_page_is_held_once_with_what_a_replay_needs(store: Store) -> None:
    store.record_visit(doubted())
    store.record_visit(doubted(LATER))
    store.record_visit(doubted(LATER, "k2"))
    assert [(page.archive_key, page.reason, page.content_type) for page in store.held("cde")] == [
        ("k1", "too few", "text/html; charset=gbk"),
        ("k2", "too few", "text/html; charset=gbk"),
    ]


def test_a_page_that_is_kept_makes_the_source_due_and_believed(store: Store) -> None:
    store.record_visit(doubted())
    (page,) = store.release("cde", True, LATER)
    after = store.state("cde")
    assert (page.kept, page.released_at, store.held()) == (True, LATER, ())
    assert (after.error, after.held_as, after.next_poll) == (None, "", LATER)
    assert after.held >= 2


def test_a_page_that_is_dropped_will_be_doubted_anew(store: Store) -> None:
    store.record_visit(doubted())
    store.release("cde", False, LATER)
    assert (store.state("cde").held, store.state("cde").next_poll) == (0, NOW + 9 * HOUR)


def test_a_page_that_could_be_compared_ends_the_quarantine(store: Store) -> None:
    store.record_visit(doubted())
    store.record_visit(visit(at=LATER))
    assert store.held() == ()
