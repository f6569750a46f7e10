"""What is asked of the store is answered by what was stored, in the order promised."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cgtwatch.errors import NotFound
from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.event import AnnouncementKind, Link, Relation
from cgtwatch.model.item import Change
from cgtwatch.model.taxonomy import DocType, Importance, Modality, Stage
from cgtwatch.store import Store
from cgtwatch.store.records import Counts, EventQuery, ItemQuery, Sort, StoredItem, ToAnnounce, VisitRecord
from store.store_kit import HOUR, NOW, finding, new_item, news, policy_event, revision, visit

LATER = NOW + HOUR
CHINESE = Labels(
    cgt=True,
    policy=True,
    relevant=True,
    modalities=(Modality.CAR_T, Modality.STEM_CELL),
    doc_type=DocType.GUIDELINE,
    stage=Stage.DRAFT,
    jurisdiction="CN-BJ",
    issuers=("cde", "nmpa"),
    document_number="国药监药注〔2024〕15号",
    comment_deadline=date(2026, 8, 1),
    importance=Importance.HIGH,
)
AMERICAN = Labels(
    cgt=True,
    policy=True,
    relevant=True,
    modalities=(Modality.GENE_THERAPY,),
    doc_type=DocType.APPROVAL,
    stage=Stage.ISSUED,
    jurisdiction="US",
    issuers=("fda",),
    importance=Importance.LOW,
)


def item(item_id: str, labels: Labels, at: datetime, title: str, text: str) -> StoredItem:
    fresh = new_item(item_id, at)
    events = (replace(fresh.events[0], labels=labels, title=title),) if labels.relevant else ()
    return replace(
        fresh, revision=revision(item_id, at=at, title=title, text=text), classification=Classification(labels), events=events
    )


def three() -> VisitRecord:
    """A Chinese draft, an American approval, and what is of no interest."""
    return visit(
        [
            item(
                "zh",
                CHINESE,
                NOW,
                "细胞治疗产品临床试验指导原则（征求意见稿）",
                "为规范嵌合抗原受体T细胞产品，100%按照要求。",
            ),
            item("us", AMERICAN, LATER, "Approval of a gene therapy", "The FDA approved Example-gene today."),
            item("no", Labels(), LATER + HOUR, "Solar cells", "About energy."),
        ]
    )


@pytest.fixture(scope="module")
def looked_at(store_of_the_module: Store) -> Store:
    """The three, for tests that change nothing."""
    store_of_the_module.record_visit(three())
    return store_of_the_module


@pytest.fixture
def filled(store: Store) -> Store:
    store.record_visit(three())
    return store


def ids(store: Store, **query: object) -> list[str]:
    return [found.id for found, _ in store.items(ItemQuery(**query))]


def event_ids(store: Store, **query: object) -> list[str]:
    return [found.item_id for found in store.events(EventQuery(**query))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["no", "us", "zh"]),
        ({"relevant": True}, ["us", "zh"]),
        ({"relevant": False}, ["no"]),
        ({"query": "嵌合抗原"}, ["zh"]),
        ({"query": "细胞治疗 嵌合"}, ["zh"]),
        ({"query": "细胞治疗 FDA"}, []),
        ({"query": "fda GENE"}, ["us"]),
        ({"query": "100%"}, ["zh"]),
        ({"query": "%"}, ["zh"]),
        ({"query": "_"}, []),
        ({"query": "' OR 1=1 --"}, []),
        ({"jurisdictions": ("CN",)}, ["zh"]),
        ({"jurisdictions": ("CN-BJ",)}, ["zh"]),
        ({"jurisdictions": ("C",)}, []),
        ({"issuers": ("nmpa",)}, ["zh"]),
        ({"topics": (Modality.STEM_CELL,)}, ["zh"]),
        ({"doc_types": (DocType.APPROVAL,)}, ["us"]),
        ({"stages": (Stage.DRAFT,)}, ["zh"]),
        ({"importance": Importance.LOW}, ["us", "zh"]),
        ({"importance": Importance.MEDIUM}, ["zh"]),
        ({"sources": ("cde",)}, ["no", "us", "zh"]),
        ({"sources": ("fda",)}, []),
        ({"since": LATER}, ["no", "us"]),
        ({"until": LATER}, ["zh"]),
        ({"limit": 1}, ["no"]),
        ({"limit": 1, "after": "no"}, ["us"]),
        ({"after": "zh"}, []),
    ],
)
def test_a_query_finds_its_items(looked_at: Store, query: dict[str, object], found: list[str]) -> None:
    assert ids(looked_at, **query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["us", "zh"]),
        ({"query": "嵌合抗原"}, ["zh"]),
        ({"query": "〔2024〕15号"}, ["zh"]),
        ({"jurisdictions": ("CN",), "topics": (Modality.CAR_T,)}, ["zh"]),
        ({"issuers": ("fda",)}, ["us"]),
        ({"since": LATER}, ["us"]),
        ({"after": "e-us"}, ["zh"]),
    ],
)
def test_a_query_finds_its_events(looked_at: Store, query: dict[str, object], found: list[str]) -> None:
    assert event_ids(looked_at, **query) == found


def test_an_edited_item_is_found_by_the_later_time_and_by_its_new_text_only(filled: Store) -> None:
    edited_at = LATER + 5 * HOUR
    edited = StoredItem(finding("zh", Change.UPDATED), revision("zh", 2, edited_at, text="腺相关病毒"), Classification(CHINESE))
    filled.record_visit(visit([edited], at=edited_at))
    assert ids(filled, since=edited_at) == ["zh"]
    assert ids(filled, query="腺相关病毒") == ["zh"]
    assert ids(filled, query="嵌合抗原") == []


def test_an_act_that_a_review_only_mentions_is_found_by_its_own_words(store: Store) -> None:
    review = item("review", CHINESE, NOW, "年度回顾", "全文提到很多内容：外泌体。")
    act = policy_event("e-act", "review", main=False, title="某通知", summary="")
    store.record_visit(visit([replace(review, events=(*review.events, act))]))
    assert [each.id for each in store.events(EventQuery(query="外泌体"))] == ["e-review"]
    assert [each.id for each in store.events(EventQuery(query="某通知"))] == ["e-act"]


def test_what_is_stored_is_counted(looked_at: Store) -> None:
    assert looked_at.counts() == Counts(items=3, events=2, relevant=2, announcements=0)


@pytest.mark.parametrize(
    "ask", ["item", "revisions", "event", "thread", "explain", "delivery", "subscription", "state", "digest"]
)
def test_what_is_unknown_is_said_to_be(store: Store, ask: str) -> None:
    with pytest.raises(NotFound, match="77"):
        getattr(store, ask)(77 if ask == "digest" else "77")


def test_consultations_come_soonest_first_and_once_for_each_cluster(store: Store) -> None:
    def draft(item_id: str, days: int, cluster: str) -> StoredItem:
        labels = replace(CHINESE, comment_deadline=date(2026, 7, 8) + timedelta(days=days))
        return new_item(item_id, labels=labels, cluster=cluster)

    store.record_visit(visit([draft("a", 9, "e-a"), draft("b", 3, "e-b"), draft("c", 9, "e-a"), draft("d", -1, "e-d")]))
    assert [each.id for each in store.open_consultations(date(2026, 7, 8))] == ["e-b", "e-a"]
    assert [each.id for each in store.open_consultations(date(2026, 7, 12))] == ["e-a"]


def test_an_act_with_its_final_form_is_open_for_comment_no_more(store: Store) -> None:
    waits = Labels(relevant=True, stage=Stage.DRAFT, comment_deadline=date(2026, 7, 30))
    store.record_visit(
        visit([new_item("a", labels=waits), new_item("c", labels=waits, cluster="e-a"), new_item("d", labels=waits)])
    )
    assert [each.id for each in store.open_consultations(date(2026, 7, 8))] == ["e-a", "e-d"]
    link = Link("e-b", "e-c", Relation.FINALISES, "same title, no longer for comment")
    store.record_visit(visit([replace(new_item("b", thread="e-a"), links=(link,))]))
    assert [each.id for each in store.open_consultations(date(2026, 7, 8))] == ["e-d"]


def test_a_thread_is_told_in_the_order_of_its_days(store: Store) -> None:
    final = new_item("b", thread="e-a", published=date(2026, 9, 1))
    draft = new_item("a", published=date(2026, 7, 1))
    link = Link("e-b", "e-a", Relation.FINALISES, "same title, no longer for comment")
    store.record_visit(visit([replace(final, links=(link,)), draft]))
    assert [each.id for each in store.thread("e-b")] == ["e-a", "e-b"]
    assert store.links("e-a") == store.links("e-b") == (link,)
    assert store.thread_links("e-a") == store.thread_links("e-b") == (link,)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["number:国药监药注[2024]15 号"], ["e-zh"]),
        (["title:细胞治疗产品临床试验指导原则"], ["e-zh"]),
        (["title:《细胞治疗产品临床试验指导原则》"], ["e-zh"]),
        (["title:approval of a GENE therapy!"], ["e-us"]),
        (["number:国药监药注〔2024〕15号", "title:Approval of a gene therapy"], ["e-zh", "e-us"]),
        (["title:Approval of a gene therapy", "number:国药监药注〔2024〕15号"], ["e-us", "e-zh"]),
        (["title:", "title:？", "number:"], []),
        ([f"number:{n}" for n in range(40)] + ["number:国药监药注〔2024〕15号"], ["e-zh"]),
        ([], []),
    ],
)
def test_candidates_are_found_by_their_keys_those_that_say_most_first(
    looked_at: Store, keys: list[str], found: list[str]
) -> None:
    assert [event.id for event, *_ in looked_at.candidates(keys)] == found


def test_candidates_come_with_their_text_and_not_beyond_the_limit(looked_at: Store) -> None:
    ((event, text, _),) = looked_at.candidates(["title:Approval of a gene therapy", "number:国药监药注〔2024〕15号"], limit=1)
    assert (event.id, text) == ("e-us", "The FDA approved Example-gene today.")


def test_candidates_are_found_by_the_keys_that_linking_gave_them(store: Store) -> None:
    store.record_visit(visit([replace(new_item("a"), keys={"e-a": ("number:DOCKET 2024-N-1", "named:干细胞条例")})]))
    assert [event.id for event, *_ in store.candidates(["number:docket 2024-n-1"])] == ["e-a"]
    assert [event.id for event, *_ in store.candidates(["named:干细胞条例"])] == ["e-a"]
    assert store.candidates(["name:干细胞条例"]) == []


def test_the_reports_of_a_cluster_are_found_that_carry_a_number(store: Store) -> None:
    bare = Labels(cgt=True, policy=True, relevant=True)
    numbered = replace(bare, document_number="No. 5")
    items = [new_item("a", labels=numbered), new_item("b", labels=numbered, cluster="e-a"), new_item("c", labels=numbered)]
    store.record_visit(visit([*items, new_item("d", labels=bare, cluster="e-a")]))
    assert sorted(each.id for each in store.reports(["e-a"])) == ["e-a", "e-b"]
    assert store.reports([]) == []


def test_pages_of_a_long_list_touch_without_gap_or_overlap(store: Store) -> None:
    store.record_visit(news(*(f"i{n:02}" for n in range(25))))
    seen, after = [], None
    while page := store.items(ItemQuery(limit=10, after=after)):
        seen += [found.id for found, _ in page]
        after = seen[-1]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 25


def test_times_asked_in_another_zone_mean_the_same_moment(looked_at: Store) -> None:
    assert ids(looked_at, since=LATER.astimezone()) == ids(looked_at, since=LATER.astimezone(UTC))


def test_a_program_that_follows_the_announcements_sees_each_event_once_in_their_order(store: Store) -> None:
    store.record_visit(news("a", "b", "c"))
    store.record_visit(visit([new_item("silent", LATER)], at=LATER))
    store.announce([ToAnnounce(AnnouncementKind.REVISED, "e-a", "2")], LATER)
    follow = EventQuery(seq=0, sort=Sort.SEQ, limit=2)
    first = store.events(follow)
    assert [(event.id, event.seq) for event in first] == [("e-b", 2), ("e-c", 3)]
    assert [event.id for event in store.events(replace(follow, seq=first[-1].seq))] == ["e-a"]
    assert [event.id for event in store.events(replace(follow, after="e-c"))] == ["e-a"]
    assert store.events(replace(follow, seq=store.last_seq())) == []
