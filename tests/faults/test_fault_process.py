"""A process that is short of handles or memory, has everything to do at once, or is told to stop while a receiver is slow."""

import fcntl
import os
import resource
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from attack import feed, sources
from inside import inside
from place import PROGRAM, Answer, Place, Site, free_port

from cgtwatch.engine.control import ask

RSS = "application/rss+xml"
MANY = 10_000


@pytest.mark.fault("K3")
def test_service_stops_within_ten_seconds_in_the_middle_of_a_slow_delivery_and_sends_it_again(place: Place, site: Site) -> None:
    release = threading.Event()

    def slow(_headers: Mapping[str, str]) -> Answer:
        release.wait(30)
        return 200, {}, b""

    site.page("/feed", feed([1]), RSS)
    site.pages["/hook"] = slow
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    place.run("subscriptions", "add", "hook", "--to", f"{site.url}/hook", "--cadence", "now")
    site.page("/feed", feed([2, 1]), RSS)
    place.poll("one")
    with place.service("--no-web") as service:
        service.until(lambda: site.asked("/hook") == 1)
        assert service.stop(within=10) == 0
    release.set()
    (row,) = place.rows("deliveries", "list")
    assert row["state"] in {"attempted", "retry"}, "it is known that an attempt was under way"
    site.page("/hook", "")
    with place.service("--no-web") as service:
        service.until(lambda: place.rows("deliveries", "list")[0]["state"] == "sent")
        assert service.stop() == 0
    ids = Counter(headers["webhook-id"] for headers, _ in site.posts)
    assert list(ids.values()) == [2], "once more after an unknown outcome, with the same id"
    assert len({body for _, body in site.posts}) == 1
    assert "Traceback" not in service.text


def signs(supervisor: HTTPConnection) -> tuple[int, str]:
    """What the service says of itself."""
    supervisor.request("GET", "/readyz")
    answer = supervisor.getresponse()
    return answer.status, answer.read().decode()


def limited(pid: int, what: int, soft: int) -> None:
    _, hard = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (soft, hard))


@pytest.mark.chaos
@pytest.mark.fault("K6")
@pytest.mark.promise("P9")
def test_a_service_without_handles_lives_says_so_and_goes_on_when_it_has_some(place: Place, site: Site) -> None:
    site.page("/feed", feed([1]), RSS)
    place.extra["CGTWATCH_LISTEN"] = f"127.0.0.1:{free_port()}"
    place.sources(sources(one=f"{site.url}/feed"))
    with place.service() as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        service.until(lambda: "send delivery=" in service.text)
        pid = service.process.pid
        (usual, _), used = resource.prlimit(pid, resource.RLIMIT_NOFILE), len(list(Path(f"/proc/{pid}/fd").iterdir()))
        site.page("/feed", feed([2, 1]), RSS)
        with closing(HTTPConnection(place.extra["CGTWATCH_LISTEN"], timeout=10)) as supervisor:
            service.until(lambda: signs(supervisor) == (200, "ready\n"))  # its connection is there before handles are short
            limited(pid, resource.RLIMIT_NOFILE, max(8, used - 4))
            service.until(lambda: signs(supervisor)[0] == 503)
            assert "more files and connections can be opened" in signs(supervisor)[1]
        place.run("poll", "one", code=None)
        limited(pid, resource.RLIMIT_NOFILE, usual)
        service.until(lambda: place.run("poll", "one", code=None).returncode == 0)
        assert len(place.rows("items")) == 2
        with closing(HTTPConnection(place.extra["CGTWATCH_LISTEN"], timeout=10)) as supervisor:
            service.until(lambda: signs(supervisor)[0] == 200)
        service.until(lambda: "storage works again" in service.text or "storage in trouble" not in service.text)
        assert service.stop() == 0
    assert "Traceback" not in service.text


@pytest.mark.fault("K6")
@pytest.mark.promise("P9")
def test_a_service_that_may_open_64_files_does_its_work(place: Place, site: Site) -> None:
    names = [f"s{number}" for number in range(12)]
    for name in names:
        site.page(f"/{name}", feed([1]), RSS)
    place.sources(sources(**{name: f"{site.url}/{name}" for name in names}))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with place.service("--no-web") as service:
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (64, most))  # ours alone may have more open already
        service.until(lambda: all(f"poll source={name} outcome=ok" in service.text for name in names))
        assert service.stop() == 0
    assert "Traceback" not in service.text


@pytest.mark.chaos
@pytest.mark.fault("K6")
@pytest.mark.promise("P9")
def test_a_service_whose_memory_runs_out_loses_nothing_and_works_when_it_is_started_again(place: Place, site: Site) -> None:
    """The address space is cut to what is in use and 16 MiB: threads, mappings and large pieces of memory are refused from then on."""
    site.page("/feed", feed([1]), RSS)
    place.sources(sources(one=f"{site.url}/feed"))
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        pid = service.process.pid
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
        limited(pid, resource.RLIMIT_AS, pages * resource.getpagesize() + (16 << 20))
        site.page("/feed", feed(range(400, 0, -1)), RSS)
        for _ in range(3):
            place.run("poll", "one", code=None, timeout=30)
        limited(pid, resource.RLIMIT_AS, resource.RLIM_INFINITY)
        service.process.kill()
        service.process.wait(10)
    with place.service("--no-web") as service:
        service.until(lambda: len(place.rows("items")) == 400)
        assert service.stop() == 0
    assert place.rows("db", "check") == [{"problems": []}]


@pytest.mark.chaos
@pytest.mark.fault("K7")
@pytest.mark.promise("P9", "P14")
def test_ten_thousand_sources_due_at_once_are_begun_a_few_at_a_time_and_held_by_little_memory(tmp_path: Path, site: Site) -> None:
    """On a thousand hosts that refuse: a round costs no more than there is room for, whatever waits."""
    rows = "".join(
        f"  - {{id: s{number}, kind: feed, url: 'http://127.1.{number % 1000 // 250}.{number % 250 + 1}:1/{number}', gap: 0s, robots: ignore}}\n"
        for number in range(MANY)
    )
    with inside(tmp_path, f"sources:\n{rows}", concurrency="8") as bench:
        before, told, most, end = resident(), list[object](), 0, time.monotonic() + 120
        bench.engine.listeners.append(told.append)  # many begin as others end
        while len(told) < 500 and time.monotonic() < end:
            began = time.thread_time()
            bench.engine.poll_due()
            assert time.thread_time() - began < 1, "a tick stays short, by its own processor time"
            most = max(most, bench.engine.busy())
            threading.Event().wait(0.02)
        assert 0 < most <= 8 * 4, "what waits in the engine is bounded"
        assert len(told) >= 500
        assert resident() - before < 150 << 20


def resident() -> int:
    """Bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def polled(place: Place) -> dict[str, Any]:
    """What the running service answers who asks it to visit the source."""
    return next(row for row in ask(place.data, "poll", {"ids": ["one"]}) or () if "source" in row)


@pytest.mark.chaos
@pytest.mark.fault("K8")
def test_a_log_that_nobody_reads_or_that_was_closed_stops_no_work(place: Place, site: Site) -> None:
    site.page("/feed", feed([1]), RSS)
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    place.extra["CGTWATCH_LOG_FORMAT"] = "json"
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen([*PROGRAM, "run", "--no-web"], cwd=place.root, env=place.env, stdout=writing, stderr=writing)
    os.close(writing)
    try:
        end = time.monotonic() + 60
        while not (place.data / "control.sock").exists() and time.monotonic() < end:
            threading.Event().wait(0.05)
        for number in range(2, 26):  # more lines than the pipe holds
            site.page("/feed", feed(range(number, 0, -1)), RSS)
            assert polled(place)["new"] == 1
        assert process.poll() is None
        os.close(reading)  # and now nobody could
        site.page("/feed", feed(range(26, 0, -1)), RSS)
        assert polled(place)["new"] == 1
        process.terminate()
        assert process.wait(10) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
    assert len(place.rows("items")) == 26
