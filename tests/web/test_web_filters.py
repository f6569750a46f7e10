"""Addresses that ask for events: read, written back, said in words, and turned into what a subscription asks for."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.compose.context import DigestContext
from cgtwatch.model.subscription import Filter
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.web.filter_words import chip, title
from cgtwatch.web.filters import MOST_VALUES, address, chosen, filter_of, is_bare, minus, not_kept, pairs, plus, read
from cgtwatch.web.words import page_words

TODAY = date(2026, 7, 8)
codes = st.from_regex(r"[A-Z][A-Z0-9-]{0,9}", fullmatch=True)
words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


def some(values: st.SearchStrategy) -> st.SearchStrategy[tuple]:
    return st.lists(values, max_size=3, unique=True).map(tuple)


queries = st.builds(
    EventQuery, query=st.lists(words, max_size=3).map(" ".join), since=st.none(), until=st.none(), jurisdictions=some(codes),
    issuers=some(codes), doc_types=some(st.sampled_from(DocType)), stages=some(st.sampled_from(Stage)),
    topics=some(st.sampled_from([*Modality, "our-own"])), importance=st.none() | st.sampled_from(Importance),
    relevant=st.none() | st.booleans(), sources=some(codes), limit=st.just(100), after=st.none(), levels=some(st.sampled_from(Level)),
    first=st.none() | st.dates(), last=st.none() | st.dates(), open_on=st.none() | st.just(TODAY) | st.dates(), seq=st.none(),
    sort=st.sampled_from(Sort), today=st.just(TODAY),
)  # fmt: skip


def asked(text: str) -> EventQuery:
    return read(parse_qsl(text, keep_blank_values=True), TODAY, ["our-own"]).query


@settings(max_examples=60, deadline=None)
@given(query=queries)
def test_an_address_is_read_as_the_query_that_it_was_written_for(query: EventQuery) -> None:
    written = address(query).removeprefix("?")
    if "OR" not in query.query.split():
        found = read(parse_qsl(written), TODAY, ["our-own"])
        assert (found.query, found.wrong) == (query, {})


@settings(max_examples=60, deadline=None)
@given(query=queries)
def test_what_is_taken_away_can_be_added_again(query: EventQuery) -> None:
    for name, value in pairs(query):
        narrower = minus(query, name, value)
        if name in ("sort", "query"):
            continue
        assert (name, value) not in pairs(narrower)
        again = plus(narrower, name, value, TODAY)
        assert sorted(pairs(again)) == sorted(pairs(query))


@settings(max_examples=60, deadline=None)
@given(
    given=st.lists(
        st.tuples(
            st.sampled_from(["query", "stage", "since", "open", "relevant", "issuer", "after", "nonsense"]), st.text(max_size=30)
        )
    )
)
def test_nothing_that_stands_in_an_address_breaks_it(given: list[tuple[str, str]]) -> None:
    found = read(given, TODAY)
    said = page_words("zh")
    assert address(found.query)
    assert title(found.query, DigestContext(), said) is not None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", {}),
        ("stage=draft&stage=ISSUED", {"stages": (Stage.DRAFT, Stage.ISSUED)}),
        ("jurisdiction=cn-bj", {"jurisdictions": ("CN-BJ",)}),
        ("topic=car_t&modality=our-own", {"topics": ("car_t", "our-own")}),
        ("since=2026-02&until=2026-02", {"first": date(2026, 2, 1), "last": date(2026, 2, 28)}),
        ("open=1", {"open_on": TODAY}),
        ("open=2026-08-01", {"open_on": date(2026, 8, 1)}),
        ("open=0", {}),
        ("relevant=any", {"relevant": None}),
        ("relevant=no", {"relevant": False}),
        ("importance=medium&sort=deadline", {"importance": Importance.MEDIUM, "sort": Sort.DEADLINE}),
        ("query=细胞&query=-基因", {"query": "细胞 -基因"}),
        ("stage=&query=+&unknown=1", {}),
        ("after=e-1", {"after": "e-1"}),
    ],
)
def test_an_address_means(text: str, meant: dict[str, object]) -> None:
    assert asked(text) == replace(EventQuery(relevant=True, today=TODAY), **meant)


@pytest.mark.parametrize(
    "text",
    ["stage=foo", "modality=foo", "since=2026-13", "open=soon", "relevant=perhaps", "issuer=a b", "sort=best", "query=a%00b"],
)
def test_what_is_not_understood_is_left_out_and_told(text: str) -> None:
    found = read(parse_qsl(text), TODAY)
    assert is_bare(found.query)
    name, _, value = text.partition("=")
    assert found.wrong == {name: (value.replace("%00", "\0"),)}


def test_an_address_with_a_thousand_values_is_cut() -> None:
    found = read([("issuer", f"office-{n}") for n in range(1000)], TODAY)
    assert len(found.query.issuers) == MOST_VALUES


def test_what_is_asked_for_is_said_in_both_languages() -> None:
    query = asked("query=细胞&stage=draft&jurisdiction=CN&importance=medium&open=1&since=2026-02-01")
    assert title(query, DigestContext(), page_words("en")) == (
        "words: 细胞; place: China; stage: draft for comment; importance: at least medium; from: 1 Feb 2026; open for comment on: today"
    )
    assert "征求意见中：今天" in title(query, DigestContext(), page_words("zh"))
    assert chip("since", "2026-02-01", DigestContext(), page_words("en")) == "from 1 Feb 2026"


def test_a_query_becomes_a_subscription_as_far_as_subscriptions_can() -> None:
    query = asked("query=细胞&stage=draft&modality=car_t&source=cde&open=1&since=2026-02-01")
    assert filter_of(query) == Filter(topics=("car_t",), stages=(Stage.DRAFT,), query="细胞")
    assert not_kept(query) == ("source", "since", "open")
    assert chosen(query, "topic") == ("car_t",)
