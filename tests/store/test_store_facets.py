"""Facets: whatever was stored and is chosen, counts, totals and pages are what the tables themselves answer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage
from cgtwatch.store import open_store
from cgtwatch.store.events import Events
from cgtwatch.store.records import EventQuery, Sort
from store.life import TODAY, Step, days, few, lives
from store.store_kit import NOW, source


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=2, unique=True).map(tuple)


queries = st.builds(
    EventQuery, query=st.sampled_from(["", "", "细胞", "cell", "细胞 -cell", "cell OR 基因"]),
    jurisdictions=some(st.sampled_from(["CN", "CN-BJ", "US", "JP"])), issuers=some(st.sampled_from(["nmpa", "cde", "fda"])),
    doc_types=some(few[DocType]), stages=some(few[Stage]), topics=some(st.sampled_from(["car_t", "our-own"])),
    importance=st.none() | st.sampled_from(Importance), relevant=st.none() | st.booleans(), sources=some(st.sampled_from(["cde", "x"])),
    levels=some(few[Level]), first=days, last=days, open_on=days, sort=st.sampled_from([one for one in Sort if one is not Sort.SEQ]),
    today=st.sampled_from([None, TODAY]), since=st.none(), until=st.none(), seq=st.none(), limit=st.none(), after=st.none(),
)  # fmt: skip
OF_FACET = {
    "jurisdiction": ("jurisdictions", lambda event: places(event.labels.jurisdiction)),
    "issuer": ("issuers", lambda event: event.labels.issuers),
    "doc_type": ("doc_types", lambda event: [event.labels.doc_type]),
    "stage": ("stages", lambda event: [event.labels.stage]),
    "modality": ("topics", lambda event: [*event.labels.modalities, *event.labels.topics]),
    "level": ("levels", lambda event: [event.labels.level] if event.labels.level else []),
    "source": ("sources", lambda event: [event.source]),
    "importance": ("importance", lambda event: RANKS[: RANKS.index(event.labels.importance) + 1]),
}
RANKS = (Importance.NONE, Importance.LOW, Importance.MEDIUM, Importance.HIGH)


def places(code: str | None) -> set[str]:
    return {code, code.partition("-")[0]} if code else set()


@settings(max_examples=8, deadline=None)
@given(life=lives, asked=st.lists(queries, min_size=1, max_size=3))
def test_a_page_its_total_and_its_counts_are_what_the_tables_say(life: Sequence[Step], asked: Sequence[EventQuery]) -> None:
    store = open_store("sqlite://")
    try:
        store.sync_sources([source()], NOW)
        for at, step in enumerate(life):
            step(store, at)
            store.browse(asked[0])  # so that every step is taken in by itself
        for query in asked:
            found, rows = store.browse(query), Events.events(store, query)
            assert list(found.events) == store.events(query) == store.events(replace(query, limit=len(rows) + 1)) == rows
            assert found.total == len(rows)
            for name, (field, values_of) in OF_FACET.items():
                others = Events.events(store, replace(query, **{field: None if field == "importance" else ()}))
                assert found.counts[name] == Counter(value for event in others for value in values_of(event)), name
            months = (f"{event.on:%Y-%m}" for event in Events.events(store, replace(query, first=None, last=None)) if event.on)
            assert found.counts["month"] == Counter(months)
    finally:
        store.close()


@settings(max_examples=8, deadline=None)
@given(life=lives, query=queries, limit=st.integers(1, 3))
def test_pages_one_after_the_other_are_the_whole_list(life: Sequence[Step], query: EventQuery, limit: int) -> None:
    store = open_store("sqlite://")
    try:
        store.sync_sources([source()], NOW)
        for at, step in enumerate(life):
            step(store, at)
        whole = [event.id for event in store.events(query)]
        for page_of in (lambda one: Events.events(store, one), lambda one: store.browse(one).events, store.events):
            found: list[str] = []
            after = None
            while page := [event.id for event in page_of(replace(query, limit=limit, after=after))]:
                found += page
                after = page[-1]
            assert found == whole
    finally:
        store.close()
