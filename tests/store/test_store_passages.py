"""What a list tells of its events beside themselves, looked up for all at once."""

from dataclasses import replace

from cgtwatch.store import Store
from cgtwatch.store.passages import Company
from cgtwatch.store.records import EventQuery, StoredItem
from store.store_kit import new_item, policy_event, revision, statements, visit


def with_text(item_id: str, text: str, **event: object) -> StoredItem:
    return replace(new_item(item_id, **event), revision=revision(item_id, text=text))


def test_a_passage_stands_around_the_first_word_that_a_text_holds(store: Store) -> None:
    long = "前" * 5000 + "CAR-T细胞" + "后" * 5000
    store.record_visit(visit([with_text("a", long), with_text("b", "Therapies of many kinds"), with_text("c", "nothing")]))
    found = store.passages(store.events(EventQuery()), ["missing", "car-t", "therap"])
    assert found.keys() == {"e-a", "e-b"}
    assert "CAR-T细胞" in found["e-a"]
    assert len(found["e-a"]) <= 700
    assert found["e-b"] == "Therapies of many kinds"


def test_an_act_that_a_document_only_tells_of_has_no_passage_of_its_own(store: Store) -> None:
    review = with_text("review", "all about exosomes")
    act = policy_event("e-act", "review", main=False)
    store.record_visit(visit([replace(review, events=(*review.events, act))]))
    assert store.passages(store.events(EventQuery()), ["exosome"]).keys() == {"e-review"}


def test_company_counts_reports_of_the_act_and_acts_of_the_thread(store: Store) -> None:
    rows = [
        new_item("draft", thread="e-draft"),
        new_item("final", thread="e-draft", cluster="e-final"),
        new_item("copy", thread="e-draft", cluster="e-final"),
        new_item("alone"),
    ]
    store.record_visit(visit(rows))
    assert store.company(store.events(EventQuery())) == {
        "e-draft": Company(0, 2), "e-final": Company(1, 2), "e-copy": Company(1, 2), "e-alone": Company(0, 1),
    }  # fmt: skip


def test_a_page_of_events_costs_as_many_statements_as_one_event(store: Store) -> None:
    store.record_visit(visit([with_text(f"n{n}", "some words here") for n in range(25)]))
    events = store.events(EventQuery())
    counts = []
    for some in (events[:1], events):
        with statements() as seen:
            store.passages(some, ["words"])
            store.company(some)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_an_event_that_nobody_was_told_of_has_no_audience(store: Store) -> None:
    store.record_visit(visit([new_item("a")]))
    found = store.audience("e-a")
    assert (found.counts, found.told) == ({}, ())
