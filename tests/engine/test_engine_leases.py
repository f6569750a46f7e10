"""What is taken in hand among several workers: claims around visits, leases that are renewed, and those that are lost."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cgtwatch.engine.leases import LONGEST, RENEW, STEADY, Leases
from cgtwatch.errors import StoreError
from cgtwatch.pipeline.send import LEASE

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Store:
    """Claims as the database gives them, and what was asked of it."""

    def __init__(self) -> None:
        self.cycles: dict[str, int] = {}
        self.held: set[str] = set()
        self.released: list[tuple[str, int]] = []
        self.renewed: list[Mapping[str, int]] = []
        self.broken = False

    def claim(self, ids: list[str], now: datetime, lease: timedelta, *, due: bool = True) -> dict[str, int]:
        taken = [one for one in ids if one not in self.held]
        self.held.update(taken)
        self.cycles.update({one: self.cycles.get(one, 0) + 1 for one in taken})
        return {one: self.cycles[one] for one in taken}

    def release_claim(self, source: str, cycle: int) -> None:
        if self.broken:
            raise StoreError("away")
        self.released.append((source, cycle))
        self.held.discard(source)

    def renew_claims(self, claims: Mapping[str, int], until: datetime) -> None:
        assert until == NOW + LEASE
        self.renewed.append(claims)

    def renew_attempts(self, attempts: Mapping[str, int], until: datetime) -> None:
        self.renewed.append(attempts)

    def flush(self) -> None:
        pass

    def server_time(self) -> datetime:
        if self.broken:
            raise StoreError("away")
        return NOW


class Hands:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def leases(store: Store, hands: Hands, *, shared: bool = True) -> Leases:
    app: Any = SimpleNamespace(store=store, shared=shared, clock=lambda: NOW)
    made = Leases(app, hands)
    made._thread = made._thread or SimpleNamespace()  # type: ignore[assignment] # renewed by the test alone
    return made


def test_a_source_is_one_workers_until_its_visit_is_recorded() -> None:
    store, hands = Store(), Hands()
    mine, other = leases(store, hands), leases(store, hands)
    with mine.claimed("a", due=True) as taken:
        assert taken is not None
        assert taken.cycle == 1
        with other.claimed("a", due=True) as late:
            assert late is None
        taken.recorded = True
    assert store.released == []  # the record gives the claim back


def test_a_visit_that_was_not_recorded_leaves_the_source_to_others_at_once() -> None:
    store = Store()
    mine = leases(store, Hands())
    with pytest.raises(StoreError), mine.claimed("a", due=True):
        raise StoreError("away")
    assert store.released == [("a", 1)]


def test_a_claim_that_cannot_be_given_back_ends_by_itself() -> None:
    store = Store()
    store.broken = True
    with leases(store, Hands()).claimed("a", due=True) as taken:
        assert taken is not None
    assert store.held == {"a"}


def test_what_is_under_way_is_renewed_and_what_hangs_is_not() -> None:
    store, hands = Store(), Hands()
    mine = leases(store, hands)
    mine.claim("old", due=True)
    hands.now = LONGEST
    mine.claim("young", due=True)
    mine.renew()
    assert store.renewed == [{"young": 1}]
    mine.done("young", 1, recorded=True)
    mine.renew()
    assert len(store.renewed) == 1


def test_attempts_are_renewed_until_their_outcome_is_written() -> None:
    store = Store()
    mine = leases(store, Hands())
    one: Any = SimpleNamespace(key="msg_1", attempts=3)
    mine.begin([one])
    mine.renew()
    assert store.renewed == [{"msg_1": 3}]
    mine.end(["msg_1"])
    mine.renew()
    assert len(store.renewed) == 1


def test_where_one_process_works_nothing_is_asked_of_the_database() -> None:
    store = Store()
    with leases(store, Hands(), shared=False).claimed("a", due=True) as taken:
        assert taken is not None
        assert taken.cycle is None
    assert store.cycles == {}
    assert store.released == []


def test_attempts_are_renewed_before_claims_whose_loss_nobody_hears_of() -> None:
    store = Store()
    mine = leases(store, Hands())
    mine.claim("a", due=True)
    one: Any = SimpleNamespace(key="msg_1", attempts=3)
    mine.begin([one])
    mine.renew()
    assert store.renewed == [{"msg_1": 3}, {"a": 1}]


def test_after_an_outage_nobody_is_taken_for_dead_before_the_living_could_renew() -> None:
    store, hands = Store(), Hands()
    mine = leases(store, hands)

    def looks(seconds: float) -> None:
        for _ in range(int(seconds // RENEW) + 1):
            mine.look()
            hands.now += RENEW

    assert not mine.steady()  # it knows nothing of what was before
    looks(STEADY + RENEW)
    assert mine.steady()
    store.broken = True
    with pytest.raises(StoreError):
        mine.look()
    assert not mine.steady()
    store.broken = False
    looks(RENEW)
    assert not mine.steady()
    looks(STEADY + RENEW)
    assert mine.steady()
    hands.now += 60.0  # the process stood still, and what it knows is old
    assert not mine.steady()
    looks(RENEW)
    assert not mine.steady()
