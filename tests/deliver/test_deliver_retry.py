"""When a delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.deliver.retry import next_attempt
from cgtwatch.model.delivery import SendOutcome, SendResult

START = datetime(2026, 7, 8, tzinfo=UTC)
RETRY = SendOutcome(SendResult.RETRY)


def attempts(channel: str, outcome: SendOutcome, jitter: float) -> list[timedelta]:
    """The times of all attempts after the first, from the first."""
    at, count, times = START, 1, []
    while (due := next_attempt(channel, count, outcome, START, at, jitter)) is not None:
        times.append(due - START)
        at, count = due, count + 1
    return times


@pytest.mark.fault("W9")
def test_a_webhook_is_tried_ten_times_over_seventy_five_hours():
    times = attempts("webhook", RETRY, 0.5)
    assert len(times) == 9
    assert times[:2] == [timedelta(seconds=5), timedelta(minutes=5, seconds=5)]
    assert times[-1] == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.fault("M6")
@pytest.mark.promise("P5")
def test_a_mail_is_tried_hourly_for_three_days():
    times = attempts("email", RETRY, 0.5)
    assert times[:4] == [timedelta(minutes=minutes) for minutes in (5, 20, 50, 110)]
    assert timedelta(days=2, hours=23) < times[-1] <= timedelta(days=3)


@pytest.mark.parametrize("result", [SendResult.SENT, SendResult.PERMANENT, SendResult.GONE])
def test_a_final_outcome_is_not_tried_again(result):
    assert next_attempt("webhook", 1, SendOutcome(result), START, START, 0.5) is None


def test_an_unknown_outcome_is_tried_again_when_asked_for():
    assert next_attempt("webhook", 1, SendOutcome(SendResult.UNKNOWN), START, START, 0.5) == START + timedelta(seconds=5)


def test_a_channel_from_elsewhere_waits_like_a_webhook():
    assert attempts("my.pkg:Mine", RETRY, 0.5) == attempts("webhook", RETRY, 0.5)


@given(
    st.sampled_from(["email", "webhook", "slack", "maildir"]),
    st.integers(1, 9),
    st.floats(0, 1),
    st.timedeltas(timedelta(-5), timedelta(5)),
)
def test_a_wish_of_the_receiver_is_kept_within_a_day(channel, count, jitter, wish):
    due = next_attempt(channel, count, SendOutcome(SendResult.RETRY, retry_after=wish), START, START, jitter)
    assert due is not None
    assert due >= START + min(wish, timedelta(hours=24))
    assert due <= START + timedelta(hours=28.8, seconds=1)


@given(st.sampled_from(["email", "webhook"]), st.integers(1, 9), st.floats(0, 1))
def test_jitter_stays_within_a_fifth(channel, count, jitter):
    plain = next_attempt(channel, count, RETRY, START, START, 0.5)
    spread = next_attempt(channel, count, RETRY, START, START, jitter)
    assert plain is not None
    assert spread is not None
    assert abs(spread - plain) <= (plain - START) * 0.2 + timedelta(milliseconds=1)
