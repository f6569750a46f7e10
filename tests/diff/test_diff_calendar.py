"""Which days are worked where."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cgtwatch.diff.calendar import FRIDAY, PLAIN, SUNDAY, Calendar, Place, country_of, place_of
from cgtwatch.diff.nations import nations
from diff.diff_site import a_source


def test_china_works_on_exchanged_weekends_and_rests_for_the_spring_festival():
    china = nations(["CN"], [2026])["CN"]
    assert china.like(date(2026, 2, 14)) == FRIDAY  # a worked Saturday
    assert china.works(date(2026, 2, 14))
    assert china.like(date(2026, 2, 17)) == SUNDAY
    assert not china.works(date(2026, 2, 17))
    assert china.like(date(2026, 3, 4)) == 2


def test_the_union_has_the_days_on_which_its_bank_is_shut():
    assert not nations(["EU"], [2026])["EU"].works(date(2026, 5, 1))


def test_a_country_that_is_none_is_left_out():
    assert nations(["INT", "XX"], [2026]) == {}


def test_a_province_keeps_its_countrys_calendar_and_a_place_without_one_its_weekends():
    mine = Calendar(frozenset({date(2026, 5, 1)}))
    assert country_of(a_source(jurisdiction="CN-BJ")) == "CN"
    assert place_of(a_source(jurisdiction="CN-BJ"), {"CN": mine}).calendar is mine
    assert place_of(a_source(), {"CN": mine}).calendar is PLAIN


def test_a_day_begins_and_ends_at_local_midnight_also_when_clocks_change():
    begin, end = Place(ZoneInfo("Europe/Brussels")).span(date(2026, 3, 29))
    assert (end - begin).total_seconds() == 23 * 3600
    assert Place(ZoneInfo("Asia/Shanghai")).day(datetime(2026, 3, 1, 20, tzinfo=UTC)) == date(2026, 3, 2)
