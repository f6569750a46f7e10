"""Any life of the events of a store: they come, change, go, are marked and linked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.event import Link, Relation
from cgtwatch.model.feedback import Mark
from cgtwatch.model.item import Change
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store import Store
from cgtwatch.store.records import StoredItem
from store.store_kit import HOUR, NOW, finding, new_item, policy_event, revision, visit

TODAY = date(2026, 7, 8)
TITLES = ("细胞治疗产品", "Cell therapy 基因", "基因 guideline", "干细胞 cells", "CAR-T细胞〔2022〕19号")
ITEMS = 6
days = st.none() | st.dates(TODAY - timedelta(days=70), TODAY + timedelta(days=70))
issuers = st.lists(st.sampled_from(["nmpa", "cde", "fda"]), max_size=2, unique=True).map(tuple)
topics = st.lists(st.sampled_from(["car_t", "stem_cell", "our-own"]), max_size=2, unique=True).map(tuple)
few = {kind: st.sampled_from(list(kind)[:3]) for kind in (DocType, Stage, Level)}


@st.composite
def labels(draw: st.DrawFn) -> Labels:
    found = draw(topics)
    return Labels(
        cgt=True, policy=True, relevant=draw(st.booleans()), modalities=tuple(Modality(one) for one in found if one != "our-own"),
        topics=tuple(one for one in found if one == "our-own"), doc_type=draw(few[DocType]), stage=draw(few[Stage]),
        jurisdiction=draw(st.sampled_from([None, "CN", "CN-BJ", "US"])), issuers=draw(issuers), level=draw(st.none() | few[Level]),
        document_date=draw(days), comment_deadline=draw(days), importance=draw(st.sampled_from(Importance)),
        document_number=draw(st.none() | st.just("国药监〔2024〕15号")),
    )  # fmt: skip


Step = Callable[[Store, int], None]


def report(number: int, title: str, said: Labels, *, changes: bool, acts: int) -> Step:
    """An item comes, or is read again: the same revision, or a new one with a new text."""

    def step(store: Store, at: int) -> None:
        name, when = f"i{number}", NOW + at * HOUR
        known = {item.id: item for item in store.known("cde")}
        version = known[name].revision + changes if name in known else 1
        first = when if changes or name not in known else next(item for item in [store.item(name)]).last_changed
        told = [
            policy_event(
                f"e-{name}-{n}",
                name,
                first,
                labels=said,
                title=f"{title} {n}",
                main=n == 0,
                revision=version,
                summary="提要 細胞",
            )
            for n in range(acts)
        ]
        change = Change.NEW if name not in known else Change.UPDATED if changes else Change.SEEN
        found = replace(finding(name, change), known=known.get(name))
        fresh = (
            revision(name, version, when, title=title, text=f"{title} 全文 of version {version}")
            if change is not Change.SEEN
            else None
        )
        store.record_visit(visit([StoredItem(found, fresh, Classification(said), tuple(told))], at=when))

    return step


def mark(number: int, *, relevant: bool, clear: bool) -> Step:
    """Somebody says something of an event, or takes it back."""

    def step(store: Store, at: int) -> None:
        for event in store.events_of(f"i{number}")[:1]:
            if clear:
                store.clear_mark(event.id)
            else:
                said = Labels(relevant=relevant, cgt=relevant, policy=relevant, stage=Stage.ISSUED)
                read = Classification(event.labels, event.evidence, event.confidence)
                fields = ("cgt", "policy", "relevant", "stage")
                store.mark(Mark(event.id, fields, said, "somebody", NOW + at * HOUR, "", read))

    return step


def finalise(draft: int, final: int) -> Step:
    """A later act turns out to be the final form of another."""

    def step(store: Store, at: int) -> None:
        ends = [event for number in (draft, final) for event in store.events_of(f"i{number}")[:1]]
        if len(ends) == 2 and draft != final:
            name, when = f"link{at}", NOW + at * HOUR
            fresh = new_item(name, when, title="通知")
            link = Link(ends[1].id, ends[0].id, Relation.FINALISES, "same title")
            store.record_visit(visit([replace(fresh, links=(link,))], at=when))

    return step


numbers = st.integers(0, ITEMS - 1)
steps = st.one_of(
    st.builds(report, numbers, st.sampled_from(TITLES), labels(), changes=st.booleans(), acts=st.integers(0, 2)),
    st.builds(report, numbers, st.sampled_from(TITLES), labels(), changes=st.booleans(), acts=st.integers(1, 2)),
    st.builds(mark, numbers, relevant=st.booleans(), clear=st.booleans()),
    st.builds(finalise, numbers, numbers),
)
lives: st.SearchStrategy[Sequence[Step]] = st.lists(steps, min_size=3, max_size=14)
