"""Dates as publishers print them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.dates import When, from_url, parse_date

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EIGHTH = date(2026, 7, 8)


def read(text, zone="Asia/Shanghai", formats=()):
    return parse_date(text, zone=zone, formats=formats, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "2026年7月8日", "（2026-07-08）", "2026.7.8", "2026/07/08", "2026年07月08日 星期三",
        "发布日期：2026-07-08 来源：国家药监局",
        "二〇二六年七月八日", "民國115年7月8日", "令和8年7月8日", "R8.7.8",
        "2026년 7월 8일", "2026. 7. 8.", "July 8, 2026", "8 July 2026",
        "8th July 2026", "Wed, 8 Jul 2026", "8. Juli 2026",
        "8 juillet 2026", "8 de julio de 2026", "20260708", "26-07-08", "07-08",
        "[07-08]", "7月8日", "8.7.2026", "２０２６－０７－０８",
    ],
)  # fmt: skip
@pytest.mark.fault("F4")
def test_a_bare_day_is_read_in_every_form(text):
    assert read(text) == When(EIGHTH)


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2026-07-08T08:30:00Z", "Asia/Shanghai", "2026-07-08T08:30"),
        ("2026-07-08 08:30", "Asia/Shanghai", "2026-07-08T00:30"),
        ("2026年7月8日 下午3:05", "Asia/Shanghai", "2026-07-08T07:05"),
        ("Wed, 08 Jul 2026 10:00:00 CST", "Asia/Shanghai", "2026-07-08T02:00"),
        ("Wed, 08 Jul 2026 10:00:00 CST", "America/Chicago", "2026-07-08T16:00"),
        ("Wed, 08 Jul 2026 10:00:00 EDT", "America/New_York", "2026-07-08T14:00"),
        ("Jul 8, 2026 3:05 pm", "America/New_York", "2026-07-08T19:05"),
        ("Wed Jul 08 2026 10:00:00 GMT+0800 (CST)", "UTC", "2026-07-08T02:00"),
        ("1783497600", "UTC", "2026-07-08T08:00"),
        ("20260708104752137", "Asia/Shanghai", "2026-07-08T02:47:52"),
    ],
)
def test_a_moment_is_read_in_the_zone_it_names_or_the_sources(text, zone, at):
    assert read(text, zone) == When(EIGHTH, datetime.fromisoformat(at).replace(tzinfo=UTC))


def test_the_day_is_the_one_in_the_sources_zone():
    assert read("Wed, 24 Nov 2021 23:02:46 GMT").on == date(2021, 11, 25)


def test_midnight_stays_on_the_day_that_is_printed():
    assert read("2026-07-08T00:00:00Z", "America/New_York").on == EIGHTH


@pytest.mark.parametrize(("zone", "on"), [("America/New_York", EIGHTH), ("Europe/London", date(2026, 8, 7))])
def test_the_zone_says_whether_the_month_stands_first(zone, on):
    assert read("7/8/2026", zone).on == on


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("3小时前", date(2026, 11, 22)),
        ("昨天 10:30", date(2026, 11, 21)),
        ("2天前", date(2026, 11, 20)),
        ("yesterday", date(2026, 11, 21)),
    ],
)
def test_a_relative_date_counts_from_now(text, on):
    assert read(text).on == on


def test_a_day_without_year_that_would_lie_ahead_is_last_years():
    assert read("12-30").on == date(2025, 12, 30)


@pytest.mark.parametrize(
    "text", ["", "2026-02-31", "0000-00-00", "9999-12-31", "+9999-01-01", "1970-01-01", "2026年7月", "第101号", "9" * 10_000]
)
@pytest.mark.fault("F4")
def test_what_is_no_believable_date_is_none(text):
    assert read(text) is None


def test_a_given_format_is_tried_first():
    assert read("080726", formats=("%d%m%y",)) == When(EIGHTH)


@pytest.mark.parametrize(
    "url",
    [
        "/xxgk/t20260708_123.html",
        "/art/2026/7/8/art_1_2.html",
        "/2026-07/08/c_118.htm",
        "/ypggtg/20260708104752137.html",
        "/202607/08/x",
    ],
)
def test_the_day_is_found_in_an_address(url):
    assert from_url("https://www.example.cn" + url + ("/" if url.endswith("x") else ""), now=NOW) == EIGHTH


@given(
    st.text(max_size=60)
    | st.from_regex(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?( \d\d:\d\d(:\d\d)?)?([+-]\d{4}| CST)?", fullmatch=True)
)
@pytest.mark.fault("F4")
def test_reading_a_date_never_raises_and_stays_in_time(text):
    when = read(text)
    assert when is None or date(1990, 1, 1) <= when.on <= date(2027, 12, 28)


@given(st.integers(631238400, 1798761600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_an_rfc_3339_moment_comes_back(moment):
    assert read(moment.isoformat()).at == moment
