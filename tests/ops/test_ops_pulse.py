"""Ticks that hang are noticed, and the manager then hears nothing more; those that go on are left alone."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inside import inside

from cgtwatch.engine.service import Service
from cgtwatch.ops.pulse import LONG, PATIENCE, Pulse

TICKS = ("poll", "digest", "send", "housekeep", "translate")
SOURCES = "sources:\n  - {id: one, name: One, kind: feed, url: 'http://127.0.0.1:1/f.xml'}\n"


class Hands:
    """A clock that tests move."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_tick_that_goes_on_is_alive_and_one_that_never_ends_hangs() -> None:
    clock = Hands()
    pulse = Pulse(("poll", "digest"), clock)
    with pulse.beat("poll"):
        clock.now += PATIENCE
        assert pulse.hanging() == {}
        assert pulse.beats()["poll"].running
        clock.now += 1
        assert pulse.hanging() == {"poll": PATIENCE + 1}
    assert pulse.hanging() == {}
    assert pulse.beats()["poll"].took == PATIENCE + 1


def test_a_tick_that_never_begins_hangs_too_and_long_ones_get_longer() -> None:
    clock = Hands()
    pulse = Pulse(TICKS, clock)
    clock.now += PATIENCE + 1
    assert set(pulse.hanging()) == {"poll", "send"}
    clock.now += max(LONG.values())
    assert set(pulse.hanging()) == set(TICKS)


def test_a_run_that_breaks_is_a_sign_of_life_and_is_counted() -> None:
    pulse = Pulse(("poll",), Hands())
    heard: list[tuple[str, float]] = []
    pulse.listeners.append(lambda tick, took: heard.append((tick, took)))
    with pytest.raises(ValueError, match="odd"), pulse.beat("poll"):
        raise ValueError("odd")
    pulse.broke("poll")
    assert (heard, pulse.broken["poll"], pulse.hanging()) == ([("poll", 0.0)], 1, {})


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """What the service manager has heard since it was asked last."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    listening.setblocking(False)

    def heard() -> list[str]:
        found = []
        while True:
            try:
                found.append(listening.recv(4096).decode())
            except BlockingIOError:
                return found

    yield heard
    listening.close()


def test_the_watchdog_is_fed_while_the_ticks_go_on_and_no_longer_when_the_poll_tick_hangs(
    tmp_path: Path, manager: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    with inside(tmp_path, SOURCES) as bench:
        service = Service(bench.app, str(tmp_path / "notify"))
        clock = Hands()
        service.pulse = Pulse(TICKS, clock)
        release, hangs = threading.Event(), threading.Event()

        def hang() -> int:
            hangs.set()
            release.wait(20)
            return 0

        assert service.look()
        assert manager() == ["WATCHDOG=1"]
        ticking = threading.Thread(target=service._run, args=("poll", hang), daemon=True)
        ticking.start()
        assert hangs.wait(10)
        for name in ("digest", "send"):
            service._run(name, lambda: None)
        clock.now += PATIENCE + 1
        for name in ("digest", "send"):
            service._run(name, lambda: None)
        assert not service.look()
        assert not service.look()
        assert manager() == []
        assert [one.getMessage() for one in caplog.records if "hangs" in one.getMessage()] == [
            "tick hangs tick=poll silent_seconds=121"
        ]
        release.set()
        ticking.join(10)
        assert service.look()
        assert manager() == ["WATCHDOG=1"]
        service.engine.stop(1)
