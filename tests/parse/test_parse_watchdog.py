"""The thread that ends what takes too long."""

import threading

from cgtwatch.parse.watchdog import Watchdog


def test_a_job_in_time_is_left_alone_and_a_late_one_ended():
    watchdog, ended = Watchdog(), threading.Event()
    early = threading.Event()
    with watchdog.limited(60, early.set), watchdog.limited(0.01, ended.set):
        assert ended.wait(5)
    with watchdog.limited(0.01, ended.set):
        pass
    assert not early.is_set()
    watchdog.close()


def test_one_thread_watches_many_jobs_at_once():
    watchdog, ended = Watchdog(), [threading.Event() for _ in range(20)]
    before = threading.active_count()
    inside = [watchdog.limited(0.01, event.set) for event in ended]
    for job in inside:
        job.__enter__()
    assert threading.active_count() <= before + 1
    assert all(event.wait(5) for event in ended)
    for job in inside:
        job.__exit__(None, None, None)
    watchdog.close()


def test_a_closed_watchdog_leaves_no_thread():
    watchdog = Watchdog()
    with watchdog.limited(0.01, lambda: None):
        thread = watchdog._thread
        watchdog.close()
    thread.join(5)
    assert not thread.is_alive()
