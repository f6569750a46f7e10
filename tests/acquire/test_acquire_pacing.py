"""One budget of requests per host."""

import threading
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.acquire.pacing import Pacing

GAP = timedelta(seconds=2)


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
        assert time.slept == [1.5]


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
    assert pacing.wait_for("h", 1) == timedelta()


def test_the_wait_can_be_asked_for_without_waiting():
    time = Time()
    pacing = Pacing(time.monotonic, time.sleep)
    assert pacing.wait_for("h", 1) == timedelta()
    with pacing.turn("h", 1, GAP):
        assert pacing.wait_for("h", 1) is None
        assert pacing.wait_for("h", 2) == GAP
    assert pacing.wait_for("h", 1) == GAP


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
