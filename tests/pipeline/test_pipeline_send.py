"""An attempt whose outcome cannot be stored is neither lost nor made again; what follows from an outcome is stored with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from cgtwatch.errors import BusyError, NotFound, StoreFull, StoreUnusable
from cgtwatch.model.delivery import CONFIRM, Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Cadence, Every, Options, Quiet, Subscription
from cgtwatch.pipeline.send import Attempted, SendParts, exchange, send
from cgtwatch.store.records import Ended, Exchanged

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MESSAGE = Delivery(
    "msg_1",
    "mei",
    "webhook",
    "https://example.org/",
    Payload(b"{}", "application/json"),
    "s",
    DeliveryState.ATTEMPTED,
    5,
    NOW,
    NOW,
)
MEI = Subscription("mei", "webhook", "https://example.org/", Cadence(Every.DAILY), timezone="UTC")


@dataclass
class Ledger:
    """A store of one delivery, whose writes may fail."""

    broken: Exception | None = None
    reader: Subscription | None = MEI
    ended: list[Ended] = field(default_factory=list)

    def exchange(
        self, ended: Sequence[Ended], begin: Sequence[str], now: datetime, quiet_until: object, lease: object = None
    ) -> Exchanged:
        if self.broken and ended:
            raise self.broken
        self.ended += ended
        states = [
            DeliveryState.SENT
            if one.outcome.result is SendResult.SENT
            else DeliveryState.RETRY
            if one.next_at
            else DeliveryState.DEAD
            for one in ended
        ]
        return Exchanged(tuple(states), (MESSAGE,) if begin else ())

    def attempts(self, key: str) -> tuple[()]:
        return ()

    def subscription(self, name: str) -> Subscription:
        if self.reader is None:
            raise NotFound("removed meanwhile")
        return self.reader


@dataclass
class Wire:
    outcome: SendOutcome
    sent: int = 0

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:
        self.sent += 1
        return self.outcome


def parts(ledger: Ledger, wire: Wire | Exception) -> SendParts:
    def channel(_name: str) -> Wire:
        if isinstance(wire, Exception):
            raise wire
        return wire

    return SendParts(ledger, channel, lambda: NOW, lambda: 0.5)  # type: ignore[arg-type]


def ended(outcome: SendOutcome, ledger: Ledger | None = None, troubles: int = 0, **rest: Any) -> Ended:
    """What is stored of an attempt that came to `outcome`."""
    there = ledger or Ledger()
    exchange([Attempted(replace(MESSAGE, **rest), outcome, troubles)], (), parts(there, Wire(outcome)))
    return there.ended[0]


@pytest.mark.fault("D2")
@pytest.mark.parametrize("trouble", [StoreFull("full"), BusyError("locked")])
def test_an_outcome_that_could_not_be_stored_is_stored_later_without_a_second_attempt(trouble: Exception) -> None:
    ledger, wire = Ledger(trouble), Wire(SendOutcome(SendResult.SENT, "200"))
    with pytest.raises(type(trouble)):
        send("msg_1", parts(ledger, wire))
    ledger.broken = None
    (row,) = exchange([Attempted(MESSAGE, wire.outcome)], (), parts(ledger, wire)).rows
    assert (row.state, wire.sent, len(ledger.ended)) == (DeliveryState.SENT, 1, 1)


def test_a_channel_that_cannot_be_made_is_tried_again_since_nothing_was_sent() -> None:
    row = send("msg_1", parts(Ledger(), StoreUnusable("secret.key: cannot be read")))
    assert row is not None
    assert (row.state, row.answer) == (DeliveryState.RETRY, "secret.key: cannot be read")


@pytest.mark.fault("W3")
def test_a_target_gone_switches_its_subscription_off_and_the_operator_hears_of_it() -> None:
    said = ended(SendOutcome(SendResult.GONE, "410 Gone"))
    assert (said.switch_off, said.next_at) == ("switched off: 410 Gone", None)
    assert said.trouble is not None
    assert "was switched off" in said.trouble.subject
    assert said.well == (said.trouble.key,)  # it was perhaps in trouble before, and this is news
    assert "resume" in said.trouble.hint


def test_a_target_in_trouble_is_told_after_some_attempts_and_a_dead_letter_at_once() -> None:
    assert ended(SendOutcome(SendResult.RETRY, "500"), attempts=3).trouble is None
    assert ended(SendOutcome(SendResult.RETRY, "500"), attempts=4).trouble is not None
    assert ended(SendOutcome(SendResult.PERMANENT, "400"), attempts=1).trouble is not None


def test_an_unknown_outcome_is_told_where_it_is_not_repeated() -> None:
    unknown = SendOutcome(SendResult.UNKNOWN, "cut")
    assert ended(unknown, attempts=1).trouble is None
    told = ended(unknown, attempts=1, promise="never-twice").trouble
    assert told is not None
    assert told.detail == "unknown: cut"


@pytest.mark.parametrize("of", [{"subscription": ""}, {"kind": CONFIRM}])
def test_trouble_with_alarms_and_with_strangers_typing_is_told_to_nobody(of: dict[str, str]) -> None:
    assert ended(SendOutcome(SendResult.PERMANENT, "550"), **of).trouble is None


def test_a_delivery_that_arrives_ends_the_trouble_of_its_reader_and_of_its_way() -> None:
    assert ended(SendOutcome(SendResult.SENT)).well == ("delivery:mei", "channel:webhook")


def test_a_way_in_trouble_is_told_as_one_trouble_of_all_when_it_lasts() -> None:
    down = SendOutcome(SendResult.RETRY, "greeting: 421", everyone=True)
    assert ended(down, troubles=1, attempts=9).trouble is None
    told = ended(down, troubles=2).trouble
    assert told is not None
    assert told.key == "channel:webhook"


def test_a_retry_waits_for_the_end_of_quiet_hours() -> None:
    ledger = Ledger(reader=replace(MEI, options=Options(quiet=Quiet(time(8), time(12)))))
    assert ended(SendOutcome(SendResult.RETRY, "500"), ledger, attempts=1).next_at == NOW.replace(hour=12)


def test_a_reader_removed_meanwhile_breaks_nothing() -> None:
    again = ended(SendOutcome(SendResult.RETRY, "500"), Ledger(reader=None), attempts=1).next_at
    assert again == NOW + timedelta(seconds=5)
