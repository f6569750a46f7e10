"""The service at fifty times its normal load for half an hour: its memory, descriptors, threads and log of the database stay as they are."""

import os
import random
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import pytest
from attack import SOURCE, feed
from place import Place, Service, Site, free_port
from receivers import Receivers, receiving

MINUTES = float(os.environ.get("CGTWATCH_SOAK_MINUTES", "30"))
# The shipped file has 219 sources; all of them switched on are visited 958 times a day at the cadence that stands there.
NORMAL = 958 / (24 * 60)  # visits a minute
FEEDS, WINDOW = 40, 30
PAGES = (
    "/",
    "/events",
    "/events?q=CAR-T",
    "/sources",
    "/subscriptions",
    "/deliveries",
    "/calendar",
    "/api/events?limit=20",
    "/healthz",
    "/metrics",
)
WARM_UP = 0.4  # of the run, in which caches fill and the allocator finds its size
GROWTH = 0.10
LARGEST_WAL = 72 * 2**20  # bytes; 64 MiB is where it is cut
KIB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """The daemon at one time: seconds since it began, MiB of its own (its children apart), descriptors, threads, bytes of the WAL."""

    at: float
    resident: float
    descriptors: int
    threads: int
    wal: int


def sample(pid: int, data: Path, begun: float) -> Sample:
    """As the kernel tells it."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    wal = data / "cgtwatch.db-wal"
    return Sample(
        time.monotonic() - begun, int(status["VmRSS"].split()[0]) / KIB, len(os.listdir(f"/proc/{pid}/fd")), int(status["Threads"]),  # noqa: PTH208
        wal.stat().st_size if wal.exists() else 0,
    )  # fmt: skip


class Press:
    """Forty offices of which one publishes every few seconds; the acts of an office are numbers of its own."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.drawn = site, random.Random(seed)
        self.newest = [WINDOW] * FEEDS
        for office in range(FEEDS):
            self.show(office)

    def show(self, office: int) -> None:
        numbers = range(self.newest[office], self.newest[office] - WINDOW, -1)
        self.site.page(f"/{office}", feed(office * 100_000 + number for number in numbers), "application/rss+xml")

    def publish(self) -> None:
        office = self.drawn.randrange(FEEDS)
        self.newest[office] += 1
        self.show(office)


@contextmanager
def hurried(address: str, press: Press) -> Iterator[list[int]]:
    """While it lasts pages are asked for and news comes; how many pages were answered, and how many were not."""
    over, counts = threading.Event(), [0, 0]

    def read() -> None:
        while not over.wait(0.5):
            for path in PAGES:
                try:
                    with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as answer:
                        answer.read()
                    counts[0] += 1
                except OSError:
                    counts[1] += 1
                if over.wait(0.2):
                    return

    def write() -> None:
        while not over.wait(press.drawn.uniform(2, 8)):
            press.publish()

    threads = [threading.Thread(target=work, daemon=True) for work in (read, write)]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        over.set()
        for thread in threads:
            thread.join(40)


def slope(points: list[tuple[float, float]]) -> float:
    """The growth over the whole span that a straight line through the points shows, as a share of their mean (least squares)."""
    x, y = [mean(column) for column in zip(*points, strict=True)]
    by = sum((a - x) * (b - y) for a, b in points) / (sum((a - x) ** 2 for a, _ in points) or 1.0)
    return by * (points[-1][0] - points[0][0]) / y


def subscribe(place: Place, receivers: Receivers) -> None:
    """Hooks and mailboxes that are told at once and by the hour."""
    for n in range(6):
        place.run("subscriptions", "add", f"hook{n}", "--to", f"{receivers.url}/in/{n}", "--cadence", "now", "--lang", "en")
        cadence = "now" if n < 3 else "hourly"
        place.run(
            "subscriptions", "add", f"mail{n}", "--to", f"mailto:reader{n}@reader.example", "--cadence", cadence, "--lang", "en"
        )


@pytest.mark.chaos
@pytest.mark.promise("P9")
@pytest.mark.fault("D10")
def test_service_stays_as_large_as_it_is_at_fifty_times_its_load(place: Place, site: Site) -> None:
    with receiving() as receivers:
        place.extra |= {"CGTWATCH_LISTEN": f"127.0.0.1:{free_port()}", "CGTWATCH_SMTP_URL": receivers.smtp}
        rows = [SOURCE.format(id=f"office-{n}", url=f"{site.url}/{n}") for n in range(FEEDS)]
        place.sources("sources:\n" + "".join(f"  - {row}\n" for row in rows))
        press = Press(site, 1)
        with place.service() as service:
            service.until(lambda: service.text.count("poll source=") >= FEEDS, 240)
            subscribe(place, receivers)
            with hurried(place.extra["CGTWATCH_LISTEN"], press) as pages:
                samples = watched(service, place.data, MINUTES * 60)
            assert service.stop() == 0
        told(service, samples, receivers, pages)
        judge(service, samples, receivers, pages)


def watched(service: Service, data: Path, seconds: float) -> list[Sample]:
    """A sample each two seconds."""
    begun, found = time.monotonic(), []
    while time.monotonic() - begun < seconds:
        assert service.process.poll() is None, service.text[-3000:]
        found.append(sample(service.process.pid, data, begun))
        threading.Event().wait(2)
    return found


def polls_a_minute(service: Service, samples: list[Sample]) -> float:
    return service.text.count("poll source=") / (samples[-1].at / 60)


def told(service: Service, samples: list[Sample], receivers: Receivers, pages: list[int]) -> None:
    warm = [one for one in samples if one.at > WARM_UP * samples[-1].at]
    sys.stderr.write(
        f"\nsoak: {samples[-1].at / 60:.1f} min, {polls_a_minute(service, samples):.0f} polls a minute "
        f"({polls_a_minute(service, samples) / NORMAL:.0f} times normal), {len(receivers.posts)} posts, {len(receivers.mails)} mails, "
        f"{pages[0]} pages; memory {samples[0].resident:.0f} MiB at first, {warm[0].resident:.0f} warm, {warm[-1].resident:.0f} at the end, "
        f"slope {100 * slope([(one.at, one.resident) for one in warm]):+.1f} %; descriptors {warm[0].descriptors} to {warm[-1].descriptors} "
        f"(most {max(one.descriptors for one in samples)}); threads {warm[0].threads} to {warm[-1].threads}; "
        f"WAL at most {max(one.wal for one in samples) / 2**20:.1f} MiB\n"
    )


def judge(service: Service, samples: list[Sample], receivers: Receivers, pages: list[int]) -> None:
    warm = [one for one in samples if one.at > WARM_UP * samples[-1].at]
    early, late = warm[: len(warm) // 3], warm[-(len(warm) // 3) :]
    assert polls_a_minute(service, samples) > 50 * NORMAL
    assert receivers.posts
    assert receivers.mails
    assert pages[0] > 20 * pages[1], f"{pages[1]} pages were not answered"
    assert slope([(one.at, one.resident) for one in warm]) < GROWTH, "memory grows"
    assert median(one.descriptors for one in late) <= median(one.descriptors for one in early) * (1 + GROWTH) + 2
    assert median(one.threads for one in late) <= median(one.threads for one in early) * (1 + GROWTH) + 2
    assert max(one.wal for one in samples) < LARGEST_WAL
    assert "Traceback" not in service.text, service.text.partition("Traceback")[2][:2000]
