"""Faults that show something else at each visit, each alone: what is found, what is held, and what readers are told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from inside import inside

from cgtwatch.model.item import Item, SourceState
from cgtwatch.store.records import ItemQuery
from faults.hostile_kit import ALLOWED, HEAD, HOSTS, RESTING, Story, fault_sources, stories, word_of
from hostile_peer import hostile_peer
from shared import needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

VISITS = 4
HOURS = 13  # between two visits: at 1 and 14 o'clock of a day, then at 3 and 16; the third is more than a day after the first
INTERVAL = timedelta(hours=12)
SLOW_TO_TELL = [
    "flap",
    "fail-then-ok",
    "etag-stuck",
    "maintenance-200",
    "cl-short",
    "xml-unclosed",
    "xml-empty-channel",
    "html-layout-change",
]
FEEDS = [
    *("feed-dup-guid", "feed-dup-guid-new", "feed-future", "feed-guid-changes", "feed-link-changes", "feed-shuffle", "feed-split-brain"),
    *("feed-vanish", "feed-rollback", "feed-edit-title", "feed-mass-touch", "feed-window", "feed-history", "feed-retitle-site", "grow", "ok"),
]  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """The rows of all visits to one fault, what is stored of it, and what it was to be."""

    rows: list[dict[str, Any]]
    items: list[Item]
    state: SourceState
    story: Story

    @property
    def announced(self) -> list[int]:
        return [row["announced"] for row in self.rows]

    @property
    def wait(self) -> timedelta:
        """Until the visit after the last one."""
        assert self.state.next_poll is not None
        assert self.state.last_visit is not None
        return self.state.next_poll - self.state.last_visit


Look = Callable[[str], Seen]


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """What became of a fault that was the only source; each is visited once for all tests."""
    with hostile_peer(*HOSTS, *RESTING) as peer:
        faults = {fault["name"]: fault for fault in peer.control("list")}

        @cache
        def at(name: str) -> Seen:
            text = HEAD + fault_sources(peer, [faults[name]], {}, every="12h", timeout="5s")
            with inside(tmp_path_factory.mktemp(name), text, allow_private=ALLOWED) as bench:
                rows = []
                for _ in range(VISITS):
                    rows += bench.poll().values()
                    bench.pass_time(hours=HOURS)
                items = [item for item, _ in bench.app.store.items(ItemQuery(limit=None))]
                return Seen(rows, items, bench.app.store.states()[f"f-{name}"], stories([faults[name]])[name])

        yield at


@pytest.mark.fault("H6", "H9", "F8", "F10", "F11", "F12", "F14", "F15", "F16")
@pytest.mark.parametrize("fault", [*SLOW_TO_TELL, *FEEDS])
def test_every_visit_ends_as_the_matrix_says(look: Look, fault: str) -> None:
    seen = look(fault)
    assert seen.story.fits(seen.rows), [(word_of(row), row["new"]) for row in seen.rows]


@pytest.mark.fault("H6")
def test_what_the_good_answers_between_bad_ones_show_is_stored_once(look: Look) -> None:
    assert len(look("flap").items) == 5
    assert look("flap").announced == [0] * VISITS


@pytest.mark.fault("H9")
@pytest.mark.promise("P2")
def test_what_a_server_hides_behind_not_modified_is_found_within_a_day(look: Look) -> None:
    assert look("etag-stuck").announced == [0, 0, 2, 0]
    assert len(look("etag-stuck").items) == 3


@pytest.mark.fault("H12")
def test_an_address_that_moved_for_good_is_followed_and_the_operator_hears_of_it(look: Look) -> None:
    assert "moved for good to http://127.0.0." in look("redirect-308-moved").state.message
    assert look("redirect").state.message == ""


@pytest.mark.fault("F1")
def test_ten_entries_under_one_id_are_ten_items_and_one_warning(look: Look) -> None:
    seen = look("feed-dup-guid")
    assert len({item.latest.title for item in seen.items}) == 10
    assert [row["notes"] for row in seen.rows] == [
        ["1 id(s) shared by different entries were ignored, such as 'same'"],
        [],
        [],
        [],
    ]


@pytest.mark.fault("F2")
def test_another_entry_under_the_same_id_is_new_and_told_once(look: Look) -> None:
    assert len(look("feed-dup-guid-new").items) == VISITS
    assert look("feed-dup-guid-new").announced == [0, 1, 1, 1]


@pytest.mark.fault("F5")
def test_entries_of_next_year_hide_none_that_come_after_them(look: Look) -> None:
    assert [item.latest.published_on for item in look("feed-future").items] == [None] * 5
    assert look("feed-future").announced == [0] * VISITS
    assert look("grow").announced == [0, 1, 1, 1]


@pytest.mark.fault("F6", "F7", "F8", "F10", "F12")
@pytest.mark.promise("P12")
@pytest.mark.parametrize(
    "fault", ["feed-guid-changes", "feed-link-changes", "feed-shuffle", "feed-vanish", "feed-mass-touch", "feed-retitle-site"]
)
def test_churn_is_told_to_nobody(look: Look, fault: str) -> None:
    seen = look(fault)
    assert seen.announced == [0] * VISITS
    assert len(seen.items) == seen.rows[0]["new"]


@pytest.mark.fault("F8")
@pytest.mark.promise("P12")
@pytest.mark.parametrize("fault", ["feed-split-brain", "feed-rollback"])
def test_no_item_of_a_stale_cache_is_told_twice(look: Look, fault: str) -> None:
    seen = look(fault)
    assert seen.announced[0] == 0
    assert all(row["announced"] <= row["new"] for row in seen.rows)
    assert len(seen.items) == sum(row["new"] for row in seen.rows)


@pytest.mark.fault("F6", "F10")
def test_one_remark_says_what_kind_of_source_that_is(look: Look) -> None:
    assert "new ids at every visit" in look("feed-guid-changes").state.message
    assert "every entry is edited at every visit" in look("feed-mass-touch").state.message


@pytest.mark.fault("F9")
def test_a_title_edited_at_every_visit_is_told_once_a_day(look: Look) -> None:
    seen = look("feed-edit-title")
    (edited,) = [item for item in seen.items if "rev" in item.latest.title]
    assert edited.latest.number == VISITS
    assert seen.announced == [0, 1, 1, 0]


@pytest.mark.fault("F11")
@pytest.mark.promise("P2")
def test_a_feed_that_outruns_us_says_that_something_may_be_missing_and_is_asked_sooner(look: Look) -> None:
    seen = look("feed-window")
    assert "gap: all 20 entries are new; more may have been missed" in seen.state.message
    assert seen.wait < 0.6 * INTERVAL


@pytest.mark.fault("F12")
@pytest.mark.promise("P12")
def test_a_past_put_in_at_once_is_held_and_then_stored_without_telling_anybody(look: Look) -> None:
    assert len(look("feed-history").items) == 500
    assert look("feed-history").announced == [0] * VISITS


@pytest.mark.fault("F13")
def test_the_first_visit_ever_is_told_to_nobody(look: Look) -> None:
    assert [row["baseline"] for row in look("ok").rows] == [True, False, False, False]
    assert look("ok").announced == [0] * VISITS


@pytest.mark.fault("F14", "F15", "F16")
@pytest.mark.promise("P12")
@pytest.mark.parametrize("fault", ["xml-empty-channel", "html-layout-change", "maintenance-200"])
def test_what_was_known_stays_when_a_source_shows_something_else(look: Look, fault: str) -> None:
    seen = look(fault)
    assert not [item for item in seen.items if item.gone]
    assert [row["gone"] + row["updated"] + row["announced"] for row in seen.rows] == [0] * VISITS
