"""When the silence of a source that answers is no chance."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.diff.calendar import Calendar
from cgtwatch.diff.habit import FEWEST, Habit, habits
from cgtwatch.diff.health import Word, alarms, health, mute
from cgtwatch.diff.nations import nations
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.health import Alarm
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind
from diff.diff_site import a_source

MONDAY = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
SOURCE = a_source(every=timedelta(hours=6), timezone="Asia/Shanghai", jurisdiction="CN")


@dataclass(frozen=True)
class Came:
    source: str
    at: datetime
    published: datetime | None = None


def working_days(count: int, end: datetime = MONDAY) -> list[datetime]:
    """That many working days before `end`, oldest first."""
    days = [end - n * DAY for n in range(1, 2 * count + 9)]
    return sorted(day for day in days if day.weekday() < 5)[-count:]


def daily(count: int = 60, end: datetime = MONDAY) -> list[Came]:
    return [Came("site", at) for at in working_days(count, end)]


def the_habit(history: list[Came], now: datetime = MONDAY, calendar: Calendar | None = None) -> Habit:
    return habits(history, [SOURCE], now, {"CN": calendar} if calendar else {})["site"]


def well(now: datetime, last_new: datetime | None = None) -> SourceState:
    return SourceState("site", last_visit=now, last_ok=now, last_new=last_new, good=9)


def test_a_daily_source_is_silent_after_weeks_without_news_not_after_days():
    habit = the_habit(daily())
    assert not mute(well(habit.last + 13 * DAY), habit)
    assert mute(well(habit.last + 30 * DAY), habit)


def test_a_frozen_file_has_a_word_a_reason_and_something_to_try():
    habit = the_habit(daily())
    now = habit.last + 30 * DAY
    got = health(well(now, habit.last), SOURCE, now, habit)
    assert got.word is Word.SILENT
    assert "nothing new since 2026-02-27" in got.what
    assert "open the address" in got.hint


def test_a_source_of_which_little_is_known_is_never_silent():
    few = the_habit(daily(FEWEST - 1))
    assert few.silent_from is None
    assert not mute(well(few.last + 900 * DAY), few)
    assert habits(daily(1), [SOURCE], MONDAY) == {}


def test_a_weekly_source_may_pause_for_months():
    habit = the_habit([Came("site", MONDAY - n * WEEK) for n in range(20)])
    assert habit.silent_from is not None
    assert timedelta(weeks=8) < habit.silent_from - habit.last < timedelta(weeks=20)


def test_many_items_at_once_are_one_day_with_news():
    history = daily(20)
    assert the_habit(history) == the_habit(
        [replace(came, at=came.at + timedelta(minutes=n)) for came in history for n in range(9)][:172]
    )


def test_a_holiday_week_counts_for_nothing():
    history = daily(120)
    free = Calendar(frozenset((MONDAY + n * DAY).date() for n in range(9)))
    plain, rested = the_habit(history), the_habit(history, calendar=free)
    assert plain.silent_from is not None
    assert rested.silent_from is not None
    assert rested.silent_from >= plain.silent_from + 6 * DAY


def test_the_golden_week_raises_no_alarm_for_a_source_of_every_working_day():
    china = nations(["CN"], [2025, 2026])["CN"]
    days = [datetime(2025, 6, 1, 4, tzinfo=UTC) + n * DAY for n in range(122)]
    history = [Came("site", at) for at in days if china.works(at.date())]
    habit = the_habit(history, days[-1], china)
    assert habit.last.date().isoformat() == "2025-09-30"
    assert not mute(well(datetime(2025, 10, 12, tzinfo=UTC)), habit)


def test_what_is_expected_next_is_a_working_day():
    habit = the_habit(daily())
    assert habit.last.weekday() == 4
    assert habit.expected.weekday() == 0
    assert habit.every == pytest.approx(1, abs=0.1)


def test_a_source_that_could_not_be_read_in_that_time_is_not_silent_by_habit():
    habit = the_habit(daily())
    assert not mute(well(habit.last + 5 * DAY), habit)
    now = habit.last + 40 * DAY
    failing = replace(well(habit.last + 5 * DAY), error=ErrorClass.DNS, failures=9, last_visit=now)
    assert not mute(failing, habit)
    assert health(failing, SOURCE, now, habit).what != health(well(now), SOURCE, now, habit).what


def test_a_folder_is_filled_by_hand_and_has_no_habit():
    assert habits(daily(), [a_source(Kind.FOLDER, url="")], MONDAY) == {}


def told(state: SourceState, opened: list[Alarm], now: datetime, known: dict[str, Habit]) -> list[str]:
    plan = alarms({"site": state}, [SOURCE], opened, now, known)
    for alarm in plan.open:
        opened.append(alarm)
    opened[:] = [alarm for alarm in opened if alarm.key not in plan.close]
    return [f"+{alarm.key}" for alarm in plan.open] + [f"-{key}" for key in plan.close]


def test_silence_is_told_once_when_it_begins_and_once_when_it_ends():
    known = {"site": the_habit(daily())}
    last, opened, log = known["site"].last, [], []
    for day in range(1, 50):
        log += told(well(last + day * DAY, last), opened, last + day * DAY, known)
    now = last + 50 * DAY
    log += told(well(now, now), opened, now, known)
    log += told(well(now + DAY, now), opened, now + DAY, known)
    assert log == ["+silence:site", "-silence:site"]


def test_an_open_silence_stays_while_the_source_fails_or_its_habit_is_not_known_yet():
    known = {"site": the_habit(daily())}
    now = known["site"].last + 40 * DAY
    opened: list[Alarm] = []
    assert told(well(now), opened, now, known) == ["+silence:site"]
    failing = replace(well(now), error=ErrorClass.BLOCKED, failures=1, last_visit=now + DAY)
    assert told(failing, opened, now + DAY, known) == []
    assert told(well(now + DAY), opened, now + DAY, {}) == []


def test_a_source_that_is_switched_off_is_silent_for_nobody():
    known = {"site": the_habit(daily())}
    now = known["site"].last + 40 * DAY
    opened: list[Alarm] = []
    told(well(now), opened, now, known)
    plan = alarms({"site": well(now)}, [replace(SOURCE, enabled=False)], opened, now, known)
    assert plan.close == ("silence:site",)


@given(st.lists(st.integers(0, 300), min_size=2, max_size=80), st.integers(0, 60))
@settings(max_examples=80, deadline=None)
def test_no_habit_calls_a_silence_early(days, begun):
    history = [Came("site", MONDAY - n * DAY) for n in days]
    got = habits(history, [SOURCE], MONDAY, {}, {"site": MONDAY - (300 + begun) * DAY}).get("site")
    if got is None:
        return
    assert got.expected > got.last
    if got.silent_from is not None:
        longest = max(b - a for a, b in zip(sorted({*days}), sorted({*days})[1:], strict=False))
        assert len(set(days)) >= FEWEST
        assert got.silent_from >= got.last + 14 * DAY
        assert got.silent_from - got.last >= longest * DAY


def test_sources_that_publish_by_chance_and_in_bursts_raise_hardly_any_alarm_in_a_year():
    false = sum(_alarms_of_a_year(Random(seed), rate) for seed in range(25) for rate in (0.1, 0.4, 1.5))
    assert false <= 2


def _alarms_of_a_year(random: Random, rate: float) -> int:
    """How often a source that is alive would be called silent, looking once a week."""
    begin = MONDAY - 104 * WEEK
    came: list[Came] = []
    for n in range(104 * 7):
        day = begin + n * DAY
        if day.weekday() < 5 and random.random() < rate * (2.5 if n // 20 % 3 == 0 else 0.25):  # busy weeks and quiet ones
            came.append(Came("site", day))
    called, before = 0, False
    for week in range(30, 104, 2):
        now = begin + week * WEEK
        seen = [one for one in came if one.at <= now]
        got = habits(seen, [SOURCE], now, {}, {"site": begin}).get("site")
        silent = got is not None and mute(well(now, got.last), got)
        called, before = called + (silent and not before), silent
    return called
