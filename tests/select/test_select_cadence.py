"""When a digest is due."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.subscription import Cadence, Every
from cgtwatch.select import next_due, parse_cadence, show_cadence

ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Pacific/Kiritimati",  # the first to begin a day
    "Pacific/Niue",  # and the last
    "Pacific/Chatham",  # 12:45 ahead, with summer time
    "Africa/Casablanca",  # the clock goes back for Ramadan
    "UTC",
]
CADENCES = st.one_of(
    st.builds(Cadence, st.just(Every.DAILY), st.integers(0, 23), st.integers(0, 59)),
    st.builds(Cadence, st.just(Every.WEEKLY), st.integers(0, 23), st.integers(0, 59), st.integers(0, 6)),
    st.builds(Cadence, st.just(Every.MONTHLY), st.integers(0, 23), st.integers(0, 59), st.just(0), st.integers(1, 31)),
)
INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("now", Cadence(Every.NOW)),
        ("hourly", Cadence(Every.HOURLY, 0)),
        ("daily", Cadence(Every.DAILY)),
        ("daily@08:00", Cadence(Every.DAILY, 8)),
        ("Weekly@Fri-7:05", Cadence(Every.WEEKLY, 7, 5, 4)),
        ("weekly@sunday-18:30", Cadence(Every.WEEKLY, 18, 30, 6)),
        ("monthly@31-23:59", Cadence(Every.MONTHLY, 23, 59, 0, 31)),
    ],
)
def test_a_cadence_is_read(text, cadence):
    assert parse_cadence(text) == cadence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dayly",
        "daily@25:00",
        "daily@08:60",
        "weekly@08",
        "weekly@xyz-08:00",
        "weekly@3-08:00",
        "monthly@0-08:00",
        "monthly@32-08:00",
        "daily@mon-08:00",
        "now@08:00",
        "hourly@08:00",
        "0 8 * * *",
        "daily@08:00\n; rm",
    ],
)
def test_what_is_no_cadence_is_refused_with_the_mend(text):
    with pytest.raises(ValueError, match="write"):
        parse_cadence(text)


@given(CADENCES | st.sampled_from([Cadence(Every.NOW), Cadence(Every.HOURLY, 0)]))
def test_a_cadence_shown_reads_back_the_same(cadence):
    assert parse_cadence(show_cadence(cadence)) == cadence


@pytest.mark.fault("T2", "T4")
@pytest.mark.parametrize(
    ("text", "zone", "after", "due"),
    [
        ("daily@08:00", "Asia/Shanghai", "2026-07-08T00:00", "2026-07-09T00:00"),
        ("daily@08:00", "Asia/Shanghai", "2026-07-07T23:59:59", "2026-07-08T00:00"),
        ("daily@02:30", "America/New_York", "2026-03-08T00:00", "2026-03-08T07:30"),  # 02:30 is skipped: 03:30 EDT
        ("daily@01:30", "America/New_York", "2026-11-01T00:00", "2026-11-01T05:30"),  # 01:30 comes twice: the first, EDT
        ("daily@01:30", "America/New_York", "2026-11-01T05:30", "2026-11-02T06:30"),  # and not the second
        ("daily@08:00", "Europe/London", "2026-03-28T09:00", "2026-03-29T07:00"),
        ("weekly@mon-08:00", "Asia/Shanghai", "2026-07-08T00:00", "2026-07-13T00:00"),
        ("weekly@mon-08:00", "Asia/Shanghai", "2026-12-31T00:00", "2027-01-04T00:00"),  # week 53
        ("monthly@31-08:00", "Asia/Shanghai", "2028-02-01T00:00", "2028-02-29T00:00"),
        ("monthly@1-08:00", "Asia/Shanghai", "2026-12-01T00:00", "2027-01-01T00:00"),
        ("monthly@1-00:00", "Asia/Shanghai", "2026-11-30T15:59", "2026-11-30T16:00"),
        ("monthly@31-08:00", "Pacific/Kiritimati", "2026-02-01T00:00", "2026-02-27T18:00"),  # the 28th there
        ("monthly@1-00:30", "Pacific/Niue", "2026-12-31T23:59", "2027-01-01T11:30"),
        ("monthly@29-08:00", "Asia/Shanghai", "2027-02-01T00:00", "2027-02-28T00:00"),  # no leap year
        ("monthly@30-08:00", "Asia/Shanghai", "2028-02-01T00:00", "2028-02-29T00:00"),  # one
        ("monthly@31-02:30", "Europe/London", "2024-03-01T00:00", "2024-03-31T01:30"),  # 02:30 summer time, which has just begun
        ("weekly@sun-02:30", "America/New_York", "2026-03-02T00:00", "2026-03-08T07:30"),  # skipped: 03:30
        ("weekly@sun-01:30", "America/New_York", "2026-10-26T00:00", "2026-11-01T05:30"),  # twice: the first
        ("weekly@fri-08:00", "Pacific/Apia", "2011-12-28T00:00", "2011-12-30T18:00"),  # that Friday never came: a day later
        ("daily@02:15", "Australia/Lord_Howe", "2026-10-03T14:00", "2026-10-03T15:45"),  # half an hour is skipped: 02:45
        ("hourly", "Australia/Lord_Howe", "2026-10-03T15:00", "2026-10-03T16:00"),
        ("hourly", "Asia/Kathmandu", "2026-07-08T00:00", "2026-07-08T00:15"),
        ("hourly", "UTC", "2026-07-08T00:00", "2026-07-08T01:00"),
        ("now", "UTC", "2026-07-08T00:00:07", "2026-07-08T00:00:07"),
    ],
)
def test_a_digest_is_due_at_the_readers_hour(text, zone, after, due):
    assert next_due(parse_cadence(text), zone, utc(after)) == utc(due)


@given(CADENCES, st.sampled_from(ZONES), INSTANTS)
def test_a_due_time_lies_ahead_and_none_lies_between(cadence, zone, after):
    due = next_due(cadence, zone, after)
    assert due > after
    assert next_due(cadence, zone, after + (due - after) / 2) == due


@pytest.mark.fault("T4")
@pytest.mark.promise("P6")
@settings(max_examples=50)
@given(CADENCES, st.sampled_from(ZONES), INSTANTS)
def test_windows_touch_and_each_local_day_has_one(cadence, zone, start):
    strikes = [start]
    for _ in range(14):
        strikes.append(next_due(cadence, zone, strikes[-1]))
    days = [strike.astimezone(ZoneInfo(zone)).date() for strike in strikes[1:]]
    longest = {Every.DAILY: 2, Every.WEEKLY: 8, Every.MONTHLY: 32}[cadence.every]  # Apia skipped a whole day once
    assert len(set(days)) == len(days)
    assert all(timedelta() < later - earlier < timedelta(days=longest, hours=2) for earlier, later in pairwise(strikes[1:]))


@pytest.mark.fault("T7", "C10")
def test_an_unknown_zone_is_refused_with_the_mend():
    for name in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(ValueError, match="Asia/Shanghai"):
            next_due(Cadence(Every.DAILY), name, utc("2026-07-08T00:00"))
