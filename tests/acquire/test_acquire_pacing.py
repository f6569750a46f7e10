"""One budget of requests per host."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.acquire.pacing import Pacing, Rest

GAP = timedelta(seconds=2)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Time:
    """A clock that only sleeping and working move."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def test_the_first_request_waits_for_nothing():
    time = Time()
    with Pacing(time.monotonic, time.sleep).turn("h", 1, GAP):
        assert time.slept == []


def test_the_gap_counts_from_the_end_of_the_last_request():
    time = Time()
    pacing = Pacing(time.monotonic, time.sleep)
    with pacing.turn("h", 1, GAP):
        time.now += 5
    time.now += 0.5
    with pacing.turn("h", 1, GAP):
        assert 1.5 <= time.slept[0] <= 1.5 + GAP.total_seconds() / 4


def test_hosts_do_not_wait_for_each_other():
    time = Time()
    pacing = Pacing(time.monotonic, time.sleep)
    with pacing.turn("a", 1, GAP), pacing.turn("b", 1, GAP):
        assert time.slept == []


def test_a_turn_is_given_back_when_the_work_fails():
    time = Time()
    pacing = Pacing(time.monotonic, time.sleep)
    for _ in range(3):
        try:
            with pacing.turn("h", 1, timedelta()):
                raise RuntimeError
        except RuntimeError:
            continue
    with pacing.turn("h", 1, GAP):
        assert time.slept == []


def test_the_gap_is_stretched_by_a_quarter_at_most_and_the_same_way_each_time():
    def gaps(host):
        time = Time()
        pacing = Pacing(time.monotonic, time.sleep)
        for _ in range(20):
            with pacing.turn(host, 1, GAP):
                pass
        return time.slept

    assert gaps("h") == gaps("h") != gaps("i")
    assert len(set(gaps("h"))) == 19
    assert all(2 <= gap <= 2.5 for gap in gaps("h") + gaps("i"))


@pytest.mark.fault("H4")
def test_a_server_that_asks_for_rest_is_left_alone_and_no_other():
    pacing = Pacing()
    assert pacing.rest("h", NOW) is None
    pacing.hold("h", timedelta(minutes=10), 429, NOW)
    pacing.hold("h", timedelta(minutes=5), 503, NOW)  # the longer wish counts
    assert (pacing.rest("h", NOW), pacing.rest("i", NOW)) == (Rest(timedelta(minutes=10), 429), None)
    assert pacing.rest("h", NOW + timedelta(minutes=10)) is None


@pytest.mark.fault("H4")
def test_a_server_is_left_alone_for_an_hour_at_most_also_when_the_clock_is_set_back():
    pacing = Pacing()
    pacing.hold("h", timedelta(days=1), 429, NOW)
    assert pacing.rest("h", NOW) == Rest(timedelta(hours=1), 429)
    assert pacing.rest("h", NOW - timedelta(days=1)) is None


def test_budgets_of_hosts_that_were_asked_long_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr("cgtwatch.acquire.pacing.MOST_HOSTS", 8)
    time = Time()
    pacing = Pacing(time.monotonic, time.sleep)
    for n in range(50):
        pacing.hold(f"held{n}", timedelta(minutes=10), 429, NOW + timedelta(hours=n))
    with pacing.turn("busy", 1, GAP):
        for n in range(50):
            with pacing.turn(f"host{n}", 1, timedelta(seconds=1)):
                time.now += 5
    assert len(pacing._budgets) <= 9
    assert len(pacing._holds) <= 9
    assert pacing.rest("held49", NOW + timedelta(hours=49)) is not None


@pytest.mark.promise("P13")
@pytest.mark.fault("N14")
def test_no_more_threads_work_on_a_host_than_it_has_connections():
    pacing = Pacing(sleep=lambda _: None)
    lock, active, most, done = threading.Lock(), [0], [0], []

    def work():
        with pacing.turn("h", 3, timedelta()):
            with lock:
                active[0] += 1
                most[0] = max(most[0], active[0])
            with lock:
                active[0] -= 1
        done.append(1)

    threads = [threading.Thread(target=work) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), most[0] <= 3) == (24, True)


@pytest.mark.promise("P13")
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=20))
def test_two_requests_to_a_host_are_never_closer_than_the_gap(steps):
    time = Time()
    pacing = Pacing(time.monotonic, time.sleep)
    ended = None
    for idle, busy in steps:
        time.now += idle
        with pacing.turn("h", 1, GAP):
            assert ended is None or time.now - ended >= GAP.total_seconds() - 1e-6
            time.now += busy
        ended = time.now
