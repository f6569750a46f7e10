"""Whatever is done to a store, it answers the same on a file as on a server."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgtwatch.errors import CgtwatchError
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.model.event import AnnouncementKind
from cgtwatch.model.item import Outcome
from cgtwatch.model.taxonomy import Importance
from cgtwatch.store import Store, open_store
from cgtwatch.store.overview import LedgerQuery, ReaderQuery
from cgtwatch.store.records import Chosen, DigestRecord, Ended, EventQuery, ItemQuery, Sort, ToAnnounce
from store.life import ITEMS, TODAY, lives
from store.store_kit import HOUR, NOW, an_alarm, delivery, source, state, subscription, visit

READERS = ("mei", "Ärzte", "ops-1", "ops_1")
QUERIES = (
    "", "细胞", "治疗", "基", "因", "干细胞治疗", "cell", "Cells therapy", '"cell therapy"', "guideline OR 通知", "细胞 -治疗", "-基因", "版", "version 2",
    "全文 of", "〔2022〕19号", "CAR-T", "--", "提要", "細胞",
)  # fmt: skip
numbers = st.integers(0, ITEMS - 1)
names = st.sampled_from(READERS)


def tried(work: Callable[[], object]) -> object:
    """What came of it, the error too; how a database is called differs."""
    try:
        return work()
    except CgtwatchError as error:
        return type(error)


def quiet(store: Store, at: int) -> object:
    when = NOW + at * HOUR
    return store.record_visit(
        visit(outcome=Outcome.UNCHANGED, at=when, source_state=state(last_visit=when, next_poll=when + HOUR))
    )


def held(store: Store, at: int) -> object:
    when = NOW + at * HOUR
    return store.record_visit(visit(outcome=Outcome.HELD, at=when, source_state=state(last_visit=when, held=1)))


def claimed(store: Store, at: int) -> object:
    return store.claim(["cde", "fda"], NOW + at * HOUR, timedelta(minutes=5))


def announce(number: int, kind: AnnouncementKind) -> Callable[[Store, int], object]:
    def step(store: Store, at: int) -> object:
        ids = [event.id for event in store.events_of(f"i{number}")]
        return store.announce([ToAnnounce(kind, one, "") for one in ids], NOW + at * HOUR)

    return step


def sign_up(name: str) -> Callable[[Store, int], object]:
    return lambda store, at: store.add_subscription(subscription(name), NOW + at * HOUR)


def leave(name: str) -> Callable[[Store, int], object]:
    return lambda store, at: store.remove_subscription(name, NOW + at * HOUR, "gone")


def digest(name: str) -> Callable[[Store, int], object]:
    def step(store: Store, at: int) -> object:
        reader, last = store.subscription(name), store.last_seq()
        told = list(store.announcements(reader.sent_upto))
        chosen = tuple(Chosen(each.seq, each.seq % 2 == 0, "why") for each in told)
        events = tuple(each.event.id for each in told)
        sent = delivery(f"d{at}", name, target=reader.target, channel=reader.channel)
        return store.record_digest(
            DigestRecord(
                name, reader.sent_upto, last, NOW + at * HOUR, None, "New", "text", "<p>", events, "daily", chosen, (sent,)
            )
        )

    return step


def send(result: SendResult) -> Callable[[Store, int], object]:
    def step(store: Store, at: int) -> object:
        when = NOW + at * HOUR
        due = [one.key for one in store.due_deliveries(when, 2)]
        begun = store.exchange((), due, when, lease=timedelta(minutes=1)).begun
        outcome = SendOutcome(result, "answer")
        ended = [Ended(one.key, outcome, when + HOUR, an_alarm(f"delivery:{one.subscription}", when)) for one in begun]
        return store.exchange(ended, due, when)

    return step


def end_alarms(store: Store, at: int) -> object:
    return store.apply_alarms((), [alarm.key for alarm in store.open_alarms()[:1]], NOW + at * HOUR)


more = st.one_of(
    st.sampled_from([quiet, held, claimed, end_alarms]),
    st.builds(announce, numbers, st.sampled_from(AnnouncementKind)),
    st.builds(sign_up, names), st.builds(leave, names), st.builds(digest, names), st.builds(send, st.sampled_from(SendResult)),
)  # fmt: skip
whole_lives = st.tuples(lives, st.lists(more, min_size=4, max_size=14), st.randoms(use_true_random=False))


def answers(store: Store, queries: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """What can be asked, a name and the answer."""
    ids = [event.id for event in store.events(EventQuery(limit=None))]
    for words in queries:
        for sort in Sort:
            query = EventQuery(query=words, sort=sort, limit=3, today=TODAY, seq=0 if sort is Sort.SEQ else None)
            found = store.events(query)
            yield f"events {words} {sort}", found
            yield f"browse {words} {sort}", store.browse(query)
            if found:
                yield f"events after {words} {sort}", store.events(replace(query, after=found[-1].id))
        yield f"passages {words}", store.passages(store.events(EventQuery(limit=None)), words.lower().split())
        yield (
            f"due {words}",
            store.due_between(TODAY - timedelta(60), TODAY + timedelta(60), EventQuery(query=words, today=TODAY), 9),
        )
        yield f"items {words}", store.items(ItemQuery(query=words, limit=None))
    yield from _of_events(store, ids)
    yield from _of_readers(store)
    yield "due", store.due(NOW + 100 * HOUR, ["cde", "fda"])
    yield "states", store.states()
    yield "log", [store.fetch_log("cde"), store.visits("cde"), store.days_of_visits(NOW - HOUR)]
    yield "held", store.held()
    yield "known", sorted(store.known("cde"), key=lambda one: one.id)
    yield "check", store.check()
    yield "readings", list(store.readings())


def _of_events(store: Store, ids: Sequence[str]) -> Iterator[tuple[str, Any]]:
    first, last = TODAY - timedelta(days=80), TODAY + timedelta(days=80)
    yield "narrowed", store.browse(EventQuery(jurisdictions=("CN",), importance=Importance.LOW, issuers=("cde",), limit=5))
    yield "by day", [store.acts_by_day(first, last), store.acts_by_week(first, last)]
    yield "between", [store.acts_between(first, last), store.acts_between(first, last, "CN"), store.silent_since(first)]
    yield "open", [store.open_consultations(TODAY), store.count_open(TODAY, 5), store.waiting_drafts(), store.finalised()]
    yield "told", [store.announcements(0), store.last_seq(), store.announced_after(0, 3), store.counts()]
    yield "found by", store.candidates(["title:细胞治疗产品 0", "issuer:cde", "topic:our-own", "number:国药监〔2024〕15号"])
    yield "company", store.company(store.events(EventQuery(limit=None)))
    yield "marks", store.marks()
    for one in ids:
        yield f"explained {one}", [store.explain(one), store.audience(one), store.thread(one), store.thread_links(one)]


def _of_readers(store: Store) -> Iterator[tuple[str, Any]]:
    yield "readers", [store.subscriptions(), store.readers(ReaderQuery()), store.readers(ReaderQuery(word="PS_1", trouble=True))]
    yield (
        "due readers",
        [store.due_subscriptions(store.last_seq(), NOW), store.farewells(), store.next_digests(3), store.rotations()],
    )
    yield "digests", [store.digests(), store.sent_digests()]
    yield "ledger", [store.deliveries(), store.delivery_lines(LedgerQuery()), store.unsettled()]
    yield "bytes", [(store.delivery(one.key), store.attempts(one.key)) for one in store.deliveries()]
    yield "alarms", [store.open_alarms(), store.alarms_to_tell(), store.alarms_of("cde")]
    for name in READERS:
        yield f"traces {name}", [store.traces(number) for number in store.numbers_called(name)]


def lived_alike(here: Store, there: Store, life: tuple[Sequence[Any], Sequence[Any], Any], queries: Sequence[str]) -> None:
    """Live one life in both, and ask both of it."""
    steps = [*life[0], *life[1]]
    life[2].shuffle(steps)
    here.sync_sources([source()], NOW)
    for one in (here, there):
        one.sync_sources([source(), source("fda")], NOW)
    for at, step in enumerate(steps):
        came = [tried(lambda on=on, step=step, at=at: step(on, at)) for on in (here, there)]
        assert came[0] == came[1], step
    for (name, one), (_, other) in zip(answers(here, queries), answers(there, queries), strict=True):
        assert one == other, name
    assert here.reindex() == there.reindex()
    assert here.events(EventQuery(query="细胞")) == there.events(EventQuery(query="细胞"))


def on_both(server: Any, template: str, life: tuple[Sequence[Any], Sequence[Any], Any], queries: Sequence[str]) -> None:
    url = server.create(template)
    here, there = open_store("sqlite://"), open_store(url)
    try:
        lived_alike(here, there, life, queries)
    finally:
        here.close()
        there.close()
        server.drop(url)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(life=whole_lives, queries=st.lists(st.sampled_from(QUERIES), min_size=3, max_size=3))
def test_a_file_and_a_server_answer_alike_whatever_was_done(
    postgres_of_the_run: Any, filled_template: str, life: tuple[Sequence[Any], Sequence[Any], Any], queries: Sequence[str]
) -> None:
    on_both(postgres_of_the_run, filled_template, life, queries)


@pytest.mark.chaos
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(life=whole_lives)
def test_a_hundred_lives_are_told_alike_by_a_file_and_a_server(
    postgres_of_the_run: Any, filled_template: str, life: tuple[Sequence[Any], Sequence[Any], Any]
) -> None:
    on_both(postgres_of_the_run, filled_template, life, QUERIES)
