"""What is sent again goes where its reader is now, or is refused with the reason."""

import pytest

from cgtwatch.errors import StoreError
from cgtwatch.model.delivery import Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Status
from cgtwatch.store import Store
from store.store_kit import HOUR, NOW, delivery, subscription

OLD, NEW = "old@example.org", "new@example.org"


@pytest.fixture
def dead(store: Store) -> Store:
    """A reader by mail with a dead letter, who then moved."""
    store.add_subscription(subscription(channel="email", target=OLD), NOW)
    payload = Payload(b"To: TTTT", "message/rfc822", fillings={"TTTT": OLD, "UUUU": "https://example.org/u"})
    store.queue_deliveries([delivery("d1", channel="email", target=OLD, payload=payload)])
    store.begin_attempt("d1", NOW)
    store.settle("d1", SendOutcome(SendResult.PERMANENT, "550"), None, NOW)
    return store


def again(store: Store) -> Delivery:
    store.redeliver("d1", NOW + HOUR)
    (found,) = store.due_deliveries(NOW + HOUR)
    return store.delivery(found.key)


def test_a_dead_letter_goes_to_the_new_address_of_its_reader_and_names_it(dead: Store) -> None:
    dead.update_subscription("reader", target=NEW)
    sent = again(dead)
    assert (sent.target, sent.payload.filled) == (NEW, b"To: " + NEW.encode())
    assert sent.payload.fillings["UUUU"] == "https://example.org/u"


def test_a_dead_letter_goes_where_it_went_when_its_reader_did_not_move(dead: Store) -> None:
    assert again(dead).target == OLD


def test_a_dead_letter_made_for_another_channel_is_refused_with_the_reason(dead: Store) -> None:
    dead.update_subscription("reader", channel="slack", target="https://hooks.slack.com/services/x")
    with pytest.raises(StoreError, match=r"made for email.*now goes by slack"):
        dead.redeliver("d1", NOW)
    assert dead.delivery("d1").state is DeliveryState.DEAD


def test_a_message_for_the_operator_goes_where_it_went(store: Store) -> None:
    store.queue_deliveries([delivery("d1", "")])
    store.resolve("d1", DeliveryState.DEAD, NOW)
    assert again(store).target == "https://operator.example/hook"


@pytest.mark.parametrize("status", [Status.PAUSED, Status.DISABLED])
def test_a_dead_letter_waits_for_a_reader_who_is_not_served(dead: Store, status: Status) -> None:
    dead.update_subscription("reader", target=NEW, status=status)
    dead.redeliver("d1", NOW)
    assert dead.due_deliveries(NOW + HOUR) == []
    dead.update_subscription("reader", status=Status.ACTIVE)
    assert [one.target for one in dead.due_deliveries(NOW + HOUR)] == [NEW]
