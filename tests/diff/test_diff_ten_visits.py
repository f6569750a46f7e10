"""A simulated site over ten visits: what was done to it is what is detected, item by item."""

import random
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.draft import Draft
from cgtwatch.model.item import Outcome
from diff.diff_site import Memory, a_source, row, told

SLOTS = 15


@dataclass
class Site:
    """A list of the youngest fifteen documents, and what was done to those a visitor can see."""

    all: list[Draft] = field(default_factory=lambda: [row(n) for n in range(40, 0, -1)])
    top: int = 40
    edits: int = 0
    shuffled: int = 0

    def page(self) -> list[Draft]:
        shown = self.all[:SLOTS]
        if self.shuffled:
            random.Random(self.shuffled).shuffle(shown)
        return shown

    def publish(self) -> str:
        self.top += 1
        self.all.insert(0, row(self.top))
        return self.all[0].title

    def edit(self, n: int) -> str:
        self.edits += 1
        title = self.all[n].title.partition("〔")[0] + f"〔修订{self.edits}〕"
        self.all[n] = replace(self.all[n], title=title)
        return title

    def remove(self, n: int) -> str:
        return self.all.pop(n).title


step = st.tuples(
    st.integers(0, 3),
    st.lists(st.integers(0, 10), max_size=3, unique=True),
    st.lists(st.integers(0, 10), max_size=2),
    st.integers(1, 99),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(step, min_size=10, max_size=10))
def test_what_was_done_to_a_site_is_what_is_detected(script):
    site, memory = Site(), Memory(a_source())
    memory.look(site.page())
    for published, edited, removed, shuffle in script:
        edits = [site.edit(n) for n in edited]
        gone = [site.remove(n) for n in removed]
        new = [site.publish() for _ in range(published)]
        found = told(memory.look(site.page()))
        assert memory.plan.outcome is Outcome.OK
        assert found.get("new", []) == sorted(new)
        assert found.get("updated", []) == sorted(set(edits) - set(gone))
        assert sorted(_plain(found.get("gone", []))) == sorted(_plain(gone))
        assert told(memory.look(site.page())) == {}
        site.shuffled = shuffle
        assert told(memory.look(site.page())) == {}
        site.shuffled = 0
        assert told(memory.look(site.page())) == {}


def _plain(titles: list[str]) -> list[str]:
    return [title.partition("〔")[0] for title in titles]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=6, max_size=15, unique=True), st.randoms(use_true_random=False))
@pytest.mark.fault("F8")
def test_the_order_of_a_page_decides_nothing(numbers, chance):
    first, second = Memory(), Memory()
    drafts = [row(n) for n in numbers]
    first.look(drafts)
    second.look(drafts)
    changed = [replace(d, title=d.title + "（改）") if n == 2 else d for n, d in enumerate(drafts)] + [row(31), row(32)]
    shuffled = changed.copy()
    chance.shuffle(shuffled)
    one, two = told(first.look(changed)), told(second.look(shuffled))
    for name in ("new", "quiet new"):
        one.setdefault(name, [])
        two.setdefault(name, [])
    assert one["updated"] == two["updated"]
    assert sorted(one["new"] + one["quiet new"]) == sorted(two["new"] + two["quiet new"])
    assert set(first.items) == set(second.items)


drafts = st.builds(
    Draft,
    title=st.sampled_from(["", "公告", "通知", "A notice", "Draft guidance on cell therapy"]),
    url=st.sampled_from(
        ["", "https://a.gov/", "https://a.gov/s?id=1", "https://a.gov/s?id=2", "https://b.gov/s?id=1", "https://a.gov/1.html"]
    ),
    guid=st.sampled_from([None, "g1", "g2", "https://a.gov/1"]),
    text=st.sampled_from(["", "text", "other text"]),
    published_on=st.sampled_from([None, *(row(n).published_on for n in (1, 2))]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(drafts, min_size=1, max_size=8), st.lists(drafts, max_size=8))
def test_deciding_twice_on_any_page_yields_nothing_the_second_time(one, two):
    memory = Memory()
    for page in (one, [*one, *two]):
        memory.look(page)
        if memory.plan.outcome is Outcome.OK:
            assert {k: v for k, v in told(memory.look(page)).items() if "gone" not in k} == {}
