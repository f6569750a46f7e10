"""Retry-After in both of its forms, and in those that mean nothing."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.net.retry_after import LONGEST, retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("999999999", LONGEST),
        ("9" * 400, LONGEST),
        ("Sun, 01 Mar 2026 12:01:00 GMT", timedelta(minutes=1)),
        ("Sun, 01 Mar 2026 12:01:00 -0000", timedelta(minutes=1)),
        ("Sun, 01 Mar 2099 12:01:00 GMT", LONGEST),
    ],
)
@pytest.mark.fault("H4")
def test_a_wait_is_read(header, wait):
    assert retry_after(header, NOW) == wait


@pytest.mark.parametrize("header", [None, "", "0", "-5", "1.5", "soon", "Mon, 01 Jan 2001 00:00:00 GMT", "²", "Mon, 99 Foo 2026"])
@pytest.mark.fault("H4")
def test_a_header_that_names_no_time_ahead_means_nothing(header):
    assert retry_after(header, NOW) is None


@given(st.integers(1, 86_400))
def test_seconds_and_the_same_date_mean_the_same(seconds):
    wait = timedelta(seconds=seconds)
    assert retry_after(str(seconds), NOW) == wait == retry_after(format_datetime(NOW + wait, usegmt=True), NOW)


@given(st.text())
def test_any_text_gives_a_bounded_wait_or_none(text):
    wait = retry_after(text, NOW)
    assert wait is None or timedelta() < wait <= LONGEST
