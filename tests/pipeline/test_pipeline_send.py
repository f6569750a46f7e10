"""An attempt whose outcome cannot be stored is neither lost nor made again."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cgtwatch.errors import BusyError, NotFound, StoreFull, StoreUnusable
from cgtwatch.model.delivery import Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.pipeline.send import SendParts, Unrecorded, record, send

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MESSAGE = Delivery(
    "msg_1", "mei", "webhook", "https://example.org/", Payload(b"{}", "application/json"), "s", DeliveryState.QUEUED, 0, NOW, NOW
)


@dataclass
class Ledger:
    """A store of one delivery, whose writes may fail."""

    broken: Exception | None = None
    settled: list[SendOutcome] = field(default_factory=list)
    alarms: int = 0

    def begin_attempt(self, key: str, now: datetime) -> Delivery:
        return replace(MESSAGE, state=DeliveryState.ATTEMPTED, attempts=5)

    def attempts(self, key: str) -> tuple[()]:
        return ()

    def settle(self, key: str, outcome: SendOutcome, next_at: datetime | None, now: datetime) -> DeliveryState:
        if self.broken:
            raise self.broken
        self.settled.append(outcome)
        return DeliveryState.SENT if outcome.result is SendResult.SENT else DeliveryState.RETRY if next_at else DeliveryState.DEAD

    def open_alarms(self) -> tuple[()]:
        return ()

    def apply_alarms(self, open: Any, close: Any, now: datetime) -> None:
        if self.broken:
            raise self.broken
        self.alarms += len(open)

    def update_subscription(self, name: str, **changes: Any) -> None:
        raise NotFound("removed meanwhile")


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


@pytest.mark.parametrize("trouble", [StoreFull("full"), BusyError("locked")])
def test_an_outcome_that_could_not_be_stored_is_stored_later_without_a_second_attempt(trouble: Exception) -> None:
    ledger, wire = Ledger(trouble), Wire(SendOutcome(SendResult.SENT, "200"))
    with pytest.raises(Unrecorded) as late:
        send("msg_1", parts(ledger, wire))
    ledger.broken = None
    row = record(late.value.attempted, parts(ledger, wire))
    assert (row.state, wire.sent, len(ledger.settled)) == (DeliveryState.SENT, 1, 1)


def test_what_follows_from_a_stored_outcome_is_made_up_without_storing_it_twice() -> None:
    ledger, wire = Ledger(), Wire(SendOutcome(SendResult.RETRY, "500"))
    failing = Ledger(settled=ledger.settled)
    failing.apply_alarms = lambda *_: (_ for _ in ()).throw(StoreFull("full"))  # type: ignore[method-assign]
    with pytest.raises(Unrecorded) as late:
        send("msg_1", parts(failing, wire))
    record(late.value.attempted, parts(ledger, wire))
    assert (len(ledger.settled), ledger.alarms) == (1, 1)


def test_a_channel_that_cannot_be_made_is_tried_again_since_nothing_was_sent() -> None:
    ledger = Ledger()
    row = send("msg_1", parts(ledger, StoreUnusable("secret.key: cannot be read")))
    assert row is not None
    assert (row.state, row.answer) == (DeliveryState.RETRY, "secret.key: cannot be read")


def test_a_target_gone_whose_subscription_was_removed_meanwhile_breaks_nothing() -> None:
    row = send("msg_1", parts(Ledger(), Wire(SendOutcome(SendResult.GONE, "410"))))
    assert row is not None
    assert row.state is DeliveryState.DEAD
