"""A target that wants to be left alone for a while after an attempt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.store import Store
from store.store_kit import NOW, delivery

REST = timedelta(seconds=3)


def due(store: Store, after: timedelta = timedelta()) -> list[str]:
    return [one.key for one in store.due_deliveries(NOW + after)]


@pytest.fixture
def waiting(store: Store) -> Store:
    """Two posts to one room, and one to another, all the operator's."""
    room = replace(delivery("a"), subscription="", channel="wecom", target="https://room.example/1")
    store.queue_deliveries([room, replace(room, key="b"), replace(room, key="c", target="https://room.example/2")])
    return store


def attempt(store: Store, outcome: SendOutcome) -> None:
    assert store.begin_attempt("a", NOW)
    store.settle("a", outcome, NOW + timedelta(seconds=1) if outcome.result is SendResult.RETRY else None, NOW)


def test_the_next_post_to_a_target_waits_as_long_as_it_wants_and_no_other_target_does(waiting: Store) -> None:
    attempt(waiting, SendOutcome(SendResult.SENT, rest=REST))
    assert due(waiting) == ["c"]
    assert due(waiting, REST) == ["b", "c"]


def test_a_repeat_waits_too(waiting: Store) -> None:
    attempt(waiting, SendOutcome(SendResult.RETRY, rest=REST))
    assert due(waiting, REST / 2) == ["c"]
    assert due(waiting, REST) == ["a", "c"]


def test_a_later_hour_stays(waiting: Store) -> None:
    assert waiting.begin_attempt("a", NOW)
    waiting.settle("a", SendOutcome(SendResult.RETRY, rest=REST), NOW + 9 * REST, NOW)
    assert due(waiting, 8 * REST) == ["c"]


def test_a_target_that_asks_for_nothing_is_served_at_once(waiting: Store) -> None:
    attempt(waiting, SendOutcome(SendResult.SENT))
    assert due(waiting) == ["b", "c"]
