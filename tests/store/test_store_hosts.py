"""What workers tell each other of hosts, and of attempts whose worker died."""

from datetime import timedelta

from cgtwatch.model.delivery import DeliveryState, SendOutcome, SendResult
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import Ended
from store.store_kit import NOW, delivery

SECOND = timedelta(seconds=1)
TURN = timedelta(seconds=30)


def test_a_turn_is_one_workers_until_it_ends_or_its_time_is_over(store: Store) -> None:
    assert store.take_turn("a.test", NOW + TURN, NOW) is None
    assert store.take_turn("a.test", NOW + 2 * TURN, NOW) == NOW + TURN
    assert store.take_turn("b.test", NOW + TURN, NOW) is None
    store.end_turn("a.test", NOW + TURN, NOW + SECOND)
    assert store.take_turn("a.test", NOW + TURN, NOW) == NOW + SECOND
    assert store.take_turn("a.test", NOW + SECOND + TURN, NOW + SECOND) is None
    assert store.take_turn("a.test", NOW + 3 * TURN, NOW + SECOND + TURN) is None  # whoever had it has died


def test_whoever_comes_late_does_not_end_the_turn_of_another(store: Store) -> None:
    store.take_turn("a.test", NOW + TURN, NOW)
    store.take_turn("a.test", NOW + 3 * TURN, NOW + 2 * TURN)
    store.end_turn("a.test", NOW + TURN, NOW)
    assert store.take_turn("a.test", NOW + 4 * TURN, NOW + 2 * TURN) == NOW + 3 * TURN


def test_a_server_that_wants_to_rest_is_known_to_all_until_then(store: Store) -> None:
    assert store.held_servers(NOW) == {}
    store.hold_server("a.test:443", NOW + TURN, 429)
    store.hold_server("a.test:443", NOW + SECOND, 503)  # the longer one stands
    assert store.held_servers(NOW) == {"a.test:443": (NOW + TURN, 429)}
    assert store.held_servers(NOW + TURN) == {}


def test_an_attempt_whose_lease_is_over_is_lost_and_one_that_is_renewed_is_not(store: Store) -> None:
    store.queue_deliveries([delivery("msg_1", subscription=""), delivery("msg_2", subscription="", target="other")])
    begun = store.exchange((), ["msg_1", "msg_2"], NOW, None, TURN).begun
    assert len(begun) == 2
    assert store.lost_deliveries(NOW + TURN - SECOND) == []
    store.renew_attempts({"msg_1": 1, "msg_2": 7}, NOW + 2 * TURN)
    assert [one.key for one in store.lost_deliveries(NOW + TURN)] == ["msg_2"]


def test_what_comes_of_a_lost_attempt_is_not_written(store: Store) -> None:
    store.queue_deliveries([delivery("msg_1", subscription="")])
    store.exchange((), ["msg_1"], NOW, None, TURN)
    lost = Ended("msg_1", SendOutcome(SendResult.UNKNOWN, "its worker died"), NOW + TURN, attempt=1)
    assert store.exchange([lost], (), NOW + TURN).states == (DeliveryState.RETRY,)
    late = Ended("msg_1", SendOutcome(SendResult.SENT, "late"), attempt=1)
    assert store.exchange([late], (), NOW + TURN).states == (DeliveryState.RETRY,)
    store.exchange((), ["msg_1"], NOW + TURN, None, TURN)
    assert store.exchange([late], (), NOW + TURN).states == (DeliveryState.ATTEMPTED,)  # the second attempt is another's
    assert [one.result for one in store.attempts("msg_1")] == [SendResult.UNKNOWN, None]


def test_turns_and_leases_of_a_clock_that_was_wrong_are_not_waited_for(store: Store) -> None:
    far = NOW + timedelta(days=400)
    store.take_turn("a.test", far + TURN, far)
    assert store.take_turn("a.test", NOW + TURN, NOW) is None
    store.hold_server("a.test", far, 429)
    store.hold_server("a.test", NOW + TURN, 429)
    assert store.held_servers(NOW) == {"a.test": (NOW + TURN, 429)}
    store.queue_deliveries([delivery("msg_1", subscription="")])
    store.exchange((), ["msg_1"], far, None, TURN)
    assert [one.key for one in store.lost_deliveries(NOW)] == ["msg_1"]
    store.claim(["cde"], far, TURN)
    assert store.due(NOW, ["cde"]) == ["cde"]


def test_an_attempt_that_is_renewed_while_it_is_taken_for_lost_goes_on(store: Store) -> None:
    store.queue_deliveries([delivery("msg_1", subscription="")])
    store.exchange((), ["msg_1"], NOW, None, TURN)
    assert store.lost_deliveries(NOW + TURN)
    store.renew_attempts({"msg_1": 1}, NOW + 2 * TURN)
    lost = Ended("msg_1", SendOutcome(SendResult.UNKNOWN, "its worker died"), NOW + TURN, attempt=1, lapsed=True)
    assert store.exchange([lost], (), NOW + TURN).states == (DeliveryState.ATTEMPTED,)
    assert store.exchange([lost], (), NOW + 2 * TURN).states == (DeliveryState.RETRY,)


def test_leases_are_renewed_while_somebody_writes_for_long(server_url: str) -> None:
    one, other = open_store(server_url), open_store(server_url)
    one.queue_deliveries([delivery("msg_1", subscription="")])
    one.exchange((), ["msg_1"], NOW, None, TURN)
    with one._database.write():
        other.renew_attempts({"msg_1": 1}, NOW + 2 * TURN)
    assert other.lost_deliveries(NOW + TURN) == []
    other.close()
    one.close()
