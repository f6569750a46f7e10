"""Clocks that jump, stand still, change by law or disagree: no window is skipped or doubled, and visits go on.

What the code does with a time is tried with a clock of our own; the real service lives under `libfaketime`, whose file says what
time it is while the monotonic clock goes on, as on a machine whose clock is set.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from attack import feed, sources
from desk import until
from inside import Inside, inside
from place import Place, Site

from cgtwatch.compose.messages import digest
from cgtwatch.deliver.webhook import Webhook, secret_for
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from compose.samples import ANNOUNCEMENTS, CONTEXT, reader
from deliver import senders
from shared import SHARED, needs_shared

RSS = "application/rss+xml"
ZONES = ("America/New_York", "Europe/London", "Asia/Shanghai", "Australia/Lord_Howe")
HOURS = ("01:30", "02:15", "02:30")  # each of them is skipped or comes twice somewhere
CHANGES = ("2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31")  # the day before


def ranges(bench: Inside) -> dict[str, list[tuple[int, int, datetime]]]:
    """What each reader was told, in order: the range of announcements, and when."""
    with closing(sqlite3.connect(bench.app.settings.data_dir / "cgtwatch.db")) as db:
        rows = db.execute(
            "SELECT s.name, g.from_seq, g.to_seq, g.created_at FROM digest g JOIN subscription s ON s.id = g.subscription ORDER BY g.id"
        ).fetchall()
    found: dict[str, list[tuple[int, int, datetime]]] = {}
    for name, begin, end, at in rows:
        found.setdefault(name, []).append((begin, end, datetime.fromisoformat(at)))
    return found


@pytest.mark.fault("T2")
@pytest.mark.promise("P6", "P18")
@pytest.mark.parametrize("day", CHANGES)
def test_a_daily_digest_comes_once_each_local_day_while_clocks_are_set_by_law(tmp_path: Path, site: Site, day: str) -> None:
    site.page("/feed", feed([1]), RSS)
    with inside(tmp_path, sources(one=f"{site.url}/feed")) as bench:
        bench.now = datetime.fromisoformat(day).replace(tzinfo=UTC)
        bench.poll()
        names = {
            f"{zone.partition('/')[2].replace('_', '-').lower()}-{at.replace(':', '')}": (zone, at)
            for zone in ZONES
            for at in HOURS
        }
        for name, (zone, at) in names.items():
            bench.ask("subscriptions.add", name=name, to="local:", cadence=f"daily@{at}", tz=zone)
        for number in range(2, 5):
            site.page("/feed", feed(range(number, 0, -1)), RSS)
            bench.pass_time(minutes=1)
            bench.poll()
            for _ in range(24):
                bench.pass_time(hours=1)
                bench.engine.digest_due()
            bench.pass_time(minutes=-1)
        told = ranges(bench)
        for name, (zone, _) in names.items():
            rows = [row for row in told[name] if row[1] > row[0]]
            assert all(before[1] == after[0] for before, after in pairwise(rows)), f"{name}: ranges touch"
            days = Counter(at.astimezone(ZoneInfo(zone)).date() for _, _, at in rows)
            assert set(days.values()) == {1}, f"{name}: {days}"
            assert len(days) >= 2


@pytest.mark.fault("T5")
@pytest.mark.promise("P14")
def test_after_three_days_off_each_source_is_visited_once_and_all_digests_go_out_once(tmp_path: Path, site: Site) -> None:
    names = ("one", "two", "three")
    for name in names:
        site.page(f"/{name}", feed([1]), RSS)
    with inside(tmp_path, sources(**{name: f"{site.url}/{name}" for name in names})) as bench:
        bench.poll()
        for name, cadence in (("daily", "daily@08:00"), ("hourly", "hourly"), ("weekly", "weekly@wed-08:00")):
            bench.ask("subscriptions.add", name=name, to="local:", cadence=cadence)
        site.page("/one", feed([2, 1]), RSS)
        bench.pass_time(hours=1)
        bench.poll()
        bench.pass_time(days=3)
        before = len(site.requests)
        while bench.engine.due_hosts():  # all three are on one host, which is asked by one at a time
            bench.engine.poll_due()
            until(lambda: not bench.engine.busy())
        assert len(site.requests) - before == 3
        bench.engine.digest_due()
        bench.engine.digest_due()
        assert {name: len([row for row in rows if row[1] > row[0]]) for name, rows in ranges(bench).items()} == {
            "daily": 1, "hourly": 1, "weekly": 1,
        }  # fmt: skip
        sent = [row["delivery"] for row in bench.ask("send")]
        queued = sorted(bench.app.store.deliveries(limit=None), key=lambda one: (one.created_at, one.key))
        assert len(sent) == len(set(sent)) == len(queued)


@pytest.mark.fault("T8")
def test_a_server_whose_clock_is_years_ahead_moves_no_visit(tmp_path: Path, site: Site) -> None:
    far = "Tue, 01 Jan 2099 00:00:00 GMT"
    site.page("/feed", feed([1]), RSS, Last_Modified=far, Expires=far, Date=far)
    with inside(tmp_path, sources(one=f"{site.url}/feed")) as bench:
        assert bench.poll()["one"]["error"] is None
        due = bench.app.store.state("one").next_poll
        assert due is not None
        assert timedelta() < due - bench.now <= timedelta(minutes=2)
        site.page("/feed", feed([2, 1]), RSS, Last_Modified=far, Expires=far, Date=far)
        bench.pass_time(minutes=2)
        assert bench.poll()["one"]["announced"] == 1


@pytest.mark.fault("T7")
def test_time_zones_are_known_where_the_machine_has_none(tmp_path: Path) -> None:
    script = """
from datetime import UTC, datetime
from zoneinfo import TZPATH
from cgtwatch.select.cadence import next_due, parse_cadence
print(len(TZPATH), next_due(parse_cadence("daily@08:00"), "Asia/Shanghai", datetime(2026, 7, 8, tzinfo=UTC)).isoformat())
"""
    env = {**os.environ, "PYTHONTZPATH": ""}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.split() == ["0", "2026-07-09T00:00:00+00:00"]


def taken(sink: str) -> dict[str, dict[str, int]]:
    with urllib.request.urlopen(f"{sink}/_stats", timeout=10) as stats:
        return dict(json.load(stats)["subscribers"])


@pytest.mark.recorded
@needs_shared
@pytest.mark.fault("T6")
def test_a_receiver_whose_clock_runs_apart_gets_the_same_message_with_a_new_time(tmp_path: Path) -> None:
    assert SHARED is not None
    program = SHARED / "hostile" / "webhook_sink.py"
    with senders.running(
        program, "--secret", secret_for(senders.SECRET_KEY, "reader"), "--tolerance", "60", "--log", "/dev/null"
    ) as facts:
        sink = f"http://127.0.0.1:{facts['port']}"
        net = Net(NetPolicy(allow_private=(ip_network("127.0.0.0/8"),), user_agent="cgtwatch tests", ca_file=None))
        channel = Webhook(senders.parts(tmp_path, net=net))
        payload = channel.freeze(digest(reader(), ANNOUNCEMENTS, CONTEXT, senders.NOW), reader(), "k-apart")[0]
        now = datetime.now(UTC)
        times = (now - timedelta(minutes=10), now + timedelta(minutes=10), now)
        outcomes = [channel.send(f"{sink}/strict?key=apart", payload, "k-apart", at) for at in times]
        net.close()
        assert [one.result for one in outcomes] == ["retry", "retry", "sent"]
        assert "400" in outcomes[0].answer
        until(lambda: "apart" in taken(sink))  # it answers first and writes down afterwards
        stats = taken(sink)["apart"]
        assert (stats["unique"], stats["delivered"], stats["body_changed"]) == (1, 1, 0)


# --- the real service


LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
set_by_hand = pytest.mark.skipif(LIBRARY is None, reason="libfaketime is missing: no clock that can be set")


PATIENCE = 120  # seconds of the real clock, of which starting under the library takes some
# The library refuses Python's own way to sleep where it leaves the monotonic clock alone.
SLEEPING = "import select, time\ntime.sleep = lambda seconds: select.select((), (), (), seconds)\n"


class Clock:
    """The clock of one machine."""

    def __init__(self, place: Place) -> None:
        self._file = place.root / "clock"
        beside = place.root / "beside"
        beside.mkdir()
        (beside / "sitecustomize.py").write_text(SLEEPING)
        self.set("2026-03-02 01:00:00")
        place.extra |= {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
            "PYTHONPATH": os.pathsep.join([str(beside), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]),
        }  # fmt: skip

    def set(self, to: str) -> None:
        """It is `to` now, and time goes on."""
        apart = datetime.fromisoformat(to).replace(tzinfo=UTC) - datetime.now(UTC)
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{apart.total_seconds():+.0f}\n")
        beside.rename(self._file)


@pytest.fixture
def clock(place: Place) -> Clock:
    place.forked = False  # the library is loaded when a process starts
    return Clock(place)


def windows(place: Place) -> list[tuple[int, int]]:
    """What `mei` was told, in order, and that nothing stands in two digests."""
    with closing(sqlite3.connect(place.data / "cgtwatch.db", timeout=10)) as db:
        rows = db.execute(
            "SELECT from_seq, to_seq FROM digest WHERE to_seq > from_seq AND subscription = (SELECT id FROM subscription WHERE name = 'mei') ORDER BY id"
        ).fetchall()
    assert all(before[1] == after[0] for before, after in pairwise(rows)), rows
    return rows


@pytest.mark.chaos
@set_by_hand
@pytest.mark.fault("T1")
@pytest.mark.promise("P18")
def test_the_service_visits_and_tells_on_while_its_clock_jumps(place: Place, site: Site, clock: Clock) -> None:
    site.page("/feed", feed([1]), RSS)
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    place.run("subscriptions", "add", "mei", "--to", "local:", "--cadence", "now")
    jumps = ("2026-03-02 02:00:00", "2026-03-02 00:30:00", "2036-03-02 01:00:00", "1970-01-02 00:00:00", "2026-03-02 03:00:00")
    with place.service("--no-web") as service:
        service.until(lambda: "started" in service.text, PATIENCE)
        for number, at in enumerate(jumps, 2):
            asked = site.asked("/feed")
            site.page("/feed", feed(range(number, 0, -1)), RSS)
            clock.set(at)
            service.until(lambda asked=asked: site.asked("/feed") > asked, PATIENCE)
            service.until(lambda number=number: len(windows(place)) == number - 1, PATIENCE)
        assert service.stop(within=60) == 0
    assert windows(place)[0][0] == 0
    assert windows(place)[-1][1] == len(jumps)
    assert "Traceback" not in service.text


@pytest.mark.chaos
@set_by_hand
@pytest.mark.fault("T3")
@pytest.mark.promise("P6", "P18")
def test_a_window_that_closes_at_midnight_is_told_once_by_a_service_that_dies_then(
    place: Place, site: Site, clock: Clock
) -> None:
    site.page("/feed", feed([1]), RSS)
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    place.run("subscriptions", "add", "mei", "--to", "local:", "--cadence", "daily@00:00", "--tz", "UTC")
    for number in range(2, 6):
        site.page("/feed", feed(range(number, 0, -1)), RSS)
        clock.set(f"2026-03-0{number} 23:00:00")
        assert place.poll("one")["one"]["new"] == 1
        clock.set(f"2026-03-0{number} 23:59:58")
        with place.service("--no-web") as service:
            service.until(lambda number=number: service.text.count("started") == 2 * (number - 2) + 1, PATIENCE)
            if number % 2:
                service.until(lambda number=number: len(windows(place)) == number - 1, PATIENCE)
            service.process.kill()
            service.process.wait(10)
        with place.service("--no-web") as service:
            service.until(lambda number=number: service.text.count("started") == 2 * (number - 1), PATIENCE)
            service.until(lambda number=number: len(windows(place)) == number - 1, PATIENCE)
            assert service.stop(within=60) == 0
    assert windows(place) == [(number, number + 1) for number in range(4)]


@pytest.mark.chaos
@set_by_hand
@pytest.mark.fault("T5")
@pytest.mark.promise("P14")
def test_a_machine_that_slept_for_eight_hours_asks_once_and_tells_once(place: Place, site: Site, clock: Clock) -> None:
    site.page("/feed", feed([1]), RSS)
    place.sources(sources(one=f"{site.url}/feed").replace("exactly: 60s", "exactly: 1h"))
    place.poll()
    place.run("subscriptions", "add", "mei", "--to", "local:", "--cadence", "hourly")
    with place.service("--no-web") as service:
        service.until(lambda: "started" in service.text, PATIENCE)
        site.page("/feed", feed([2, 1]), RSS)
        service.process.send_signal(signal.SIGSTOP)
        clock.set("2026-03-02 09:00:30")
        asked = site.asked("/feed")
        service.process.send_signal(signal.SIGCONT)
        service.until(lambda: "new=1" in service.text, PATIENCE)
        clock.set("2026-03-02 10:00:30")
        service.until(lambda: windows(place) == [(0, 1)], PATIENCE)
        assert site.asked("/feed") - asked <= 2, "once for the eight hours, once for the hour after them"
        assert service.stop(within=60) == 0
