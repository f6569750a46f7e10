"""Readers and what was sent to them are listed a page at a time, and what was given up is sent again all at once."""

from datetime import timedelta

import pytest

from cgtwatch.errors import NotFound
from cgtwatch.model.delivery import DeliveryState, SendOutcome, SendResult
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Status
from cgtwatch.store import Store
from cgtwatch.store.overview import OPERATOR, LedgerQuery, ReaderQuery
from cgtwatch.store.records import DigestRecord
from store.store_kit import HOUR, NOW, delivery, news, subscription

MAIL, HOOK = "mei@example.org", "https://hook.example.org/secret"


def make_busy(store: Store) -> Store:
    """Three readers: one with a dead and a sent letter, one switched off, one with nothing; and a word to the operator."""
    store.add_subscription(subscription("mei", channel="email", target=MAIL), NOW)
    store.add_subscription(subscription("off", channel="webhook", target=HOOK, status=Status.DISABLED, note="410"), NOW)
    store.add_subscription(subscription("still", channel="email", target="still@example.org"), NOW)
    store.queue_deliveries(
        [
            delivery("d1", "mei", channel="email", target=MAIL, created_at=NOW),
            delivery("d2", "mei", channel="email", target=MAIL, created_at=NOW + HOUR),
            delivery("d3", "", created_at=NOW + 2 * HOUR),
        ]
    )
    for key, result in (("d1", SendResult.SENT), ("d2", SendResult.PERMANENT)):
        assert store.begin_attempt(key, NOW + HOUR)
        store.settle(key, SendOutcome(result, "said"), None, NOW + HOUR)
    return store


@pytest.fixture
def busy(store: Store) -> Store:
    return make_busy(store)


@pytest.fixture(scope="module")
def looked_at(store_of_the_module: Store) -> Store:
    """As busy, for tests that change nothing."""
    return make_busy(store_of_the_module)


def names(store: Store, **asked: object) -> list[str]:
    return [one.subscription.name for one in store.readers(ReaderQuery(**asked))]


def keys(store: Store, **asked: object) -> list[str]:
    return [one.key for one in store.delivery_lines(LedgerQuery(**asked))]


def test_each_reader_is_listed_with_the_last_letter_and_what_is_stuck(looked_at: Store) -> None:
    assert [(one.subscription.name, one.last_sent, one.stuck) for one in looked_at.readers(ReaderQuery())] == [
        ("mei", NOW + HOUR, 1), ("off", None, 0), ("still", None, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"word": "EI"}, ["mei"]), ({"word": "example.org"}, []), ({"word": "still@", "targets": True}, ["still"]), ({"word": "%"}, []),
        ({"status": Status.DISABLED}, ["off"]), ({"channel": "webhook"}, ["off"]), ({"trouble": True}, ["off"]),
        ({"after": "mei"}, ["off", "still"]), ({"limit": 2}, ["mei", "off"]),
    ],
)  # fmt: skip
def test_readers_are_searched_and_narrowed(looked_at: Store, asked: dict[str, object], found: list[str]) -> None:
    assert names(looked_at, **asked) == found
    if not asked.keys() & {"after", "limit"}:
        assert looked_at.count_readers(ReaderQuery(**asked)) == len(found)


def test_a_reader_whose_delivery_has_an_alarm_is_in_trouble(busy: Store) -> None:
    busy.apply_alarms([Alarm("delivery:still", "delivery", "still", "", "", NOW)], [], NOW)
    assert names(busy, trouble=True) == ["off", "still"]


def test_removed_readers_are_no_longer_listed_but_their_letters_are(busy: Store) -> None:
    busy.remove_subscription("mei", NOW)
    assert names(busy) == ["off", "still"]
    assert busy.statuses() == {Status.DISABLED: 1, Status.ACTIVE: 1}
    assert keys(busy, subscription="mei") == ["d2", "d1"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["d3", "d2", "d1"]), ({"state": DeliveryState.DEAD}, ["d2"]), ({"subscription": "mei"}, ["d2", "d1"]),
        ({"subscription": OPERATOR}, ["d3"]), ({"subscription": "nobody"}, []), ({"channel": "email"}, ["d2", "d1"]),
        ({"since": NOW + HOUR}, ["d3", "d2"]), ({"until": NOW + HOUR}, ["d1"]), ({"before": "d2"}, ["d1"]), ({"limit": 1}, ["d3"]),
    ],
)  # fmt: skip
def test_the_ledger_is_narrowed(looked_at: Store, asked: dict[str, object], found: list[str]) -> None:
    assert keys(looked_at, **asked) == found


def test_a_page_after_an_unknown_delivery_is_not_found(busy: Store) -> None:
    with pytest.raises(NotFound):
        keys(busy, before="nothing")
    with pytest.raises(NotFound):
        busy.sent_digests(before="nothing")


def test_digests_are_listed_once_each_newest_first(store: Store) -> None:
    store.add_subscription(subscription(), NOW)
    store.record_visit(news("a", "b"))
    posts = (delivery("m1"), delivery("m1-2"))
    store.record_digest(DigestRecord("reader", 0, 1, NOW, NOW, "First", events=("x",), deliveries=posts))
    store.record_digest(DigestRecord("reader", 1, 2, NOW, NOW, "Second", deliveries=(delivery("m2", subject="Second"),)))
    assert [(one.key, one.events) for one in store.sent_digests()] == [("m2", 0), ("m1", 1)]
    assert [one.key for one in store.sent_digests("reader", before="m2")] == ["m1"]
    assert store.sent_digests("nobody") == []


# --- again, all at once


def test_all_dead_letters_of_a_reader_are_queued_again_in_order(busy: Store) -> None:
    assert busy.dead_letters("mei") == 1
    assert busy.redeliver_dead(NOW + HOUR, "mei") == (("d2", None),)
    assert busy.dead_letters("mei") == 0
    assert busy.delivery("d2").state is DeliveryState.QUEUED


def test_a_dead_letter_that_cannot_go_again_keeps_no_other_back(busy: Store) -> None:
    busy.resolve("d3", DeliveryState.DEAD, NOW)
    busy.remove_subscription("mei", NOW)
    [(first, why), last] = busy.redeliver_dead(NOW)
    assert (first, last) == ("d2", ("d3", None))
    assert "was removed" in str(why)


def test_only_dead_letters_made_since_then_are_queued_again(busy: Store) -> None:
    assert busy.redeliver_dead(NOW, since=NOW + HOUR + timedelta(seconds=1)) == ()
    assert busy.redeliver_dead(NOW, since=NOW + HOUR) == (("d2", None),)


def test_a_thousand_readers_are_searched_without_reading_them_all(store: Store) -> None:
    fresh = [subscription(f"reader-{number:04}", target=f"r{number}@example.org") for number in range(300)]
    store.apply_subscriptions(fresh, {}, [], NOW)
    assert names(store, word="reader-029", limit=5) == [f"reader-029{digit}" for digit in range(5)]
    assert store.count_readers(ReaderQuery(word="reader-029")) == 10
