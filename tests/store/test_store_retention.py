"""What is old is forgotten, step by step, and nothing that anybody still refers to."""

import hashlib
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cgtwatch.model.classification import Classification
from cgtwatch.model.delivery import DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.draft import Attachment
from cgtwatch.model.event import AnnouncementKind
from cgtwatch.model.item import Change, Outcome
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import StoredItem, ToAnnounce, VisitRecord
from cgtwatch.store.retention import AT_ONCE, Step
from store.store_kit import (
    HOUR,
    NOW,
    delivery,
    facts,
    finding,
    new_item,
    news,
    policy_event,
    revision,
    state,
    subscription,
    url_of,
    visit,
)

DAY = timedelta(days=1)
KEY = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("list", "page", "paper", "held", "old")}


def quiet(at: datetime, **rest: object) -> VisitRecord:
    return replace(visit(outcome=Outcome.UNCHANGED, at=at), fetch=facts(Outcome.UNCHANGED, at, **rest))


def all_visits_forgotten(store: Store, before: datetime | None, pages: datetime | None = None) -> int:
    gone, place = 0, 0
    while place is not None:
        step = store.forget_visits(before, pages, place)
        gone, place = gone + step.gone, step.next
    return gone


def changed(item: str, number: int, at: datetime, *, told: bool = False, reading: bool = False) -> VisitRecord:
    """An item changes; `told` says so to readers, `reading` gives it an event that is read from this version."""
    known = replace(finding(item, Change.UPDATED))
    event = policy_event(f"e-{item}", item, at, revision=number)
    classified = Classification(event.labels) if reading else None
    fresh = StoredItem(known, revision(item, number, at, archive_key=KEY["page"]), classified, (event,) if reading else ())
    say = (ToAnnounce(AnnouncementKind.REVISED, f"e-{item}", f"day {number}"),) if told else ()
    return visit([fresh], say, at)


# --- visits


def test_old_visits_go_and_those_that_brought_a_document_stay(store: Store) -> None:
    store.record_visit(news("a"))
    for n in range(1, 20):
        store.record_visit(quiet(NOW + n * DAY))
    store.flush()
    assert all_visits_forgotten(store, NOW + 10 * DAY) == 9
    assert [each.at for each in store.fetch_log("cde")] == [NOW + n * DAY for n in range(19, 9, -1)] + [NOW]
    assert len(store.explain("e-a").fetches) == 1
    assert store.check() == []


def test_the_last_visit_stays_so_that_its_number_is_not_used_again(store: Store) -> None:
    for n in range(3):
        store.record_visit(quiet(NOW + n * DAY))
    store.flush()
    before = store.visits("cde")[0][0]
    assert all_visits_forgotten(store, NOW + 90 * DAY) == 2
    store.record_visit(quiet(NOW + 91 * DAY))
    assert [number for number, _ in store.visits("cde")] == [before + 1, before]


def test_a_visit_dated_by_a_wrong_clock_keeps_no_later_one_from_going(store: Store) -> None:
    for at in (NOW, NOW + 3650 * DAY, NOW + DAY, NOW + 2 * DAY, NOW + 20 * DAY):
        store.record_visit(quiet(at))
    store.flush()
    assert all_visits_forgotten(store, NOW + 10 * DAY) == 3
    assert {each.at for each in store.fetch_log("cde")} == {NOW + 3650 * DAY, NOW + 20 * DAY}


def test_a_step_changes_no_more_than_a_few_rows(store: Store) -> None:
    for n in range(3 * AT_ONCE):
        store.record_visit(quiet(NOW + n * timedelta(minutes=1)))
    store.flush()
    step = store.forget_visits(NOW + 90 * DAY, None)
    assert (step.gone, step.next is None) == (AT_ONCE, False)
    assert all_visits_forgotten(store, NOW + 90 * DAY) == 2 * AT_ONCE - 1


def test_bytes_of_old_visits_are_let_go_before_the_visits_are(store: Store) -> None:
    for n in range(4):
        store.record_visit(quiet(NOW + n * DAY, archive_key=f"{KEY['list']} {KEY['old']}"))
    store.flush()
    assert all_visits_forgotten(store, None, NOW + 2 * DAY) == 2
    assert [each.archive_key is None for each in store.fetch_log("cde")] == [False, False, True, True]
    assert sorted(store.keys_of_visits()[0]) == sorted([KEY["list"], KEY["old"]] * 2)


def test_released_pages_go_with_the_visits_and_held_ones_stay(store: Store) -> None:
    for n, key in enumerate((KEY["old"], KEY["held"])):
        held = visit(outcome=Outcome.HELD, at=NOW + n * DAY, source_state=state(held=1))
        store.record_visit(replace(held, fetch=facts(Outcome.HELD, NOW + n * DAY, archive_key=key)))
    store.release("cde", keep=False, now=NOW + DAY)
    third = visit(outcome=Outcome.HELD, at=NOW + 2 * DAY, source_state=state(held=1))
    store.record_visit(replace(third, fetch=facts(Outcome.HELD, NOW + 2 * DAY, archive_key=KEY["page"])))
    assert store.forget_held(NOW + 90 * DAY) == 2
    assert store.keys_of_held() == [KEY["page"]]


# --- versions


def test_versions_that_nobody_refers_to_go_and_all_others_stay(store: Store) -> None:
    store.record_visit(visit([new_item("a")], [ToAnnounce(AnnouncementKind.NEW, "e-a", "")]))
    for number in range(2, 12):
        store.record_visit(changed("a", number, NOW + number * DAY, told=number == 5, reading=number == 8))
    step = store.forget_revisions(NOW + 90 * DAY)
    # 1 the first, 4 and 5 what was told, 8 what the event was read from, 11 the latest
    assert [each.number for each in store.revisions("a")] == [1, 4, 5, 8, 11]
    assert step == Step(6, None)
    assert store.check() == []
    assert store.explain("e-a").item.latest.number == 11


def test_a_version_that_was_in_force_lately_stays(store: Store) -> None:
    store.record_visit(visit([new_item("a")]))
    for number in range(2, 6):
        store.record_visit(changed("a", number, NOW + number * DAY))
    store.forget_revisions(NOW + 4 * DAY)
    assert [each.number for each in store.revisions("a")] == [1, 3, 4, 5]  # 3 was replaced on day 4


def test_many_versions_of_one_document_go_in_several_steps(store: Store) -> None:
    store.record_visit(visit([new_item("a")]))
    for number in range(2, AT_ONCE + 40):
        store.record_visit(changed("a", number, NOW + number * HOUR))
    first = store.forget_revisions(NOW + 900 * DAY)
    assert (first.gone, first.next) == (AT_ONCE, "")
    assert store.forget_revisions(NOW + 900 * DAY, "") == Step(37, None)
    assert [each.number for each in store.revisions("a")] == [1, AT_ONCE + 39]


# --- messages, tokens


def settled(store: Store, key: str, at: datetime, result: SendResult = SendResult.SENT) -> None:
    store.begin_attempt(key, at)
    store.settle(key, SendOutcome(result, "ok"), None, at)


def test_words_of_old_messages_go_and_the_ledger_says_still_what_was_sent(store: Store) -> None:
    store.add_subscription(subscription(), NOW)
    long = Payload(b"x" * 5000, "text/html", {"To": "reader@example.org"}, {"hole": "reader@example.org"})
    for n, key in enumerate(("old", "older", "young")):
        store.queue_deliveries([delivery(key, created_at=NOW + (30 * DAY if key == "young" else n * HOUR), payload=long)])
        settled(store, key, NOW + 30 * DAY)
    assert store.forget_messages(NOW + 10 * DAY) == Step(2, None)
    kept = {each: store.delivery(each) for each in ("old", "older", "young")}
    assert [one.payload.body == b"" for one in kept.values()] == [True, True, False]
    assert kept["old"].payload.headers == kept["old"].payload.fillings == {}
    assert (kept["old"].state, kept["old"].subject, len(store.attempts("old"))) == (DeliveryState.SENT, "New", 1)
    assert kept["young"].payload == long  # the body they shared is still there
    assert store.forget_messages(NOW + 60 * DAY).gone == 1
    with store._database.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM shared_body").scalar() == 0
    assert store.check() == []


def test_what_was_not_sent_yet_is_never_forgotten(store: Store) -> None:
    store.add_subscription(subscription(), NOW)
    store.queue_deliveries([delivery("waits")])
    assert store.forget_messages(NOW + 900 * DAY) == Step(0, None)
    assert store.delivery("waits").payload.body


def test_a_feed_leaves_out_what_is_no_longer_kept(store: Store) -> None:
    store.add_subscription(subscription("feed", channel="feed", target="feed:"), NOW)
    for n in range(2):
        store.queue_deliveries([delivery(f"d{n}", "feed", channel="feed", target="feed:", created_at=NOW + n * 30 * DAY)])
        settled(store, f"d{n}", NOW + 60 * DAY)
    store.forget_messages(NOW + DAY)
    assert [each.key for each in store.in_feed("feed", 10)] == ["d1"]


# --- bytes and room


def test_all_bytes_that_a_document_stands_on_are_named(store: Store) -> None:
    item = new_item("a")
    kept = replace(
        item.revision,
        archive_key=KEY["page"],
        attachments=(Attachment("https://x/p.pdf", "p", KEY["paper"], 9), Attachment("https://x/q", "q")),
    )
    store.record_visit(visit([replace(item, revision=kept)]))
    assert store.keys_of_documents() == ([KEY["page"], KEY["paper"]], None)


def test_room_that_became_free_goes_back_to_the_disk(filed: Store, path: Path) -> None:
    filed.record_visit(visit([new_item(f"i{n}") for n in range(100)]))
    for number in (2, 3):
        again = [replace(changed(f"i{n}", number, NOW + number * DAY).items[0]) for n in range(100)]
        long = [replace(one, revision=replace(one.revision, text="x" * 100_000)) for one in again if one.revision]
        filed.record_visit(visit(long, at=NOW + number * DAY))
    filed.tidy()
    before = path.stat().st_size
    assert filed.forget_revisions(NOW + 900 * DAY).gone == 100
    while filed.give_back(500):
        pass
    filed.tidy()
    assert path.stat().st_size < before - 5_000_000
    assert filed.check() == []


def test_a_file_of_before_keeps_its_size_until_it_is_made_anew(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE x (y)")
    raw.execute("DROP TABLE x")
    raw.close()
    store = open_store(url_of(path))
    assert store.give_back(100) == 0
    store.close()


@pytest.mark.parametrize("ask", ["forget_visits", "forget_revisions", "forget_messages"])
def test_a_store_without_anything_old_is_not_written_to(filed: Store, path: Path, ask: str) -> None:
    filed.record_visit(news("a"))
    wal = path.with_name(path.name + "-wal").stat().st_size
    getattr(filed, ask)(NOW, NOW) if ask == "forget_visits" else getattr(filed, ask)(NOW)
    assert path.with_name(path.name + "-wal").stat().st_size == wal
