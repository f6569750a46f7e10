"""When a source is asked again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.diff.rhythm import next_poll
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import SourceState
from diff.diff_site import NOW, a_source

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAILING = [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (60, 24)]


def wait(source, state=None, after=None, **more):
    return next_poll(source, state or SourceState("site", **more), NOW, after) - NOW


@pytest.mark.parametrize(("failures", "hours"), FAILING)
@pytest.mark.fault("H5")
def test_the_wait_doubles_with_every_failure_up_to_a_day(failures, hours):
    got = wait(a_source(every=HOUR), failures=failures, error=ErrorClass.HTTP_5XX)
    assert 0.8 * hours * HOUR <= got <= min(1.2 * hours * HOUR, DAY)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 5), (2, 15), (3, 45), (4, 135), (5, 405), (6, 1215), (7, 1440)])
def test_a_source_that_nobody_answers_for_is_asked_again_soon_and_then_less_and_less(failures, minutes):
    got = wait(a_source(every=12 * HOUR), failures=failures, error=ErrorClass.DNS)
    assert 0.8 * timedelta(minutes=minutes) <= got <= min(1.2 * timedelta(minutes=minutes), DAY)


def test_a_good_visit_is_followed_by_one_interval():
    assert 0.95 * 6 * HOUR <= wait(a_source()) <= 1.05 * 6 * HOUR


def test_exactly_means_exactly():
    assert wait(a_source(exactly=True)) == 6 * HOUR


AFTER = [(timedelta(minutes=2), HOUR), (timedelta(hours=5), timedelta(hours=5)), (timedelta(days=400), DAY)]


@pytest.mark.parametrize(("asked", "least"), AFTER)
@pytest.mark.fault("H4")
def test_a_server_that_says_when_is_obeyed_within_the_interval_and_a_day(asked, least):
    got = wait(a_source(every=HOUR), after=asked, failures=9, error=ErrorClass.HTTP_5XX)
    assert least <= got <= 1.05 * least


@pytest.mark.fault("H7")
def test_what_is_gone_is_asked_weekly():
    assert 0.8 * 7 * DAY <= wait(a_source(every=HOUR), failures=5, error=ErrorClass.GONE) <= 1.2 * 7 * DAY


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_no_source_is_ever_given_up_and_the_same_case_has_the_same_answer(failures, minutes):
    source = a_source(every=timedelta(minutes=minutes))
    state = SourceState("site", failures=failures, error=ErrorClass.DNS if failures else None)
    got = next_poll(source, state, NOW)
    assert NOW < got <= NOW + max(DAY, 1.2 * source.every)
    assert got == next_poll(source, state, NOW)


@pytest.mark.fault("N13")
def test_sources_that_fail_together_do_not_come_back_together():
    from dataclasses import replace

    state = SourceState("site", failures=1, error=ErrorClass.DNS)
    times = {next_poll(replace(a_source(), id=f"s{n}"), state, NOW) for n in range(120)}
    assert len(times) == 120
    assert max(times) - min(times) > timedelta(minutes=1)
