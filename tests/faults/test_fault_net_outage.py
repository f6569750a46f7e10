"""The network is gone for ten minutes, or one server for good: what the operator hears, and how it is asked again."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from attack import feed
from inside import Inside, inside
from place import Site, free_port, serving

from cgtwatch.diff.health import NETWORK
from faults.hostile_kit import HEAD, line

SOURCES = 120
PAGE = feed(range(3)).encode()


@contextmanager
def network(port: int) -> Iterator[None]:
    """Every address of `port` gives a feed, as long as this lasts; before and after nobody listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def minutes(bench: Inside, count: int) -> list[Counter[str]]:
    """What became of the visits that were due, minute by minute; the operator is told every fifth."""
    told = []
    for minute in range(1, count + 1):
        bench.pass_time(minutes=1)
        told.append(Counter(row["outcome"] for row in bench.ask("poll") if "source" in row))
        if minute % 5 == 0:
            bench.engine.housekeep()
    return told


@pytest.mark.chaos
@pytest.mark.fault("N13")
@pytest.mark.promise("P12")
def test_a_dead_network_is_one_notice_and_its_sources_come_back_one_after_the_other(tmp_path: Path) -> None:
    port = free_port()
    text = HEAD + "".join(line(f"s-{n}", "feed", f"http://127.0.0.1:{port}/{n}", every="10m") for n in range(SOURCES))
    with inside(tmp_path, text) as bench:
        bench.ask("subscriptions.add", name="me", to="local:", lang="en", cadence="daily")
        with network(port):
            assert Counter(row["outcome"] for row in bench.poll().values()) == {"ok": SOURCES}
            bench.pass_time(minutes=9)
        dark = minutes(bench, 10)
        assert sum(one["failed"] for one in dark) >= SOURCES
        assert [one.kind for one in bench.app.store.open_alarms()] == [NETWORK]
        with network(port):
            light = minutes(bench, 20)
        assert bench.app.store.open_alarms() == ()
        notices = [one for one in bench.app.store.deliveries(limit=None) if one.kind == "source.alarm"]
        assert len(notices) == 2, "that it began and that it ended"
        assert {state.failures for state in bench.app.store.states().values()} == {0}
        assert max(one.total() for one in light) < SOURCES / 2, "a burst"


@pytest.mark.fault("H7")
@pytest.mark.parametrize(("status", "word", "asked", "wait"), [(410, "gone", 2, 6), (404, "http-4xx", 10, 0.7)])
def test_a_page_that_is_no_more_is_told_once_and_asked_for_less_and_less(
    tmp_path: Path, status: int, word: str, asked: int, wait: float
) -> None:
    with serving(Site()) as site:
        site.page("/feed", feed(range(3)), "application/rss+xml")
        site.page("/other", feed(range(3)), "application/rss+xml")
        text = HEAD + "".join(line(name, "feed", f"{site.url}/{name}", every="6h") for name in ("feed", "other"))
        with inside(tmp_path, text) as bench:
            bench.poll()
            site.page("/feed", "gone", status=status)
            failed = 0
            for _ in range(2 * 7):  # a week
                bench.pass_time(hours=12)
                failed += any(row.get("source") == "feed" and row["outcome"] == "failed" for row in bench.ask("poll"))
                bench.engine.housekeep()
            state = bench.app.store.states()["feed"]
            assert state.error == word
            assert 0 < failed <= asked
            assert state.next_poll - state.last_visit > timedelta(days=wait)
            assert len(bench.app.store.alarms_of("feed")) == 1
