"""A service that dies during the same attempt again and again does not flood anybody: each copy was perhaps taken."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from cgtwatch.model.delivery import DeliveryState, SendOutcome, SendResult
from cgtwatch.model.subscription import Options, Promise, Quiet
from cgtwatch.pipeline.send import SendParts, recover, send
from cgtwatch.store import Store, open_store
from store.store_kit import delivery, subscription

NOW = datetime(2026, 7, 8, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
MAIL = {"channel": "email", "target": "reader@example.org"}


class Killed(BaseException):
    """The end of the process."""


class Deadly:
    """A channel whose message is taken, whereupon the process ends."""

    def __init__(self) -> None:
        self.copies: list[str] = []

    def send(self, target: str, payload: object, key: str, now: datetime) -> SendOutcome:
        self.copies.append(key)
        raise Killed


@pytest.fixture
def store() -> Iterator[Store]:
    found = open_store("sqlite://")
    yield found
    found.close()


def ledger(store: Store, **rest: Any) -> None:
    where = {name: rest[name] for name in ("channel", "target") if name in rest}
    store.add_subscription(subscription(**where, promise=Promise(rest.get("promise", "at-least-once"))), NOW)
    store.queue_deliveries([delivery("d1", **rest)])


def parts(store: Store, channel: Any, now: datetime = LATER) -> SendParts:
    return SendParts(store, lambda _name: channel, lambda: now, lambda: 0.5)


def crash_loop(store: Store, times: int) -> list[str]:
    """What was taken by a channel that brings the process down, start after start."""
    channel = Deadly()
    for _ in range(times):
        recover(parts(store, channel))
        try:
            send("d1", parts(store, channel))
        except Killed:
            continue
    recover(parts(store, channel))
    return channel.copies


def test_a_mail_is_repeated_once_and_then_listed_when_the_service_dies_at_each_start(store: Store) -> None:
    ledger(store, **MAIL)
    assert crash_loop(store, 9) == ["d1", "d1"]
    assert store.delivery("d1").state is DeliveryState.UNKNOWN
    assert [one.key for one in store.open_alarms()] == ["delivery:reader"]


@pytest.mark.promise("P4")
def test_a_room_gets_one_copy_and_the_operator_hears_that_its_outcome_is_unknown(store: Store) -> None:
    ledger(store, promise="never-twice")
    assert crash_loop(store, 9) == ["d1"]
    assert (store.delivery("d1").state, len(store.open_alarms())) == (DeliveryState.UNKNOWN, 1)


def test_a_hook_gets_no_more_copies_than_it_would_get_attempts(store: Store) -> None:
    ledger(store)
    assert crash_loop(store, 30) == ["d1"] * 10


def test_a_copy_that_was_perhaps_taken_counts_whether_the_line_was_cut_or_the_service_died(store: Store) -> None:
    ledger(store, **MAIL)
    assert store.begin_attempt("d1", NOW)
    store.settle("d1", SendOutcome(SendResult.UNKNOWN, "cut"), NOW, NOW)
    assert crash_loop(store, 9) == ["d1"]


def test_what_follows_a_mail_that_is_listed_as_unknown_is_sent(store: Store) -> None:
    ledger(store, **MAIL)
    store.queue_deliveries([delivery("d2", **MAIL)])
    crash_loop(store, 9)
    assert [one.key for one in store.due_deliveries(LATER)] == ["d2"]


def test_what_was_lost_once_is_due_at_the_start_or_listed(store: Store) -> None:
    ledger(store)
    other = {"target": "https://other.example", "promise": "never-twice"}
    store.queue_deliveries([delivery("d2", **other)])
    for key in ("d1", "d2"):
        store.begin_attempt(key, NOW)
    found = recover(parts(store, Deadly()))
    assert [(one.delivery, one.state) for one in found] == [("d1", DeliveryState.RETRY), ("d2", DeliveryState.UNKNOWN)]
    assert [one.key for one in store.due_deliveries(LATER)] == ["d1"]
    assert store.attempts("d1")[0].result is SendResult.UNKNOWN
    assert recover(parts(store, Deadly())) == ()


def test_what_was_lost_is_not_repeated_in_quiet_hours(store: Store) -> None:
    ledger(store, **MAIL)
    quiet = Options(quiet=Quiet(time(8), time(12)))
    store.update_subscription("reader", options=quiet, timezone="UTC")
    store.queue_deliveries([replace(delivery("d3", ""), target="operator@example.org")])
    store.begin_attempt("d1", NOW)
    recover(parts(store, Deadly()))
    assert store.delivery("d1").due_at == NOW.replace(hour=12)


def test_a_lost_attempt_of_a_reader_who_was_removed_meanwhile_breaks_nothing(store: Store) -> None:
    ledger(store, **MAIL)
    store.begin_attempt("d1", NOW)
    store.remove_subscription("reader", NOW)
    recover(parts(store, Deadly()))
    assert (store.delivery("d1").state, store.open_alarms()) == (DeliveryState.CANCELLED, ())
