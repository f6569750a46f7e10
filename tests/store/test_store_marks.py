"""What people say of events: it stands over the reading, outlives the next one, and goes without a trace."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.errors import NotFound
from cgtwatch.model.classification import Classification, Labels, Span
from cgtwatch.model.event import AnnouncementKind
from cgtwatch.model.feedback import FEEDBACK, Mark
from cgtwatch.model.item import Change
from cgtwatch.model.taxonomy import DocType, Modality, Stage
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import EventQuery, StoredItem, ToAnnounce
from store.store_kit import HOUR, NOW, finding, labels, news, policy_event, revision, source, visit

NAMES = (
    "relevant",
    "cgt",
    "policy",
    "modalities",
    "doc_type",
    "stage",
    "jurisdiction",
    "issuers",
    "effective_date",
    "importance",
)


@pytest.fixture
def known() -> Store:
    store = open_store("sqlite://")
    store.sync_sources([source()], NOW)
    store.record_visit(news("a"))
    return store


def said(*names: str, note: str = "", **values: object) -> Mark:
    fields = names or tuple(values)
    return Mark("e-a", fields, replace(Labels(), **values), "jing", NOW, note)


def read_again(**values: object) -> StoredItem:
    """The same item with a new revision, which the rules read as `values`."""
    meant = replace(Labels(cgt=True, policy=True, relevant=True), **values)
    event = policy_event("e-a", "a", NOW + HOUR, labels=meant, evidence={"stage": (Span(0, 3, "New"),)})
    return StoredItem(finding("a", Change.UPDATED), revision("a", 2, NOW + HOUR), Classification(meant), (event,))


def test_a_marked_event_is_found_by_what_was_said_and_rests_on_who_said_it(known: Store) -> None:
    known.mark(said(issuers=("nmpa",), modalities=(Modality.NK,), stage=Stage.DRAFT))
    found = known.events(EventQuery(issuers=("nmpa",), topics=(Modality.NK,), stages=(Stage.DRAFT,)))
    assert [event.id for event in found] == ["e-a"]
    assert found[0].evidence["stage"] == (Span(0, 0, "jing", of=FEEDBACK),)


def test_a_mark_outlives_the_next_reading_of_its_document(known: Store) -> None:
    known.mark(said(relevant=False, stage=Stage.REPEALED))
    known.record_visit(visit([read_again(stage=Stage.ISSUED, doc_type=DocType.LAW)], at=NOW + HOUR))
    labels_now = known.event("e-a").labels
    assert (labels_now.relevant, labels_now.stage, labels_now.doc_type) == (False, Stage.REPEALED, DocType.LAW)
    assert known.mark_of("e-a").read.labels.stage is Stage.ISSUED


def test_a_cleared_mark_leaves_the_latest_reading(known: Store) -> None:
    known.mark(said(relevant=False, issuers=("nmpa",)))
    known.record_visit(visit([read_again(stage=Stage.ISSUED)], at=NOW + HOUR))
    assert known.clear_mark("e-a") is True
    assert known.event("e-a").labels == replace(Labels(cgt=True, policy=True, relevant=True), stage=Stage.ISSUED)
    assert known.event("e-a").evidence == {"stage": (Span(0, 3, "New"),)}
    assert known.events(EventQuery(issuers=("nmpa",))) == []
    assert known.clear_mark("e-a") is False


def test_an_event_that_comes_out_of_the_store_and_back_keeps_its_reading(known: Store) -> None:
    known.mark(said(stage=Stage.REPEALED))
    moved = replace(known.event("e-a"), thread="e-b")
    item = StoredItem(finding("b"), revision("b"), Classification(Labels()), (moved,))
    known.record_visit(visit([item], at=NOW + HOUR))
    assert known.event("e-a").thread == "e-b"
    assert known.mark_of("e-a").read.labels.stage is Stage.NONE


def test_what_is_marked_as_not_relevant_is_announced_no_more(known: Store) -> None:
    known.mark(said(relevant=False))
    told = ToAnnounce(AnnouncementKind.REVISED, "e-a", "facts")
    recorded = known.record_visit(visit([read_again()], [told], NOW + HOUR))
    assert recorded.announced == ()


def test_what_is_marked_as_relevant_is_not_withdrawn(known: Store) -> None:
    known.mark(said(relevant=True))
    gone = StoredItem(finding("a", Change.UPDATED), revision("a", 2, NOW + HOUR), Classification(Labels()))
    known.record_visit(visit([gone], at=NOW + HOUR))
    assert [event.id for event in known.events(EventQuery())] == ["e-a"]


def test_a_second_mark_adds_to_the_first_and_its_own_words_hold(known: Store) -> None:
    known.mark(said(stage=Stage.DRAFT, doc_type=DocType.LAW, note="first"))
    mark = known.mark(said(stage=Stage.ISSUED, effective_date=date(2030, 1, 2)))
    assert (mark.labels.stage, mark.labels.doc_type, mark.labels.effective_date) == (Stage.ISSUED, DocType.LAW, date(2030, 1, 2))
    assert (mark.note, mark.read.labels.stage) == ("first", Stage.NONE)


def test_a_bare_not_relevant_takes_back_what_relevance_was_said_to_consist_of(known: Store) -> None:
    known.mark(said(relevant=True, cgt=True, policy=True))
    assert known.mark(said(relevant=False)).fields == ("relevant",)


def test_an_event_that_nobody_knows_cannot_be_marked(known: Store) -> None:
    with pytest.raises(NotFound, match="e-x"):
        known.mark(replace(said(relevant=False), event="e-x"))


@settings(max_examples=30, deadline=None)
@given(labels, st.sets(st.sampled_from(NAMES), min_size=1), st.text(max_size=20))
def test_a_mark_comes_back_as_it_was_stored(values: Labels, names: set[str], note: str) -> None:
    store = open_store("sqlite://")
    store.sync_sources([source()], NOW)
    store.record_visit(news("a"))
    fields = tuple(sorted(names))
    only = replace(Labels(), **{name: getattr(values, name) for name in fields})
    made = store.mark(Mark("e-a", fields, only, "jing", NOW, note))
    assert store.mark_of("e-a") == made == store.marks()[0]
    assert all(getattr(store.event("e-a").labels, name) == getattr(values, name) for name in fields)
    store.close()
