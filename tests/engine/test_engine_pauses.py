"""Work pauses while nothing can be recorded, slow units make room for others, and ticks stand clocks that are set."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from cgtwatch.engine.storage import FIRST_WAIT, LONGEST_WAIT, Storage
from cgtwatch.engine.threads import CROWD, PATIENCE, Threads
from cgtwatch.errors import BusyError, StoreFull
from cgtwatch.schedule import Ticks, _Beat

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Disk:
    """A disk that may be full, and a monotonic clock beside it."""

    def __init__(self) -> None:
        self.full, self.time, self.looks = False, 1000.0, 0
        self.storage = Storage(self.probe, lambda: self.time)

    def probe(self) -> None:
        self.looks += 1
        if self.full:
            raise StoreFull("no space")


def test_nothing_begins_in_trouble_until_a_look_finds_it_over(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    caplog.set_level(logging.INFO)
    disk.full = True
    disk.storage.trouble(StoreFull("no space"))
    assert not disk.storage.usable()
    disk.time += FIRST_WAIT
    assert not disk.storage.usable()
    disk.full, disk.time = False, disk.time + 2 * FIRST_WAIT
    assert disk.storage.usable()
    assert [record.getMessage().split()[0:2] for record in caplog.records] == [["storage", "in"], ["storage", "works"]]


def test_looks_become_seldom_while_the_trouble_lasts() -> None:
    disk = Disk()
    disk.full = True
    disk.storage.trouble(StoreFull("no space"))
    for _ in range(3600):
        disk.time += 1
        assert not disk.storage.usable()
    assert disk.looks <= 3600 / LONGEST_WAIT + 10


def test_a_command_looks_at_once() -> None:
    disk = Disk()
    disk.storage.trouble(BusyError("locked"))
    disk.storage.look_now()
    assert disk.storage.usable()


def test_trouble_is_said_once_whoever_meets_it(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    for _ in range(50):
        disk.storage.trouble(StoreFull("no space"))
    assert len(caplog.records) == 1


@pytest.mark.fault("N14")
def test_a_unit_that_waits_for_its_peer_gives_its_place_to_another() -> None:
    now = [0.0]
    threads: Threads[None] = Threads("test", 2, lambda: now[0])
    release = threading.Event()
    for key in range(2):
        threads.submit(key, lambda: release.wait(20) and None)
    assert threads.room() == 0
    now[0] += PATIENCE
    assert threads.room() == 2
    for key in range(2, 2 * CROWD):
        threads.submit(key, lambda: release.wait(20) and None)
    now[0] += PATIENCE
    assert threads.room() == 0, "the crowd is bounded"
    release.set()
    assert threads.stop(5)


def test_a_clock_set_forward_by_years_makes_up_one_beat_not_millions() -> None:
    beat = _Beat(timedelta(seconds=1))
    assert beat.get_next_fire_time(NOON, NOON + timedelta(days=3650)) == NOON + timedelta(days=3650, seconds=1)


@pytest.mark.fault("T1")
def test_a_clock_set_back_does_not_put_the_next_beat_off() -> None:
    beat = _Beat(timedelta(seconds=1))
    assert beat.get_next_fire_time(NOON, NOON - timedelta(days=1)) == NOON - timedelta(days=1) + timedelta(seconds=1)


def test_beats_keep_their_distance_on_a_good_clock() -> None:
    beat = _Beat(timedelta(seconds=2))
    assert beat.get_next_fire_time(NOON, NOON + timedelta(milliseconds=30)) == NOON + timedelta(seconds=2)


@pytest.mark.fault("T1")
@pytest.mark.promise("P18")
@pytest.mark.parametrize("step", [-86400.0, 86400.0, 31536000.0])
def test_every_job_is_called_anew_when_the_clock_was_set(step: float) -> None:
    called, wall = threading.Event(), [1_000_000.0]
    ticks = Ticks({"job": (called.set, timedelta(hours=5))}, lambda: wall[0], lambda: 0.0)
    ticks.start()
    try:
        assert not ticks.look()
        wall[0] += step
        assert ticks.look()
        assert called.wait(10)
        assert not ticks.look()
    finally:
        ticks.stop()
