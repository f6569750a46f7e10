"""Which reminders are still worth telling when a digest is put together."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cgtwatch.model.classification import Labels
from cgtwatch.model.event import Announcement, AnnouncementKind, PolicyEvent
from cgtwatch.model.reminder import Reminder, read_cause, step_of
from cgtwatch.model.taxonomy import Stage
from cgtwatch.select.reminding import is_stale, timely

AT = datetime(2026, 12, 1, tzinfo=UTC)
END = date(2026, 12, 31)
DRAFT = PolicyEvent(
    "d", "i", "cde", "Draft", "", Labels(relevant=True, stage=Stage.DRAFT, comment_deadline=END), None, AT, AT, 1, "d", "d"
)


def reminder(seq: int, days: int, event: PolicyEvent = DRAFT) -> Announcement:
    return Announcement(seq, AnnouncementKind.REMINDER, Reminder(END, days).cause, event, AT)


def ends(on: date | None, stage: Stage = Stage.DRAFT) -> PolicyEvent:
    return replace(DRAFT, labels=replace(DRAFT.labels, comment_deadline=on, stage=stage))


def test_a_reminder_holds_until_its_day_is_over():
    assert not is_stale(reminder(1, 14), END)
    assert is_stale(reminder(1, 14), date(2027, 1, 1))


@pytest.mark.parametrize("event", [ends(date(2027, 1, 31)), ends(None), ends(END, Stage.ISSUED)])
def test_a_reminder_of_a_day_that_moved_or_of_a_draft_no_more_is_stale(event):
    assert is_stale(reminder(1, 14, event), date(2026, 12, 20))


def test_news_and_stalled_drafts_are_never_stale():
    news = Announcement(1, AnnouncementKind.NEW, "", DRAFT, AT)
    stalled = Announcement(2, AnnouncementKind.REMINDER, "stalled", DRAFT, AT)
    assert timely([news, stalled], date(2030, 1, 1)) == (news, stalled)


def test_of_several_reminders_of_one_act_the_nearest_is_told():
    news, other = Announcement(3, AnnouncementKind.NEW, "", DRAFT, AT), replace(DRAFT, id="e", cluster="e")
    given = [reminder(1, 14), reminder(2, 14, other), news, reminder(4, 7)]
    assert [one.seq for one in timely(given, date(2026, 12, 25))] == [2, 3, 4]


@pytest.mark.parametrize(
    ("left", "days"), [(30, None), (15, None), (14, 14), (8, 14), (7, 7), (3, 7), (2, 2), (0, 2), (-1, None)]
)
def test_the_nearest_step_that_has_come_is_told(left, days):
    found = step_of(END, date.fromordinal(END.toordinal() - left))
    assert (found.days if found else None) == days
    assert found is None or read_cause(found.cause) == found


@pytest.mark.parametrize("cause", ["", "stalled", "deadline:2026-02-30:7", "deadline:x:7", "deadline:2026-12-31:7 "])
def test_what_is_no_reminder_is_none(cause):
    assert read_cause(cause) is None
