"""A source under a new id goes on where the old one stopped, and nothing of it stays behind."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from cgtwatch.errors import CgtwatchError, NotFound
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome
from cgtwatch.model.push import Push, PushState
from cgtwatch.model.source import Kind, Names, RequestRule, Source
from cgtwatch.store import Store, open_store
from cgtwatch.store.columns import METADATA
from cgtwatch.store.records import EventQuery
from cgtwatch.store.renaming import moves
from store.store_kit import HOUR, NOW, an_alarm, news, source, state, visit

LATER = NOW + 2 * HOUR


def renamed(**rest: object) -> Source:
    """The source of every store here, under another id."""
    return replace(source(), id="cde-list", **rest)


def filled(store: Store) -> None:
    """Something in every table that names a source."""
    store.record_visit(news("a", "b"))
    held = state(held=1, held_as="1:ab", error=ErrorClass.QUARANTINE, baseline_done=True, next_poll=NOW + 9 * HOUR)
    store.record_visit(visit(at=NOW + HOUR, outcome=Outcome.HELD, source_state=held))
    store.save_push(Push("cde", "https://hub.example/", "https://cde.example/list", PushState.ACTIVE, NOW, NOW + 24 * HOUR))
    store.apply_alarms([an_alarm()], [], NOW)


@pytest.mark.fault("C12")
def test_all_that_is_stored_of_a_source_follows_it_to_its_new_id(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    filled(store)
    before = store.state("cde"), store.known("cde"), store.fetch_log("cde"), store.counts(), store.last_seq()
    with caplog.at_level(logging.INFO):
        store.sync_sources([renamed()], LATER)
    after = store.state("cde-list"), store.known("cde-list"), store.fetch_log("cde-list"), store.counts(), store.last_seq()
    assert after == (replace(before[0], source="cde-list"), *before[1:])
    assert list(store.states()) == ["cde-list"]
    assert [page.source for page in store.held()] == ["cde-list"]
    assert {event.source for event in store.events(EventQuery())} == {"cde-list"}
    assert [alarm.key for alarm in store.open_alarms()] == ["source:cde-list"]
    assert "was=cde now=cde-list" in caplog.text


def test_nothing_is_left_under_the_old_id(store: Store) -> None:
    filled(store)
    store.sync_sources([renamed()], LATER)
    assert store.known("cde") == ()
    assert store.fetch_log("cde") == []
    with pytest.raises(NotFound):
        store.state("cde")
    store.sync_sources([renamed(), replace(source(), url="https://cde.example/other")], LATER)
    assert store.state("cde") == state("cde")


def test_the_hub_of_a_renamed_source_is_asked_anew_for_it_knows_the_old_address_alone(store: Store) -> None:
    filled(store)
    store.sync_sources([renamed()], LATER)
    [push] = store.pushes()
    assert (push.source, push.state, push.lease_until) == ("cde-list", PushState.ASKED, None)
    assert push.asked_at < NOW - timedelta(days=365)


def test_what_a_page_counts_by_sources_follows_the_rename(store: Store) -> None:
    filled(store)
    store.warm()
    assert store.browse(EventQuery()).counts["source"] == {"cde": 2}
    store.sync_sources([renamed()], LATER)
    assert store.browse(EventQuery()).counts["source"] == {"cde-list": 2}


def test_a_visit_under_way_while_its_source_is_renamed_stores_nothing_and_keeps_nobody_from_it(store: Store) -> None:
    filled(store)
    store.sync_sources([renamed()], LATER)
    with pytest.raises(CgtwatchError):
        store.record_visit(news("c", at=LATER))
    store.record_visit(visit(at=LATER, outcome=Outcome.UNCHANGED, source_state=state("cde-list", next_poll=LATER)))
    store.flush()
    assert len(store.fetch_log("cde-list")) == 3


def test_visits_that_wait_in_one_process_while_another_renames_their_source_block_nothing(server_url: str) -> None:
    one, other = open_store(server_url), open_store(server_url)
    one.record_visit(visit(at=NOW, outcome=Outcome.UNCHANGED, source_state=state(next_poll=NOW)))
    other.sync_sources([renamed(), source("fda")], LATER)
    one.record_visit(visit(at=LATER, outcome=Outcome.UNCHANGED, source_state=state("fda", next_poll=LATER)))
    one.flush()
    assert (len(other.fetch_log("cde-list")), len(other.fetch_log("fda"))) == (0, 1)
    one.close()
    other.close()


# --- whose history it is

names = st.sampled_from(["a", "b", "c", "d"])
addresses = st.sampled_from(["https://one.example/", "https://two.example/"])
rows = st.dictionaries(names, addresses, max_size=4)


@pytest.mark.fault("C12")
@given(rows, rows)
@settings(max_examples=200)
def test_a_history_goes_to_one_new_source_of_the_same_address_where_there_is_no_doubt_whose_it_is(
    before: dict[str, str], after: dict[str, str]
) -> None:
    stored = {name: {"kind": Kind.LIST, "url": url, "name_zh": "", "name_en": ""} for name, url in before.items()}
    found = moves([Source(name, Kind.LIST, url, Names("", "")) for name, url in after.items()], stored)
    gone = {name: url for name, url in before.items() if name not in after}
    for old, new in found.items():
        assert old not in after
        assert new not in before
        assert before[old] == after[new]
        assert list(gone.values()).count(before[old]) == 1
    assert len(set(found.values())) == len(found)
    alone = [url for url in gone.values() if list(gone.values()).count(url) == 1]
    wanted = {url for name, url in after.items() if name not in before}
    assert len(found) == len([url for url in alone if url in wanted])


@pytest.mark.parametrize(
    "other",
    [
        renamed(url="https://cde.example/other"),
        renamed(kind=Kind.FEED),
        renamed(request=RequestRule(form=(("q", "gene"),)), name=Names("别的", "other")),
    ],
)
def test_another_address_kind_or_question_is_another_source(store: Store, other: Source) -> None:
    store.record_visit(news("a"))
    store.sync_sources([other], LATER)
    assert not store.state("cde-list").items_seen
    assert store.known("cde-list") == ()
    assert len(store.known("cde")) == 1


def test_one_form_under_another_id_and_the_same_names_is_the_same_source(store: Store) -> None:
    store.record_visit(news("a"))
    store.sync_sources([renamed(request=RequestRule(form=(("q", "gene"),)))], LATER)
    assert len(store.known("cde-list")) == 1


@pytest.mark.fault("C12")
def test_no_table_that_names_sources_is_forgotten(store: Store) -> None:
    filled(store)
    store.sync_sources([renamed()], LATER)
    with store._database.read() as db:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if column.name == "source":
                    assert db.execute(select(func.count()).where(column == "cde")).scalar_one() == 0, table.name
