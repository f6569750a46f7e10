"""Which events a filter lets through, and what it says of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.model.classification import Labels
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.subscription import Cadence, Every, Filter, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.select import wanted

AT = datetime(2026, 7, 8, 2, 0, tzinfo=UTC)
LABELS = Labels(
    cgt=True,
    policy=True,
    relevant=True,
    modalities=(Modality.CAR_T, Modality.GENE_THERAPY),
    doc_type=DocType.GUIDELINE,
    stage=Stage.DRAFT,
    jurisdiction="CN-BJ",
    issuers=("bj_mpa", "bj_hc"),
    level=Level.PROVINCIAL,
    document_number="京药监发〔2026〕12号",
    importance=Importance.MEDIUM,
)
EVENT = PolicyEvent(
    "e1",
    "i1",
    "bj",
    "细胞治疗产品ＣＡＲ-T指导原则",
    "https://bj.example/1",
    LABELS,
    AT.date(),
    AT,
    AT,
    1,
    "e1",
    "e1",
    summary="为规范生产",
)


def choose(asked: Filter, event: PolicyEvent = EVENT):
    return wanted(Subscription("reader", "email", "a@example.org", Cadence(Every.DAILY), filter=asked), event)


def test_an_empty_filter_wants_every_relevant_event():
    assert choose(Filter()).reasons == ("everything",)


def test_what_is_not_relevant_is_never_wanted():
    choice = choose(Filter(), replace(EVENT, labels=replace(LABELS, relevant=False)))
    assert (choice.wanted, choice.reasons) == (False, ("relevant!no",))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Filter(topics=(Modality.CAR_T, Modality.TIL)), "topic=car_t"),
        (Filter(jurisdictions=("CN",)), "jurisdiction=CN-BJ"),
        (Filter(jurisdictions=("us", "cn-bj")), "jurisdiction=CN-BJ"),
        (Filter(levels=(Level.PROVINCIAL,)), "level=provincial"),
        (Filter(issuers=("bj_hc", "nmpa")), "issuer=bj_hc"),
        (Filter(doc_types=(DocType.GUIDELINE,)), "doc_type=guideline"),
        (Filter(stages=(Stage.DRAFT, Stage.ISSUED)), "stage=draft"),
        (Filter(importance=Importance.LOW), "importance=medium"),
        (Filter(query="car-t 细胞治疗"), "query=car-t 细胞治疗"),
        (Filter(query='"京药监发〔2026〕12号"'), 'query="京药监发〔2026〕12号"'),
    ],
)
def test_a_part_that_agrees_says_what_agreed(asked, reason):
    assert (choose(asked).wanted, choose(asked).reasons) == (True, (reason,))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Filter(topics=(Modality.TIL,)), "topic!car_t,gene_therapy"),
        (Filter(jurisdictions=("CN-B", "C")), "jurisdiction!CN-BJ"),
        (Filter(levels=(Level.NATIONAL,)), "level!provincial"),
        (Filter(issuers=("nmpa",)), "issuer!bj_mpa,bj_hc"),
        (Filter(doc_types=(DocType.LAW,)), "doc_type!guideline"),
        (Filter(stages=(Stage.ISSUED,)), "stage!draft"),
        (Filter(importance=Importance.HIGH), "importance!medium"),
        (Filter(query="CAR-T a=b!c"), "query!a=b!c"),
    ],
)
def test_a_part_that_disagrees_says_what_stood_in_the_way(asked, reason):
    assert (choose(asked).wanted, choose(asked).reasons) == (False, (reason,))


def test_a_query_with_an_exclamation_mark_that_occurs_is_wanted():
    assert choose(Filter(query="nature!"), replace(EVENT, title="Nature! CAR-T")).wanted


def test_a_refusal_names_every_part_that_disagreed_and_no_other():
    choice = choose(Filter(topics=(Modality.CAR_T,), jurisdictions=("US",), importance=Importance.HIGH))
    assert choice.reasons == ("jurisdiction!CN-BJ", "importance!medium")
    assert choice.text == "not wanted: jurisdiction CN-BJ not asked for; importance medium not asked for"


def test_an_event_without_jurisdiction_is_not_wanted_where_one_is_asked_for():
    choice = choose(Filter(jurisdictions=("CN",)), replace(EVENT, labels=replace(LABELS, jurisdiction=None)))
    assert choice.text == "not wanted: no jurisdiction known"


@given(
    st.builds(
        Filter,
        topics=st.lists(st.sampled_from(Modality), max_size=2).map(tuple),
        jurisdictions=st.lists(st.sampled_from(["CN", "US", "CN-BJ", "EU"]), max_size=2).map(tuple),
        stages=st.lists(st.sampled_from(Stage), max_size=2).map(tuple),
        importance=st.none() | st.sampled_from(Importance),
        query=st.sampled_from(["", "CAR-T", "absent"]),
    )
)
def test_a_choice_always_has_a_reason_and_agrees_with_it(asked):
    choice = choose(asked)
    assert choice.reasons
    assert choice.wanted == all("!" not in reason for reason in choice.reasons)
