"""A report that comes late or again: about a reader who left, was erased, moved, or was paused by it already."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cgtwatch.model.delivery import Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Cadence, Every, Status, Subscription
from cgtwatch.pipeline.bounces import take_refusals, take_report
from cgtwatch.store import Store, open_store
from cgtwatch.store.tables import BOUNCE
from deliver.reports import KEY, bounce, complaint
from deliver.senders import SECRET_KEY

NOW = datetime(2026, 7, 8, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SAID = bounce(diagnostic="smtp; 550 5.1.1 mei.wang: user unknown; see mei@example.org")


@pytest.fixture
def store() -> Iterator[Store]:
    found = open_store("sqlite://")
    add(found, "mei")
    payload = Payload(b"x", "message/rfc822")
    found.queue_deliveries([Delivery(KEY, "mei", "email", "mei@example.org", payload, "s", DeliveryState.QUEUED, 0, NOW, NOW)])
    assert found.begin_attempt(KEY, NOW)
    found.settle(KEY, SendOutcome(SendResult.SENT, "250"), None, NOW)
    yield found
    found.close()


def add(store: Store, name: str, at: datetime = NOW) -> None:
    store.add_subscription(Subscription(name, "email", "mei@example.org", Cadence(Every.DAILY)), at)


def erase(store: Store) -> None:
    store.erase({store.traces(1).number: ""}, NOW)


def remove(store: Store) -> None:
    store.remove_subscription("mei", NOW)


def take(store: Store, raw: bytes = SAID) -> str:
    return take_report(raw, store, SECRET_KEY, NOW + HOUR).outcome


@pytest.mark.parametrize("leave", [remove, erase])
@pytest.mark.parametrize("raw", [SAID, complaint()])
def test_a_report_about_who_left_tells_nobody_and_harms_no_namesake(store: Store, leave: Callable[[Store], None], raw: bytes):
    leave(store)
    add(store, "mei", NOW + HOUR)
    take(store, raw)
    assert (store.subscription("mei").status, store.open_alarms()) == (Status.ACTIVE, ())


def test_a_report_about_who_was_erased_leaves_nothing_of_her(store: Store) -> None:
    erase(store)
    assert take(store) == "unknown"
    with store._database.read() as db:  # nothing else reads what nobody has
        assert db.execute(select(BOUNCE)).first() is None


@pytest.mark.parametrize("raw", [SAID, complaint()])
def test_a_report_that_is_replayed_pauses_nobody_again(store: Store, raw: bytes) -> None:
    assert take(store, raw) == "paused"
    store.forgive_bounces("mei", NOW + HOUR)
    store.update_subscription("mei", status=Status.ACTIVE, note="")
    assert [take(store, raw) for _ in range(3)] == ["known"] * 3
    assert store.subscription("mei").status is Status.ACTIVE


def test_a_report_that_is_replayed_in_other_words_is_the_same(store: Store) -> None:
    assert take(store, bounce("5.2.2", diagnostic="smtp; full")) == "counted"
    again = [bounce("5.2.2", diagnostic=f"smtp; full {number}") for number in range(5)]
    assert {take(store, raw) for raw in again} == {"known"}


def test_a_report_about_an_address_that_was_left_harms_nobody(store: Store) -> None:
    store.update_subscription("mei", target="new@example.org")
    assert take(store, complaint()) == "counted"
    assert (store.subscription("mei").status, store.open_alarms()) == (Status.ACTIVE, ())


def test_a_refusal_is_counted_once_also_when_it_is_sent_again_and_refused_again(store: Store) -> None:
    for _ in range(4):
        store.redeliver(KEY, NOW + HOUR)
        assert store.begin_attempt(KEY, NOW + HOUR)
        store.settle(KEY, SendOutcome(SendResult.PERMANENT, "recipient: 552 5.2.2 full"), None, NOW + HOUR)
        take_refusals(store, NOW + HOUR)
    assert store.bounce_counts() == {"mei": {"hard": 1}}
