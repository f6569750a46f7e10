"""A source is in one worker's hands, and what comes of a visit is stored by whoever has it still."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from cgtwatch.errors import LeaseLost
from cgtwatch.model.fetch import Validators
from cgtwatch.model.item import Outcome
from cgtwatch.store import Store, open_store
from cgtwatch.store.visited import lost
from store.store_kit import HOUR, NOW, news, source, state, visit

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def two(store: Store) -> Store:
    store.sync_sources([source(), source("fda")], NOW)
    return store


def quiet(at=NOW, claim=None, source_id="cde"):
    after = state(source_id, last_visit=at, next_poll=at + HOUR, validators=Validators(etag='"x"'))
    return replace(visit(outcome=Outcome.UNCHANGED, at=at, source_state=after), claim=claim)


def test_a_source_is_claimed_once(two: Store) -> None:
    assert two.claim(["cde", "fda", "none"], NOW, LEASE) == {"cde": 1, "fda": 1}
    assert two.claim(["cde", "fda"], NOW + LEASE - SECOND, LEASE) == {}
    assert two.claim(["cde"], NOW + LEASE, LEASE) == {"cde": 2}


def test_what_is_not_due_is_claimed_only_where_that_is_asked(two: Store) -> None:
    two.record_visit(news("a"))
    assert two.claim(["cde"], NOW + SECOND, LEASE) == {}
    assert two.claim(["cde"], NOW + SECOND, LEASE, due=False) == {"cde": 1}


def test_a_visit_gives_its_claim_back(two: Store) -> None:
    for record in (news("a"), quiet(NOW + HOUR)):
        claim = two.claim(["cde"], NOW, LEASE, due=False)["cde"]
        two.record_visit(replace(record, claim=claim))
        two.flush()
    assert two.claim(["cde"], NOW + 2 * HOUR, LEASE) == {"cde": 3}


def test_a_released_claim_lets_others_in_at_once_and_a_late_release_does_not(two: Store) -> None:
    first = two.claim(["cde"], NOW, LEASE)["cde"]
    two.release_claim("cde", first)
    second = two.claim(["cde"], NOW, LEASE)["cde"]
    two.release_claim("cde", first)
    assert two.claim(["cde"], NOW, LEASE) == {}
    two.release_claim("cde", second)
    assert two.claim(["cde"], NOW, LEASE) == {"cde": 3}


def test_a_claim_lasts_as_long_as_it_is_renewed(two: Store) -> None:
    claims = two.claim(["cde"], NOW, LEASE)
    two.renew_claims(claims, NOW + 2 * LEASE)
    assert two.claim(["cde"], NOW + LEASE, LEASE) == {}
    later = two.claim(["cde"], NOW + 2 * LEASE, LEASE)
    two.renew_claims(claims, NOW + 9 * LEASE)  # too late: it is another's
    assert two.claim(["cde"], NOW + 3 * LEASE, LEASE) == {"cde": later["cde"] + 1}


def test_a_lease_of_a_clock_that_was_wrong_is_not_waited_for(two: Store) -> None:
    two.claim(["cde"], NOW + timedelta(days=400), LEASE)
    assert two.claim(["cde"], NOW, LEASE) == {"cde": 2}


def test_a_worker_that_was_stopped_for_too_long_stores_nothing(two: Store) -> None:
    first = two.claim(["cde"], NOW, LEASE)["cde"]
    second = two.claim(["cde"], NOW + LEASE, LEASE)["cde"]
    with pytest.raises(LeaseLost, match="another worker"):
        two.record_visit(replace(news("late"), claim=first))
    two.record_visit(replace(quiet(NOW, first)))  # without news: silently
    two.flush()
    assert (two.counts().items, two.last_seq(), two.fetch_log("cde")) == (0, 0, [])
    assert two.state("cde").last_visit is None
    two.record_visit(replace(news("a", at=NOW + LEASE), claim=second))
    assert (two.counts().items, two.last_seq()) == (1, 1)


@pytest.fixture
def another(server_url: str) -> Iterator[tuple[Store, Store]]:
    stores = open_store(server_url), open_store(server_url)
    yield stores
    for one in stores:
        one.close()


def test_a_store_sees_at_once_what_another_process_has_recorded(another: tuple[Store, Store]) -> None:
    one, other = another
    assert other.state("cde").last_visit is None
    one.record_visit(news("a"))
    assert other.state("cde").last_visit == NOW
    assert other.states()["cde"].last_visit == NOW
    assert other.due(NOW, ["cde"]) == []
    assert [item.id for item in other.known("cde")] == ["a"]


def test_what_another_process_has_in_hand_is_not_due(another: tuple[Store, Store]) -> None:
    one, other = another
    assert other.due(NOW, ["cde"]) == ["cde"]
    claim = one.claim(["cde"], NOW, LEASE)["cde"]
    assert other.due(NOW, ["cde"]) == []
    assert other.due(NOW + LEASE, ["cde"]) == ["cde"]
    one.release_claim("cde", claim)
    assert other.due(NOW, ["cde"]) == ["cde"]


def test_a_visit_that_waits_to_be_written_is_not_made_again_with_a_claim_or_without(two: Store) -> None:
    claim = two.claim(["cde"], NOW, LEASE)["cde"]
    two.record_visit(quiet(claim=claim))
    two.record_visit(quiet(source_id="fda"))
    assert two.due(NOW + SECOND, ["cde", "fda"]) == []


def test_a_visit_under_way_does_not_undo_that_a_person_lets_pages_go(two: Store) -> None:
    two.record_visit(visit(outcome=Outcome.HELD, source_state=state(held=1)))
    claim = two.claim(["cde"], NOW, LEASE, due=False)["cde"]
    assert two.release("cde", True, NOW)
    with pytest.raises(LeaseLost):
        two.record_visit(replace(visit(outcome=Outcome.HELD, source_state=state(held=2)), claim=claim))
    assert two.state("cde").held == 3
    assert two.claim(["cde"], NOW, LEASE) == {"cde": claim + 2}


def test_a_claim_on_what_is_no_longer_known_is_lost(two: Store) -> None:
    with two._database.write() as db:
        assert lost(db, [replace(quiet(source_id="gone"), claim=1)]) == {"gone"}
        assert lost(db, [quiet(source_id="gone")]) == frozenset()
