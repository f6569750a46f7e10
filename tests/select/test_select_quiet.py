"""When a reader wants to hear nothing."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.subscription import Cadence, Every, Options, Quiet, Subscription
from cgtwatch.select import is_quiet, parse_quiet, quiet_end, show_quiet

ZONES = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Shanghai", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
CLOCKS = st.times(time(0, 0), time(23, 59)).map(lambda found: found.replace(second=0, microsecond=0))
HOURS = st.builds(Quiet, CLOCKS, CLOCKS, st.booleans())
INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


def reader(quiet: Quiet | None, zone: str = "Asia/Shanghai") -> Subscription:
    return Subscription("mei", "maildir", "local:", Cadence(Every.NOW), timezone=zone, options=Options(quiet=quiet))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("22:00-07:00", Quiet(time(22), time(7))),
        ("7:30 - 8:15", Quiet(time(7, 30), time(8, 15))),
        ("22:00-07:00,weekends", Quiet(time(22), time(7), True)),
        ("22:00-07:00, Weekend", Quiet(time(22), time(7), True)),
        ("weekends", Quiet(time(0), time(0), True)),
        ("none", None),
        ("08:00-08:00", None),
    ],
)
def test_quiet_hours_are_read(text, quiet):
    assert parse_quiet(text) == quiet


@pytest.mark.parametrize(
    "text", ["", "22-07", "22:00", "24:00-07:00", "22:00-07:60", "22:00-07:00,", ",weekends", "nights", "22:00-07:00\n;"]
)
def test_what_are_no_quiet_hours_is_refused_with_the_mend(text):
    with pytest.raises(ValueError, match="write"):
        parse_quiet(text)


@given(HOURS)
def test_quiet_hours_shown_read_back_the_same(quiet):
    read = parse_quiet(show_quiet(quiet))
    assert show_quiet(read) == show_quiet(quiet)
    assert read is None or quiet.start == quiet.end or read == quiet


@pytest.mark.parametrize(
    ("quiet", "zone", "at", "end"),
    [
        ("22:00-07:00", "Asia/Shanghai", "2026-07-08T13:59:59", "2026-07-08T13:59:59"),  # 21:59:59
        ("22:00-07:00", "Asia/Shanghai", "2026-07-08T14:00", "2026-07-08T23:00"),  # from 22:00 on, over midnight
        ("22:00-07:00", "Asia/Shanghai", "2026-07-08T22:59:59", "2026-07-08T23:00"),
        ("22:00-07:00", "Asia/Shanghai", "2026-07-08T23:00", "2026-07-08T23:00"),  # the end is not quiet
        ("12:00-13:30", "Asia/Shanghai", "2026-07-08T04:10", "2026-07-08T05:30"),  # a break at noon
        ("22:00-07:00", "America/New_York", "2026-03-08T03:00", "2026-03-08T11:00"),  # a night of eight hours
        ("22:00-07:00", "America/New_York", "2026-11-01T02:00", "2026-11-01T12:00"),  # and one of ten
        ("22:00-02:30", "America/New_York", "2026-03-08T06:00", "2026-03-08T07:00"),  # 02:30 is skipped: with the jump, at 03:00
        ("02:15-02:45", "America/New_York", "2026-03-08T07:05", "2026-03-08T07:05"),  # never came on that day
        ("22:00-01:30", "America/New_York", "2026-11-01T05:00", "2026-11-01T05:30"),  # 01:30 comes twice: the first
        ("22:00-01:30", "America/New_York", "2026-11-01T06:10", "2026-11-01T06:30"),  # 01:10 for the second time
        ("22:00-02:15", "Australia/Lord_Howe", "2026-10-03T15:00", "2026-10-03T15:30"),  # from 02:00 to 02:30 in a jump
        ("weekends", "Asia/Shanghai", "2026-07-10T15:59", "2026-07-10T15:59"),  # Friday, 23:59
        ("weekends", "Asia/Shanghai", "2026-07-10T16:00", "2026-07-12T16:00"),  # Saturday, 00:00, to Monday, 00:00
        ("22:00-07:00,weekends", "Asia/Shanghai", "2026-07-10T14:30", "2026-07-12T23:00"),  # Friday night to Monday, 07:00
        ("weekends", "Europe/London", "2026-03-28T12:00", "2026-03-29T23:00"),  # summer time begins on the Sunday
        ("weekends", "Pacific/Apia", "2011-12-30T09:59", "2011-12-30T09:59"),  # Thursday, 23:59; there was no Friday
        ("weekends", "Pacific/Apia", "2011-12-30T10:00", "2012-01-01T10:00"),
    ],
)
def test_quiet_ends_when_the_readers_clock_says_so(quiet, zone, at, end):
    assert quiet_end(reader(parse_quiet(quiet), zone), utc(at)) == utc(end)


def test_nobody_is_quiet_without_hours():
    now = utc("2026-07-08T18:00")
    for quiet in (None, Quiet(time(8), time(8))):
        assert not is_quiet(reader(quiet), now)
        assert quiet_end(reader(quiet), now) == now


@given(HOURS, st.sampled_from(ZONES), INSTANTS)
def test_a_quiet_time_ends_and_not_before_it_is_over(quiet, zone, at):
    one = reader(quiet, zone)
    end = quiet_end(one, at)
    assert end >= at
    assert not is_quiet(one, end)
    assert (end == at) is (not is_quiet(one, at))
    if end > at:
        assert is_quiet(one, end - timedelta(microseconds=1))


@settings(max_examples=60, deadline=None)
@given(HOURS, st.sampled_from(ZONES), INSTANTS)
def test_no_instant_is_passed_over_while_it_is_quiet(quiet, zone, at):
    one = reader(quiet, zone)
    end = quiet_end(one, at)
    step = max((end - at) / 200, timedelta(seconds=1))
    seen = [at + step * n for n in range(200) if at + step * n < end]
    assert all(is_quiet(one, each) for each in seen)
    assert end - at < timedelta(days=4)  # a night, a weekend, a night, and a clock that is set


@pytest.mark.parametrize("zone", ZONES)
def test_every_instant_around_a_change_of_the_clock_agrees_with_the_wall(zone):
    one = reader(Quiet(time(1, 30), time(2, 20)), zone)
    for start in (
        "2026-03-08T04:00",
        "2026-03-29T00:00",
        "2026-10-03T13:00",
        "2026-10-25T00:00",
        "2026-11-01T04:00",
        "2026-04-04T13:00",
    ):
        minutes = [utc(start) + timedelta(minutes=n) for n in range(6 * 60)]
        ends = [quiet_end(one, each) for each in minutes]
        assert [end == each for each, end in zip(minutes, ends, strict=True)] == [
            not time(1, 30) <= each.astimezone(ZoneInfo(zone)).time() < time(2, 20) for each in minutes
        ]
        assert all(earlier <= later for earlier, later in pairwise(ends))


def test_an_unknown_zone_is_refused_with_the_mend():
    with pytest.raises(ValueError, match="Asia/Shanghai"):
        is_quiet(reader(Quiet(time(22), time(7)), "Mars/Olympus"), utc("2026-07-08T00:00"))
