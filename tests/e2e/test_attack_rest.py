"""A server that asks for rest is left alone, and none of its sources pays for it."""

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from attack import feed, sources
from inside import Inside, inside
from place import Answer, Site

from cgtwatch.model.item import Outcome

FEED = {"Content-Type": "application/rss+xml"}


def closed(_headers: Mapping[str, str]) -> Answer:
    return 429, {"Retry-After": "1800"}, b"too many"


def open_with(count: int) -> Answer:
    return 200, FEED, feed(range(count, 0, -1)).encode()


def tick(bench: Inside) -> int:
    """What is due begins, and ends."""
    begun = bench.engine.poll_due()
    while bench.engine.busy():
        threading.Event().wait(0.01)
    return begun


@pytest.mark.fault("H4")
def test_what_is_due_waits_while_its_server_rests_and_comes_right_after(site: Site, tmp_path: Path) -> None:
    for name in ("one", "two"):
        site.pages[f"/{name}"] = open_with(1)
    with inside(tmp_path, sources(one=f"{site.url}/one", two=f"{site.url}/two")) as bench:
        bench.poll()
        site.pages["/one"] = closed
        site.pages["/two"] = open_with(2)
        bench.pass_time(minutes=2)
        bench.poll("one")
        before, asked = bench.app.store.state("two"), len(site.requests)
        assert tick(bench) == 0
        assert (bench.app.store.state("two"), len(site.requests)) == (before, asked)
        bench.pass_time(minutes=30)
        assert tick(bench) == 1
        assert bench.app.store.state("two").failures == 0
        assert bench.app.store.state("two").items_seen == 2


def test_a_visit_that_is_asked_for_meanwhile_is_told_and_not_held_against_the_source(site: Site, tmp_path: Path) -> None:
    site.pages["/one"] = closed
    site.pages["/two"] = open_with(1)
    with inside(tmp_path, sources(one=f"{site.url}/one", two=f"{site.url}/two")) as bench:
        rows = bench.poll()
        assert (rows["two"]["outcome"], rows["two"]["requests"]) == (Outcome.FAILED, 0)
        assert "wants to be left alone" in rows["two"]["error"]
        assert bench.app.store.state("one").failures == 1
        after = bench.app.store.state("two")
        assert (after.failures, after.error, after.last_visit) == (0, None, None)
        assert bench.app.store.due(bench.now, ["one", "two"]) == ["two"]


def test_a_source_gives_no_hint_to_itself(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = open_with(1)
    text = sources(list_a=f"{site.url}/a", list_b=f"{site.url}/a").replace("gap: 0s", "gap: 0s, hints: ['list-*']", 1)
    with inside(tmp_path, text) as bench:
        bench.poll()
        site.pages["/a"] = open_with(2)
        bench.pass_time(seconds=30)
        assert bench.poll("list-a")["list-a"]["new"] == 1
        assert bench.app.store.due(bench.now, ["list-a", "list-b"]) == ["list-b"]
