"""What is stored comes back as it was, type by type."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from cgtwatch.errors import StoreError
from cgtwatch.model.draft import Draft
from cgtwatch.model.item import Change, Finding, ItemKeys, KnownItem, Outcome, Plan, Revision, SourceState
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import DigestRecord, FetchFacts, StoredItem, VisitRecord
from store import store_kit as kit
from store.store_kit import NOW, facts, finding, source, visit

fresh = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)


def new_store() -> Store:
    store = open_store("sqlite://")
    store.sync_sources([source()], NOW)
    return store


def store_one(store: Store, item: StoredItem) -> None:
    store.record_visit(visit([item]))


@fresh
@given(kit.states)
def test_a_state_comes_back_as_it_was_stored(state: SourceState) -> None:
    store = new_store()
    store.record_visit(VisitRecord("cde", Plan(Outcome.UNCHANGED, state), facts(Outcome.UNCHANGED)))
    assert store.state("cde") == state
    store.close()


@fresh
@given(kit.fetches)
def test_a_visit_comes_back_from_the_log(fetch: FetchFacts) -> None:
    store = new_store()
    store.record_visit(VisitRecord("cde", Plan(Outcome.OK, SourceState("cde")), fetch))
    assert store.fetch_log("cde") == [fetch]
    store.close()


@fresh
@given(kit.revisions)
def test_a_revision_comes_back_as_it_was_stored(revision: Revision) -> None:
    store = new_store()
    store_one(store, StoredItem(finding("i1"), revision))
    assert store.revisions("i1") == (revision,)
    assert store.item("i1").latest == revision
    store.close()


@fresh
@given(kit.item_keys, kit.revisions)
def test_a_known_item_holds_what_telling_it_again_needs(keys: ItemKeys, revision: Revision) -> None:
    store = new_store()
    found = Finding(Change.NEW, "i1", keys, "1:seen", "new", Draft("t", position=7))
    store_one(store, StoredItem(found, revision))
    assert store.known("cde") == (
        KnownItem("i1", keys, "1:seen", revision.title, revision.text, 1, 7, NOW, False, revision.published_on, revision.url),
    )
    store.close()


@fresh
@given(kit.classifications)
def test_a_classification_comes_back_with_its_evidence(classification: object) -> None:
    store = new_store()
    store_one(store, StoredItem(finding("i1"), kit.revision("i1"), classification))
    assert store.classification("i1") == classification
    store.close()


@fresh
@given(kit.events)
def test_an_event_comes_back_as_it_was_stored(event: object) -> None:
    store = new_store()
    store_one(store, StoredItem(finding("i1"), kit.revision("i1"), events=(event,)))
    assert store.event("e1") == event
    store.close()


@fresh
@given(kit.subscriptions)
def test_a_subscription_comes_back_as_it_was_stored(subscription: object) -> None:
    store = new_store()
    store.add_subscription(subscription, NOW)
    assert store.subscriptions() == [subscription]
    store.close()


@fresh
@given(kit.deliveries)
def test_a_delivery_comes_back_with_the_same_bytes(delivery: object) -> None:
    store = new_store()
    store.queue_deliveries([delivery])
    assert store.delivery(delivery.key) == delivery
    store.close()


@fresh
@given(kit.alarms)
def test_an_alarm_comes_back_as_it_was_opened(alarm: object) -> None:
    store = new_store()
    store.apply_alarms([alarm], [], NOW)
    assert store.open_alarms() == (replace(alarm, id=1),)
    store.close()


def test_a_digest_comes_back_with_its_events(store: Store) -> None:
    store.add_subscription(kit.subscription(), NOW)
    store.record_visit(kit.news("a"))
    record = DigestRecord("reader", 0, 1, NOW, None, "Subject", "文字", "<p>", ("e-a",), "daily")
    store.record_digest(record)
    (digest,) = store.digests("reader")
    assert (digest.from_seq, digest.to_seq, digest.text, digest.events) == (0, 1, "文字", ("e-a",))
    assert store.digest(digest.id) == digest


def test_times_come_back_aware_and_in_utc(store: Store) -> None:
    store.record_visit(visit(source_state=kit.state(last_visit=NOW, next_poll=datetime(2026, 7, 8, 9, tzinfo=UTC))))
    assert store.state("cde").next_poll.tzinfo is UTC


def test_a_time_without_zone_is_refused_whole(store: Store) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="without time zone"):
        store.record_visit(visit([kit.new_item("a", at=naive)]))
    assert store.known("cde") == ()


def test_half_a_character_is_refused_in_one_line(store: Store) -> None:
    item = StoredItem(finding("a"), kit.revision("a", title="\ud800"))
    with pytest.raises(StoreError, match="half a character"):
        store.record_visit(visit([item]))
    assert store.known("cde") == ()
