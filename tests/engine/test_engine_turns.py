"""What is due follows as visits end, and does not wait for the next look of the clock."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from attack import feed, sources
from inside import inside
from place import Site, serving

FEED = "application/rss+xml"
NAMES = [f"s{number}" for number in range(6)]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        for name in NAMES:
            running.page(f"/{name}", feed([1]), FEED)
        yield running


def until(what: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end, "waited in vain"
        threading.Event().wait(0.01)


@pytest.mark.promise("P14")
@pytest.mark.parametrize("concurrency", ["1", "16"])
def test_one_look_at_what_is_due_is_enough_for_all_of_it(tmp_path: Path, site: Site, concurrency: str) -> None:
    """All are on one host, which is asked by one at a time."""
    with inside(tmp_path, sources(**{name: f"{site.url}/{name}" for name in NAMES}), concurrency=concurrency) as bench:
        assert bench.engine.poll_due() >= 1
        until(lambda: all(site.asked(f"/{name}") for name in NAMES))
        until(lambda: not bench.engine.busy())
        assert bench.engine.due_hosts() == []
        assert [site.asked(f"/{name}") for name in NAMES] == [1] * len(NAMES)


def test_nobody_follows_by_a_file_that_was_replaced(tmp_path: Path, site: Site) -> None:
    first, go = threading.Event(), threading.Event()

    def slow(_headers: object) -> tuple[int, dict[str, str], bytes]:
        first.set()
        go.wait(20)
        return 200, {"Content-Type": FEED}, feed([1]).encode()

    for name in NAMES:
        site.pages[f"/{name}"] = slow
    with inside(tmp_path, sources(**{name: f"{site.url}/{name}" for name in NAMES})) as bench:
        assert bench.engine.poll_due() == 1
        assert first.wait(20)
        bench.app.use_sources(replace(bench.app.source_file, sources=()))
        go.set()
        until(lambda: not bench.engine.busy())
        assert sum(site.asked(f"/{name}") for name in NAMES) == 1


def test_nobody_follows_after_the_stop(tmp_path: Path, site: Site) -> None:
    with inside(tmp_path, sources(**{name: f"{site.url}/{name}" for name in NAMES}), concurrency="1") as bench:
        bench.engine.poll_due()
        bench.engine.stop()
        visited = sum(site.asked(f"/{name}") for name in NAMES)
        assert bench.engine.busy() == 0
        assert sum(site.asked(f"/{name}") for name in NAMES) == visited


@pytest.mark.fault("C12")
def test_sources_of_one_address_are_visited_together_and_ask_it_once(tmp_path: Path, site: Site) -> None:
    """Wherever the second was due a little later."""
    written = sources(a=f"{site.url}/s0", b=f"{site.url}/s0", c=f"{site.url}/s1").replace("{exactly: 60s}", "1h")
    with inside(tmp_path, written) as bench:
        for visits in (1, 2, 3):
            for _ in ("due", "brought forward"):
                bench.engine.poll_due()
                until(lambda: not bench.engine.busy())
            assert site.asked("/s0") == visits
            states = [bench.app.store.state(name) for name in "ab"]
            assert [state.last_visit for state in states] == [bench.now] * 2
            nexts = [state.next_poll for state in states]
            assert nexts[0] != nexts[1]
            bench.now = min(filter(None, nexts))
        assert all(bench.app.store.known(name) for name in "abc")
