"""Sending to many: writes are shared, targets in trouble hold up nobody, a way that is down is asked once for all."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cgtwatch.engine.lanes import PLANS
from cgtwatch.engine.leases import Leases
from cgtwatch.engine.sends import Sends
from cgtwatch.engine.storage import Storage
from cgtwatch.errors import StoreFull
from cgtwatch.model.delivery import Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Cadence, Every, Options, Quiet, Subscription
from cgtwatch.pipeline.send import LEASE, SendParts
from cgtwatch.store import Store, open_store

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TAKEN = SendOutcome(SendResult.SENT, "200")
SOON = 20.0  # seconds after which a test gives up; nothing waits that long
WEB = next(plan for plan in PLANS if plan.name == "web")


@dataclass
class World:
    """Receivers by target: an outcome, or an event until which one hangs. Notes in which order they were asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    under_way: int = 0
    most: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def send(self, target: str, payload: Payload, key: str, now: datetime) -> SendOutcome:
        with self.guard:
            self.asked.append((target, key))
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        answer = self.answers.get(target, TAKEN)
        if isinstance(answer, threading.Event):
            assert answer.wait(SOON)
            answer = SendOutcome(SendResult.RETRY, "timeout")
        with self.guard:
            self.under_way -= 1
        outcome: SendOutcome = answer(key) if callable(answer) else answer
        return outcome

    @property
    def targets(self) -> list[str]:
        with self.guard:
            return [target for target, _ in self.asked]


@dataclass
class Bench:
    store: Store
    world: World
    sends: Sends
    now: datetime = NOW
    seconds: float = 0.0

    def queue(self, *targets: str, channel: str = "webhook", **rest: Any) -> None:
        number = len(self.store.deliveries(limit=None))
        payload = Payload(b"{}", "application/json")
        one = Delivery("", "", channel, "", payload, "s", DeliveryState.QUEUED, 0, NOW, NOW)
        made = [replace(one, key=f"d{number + n}", target=target, **rest) for n, target in enumerate(targets)]
        self.store.queue_deliveries(made)

    def send(self) -> dict[str, str]:
        return {row.delivery: row.state.value for row in self.sends.all()}

    def eventually(self, true: Callable[[], bool]) -> None:
        """Attempts end on other threads: look until it is so, each time as the service's tick does."""
        waited = threading.Event()
        for _ in range(int(SOON * 100)):
            if true():
                return
            self.sends.due()
            waited.wait(0.01)
        raise AssertionError("it never came to that")


@pytest.fixture
def bench() -> Iterator[Bench]:
    store, world = open_store("sqlite://"), World()
    made = Bench(store, world, None)  # type: ignore[arg-type]
    parts = SendParts(store, lambda _name: world, lambda: made.now, lambda: 0.5)
    app: Any = SimpleNamespace(clock=lambda: made.now, send_parts=parts, store=store, shared=True)
    made.sends = Sends(app, Storage(store.probe), lambda: made.seconds)
    yield made
    for answer in world.answers.values():
        if isinstance(answer, threading.Event):
            answer.set()
    assert made.sends.stop(SOON)
    store.close()


# --- the ledger


def test_all_that_is_due_is_sent_each_once(bench: Bench) -> None:
    bench.queue(*(f"t{n}" for n in range(100)))
    assert set(bench.send().values()) == {"sent"}
    assert sorted(bench.world.targets) == sorted(f"t{n}" for n in range(100))


def test_attempts_that_end_together_share_a_write(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[tuple[int, int]] = []
    exchange = bench.store.exchange
    monkeypatch.setattr(
        bench.store,
        "exchange",
        lambda ended, begin, *rest: (writes.append((len(ended), len(begin))), exchange(ended, begin, *rest))[1],
    )
    gate = threading.Event()
    bench.world.answers = {f"t{n}": gate for n in range(WEB.size)}
    bench.queue(*(f"t{n}" for n in range(WEB.size)))
    bench.sends.due()
    assert writes == [(0, WEB.size)]
    with bench.sends._ledger:  # somebody else writes
        gate.set()
        bench_waits(lambda: len(bench.sends._made) == WEB.size)
    bench.send()
    assert writes == [(0, WEB.size), (WEB.size, 0)]


def bench_waits(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(SOON * 200)):
        if true():
            return
        pause.wait(0.005)
    raise AssertionError("it never came to that")


def test_an_attempt_begins_in_the_ledger_only_when_a_sender_is_free_for_it(bench: Bench) -> None:
    gate = threading.Event()
    bench.world.answers = {f"t{n}": gate for n in range(WEB.size + 20)}
    bench.queue(*(f"t{n}" for n in range(WEB.size + 20)))
    bench.sends.due()
    assert len(bench.store.deliveries(DeliveryState.ATTEMPTED)) == WEB.size
    assert len(bench.store.deliveries(DeliveryState.QUEUED)) == 20


def test_messages_of_one_target_arrive_in_order_and_one_at_a_time(bench: Bench) -> None:
    bench.queue(*["one"] * 5, "two", *["one"] * 5)
    bench.send()
    assert [key for target, key in bench.world.asked if target == "one"] == [f"d{n}" for n in (0, 1, 2, 3, 4, 6, 7, 8, 9, 10)]


def test_a_target_in_back_off_holds_its_own_queue_only(bench: Bench) -> None:
    bench.world.answers["bad"] = SendOutcome(SendResult.RETRY, "500")
    bench.queue("bad", "bad", "good", "good")
    states = bench.send()
    assert states == {"d0": "retry", "d2": "sent", "d3": "sent"}
    bench.now += timedelta(hours=1)
    bench.world.answers.clear()
    assert bench.send() == {"d0": "sent", "d1": "sent"}


def test_what_could_not_be_recorded_is_recorded_when_it_can_without_a_second_attempt(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = bench.store.exchange

    def full(ended: Any, begin: Any, *rest: Any) -> Any:
        if ended:
            raise StoreFull("no space left")
        return exchange(ended, begin, *rest)

    bench.queue("one", "two")
    with monkeypatch.context() as patched:
        patched.setattr(bench.store, "exchange", full)
        with pytest.raises(StoreFull):
            bench.send()
    bench.sends.storage.look_now()
    bench.send()
    assert sorted(bench.world.targets) == ["one", "two"]
    assert {one.state for one in bench.store.deliveries()} == {DeliveryState.SENT}


def test_what_could_not_be_recorded_is_recorded_later_though_nothing_more_is_asked_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker among several gets no job where nothing is due, and its outcomes would wait until they are taken for lost."""
    exchange, tries = bench.store.exchange, threading.Event()

    def full(ended: Any, begin: Any, *rest: Any) -> Any:
        if ended and not tries.is_set():
            tries.set()
            raise StoreFull("no space left")
        return exchange(ended, begin, *rest)

    monkeypatch.setattr(bench.store, "exchange", full)
    monkeypatch.setattr("cgtwatch.engine.sends._AGAIN", 0.01)
    bench.queue("one")
    bench.sends.due()
    assert tries.wait(SOON)
    waited = threading.Event()
    for _ in range(int(SOON * 100)):
        bench.sends.storage.look_now()
        if bench.store.deliveries()[0].state is DeliveryState.SENT:
            break
        waited.wait(0.01)
    assert bench.store.deliveries()[0].state is DeliveryState.SENT
    assert bench.world.targets == ["one"]


def test_a_worker_that_stood_still_after_it_began_sends_nothing_that_may_be_anothers_by_now(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands, exchange = [0.0], bench.store.exchange
    bench.sends._leases = Leases(bench.sends.app, lambda: hands[0])
    monkeypatch.setattr(bench.sends._leases, "_keep", lambda: None)

    def stopped(ended: Any, begin: Any, *rest: Any) -> Any:
        done = exchange(ended, begin, *rest)
        if done.begun and hands[0] < LEASE.total_seconds():
            hands[0] += LEASE.total_seconds()  # from here on until somebody else could have begun
        return done

    monkeypatch.setattr(bench.store, "exchange", stopped)
    bench.queue("one")
    with bench.sends.serving("web"):
        bench.eventually(lambda: bench.store.deliveries()[0].state is DeliveryState.RETRY)
        assert bench.world.targets == []
        bench.now += timedelta(hours=1)
        bench.eventually(lambda: bench.store.deliveries()[0].state is DeliveryState.SENT)
    first, second = bench.store.attempts("d0")
    assert (first.result, second.result) == (SendResult.RETRY, SendResult.SENT)
    assert "stood still" in first.answer


def test_the_end_records_what_came_of_the_last_attempts(bench: Bench) -> None:
    bench.queue("one")
    bench.sends.due()
    assert bench.sends.stop(SOON)
    assert bench.store.deliveries()[0].state is DeliveryState.SENT


# --- fairness


def test_targets_that_hang_hold_up_nobody(bench: Bench) -> None:
    """Two hundred targets, every second of which does not answer: the others are served while those hang, and when they hang again."""
    gate, hanging = threading.Event(), [f"t{n}" for n in range(0, 200, 2)]
    bench.world.answers = dict.fromkeys(hanging, gate)
    bench.queue(*(f"t{n}" for n in range(200)))

    def pass_by() -> bool:
        bench.seconds += 0.5  # those that hang give their places to others
        return len(bench.store.deliveries(DeliveryState.SENT)) == 100

    bench.eventually(pass_by)
    gate.set()
    bench.eventually(lambda: not bench.sends.busy() and not bench.store.deliveries(DeliveryState.ATTEMPTED))
    bench.world.answers = dict.fromkeys(hanging, threading.Event())
    bench.now += timedelta(minutes=1)
    bench.queue(*(f"new{n}" for n in range(40)))
    bench.eventually(lambda: sum(target.startswith("new") for target in bench.world.targets) == 40)


def test_targets_in_trouble_share_a_quarter_of_the_places(bench: Bench) -> None:
    refused = SendOutcome(SendResult.RETRY, "503")
    bench.world.answers = {f"t{n}": refused for n in range(100)}
    bench.queue(*(f"t{n}" for n in range(100)))
    bench.send()
    gate = threading.Event()
    bench.world.answers = {f"t{n}": gate for n in range(100)}
    bench.now += timedelta(minutes=1)

    def crowd() -> bool:
        bench.seconds += 3
        return bench.world.under_way >= WEB.size * WEB.crowd // 4

    bench.eventually(crowd)
    for _ in range(5):
        bench.seconds += 3
        bench.sends.due()
    assert bench.world.under_way == WEB.size * WEB.crowd // 4
    bench.queue("healthy")
    bench.eventually(lambda: "healthy" in bench.world.targets)


def test_a_target_that_was_slow_waits_behind_those_that_were_not(bench: Bench) -> None:
    gate = threading.Event()
    bench.world.answers["slow"] = gate
    bench.queue("slow")
    bench.sends.due()
    bench.seconds += 5
    gate.set()
    bench.eventually(lambda: not bench.sends.busy() and not bench.store.deliveries(DeliveryState.ATTEMPTED))
    quick = {f"quick{n}" for n in range(WEB.size)}
    bench.world.answers = dict.fromkeys(quick, threading.Event())
    bench.store.resolve("d0", DeliveryState.CANCELLED, NOW)
    bench.queue("slow", *quick)
    bench.world.asked.clear()
    bench.sends.due()
    bench_waits(lambda: bench.world.under_way == WEB.size)
    assert set(bench.world.targets) == quick


def test_what_waits_for_whatever_reason_goes_to_nobody_in_quiet_hours(bench: Bench) -> None:
    quiet = Options(quiet=Quiet(time(8), time(12)))
    for name, options in (("quiet", quiet), ("awake", Options())):
        one = Subscription(name, "webhook", name, Cadence(Every.DAILY), timezone="UTC", options=options)
        bench.store.add_subscription(one, NOW)
        bench.queue(name, subscription=name)
    assert bench.send() == {"d1": "sent"}
    bench.now = NOW.replace(hour=12)
    assert bench.send() == {"d0": "sent"}


# --- a way that is down

DOWN = SendOutcome(SendResult.RETRY, "connection refused", everyone=True)


def test_a_mail_server_that_is_down_is_asked_by_a_few_and_not_by_all(bench: Bench) -> None:
    bench.world.answers = {f"m{n}": DOWN for n in range(200)}
    bench.queue(*(f"m{n}" for n in range(200)), channel="email")
    bench.send()
    assert len(bench.world.asked) <= 8
    bench.now += timedelta(seconds=30)
    bench.sends.due()
    assert len(bench.world.asked) <= 8, "it rests"


def test_one_message_asks_for_all_when_the_pause_is_over_and_all_go_when_it_is_well(bench: Bench) -> None:
    bench.world.answers = {f"m{n}": DOWN for n in range(40)}
    bench.queue(*(f"m{n}" for n in range(40)), channel="email")
    bench.send()
    before = len(bench.world.asked)
    bench.now += timedelta(minutes=2)
    bench.send()
    assert len(bench.world.asked) == before + 1
    bench.world.answers.clear()
    bench.now += timedelta(hours=1)
    bench.send()
    assert {one.state for one in bench.store.deliveries()} == {DeliveryState.SENT}


def test_the_operator_hears_once_of_a_way_that_stays_down_and_once_of_its_end(bench: Bench) -> None:
    bench.world.answers = {f"m{n}": DOWN for n in range(20)}
    bench.queue(*(f"m{n}" for n in range(20)), channel="email")
    told = []
    for _ in range(4):
        bench.send()
        bench.now += timedelta(hours=1)
        told.append([one.key for one in bench.store.open_alarms()])
    assert told == [[], *[["channel:email"]] * 3]
    bench.world.answers.clear()
    bench.send()
    assert bench.store.open_alarms() == ()


def test_another_way_goes_on_while_one_is_down(bench: Bench) -> None:
    bench.world.answers = {f"m{n}": DOWN for n in range(20)}
    bench.queue(*(f"m{n}" for n in range(20)), channel="email")
    bench.queue("hook")
    bench.send()
    assert "hook" in bench.world.targets


def test_a_server_that_finds_us_too_many_gets_fewer_at_a_time_and_no_pause(bench: Bench) -> None:
    def crowded(_key: str) -> SendOutcome:
        return DOWN if bench.world.under_way >= 4 else TAKEN

    bench.queue("first", channel="email")
    bench.send()
    bench.world.answers = {f"m{n}": crowded for n in range(100)}
    bench.queue(*(f"m{n}" for n in range(100)), channel="email")
    bench.seconds += 1
    for _ in range(30):
        bench.send()
        bench.now += timedelta(minutes=40)
    assert {one.state for one in bench.store.deliveries(limit=None)} == {DeliveryState.SENT}
