"""When sources are asked by what was learned of them."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.diff.adapt import longest, plan
from cgtwatch.diff.calendar import Calendar
from cgtwatch.diff.pace import Curve, curve_of
from cgtwatch.diff.rhythm import paced
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome, Plan, SourceState
from cgtwatch.model.source import Kind, Source
from diff.diff_site import a_source

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY, WEEK, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1), timedelta(minutes=1)
SHANGHAI = "Asia/Shanghai"


@dataclass(frozen=True)
class Came:
    source: str
    at: datetime
    published: datetime | None = None


def sources(count: int = 6, every: timedelta = HOUR, timezone: str = SHANGHAI, **more) -> list[Source]:
    made = a_source(every=every, timezone=timezone, **more)
    return [replace(made, id=f"{timezone}-{every}-{n}") for n in range(count)]


def office_news(of: list[Source], weeks: int = 6, until: datetime = MONDAY) -> list[Came]:
    """Something each working day at ten, at busy sources at three too."""
    came = []
    for n in range(weeks * 7):
        day = until - (weeks * 7 - n) * DAY
        for k, source in enumerate(of):
            local = day.astimezone(ZoneInfo(source.timezone)).replace(hour=10, minute=k)
            if local.weekday() < 5 and (k % 3 == 0 or n % (k + 1) == 0):
                came += [Came(source.id, local + 40 * MINUTE, local)]
    return came


def visits(pace, begin: datetime = MONDAY, end: datetime = MONDAY + WEEK) -> list[datetime]:
    """All visits in that time, after some that came before."""
    at, made = begin - 5 * HOUR, []
    while (at := pace.next(at)) <= end:
        if at > begin:
            made.append(at)
    return made


def begun(of: list[Source]) -> dict[str, datetime]:
    return {source.id: MONDAY - 6 * WEEK for source in of}


@pytest.mark.parametrize("every", [30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, DAY])
@pytest.mark.parametrize("learned", [True, False])
def test_a_week_has_as_many_visits_as_the_intervals_allow(every, learned):
    many = [*sources(6, every), *sources(3, every, "America/New_York")]
    paces = plan(office_news(many) if learned else [], many, MONDAY, begun=begun(many))
    made = sum(len(visits(paces.of(source.id))) for source in many)
    assert made == pytest.approx(len(many) * (WEEK / every), rel=0.05)


@given(st.integers(20, 2000), st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_no_gap_is_longer_than_the_longest_or_shorter_than_the_shortest(minutes, weeks):
    every = timedelta(minutes=minutes)
    many = sources(3, every)
    paces = plan(office_news(many, weeks) if weeks else [], many, MONDAY)
    for source in many:
        pace = paces.of(source.id)
        at = MONDAY
        while pace is not None and at < MONDAY + 2 * DAY:
            at, before = pace.next(at), at
            assert min(every, 10 * MINUTE) <= at - before <= longest(every)


def test_the_longest_gap_is_four_hours_or_the_interval():
    assert [longest(every) for every in (10 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR)] == [40 * MINUTE, 4 * HOUR, 4 * HOUR, 6 * HOUR]


def test_an_exact_interval_a_folder_and_a_switched_off_source_have_no_pace():
    plain, exact, off = sources(3)
    exact, off = replace(exact, exactly=True), replace(off, enabled=False)
    folder = replace(a_source(Kind.FOLDER, url=""), id="folder")
    assert set(plan([], [plain, exact, off, folder], MONDAY).by) == {plain.id}


def test_news_hours_are_visited_more_often_than_nights():
    many = sources()
    paces = plan(office_news(many), many, MONDAY, begun=begun(many))
    hours = Counter(at.astimezone(ZoneInfo(SHANGHAI)).hour for source in many for at in visits(paces.of(source.id)))
    assert sum(hours[hour] for hour in (9, 10, 11)) > 3 * sum(hours[hour] for hour in (1, 2, 3))


def test_weekends_are_visited_less():
    many = sources()
    paces = plan(office_news(many), many, MONDAY, begun=begun(many))
    days = Counter(at.astimezone(ZoneInfo(SHANGHAI)).weekday() for source in many for at in visits(paces.of(source.id)))
    assert days[6] < days[1] / 2


def test_a_holiday_is_a_sunday_and_a_worked_saturday_a_friday():
    many = [replace(source, jurisdiction="CN-BJ") for source in sources()]
    week = Calendar(frozenset({date(2026, 3, 4)}), frozenset({date(2026, 3, 7)}))
    paces = plan(office_news(many), many, MONDAY, {"CN": week}, begun(many))
    days = Counter(at.astimezone(ZoneInfo(SHANGHAI)).weekday() for source in many for at in visits(paces.of(source.id)))
    assert days[2] < days[1] / 2
    assert days[5] > days[6] * 2


def test_a_rare_source_is_asked_less_but_not_starved():
    busy, rare = sources(2)
    history = [Came(busy.id, MONDAY - n * 6 * HOUR, MONDAY - n * 6 * HOUR - 5 * MINUTE) for n in range(160)]
    paces = plan(history, [busy, rare], MONDAY, begun=begun([busy, rare]))
    often, seldom = len(visits(paces.of(busy.id))), len(visits(paces.of(rare.id)))
    assert 0.4 * 168 < seldom < often
    assert often <= 3 * 168


def test_sources_of_one_interval_do_not_pay_for_those_of_another():
    often, seldom = sources(4, HOUR), sources(20, 3 * HOUR)
    paces = plan(office_news([*often, *seldom]), [*often, *seldom], MONDAY)
    assert sum(len(visits(paces.of(source.id))) for source in often) == pytest.approx(4 * 168, rel=0.05)
    assert sum(len(visits(paces.of(source.id))) for source in seldom) == pytest.approx(20 * 56, rel=0.05)


def test_no_source_gets_more_than_three_times_its_budget_on_a_day():
    busy, *rest = sources(30)
    history = [Came(busy.id, MONDAY - n * HOUR, MONDAY - n * HOUR - 5 * MINUTE) for n in range(1000)]
    paces = plan(history, [busy, *rest], MONDAY, begun=begun([busy, *rest]))
    days = Counter((at - MONDAY) // DAY for at in visits(paces.of(busy.id)))
    assert max(days.values()) <= 3.2 * 24


def test_the_same_input_has_the_same_plan_in_any_order_of_history():
    many = sources()
    history = office_news(many)
    one, two = plan(history, many, MONDAY), plan(list(reversed(history)), list(many), MONDAY)
    assert [one.of(s.id).next(MONDAY + HOUR) for s in many] == [two.of(s.id).next(MONDAY + HOUR) for s in many]


def test_a_plan_an_hour_later_says_nearly_the_same():
    many = sources()
    history = office_news(many)
    at = MONDAY + 2 * HOUR
    now, later = plan(history, many, MONDAY), plan(history, many, MONDAY + HOUR)
    for source in many:
        assert abs(now.of(source.id).next(at) - later.of(source.id).next(at)) <= 5 * MINUTE


def test_sources_that_are_alike_are_not_asked_all_at_once():
    many = sources(20)
    paces = plan([], many, MONDAY)
    times = dict.fromkeys((source.id for source in many), MONDAY)
    for _ in range(5):
        times = {name: paces.of(name).next(at) for name, at in times.items()}
    assert len(set(times.values())) >= 15
    assert max(times.values()) - min(times.values()) > 2 * MINUTE


@pytest.mark.parametrize("change", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
@pytest.mark.parametrize("every", [HOUR, 6 * HOUR, DAY])
def test_the_clock_change_moves_the_busy_hours_with_the_clock_and_breaks_nothing(change, every):
    many = sources(4, every, "Europe/Brussels")
    begin = change - 3 * DAY
    paces = plan(office_news(many, until=begin), many, begin)
    for source in many:
        pace, at = paces.of(source.id), begin
        while at < change + 3 * DAY:
            at, before = pace.next(at), at
            assert MINUTE <= at - before <= longest(every)
    if every == HOUR:
        hours = Counter(at.astimezone(ZoneInfo("Europe/Brussels")).hour for at in visits(pace, change + DAY, change + 3 * DAY))
        assert hours[10] > hours[2]


def test_a_daily_source_is_asked_when_the_day_has_brought_its_news():
    one = sources(1, DAY)
    paces = plan(office_news(one), one, MONDAY)
    at = MONDAY + 3 * HOUR
    for _ in range(4):
        at = paces.of(one[0].id).next(at)
    assert 10 <= at.astimezone(ZoneInfo(SHANGHAI)).hour <= 12


def test_a_source_added_later_is_not_taken_for_a_rare_one():
    old, young = sources(2)
    history = [Came(old.id, MONDAY - n * 3 * DAY) for n in range(14)] + [Came(young.id, MONDAY - n * 3 * DAY) for n in range(3)]
    looked = {old.id: MONDAY - 6 * WEEK, young.id: MONDAY - WEEK}
    paces = plan(history, [old, young], MONDAY, begun=looked)
    assert len(visits(paces.of(young.id))) == pytest.approx(len(visits(paces.of(old.id))), rel=0.15)


SATURDAY = datetime(2026, 3, 7, 2, tzinfo=UTC)  # ten o'clock at Shanghai


def test_news_on_a_free_day_is_unexpected_and_raises_the_rest_of_that_day_there_only():
    here, there = sources(12), sources(4, timezone="America/New_York")
    history = office_news([*here, *there], until=SATURDAY)
    calm = plan(history, [*here, *there], SATURDAY)
    assert calm.unexpected(here[0].id, SATURDAY)
    assert not calm.unexpected(there[0].id, SATURDAY)  # still Friday there
    news = [Came(source.id, SATURDAY - MINUTE, SATURDAY - n * MINUTE) for n, source in enumerate(here[:8], 2)]
    raised = plan([*history, *news], [*here, *there], SATURDAY)
    assert not raised.unexpected(here[0].id, SATURDAY)
    assert len(visits(raised.of(here[5].id), SATURDAY, SATURDAY + 8 * HOUR)) > len(
        visits(calm.of(here[5].id), SATURDAY, SATURDAY + 8 * HOUR)
    )
    sunday = SATURDAY + 16 * HOUR
    assert len(visits(raised.of(here[5].id), sunday, sunday + 12 * HOUR)) <= 6


def test_without_hours_news_is_believed_to_have_come_before_it_was_seen():
    many = sources()
    history = [Came(came.source, came.at) for came in office_news(many)]
    paces = plan(history, many, MONDAY, begun=begun(many))
    hours = Counter(at.astimezone(ZoneInfo(SHANGHAI)).hour for source in many for at in visits(paces.of(source.id)))
    assert sum(hours[hour] for hour in (9, 10, 11)) > 2 * sum(hours[hour] for hour in (1, 2, 3))


def test_a_plan_that_is_out_of_date_falls_back_to_the_interval():
    many = sources()
    pace = plan([], many, MONDAY).of(many[0].id)
    assert pace.next(MONDAY + 30 * DAY) == MONDAY + 30 * DAY + HOUR
    assert pace.next(MONDAY - 30 * DAY) == MONDAY - 30 * DAY + HOUR


def a_plan(**more) -> Plan:
    return Plan(Outcome.OK, SourceState("site", last_visit=MONDAY, next_poll=MONDAY + 9 * HOUR, **more))


TROUBLE = [{"failures": 1, "error": ErrorClass.DNS}, {"held": 1, "error": ErrorClass.QUARANTINE}, {"held": 2}]


@pytest.mark.parametrize("state", TROUBLE)
def test_failures_and_doubts_keep_their_own_time(state):
    (one,) = sources(1)
    assert paced(one, a_plan(**state), plan([], [one], MONDAY).of(one.id)).state.next_poll == MONDAY + 9 * HOUR


def test_a_good_visit_is_followed_at_the_pace_and_an_exact_one_is_not():
    (one,) = sources(1)
    pace = plan([], [one], MONDAY).of(one.id)
    assert paced(one, a_plan(), pace).state.next_poll == pace.next(MONDAY)
    assert paced(replace(one, exactly=True), a_plan(), pace) == a_plan()
    assert paced(one, a_plan(), None) == a_plan()


RATES = st.lists(st.floats(0.01, 9), min_size=60, max_size=60)


@given(RATES, st.floats(0, 20), st.floats(0.01, 5))
@settings(max_examples=60)
def test_the_price_is_reached_where_the_integral_says(rates, begin, price):
    curve = curve_of(MONDAY, rates)
    at = curve.crossing(begin, price, 8)
    assert begin < at <= begin + 8
    waited = _waited(curve, begin, at)
    assert waited == pytest.approx(price, rel=0.02) if at < begin + 8 else waited <= price * 1.02


def _waited(curve: Curve, begin: float, end: float, steps: int = 4000) -> float:
    width = (end - begin) / steps
    middles = (begin + (n + 0.5) * width for n in range(steps))
    return sum(curve.rate[int(u / 0.5)] * (end - u) for u in middles) * width
