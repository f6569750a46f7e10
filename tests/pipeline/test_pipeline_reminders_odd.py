"""Reminders where days do not go by one after the other: clocks set wrong, deadlines moved on the day, zones a day apart, other minds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cgtwatch.model.classification import Labels
from cgtwatch.model.event import Announcement, AnnouncementKind, Link, Relation
from cgtwatch.model.item import Change
from cgtwatch.model.subscription import Subscription
from cgtwatch.model.taxonomy import Stage
from cgtwatch.pipeline.edition import choose
from cgtwatch.pipeline.reminders import tell_deadlines
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import ToAnnounce
from store.store_kit import finding, new_item, revision, source, subscription, told, visit

END = date(2026, 12, 31)
LATER = END + timedelta(days=9)
OPEN = Labels(cgt=True, policy=True, relevant=True, stage=Stage.DRAFT, comment_deadline=END)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("sqlite://")
    opened.sync_sources([source()], day(60))
    opened.record_visit(visit([new_item("a", day(40), labels=OPEN)], told("a"), day(40)))
    yield opened
    opened.close()


def day(left: float, hour: int = 2) -> datetime:
    """So many days before the end, in Shanghai's morning."""
    return datetime(2026, 12, 31, hour, tzinfo=UTC) - timedelta(days=left)


def steps(store: Store) -> list[str]:
    return [one.cause.removeprefix("deadline:") for one in store.announcements(0) if one.kind is AnnouncementKind.REMINDER]


def pass_days(store: Store, *lefts: float) -> list[str]:
    for left in lefts:
        tell_deadlines(store, day(left))
    return steps(store)


def revise(store: Store, labels: Labels, left: int, change: str) -> None:
    moved = replace(
        new_item("a", day(left), labels=labels), finding=finding("a", Change.UPDATED), revision=revision("a", 2, day(left))
    )
    store.record_visit(visit([moved], [ToAnnounce(AnnouncementKind.REVISED, "e-a", "facts", change)], day(left)))


def extend(store: Store, left: int) -> None:
    revise(store, replace(OPEN, comment_deadline=LATER), left, f"comment_deadline: {END} → {LATER}")


def reader(zone: str) -> Subscription:
    return subscription(timezone=zone)


def told_at(store: Store, now: datetime, zone: str = "Asia/Shanghai") -> list[str]:
    """The kinds of what a reader who heard of nothing yet is told, reminders by their steps."""
    picked = [one for one, choice in choose(reader(zone), store.announcements(0), store, now) if choice.wanted]
    return [_called(one) for one in picked]


def _called(one: Announcement) -> str:
    return one.cause.removeprefix("deadline:") if one.kind is AnnouncementKind.REMINDER else one.kind.value


# --- clocks


def test_a_clock_set_back_two_days_tells_no_step_again(store):
    assert pass_days(store, 14, 13, 15, 14, 13, 12) == ["2026-12-31:14"]


def test_a_clock_set_back_over_two_steps_tells_none_again(store):
    assert pass_days(store, 14, 7, 2, 20, 14, 7, 2, 1, 0) == ["2026-12-31:14", "2026-12-31:7", "2026-12-31:2"]


def test_a_clock_a_year_ahead_reminds_of_nothing_and_costs_no_step_when_it_is_right_again(store):
    assert pass_days(store, 20, -345) == []
    assert pass_days(store, 14, 7) == ["2026-12-31:14", "2026-12-31:7"]


def test_a_clock_a_week_ahead_for_a_while_tells_a_step_early_and_not_again(store):
    assert pass_days(store, 14, 7, 13, 12, 7, 2) == ["2026-12-31:14", "2026-12-31:7", "2026-12-31:2"]


def test_a_restart_on_the_day_tells_nothing_twice(store):
    assert [len(tell_deadlines(store, day(7, hour))) for hour in (1, 1, 3, 15)] == [1, 0, 0, 0]


# --- what changes between a reminder and its digest


def test_who_is_told_weekly_hears_the_nearest_step_alone(store):
    pass_days(store, 14, 7, 2)
    assert told_at(store, day(1)) == ["new", "2026-12-31:2"]


@pytest.mark.parametrize("left", [14, 7, 2])
def test_a_deadline_that_is_extended_on_the_day_of_its_reminder_is_told_as_extended_alone(store, left):
    pass_days(store, left)
    extend(store, left)
    assert told_at(store, day(left)) == ["new", "revised"]


def test_a_deadline_that_is_extended_before_the_reminder_of_that_day_is_not_reminded_of(store):
    extend(store, 7)
    assert pass_days(store, 7, 6) == []
    assert pass_days(store, 5, 2, 0, -2, -7, -8) == ["2027-01-09:14", "2027-01-09:7", "2027-01-09:2"]


def test_what_a_person_called_not_relevant_after_its_reminder_is_told_to_nobody(store):
    pass_days(store, 14)
    revise(store, replace(OPEN, relevant=False), 13, "relevant: yes → no")
    assert told_at(store, day(13)) == []
    assert pass_days(store, 7, 2) == ["2026-12-31:14"]


def finalise(store: Store, left: int, of: str = "e-a") -> None:
    final = replace(new_item("f", day(left)), links=(Link("e-f", of, Relation.FINALISES, "number"),))
    store.record_visit(visit([final], told("f"), day(left)))


def test_a_draft_made_final_before_its_deadline_is_reminded_of_no_more(store):
    pass_days(store, 14)
    finalise(store, 10)
    assert pass_days(store, 7, 2) == ["2026-12-31:14"]


def test_a_draft_whose_other_report_was_made_final_is_reminded_of_no_more(store):
    second = new_item("b", day(20), labels=OPEN, cluster="e-a")
    store.record_visit(visit([second], told("b"), day(20)))
    finalise(store, 18, "e-b")
    assert pass_days(store, 14, 7, 2) == []


def test_a_reminder_that_waits_for_its_digest_when_the_final_text_comes_is_dropped(store):
    pass_days(store, 14)
    finalise(store, 13)
    assert told_at(store, day(13)) == ["new", "new"]


def test_a_reminder_that_waits_for_its_digest_when_the_draft_is_made_final_is_dropped(store):
    pass_days(store, 14)
    revise(store, replace(OPEN, stage=Stage.ISSUED), 13, "stage: draft → issued")
    assert told_at(store, day(13)) == ["new", "revised"]


def test_two_reports_of_one_act_are_reminded_of_once_whichever_is_told(store):
    second = new_item("b", day(20), labels=OPEN, cluster="e-a")
    store.record_visit(visit([second], told("b"), day(20)))
    assert pass_days(store, 14, 14, 13, 7) == ["2026-12-31:14", "2026-12-31:7"]
    assert told_at(store, day(7)).count("2026-12-31:7") == 1


# --- zones


def test_a_reader_a_day_behind_is_told_until_the_day_is_over_where_she_is(store):
    pass_days(store, 2)
    over_there = datetime(2027, 1, 1, 7, 0, tzinfo=UTC)  # 15:00 on the first in Shanghai, 23:00 on the last day in Los Angeles
    assert told_at(store, over_there, "America/Los_Angeles") == ["new", "2026-12-31:2"]
    assert told_at(store, over_there) == ["new"]
    assert told_at(store, over_there + timedelta(hours=1), "America/Los_Angeles") == ["new"]


@pytest.mark.parametrize(("at", "count"), [("2026-12-16T15:59:59", 0), ("2026-12-16T16:00:00", 1)])
def test_a_step_comes_at_midnight_in_shanghai(store, at, count):
    assert len(tell_deadlines(store, datetime.fromisoformat(at).replace(tzinfo=UTC))) == count
