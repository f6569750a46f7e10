"""Deadlines that near are told 14, 7 and 2 days before, each step once, and never what readers have just heard."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cgtwatch.model.classification import Labels
from cgtwatch.model.event import AnnouncementKind, Link, Relation
from cgtwatch.model.item import Change
from cgtwatch.model.taxonomy import Stage
from cgtwatch.pipeline.reminders import tell_deadlines
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import ToAnnounce
from store.store_kit import finding, new_item, revision, source, told, visit

END = date(2026, 12, 31)
OPEN = Labels(cgt=True, policy=True, relevant=True, stage=Stage.DRAFT, comment_deadline=END)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("sqlite://")
    opened.sync_sources([source()], day(60))
    yield opened
    opened.close()


def day(left: int, hour: int = 2) -> datetime:
    """So many days before the end, in Shanghai's morning."""
    return datetime(2026, 12, 31, hour, tzinfo=UTC) - timedelta(days=left)


def tell(store: Store, *, left: int, labels: Labels = OPEN, announced: bool = True) -> None:
    """A draft is found and told so many days before its end."""
    store.record_visit(visit([new_item("a", day(left), labels=labels)], told("a") if announced else (), day(left)))


def causes(store: Store) -> list[str]:
    return [one.cause for one in store.announcements(0) if one.kind is AnnouncementKind.REMINDER]


def pass_days(store: Store, *lefts: int) -> list[str]:
    for left in lefts:
        tell_deadlines(store, day(left))
    return causes(store)


def test_each_step_is_told_once_on_its_day(store):
    tell(store, left=40)
    assert pass_days(store, *range(20, -3, -1)) == ["deadline:2026-12-31:14", "deadline:2026-12-31:7", "deadline:2026-12-31:2"]


def test_the_same_day_asked_again_tells_nothing_new(store):
    tell(store, left=40)
    assert [len(tell_deadlines(store, day(14))) for _ in range(3)] == [1, 0, 0]


def test_an_event_first_told_ten_days_before_gets_seven_and_two(store):
    tell(store, left=10)
    assert pass_days(store, *range(10, -1, -1)) == ["deadline:2026-12-31:7", "deadline:2026-12-31:2"]


def test_after_downtime_only_the_nearest_step_is_told(store):
    tell(store, left=40)
    assert pass_days(store, 20, 1) == ["deadline:2026-12-31:2"]


def test_the_day_begins_at_midnight_in_the_zone(store):
    tell(store, left=40)
    before, after = datetime(2026, 12, 16, 15, 59, tzinfo=UTC), datetime(2026, 12, 16, 16, 1, tzinfo=UTC)
    assert [len(tell_deadlines(store, at)) for at in (before, after)] == [0, 1]


def test_what_a_silent_first_look_found_is_reminded_of_by_when_it_was_seen(store):
    tell(store, left=10, announced=False)
    assert pass_days(store, 10, 9, 7) == ["deadline:2026-12-31:7"]


@pytest.mark.parametrize(
    "labels", [replace(OPEN, stage=Stage.ISSUED), replace(OPEN, relevant=False), replace(OPEN, comment_deadline=None)]
)
def test_what_takes_no_comments_or_is_not_relevant_is_not_reminded_of(store, labels):
    tell(store, left=40, labels=labels)
    assert pass_days(store, 14, 7, 2) == []


def test_reports_of_one_act_are_one_reminder(store):
    items = [new_item("a", day(40), labels=OPEN), new_item("b", day(39), labels=OPEN, cluster="e-a")]
    store.record_visit(visit(items, told("a"), day(39)))
    assert pass_days(store, 14) == ["deadline:2026-12-31:14"]


def test_a_draft_that_has_its_final_form_is_not_reminded_of(store):
    tell(store, left=40)
    final = replace(new_item("f", day(20)), links=(Link("e-f", "e-a", Relation.FINALISES, "number"),))
    store.record_visit(visit([final], (), day(20)))
    assert pass_days(store, 14) == []


def test_a_deadline_that_moved_is_news_itself_and_has_steps_of_its_own(store):
    tell(store, left=40, labels=replace(OPEN, comment_deadline=END - timedelta(days=10)))
    pass_days(store, 24)  # 14 days before the first end
    moved = replace(new_item("a", day(12), labels=OPEN), finding=finding("a", Change.UPDATED), revision=revision("a", 2, day(12)))
    change = f"comment_deadline: {END - timedelta(days=10)} → {END}; text −1 +1: a → b"
    store.record_visit(visit([moved], [ToAnnounce(AnnouncementKind.REVISED, "e-a", "facts", change)], day(12)))
    assert pass_days(store, *range(12, -1, -1)) == [
        f"deadline:{END - timedelta(days=10)}:14", "deadline:2026-12-31:7", "deadline:2026-12-31:2",
    ]  # fmt: skip
