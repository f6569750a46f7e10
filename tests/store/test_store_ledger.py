"""Digests move a mark once; deliveries go through their states and are never forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cgtwatch.errors import ConfigError, NotFound, StoreError
from cgtwatch.model.delivery import DeliveryState, SendOutcome, SendResult
from cgtwatch.model.subscription import Promise, Status
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import Chosen, DigestRecord
from store.store_kit import HOUR, NOW, delivery, news, source, subscription

LATER = NOW + HOUR


@pytest.fixture
def served(store: Store) -> Store:
    """A store with one reader and three announcements."""
    store.add_subscription(subscription(), NOW)
    store.record_visit(news("a", "b", "c"))
    return store


def digest(from_seq: int, to_seq: int, *keys: str, **rest: object) -> DigestRecord:
    chosen = tuple(Chosen(seq, True, "all") for seq in range(from_seq + 1, to_seq + 1))
    fresh = DigestRecord("reader", from_seq, to_seq, NOW, LATER, "New", chosen=chosen)
    return replace(fresh, deliveries=tuple(delivery(key) for key in keys), **rest)


# --- digests


def test_a_digest_moves_the_mark_and_queues_its_deliveries_together(served: Store) -> None:
    assert served.record_digest(digest(0, 3, "d1"))
    reader = served.subscription("reader")
    assert (reader.sent_upto, reader.next_due) == (3, LATER)
    assert served.delivery("d1").digest == served.digests("reader")[0].id


@pytest.mark.promise("P6")
def test_the_second_of_two_workers_stores_nothing(served: Store) -> None:
    assert served.record_digest(digest(0, 3, "d1"))
    assert not served.record_digest(digest(0, 3, "d2"))
    assert [each.key for each in served.deliveries()] == ["d1"]
    assert len(served.digests()) == 1


@pytest.mark.promise("P6")
def test_one_announcement_cannot_stand_in_two_digests(served: Store) -> None:
    served.record_digest(digest(0, 2, "d1"))
    twice = digest(2, 3, "d2", chosen=(Chosen(2, True, "again"),))
    with pytest.raises(StoreError, match="2 is not between"):
        served.record_digest(twice)
    with pytest.raises(StoreError):
        served.record_digest(replace(twice, chosen=(Chosen(3, True, "once"), Chosen(3, True, "twice"))))
    assert served.subscription("reader").sent_upto == 2


def test_a_digest_whose_delivery_cannot_be_queued_leaves_the_mark(served: Store) -> None:
    served.record_digest(digest(0, 1, "d1"))
    with pytest.raises(StoreError, match="d1"):
        served.record_digest(digest(1, 3, "d1"))
    assert served.subscription("reader").sent_upto == 1
    assert len(served.digests()) == 1


def test_a_range_with_nothing_wanted_moves_the_mark_and_keeps_the_reason(served: Store) -> None:
    unwanted = digest(0, 3, reason="nothing wanted", chosen=(Chosen(1, False, "not CN"),))
    assert served.record_digest(unwanted)
    assert (served.subscription("reader").sent_upto, served.deliveries()) == (3, [])
    assert served.digests()[0].reason == "nothing wanted"
    assert served.explain("e-a").told[0].reason == "not CN"


def test_an_hour_without_news_only_sets_the_next_hour(served: Store) -> None:
    served.record_digest(digest(0, 3, "d1"))
    assert served.record_digest(digest(3, 3, next_due=LATER + HOUR))
    assert served.subscription("reader").next_due == LATER + HOUR
    assert len(served.digests()) == 1


def test_a_welcome_goes_out_once_even_where_nothing_was_announced() -> None:
    store = open_store("sqlite://")
    store.add_subscription(subscription(welcomed=False), NOW)
    assert store.record_digest(digest(0, 0, "w1", welcome=True))
    assert not store.record_digest(digest(0, 0, "w2", welcome=True))
    assert [each.key for each in store.deliveries()] == ["w1"]
    store.sync_sources([source()], NOW)
    store.record_visit(news("a"))
    assert store.record_digest(digest(0, 1, "d1"))
    store.close()


def test_a_paused_subscription_gets_no_digest(served: Store) -> None:
    served.update_subscription("reader", status=Status.PAUSED)
    assert not served.record_digest(digest(0, 3, "d1"))


def test_a_mark_never_moves_back(served: Store) -> None:
    served.record_digest(digest(0, 3, "d1"))
    with pytest.raises(ConfigError, match="forward"):
        served.update_subscription("reader", sent_upto=1)


def test_explain_names_every_reader_with_reason_and_outcome(served: Store) -> None:
    served.record_digest(digest(0, 3, "d1"))
    served.begin_attempt("d1", NOW)
    served.settle("d1", SendOutcome(SendResult.SENT, "200 OK"), None, LATER)
    explained = served.explain("e-b")
    (one,) = explained.told
    assert (one.subscription, one.wanted, one.delivery, one.state, one.answer) == (
        "reader",
        True,
        "d1",
        DeliveryState.SENT,
        "200 OK",
    )
    assert explained.fetches[0].new == 3
    assert [each.seq for each in explained.announcements] == [2]


# --- subscriptions


def test_a_name_is_taken_once(served: Store) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        served.add_subscription(subscription(), NOW)


def test_an_unknown_field_of_a_subscription_is_refused(served: Store) -> None:
    with pytest.raises(ConfigError, match="colour"):
        served.update_subscription("reader", colour="red")


def test_a_removed_subscription_gets_nothing_more_and_its_name_is_free(served: Store) -> None:
    served.record_digest(digest(0, 3, "d1"))
    served.remove_subscription("reader", LATER)
    assert served.delivery("d1").state is DeliveryState.CANCELLED
    with pytest.raises(NotFound):
        served.subscription("reader")
    served.add_subscription(subscription(), LATER)
    assert served.record_digest(digest(0, 3, "d2"))
    assert served.explain("e-a").told[0].subscription == "reader"


# --- deliveries


@pytest.fixture
def queued(served: Store) -> Store:
    served.queue_deliveries([delivery("d1")])
    return served


def outcome(store: Store, result: SendResult, next_at: object, key: str = "d1") -> DeliveryState:
    assert store.begin_attempt(key, NOW) is not None
    return store.settle(key, SendOutcome(result, "answer"), next_at, LATER)


@pytest.mark.parametrize(
    ("result", "next_at", "state"),
    [
        (SendResult.SENT, None, DeliveryState.SENT),
        (SendResult.SENT, LATER, DeliveryState.SENT),
        (SendResult.RETRY, LATER, DeliveryState.RETRY),
        (SendResult.RETRY, None, DeliveryState.DEAD),
        (SendResult.PERMANENT, LATER, DeliveryState.DEAD),
        (SendResult.GONE, LATER, DeliveryState.DEAD),
        (SendResult.UNKNOWN, LATER, DeliveryState.RETRY),
        (SendResult.UNKNOWN, None, DeliveryState.UNKNOWN),
    ],
)
def test_an_outcome_leads_to_its_state(queued: Store, result: SendResult, next_at: object, state: DeliveryState) -> None:
    assert outcome(queued, result, next_at) is state
    stored = queued.delivery("d1")
    assert stored.state is state
    assert stored.due_at == (LATER if state is DeliveryState.RETRY else None)
    assert stored.sent_at == (LATER if state is DeliveryState.SENT else None)


@pytest.mark.promise("P4")
def test_never_twice_is_not_repeated_when_the_outcome_is_unknown(served: Store) -> None:
    served.queue_deliveries([delivery("d1", promise=Promise.NEVER_TWICE)])
    assert outcome(served, SendResult.UNKNOWN, LATER) is DeliveryState.UNKNOWN
    assert served.due_deliveries(LATER + HOUR) == []


def test_an_attempt_is_recorded_before_its_outcome(queued: Store) -> None:
    begun = queued.begin_attempt("d1", NOW)
    assert (begun.state, begun.attempts, begun.payload.body) == (DeliveryState.ATTEMPTED, 1, b"body of d1")
    assert queued.attempts("d1")[0].result is None
    assert queued.begin_attempt("d1", NOW) is None


def test_every_attempt_is_kept(queued: Store) -> None:
    outcome(queued, SendResult.RETRY, NOW)
    outcome(queued, SendResult.SENT, None)
    assert [(each.number, each.result) for each in queued.attempts("d1")] == [(1, SendResult.RETRY), (2, SendResult.SENT)]


def test_what_has_no_attempt_under_way_cannot_be_settled(queued: Store) -> None:
    with pytest.raises(StoreError, match="no attempt is under way"):
        queued.settle("d1", SendOutcome(SendResult.SENT), None, NOW)


def test_a_target_in_back_off_holds_its_own_queue_and_no_other(served: Store) -> None:
    served.queue_deliveries([delivery("d1")])
    served.queue_deliveries([delivery("d2")])
    served.queue_deliveries([delivery("d3", "")])
    outcome(served, SendResult.RETRY, LATER + HOUR)
    assert [each.key for each in served.due_deliveries(LATER)] == ["d3"]
    assert served.begin_attempt("d2", LATER) is None
    assert [each.key for each in served.due_deliveries(LATER + HOUR)] == ["d1", "d3"]


@pytest.mark.promise("P3")
def test_a_target_gets_its_messages_one_at_a_time_and_in_order(served: Store) -> None:
    served.queue_deliveries([delivery("d1")])
    served.queue_deliveries([delivery("d2")])
    assert served.begin_attempt("d2", NOW) is None
    served.begin_attempt("d1", NOW)
    assert served.begin_attempt("d2", NOW) is None
    assert served.due_deliveries(NOW) == []
    served.settle("d1", SendOutcome(SendResult.SENT), None, NOW)
    assert served.begin_attempt("d2", NOW) is not None


def test_deliveries_of_a_paused_reader_wait_and_hold_nobody(served: Store) -> None:
    served.add_subscription(subscription("second"), NOW)
    served.queue_deliveries([delivery("d1", target="https://shared.example")])
    served.queue_deliveries([delivery("d2", "second", target="https://shared.example")])
    served.update_subscription("reader", status=Status.PAUSED)
    assert [each.key for each in served.due_deliveries(NOW)] == ["d2"]
    served.update_subscription("reader", status=Status.ACTIVE)
    assert [each.key for each in served.due_deliveries(NOW)] == ["d1"]


def test_a_retry_of_a_reader_removed_meanwhile_is_cancelled(queued: Store) -> None:
    queued.begin_attempt("d1", NOW)
    queued.remove_subscription("reader", NOW)
    assert queued.settle("d1", SendOutcome(SendResult.RETRY), LATER, NOW) is DeliveryState.CANCELLED


def test_a_dead_delivery_can_be_sent_again_with_the_same_bytes(queued: Store) -> None:
    outcome(queued, SendResult.PERMANENT, None)
    again = queued.redeliver("d1", LATER)
    assert (again.state, again.attempts, again.due_at) == (DeliveryState.QUEUED, 0, LATER)
    assert queued.begin_attempt("d1", LATER).payload.body == b"body of d1"


def test_an_attempt_under_way_is_not_doubled_by_redelivery(queued: Store) -> None:
    queued.begin_attempt("d1", NOW)
    with pytest.raises(StoreError, match="under way"):
        queued.redeliver("d1", NOW)


def test_a_person_says_what_became_of_an_unknown_delivery(queued: Store) -> None:
    outcome(queued, SendResult.UNKNOWN, None)
    assert queued.resolve("d1", DeliveryState.SENT, LATER).sent_at == LATER
    with pytest.raises(StoreError, match="only what is"):
        queued.resolve("d1", DeliveryState.DEAD, LATER)
    with pytest.raises(StoreError, match="cannot be resolved"):
        queued.resolve("d1", DeliveryState.QUEUED, LATER)


def test_the_same_key_is_refused(queued: Store) -> None:
    with pytest.raises(StoreError, match="already"):
        queued.queue_deliveries([delivery("d1")])


class Digests(RuleBasedStateMachine):
    """Announcements and digests in any order, two workers, pauses: each announcement is in exactly one digest below the mark."""

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store("sqlite://")
        self.store.sync_sources([source()], NOW)
        self.store.add_subscription(subscription(), NOW)
        self.items = 0
        self.digests = 0

    @rule(count=st.integers(1, 3))
    def announce(self, count: int) -> None:
        names = [f"i{self.items + n}" for n in range(count)]
        self.items += count
        self.store.record_visit(news(*names, at=NOW + timedelta(seconds=self.items)))

    @rule(stale=st.integers(0, 2), short=st.integers(0, 2))
    def compose(self, stale: int, short: int) -> None:
        mark, last = self.store.subscription("reader").sent_upto, self.store.last_seq()
        from_seq, to_seq = max(0, mark - stale), max(mark, last - short)
        self.digests += 1
        recorded = self.store.record_digest(digest(from_seq, to_seq, f"d{self.digests}"))
        assert recorded is (from_seq == mark)

    @invariant()
    def every_announcement_is_told_once(self) -> None:
        mark = self.store.subscription("reader").sent_upto
        told = [(one.seq, one.digest) for each in self.store.announcements(0) for one in self.store.explain(each.event.id).told]
        assert sorted({seq for seq, _ in told}) == list(range(1, mark + 1))
        assert len({seq for seq, _ in told}) == len(told)
        assert self.store.check() == []

    def teardown(self) -> None:
        self.store.close()


Digests.TestCase.settings = settings(max_examples=15, stateful_step_count=8, deadline=None)
TestDigests = Digests.TestCase
