"""What costs how much, as ratios taken in one run on one machine, each beside its target; `make bench` prints them.

Nothing here passes or fails. The limit is a bare `requests.Session` loop with as many threads over the same addresses in the
same run, start-up included; a ratio is the median of pairs taken in turn. Only CPU is compared: wall time says little on a
machine that others use.

    run.py [--sources 2000] [--runs 3] [--rounds 100]
"""

import argparse
import json
import os
import resource
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from corpus import address_of, offices
from site_of_offices import Site
from truth import Truth, advance

HERE = Path(__file__).parent
THREADS = 16
TLS_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and its children used: CPU seconds, peak of the largest of them in MiB, what it printed."""

    cpu: float
    peak: float
    said: str


def cost(command: Sequence[str], env: dict[str, str], place: Path) -> Cost:
    """Run `command` to its end."""
    with (place / "said").open("w+b") as said:
        process = subprocess.Popen(command, cwd=place, env=env, stdout=said, stderr=subprocess.PIPE)
        assert process.stderr is not None
        wrong = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command[-4:])} ended with {process.returncode}: {wrong.decode()[-500:]}")
        return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said.read().decode())


@dataclass(frozen=True, slots=True)
class Bench:
    """A site, a folder to work in, and the two programs that are compared on it."""

    site: Site
    place: Path
    ca: Path | None = None

    @property
    def env(self) -> dict[str, str]:
        """The settings of the program."""
        trust = {"SSL_CERT_FILE": str(self.ca), "REQUESTS_CA_BUNDLE": str(self.ca)} if self.ca else {}
        return {**os.environ, "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8", "CGTWATCH_CONCURRENCY": str(THREADS), **trust}

    def prepare(self) -> None:
        """Write what both programs are to poll."""
        lines = []
        for office in self.site.offices.values():
            rule = "" if office.feed else ", list: {item: 'ul.news li', title: a, link: 'a@href', date: span.date}"
            kind = "feed" if office.feed else "list"
            lines.append(f"  - {{id: s-{office.number}, name: S, kind: {kind}, url: '{self.site.url_of(office)}'{rule}}}\n")
        head = "defaults: {every: 1h, gap: 0s, connections: 16, robots: ignore, detail: none}\nsources:\n"
        (self.place / "sources.yaml").write_text(head + "".join(lines), encoding="utf-8")
        (self.place / "addresses").write_text(json.dumps([self.site.url_of(office) for office in self.site.offices.values()]))

    def poll(self) -> Cost:
        """One poll of everything."""
        return cost([sys.executable, "-m", "cgtwatch", "poll", "--all", "--json"], self.env, self.place)

    def limit(self) -> Cost:
        """The bare loop over the same."""
        trust = [str(self.ca)] if self.ca else []
        return cost(
            [sys.executable, str(HERE / "limit.py"), "addresses", "state", str(THREADS), *trust], dict(os.environ), self.place
        )

    def told(self, since: datetime) -> list[tuple[str, str]]:
        """Source and address of what the program calls new or changed since then."""
        said = cost(
            [sys.executable, "-m", "cgtwatch", "items", "--json", "--since", since.isoformat()], self.env, self.place
        ).said
        rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        return [(row["source"].removeprefix("s-"), row["url"]) for row in rows]

    def pairs(self, runs: int, before: Callable[[], object] = lambda: None) -> tuple[list[Cost], list[float]]:
        """Costs of polls, and their ratios to the limit, taken in turn; `before` runs before each pair."""
        polls, ratios = [], []
        for _ in range(runs):
            before()
            poll, limit = self.poll(), self.limit()
            polls.append(poll)
            ratios.append(poll.cpu / limit.cpu)
        return polls, ratios


def line(name: str, value: float, target: str, note: str = "") -> None:
    """One figure beside its target."""
    print(f"{name:34} {value:8.2f}   {target:14} {note}", flush=True)


def bench_help(runs: int) -> None:
    """Start-up of a command that does nothing."""
    with tempfile.TemporaryDirectory() as place:
        empty = [cost([sys.executable, "-c", "pass"], dict(os.environ), Path(place)).cpu for _ in range(runs)]
        shown = [cost([sys.executable, "-m", "cgtwatch", "--help"], dict(os.environ), Path(place)).cpu for _ in range(runs)]
    line("help, by an empty Python", median(shown) / median(empty), "", f"{median(shown) * 1000:.0f} ms")


def bench_polls(count: int, runs: int) -> None:
    """First polls, and polls of what has not changed, has changed, or only seems to have."""
    with tempfile.TemporaryDirectory() as folder, Site(offices(count), min(200, count)) as site:
        bench = Bench(site, Path(folder))
        bench.prepare()
        limit = bench.limit()
        first = bench.poll()
        line("first poll", first.cpu / limit.cpu, "(feeds: 6)", f"{first.cpu:.1f} s CPU, {count} sources")
        line("  peak memory, MiB", first.peak, "< 250", "of the largest process")
        bench.poll()  # what the first one has learned is settled
        polls, ratios = bench.pairs(runs)
        line("nothing changed, 304", median(ratios), "1.7", _apiece(polls, count))
        line("  peak memory, MiB", max(poll.peak for poll in polls), "< 250")
        truth = Truth()
        began = datetime.now(UTC)
        polls, ratios = bench.pairs(runs, lambda: truth.add(advance(site)))
        line("5 % with two new entries", median(ratios), "2.0", _apiece(polls, count))
        polls, ratios = bench.pairs(runs, lambda: truth.add(advance(site, idle_only=True)))
        line("5 % with other bytes alone", median(ratios), "", _apiece(polls, count))
        print(f"  {truth.judged(bench.told(began), lambda office, n: address_of(office, n, site.host_of(office)))}")
        site.conditional = False
        polls, ratios = bench.pairs(runs)
        line("same bytes, conditions ignored", median(ratios), "1.7", _apiece(polls, count))


def _apiece(polls: Sequence[Cost], count: int) -> str:
    return f"{median(poll.cpu for poll in polls) / count * 1000:.2f} ms a source"


def bench_feeds(count: int) -> None:
    """The first poll of feeds alone, beside what feedparser needs to read the same bytes."""
    chosen = [office for office in offices(3 * count) if office.feed][:count]
    with tempfile.TemporaryDirectory() as folder, Site(chosen, min(200, count)) as site:
        bench = Bench(site, Path(folder))
        bench.prepare()
        limit, first = bench.limit(), bench.poll()
        alone = cost([sys.executable, str(HERE / "feedparser_alone.py"), "addresses"], dict(os.environ), bench.place)
        line(
            "first poll of feeds", first.cpu / limit.cpu, "6", f"{first.cpu / count * 1000:.1f} ms a feed, understanding included"
        )
        line("  by feedparser alone", first.cpu / alone.cpu, "1.2")


def bench_tls(runs: int) -> None:
    """Unchanged sources over TLS, each on a host of its own."""
    with tempfile.TemporaryDirectory() as folder, certified(Path(folder)) as (context, ca):
        place = Path(folder, "work")
        place.mkdir()
        with Site(offices(TLS_SOURCES), TLS_SOURCES, context) as site:
            bench = Bench(site, place, ca)
            bench.prepare()
            bench.limit()
            bench.poll()
            polls, ratios = bench.pairs(runs)
            line(f"https, {TLS_SOURCES} hosts, 304", median(ratios), "2.5", _apiece(polls, TLS_SOURCES))


@contextmanager
def certified(folder: Path) -> Iterator[tuple[ssl.SSLContext, Path]]:
    """A server's context, and the bundle that trusts it: as long as a real one, for reading it is part of the cost."""
    names = ",".join(f"IP:127.0.1.{1 + n}" for n in range(TLS_SOURCES))
    key, certificate, bundle = folder / "key.pem", folder / "certificate.pem", folder / "bundle.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench"]
    written = ["-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request, *written], check=True, capture_output=True)
    where = [sys.executable, "-c", "import certifi; print(certifi.where())"]
    real = subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip()
    bundle.write_text(Path(real).read_text() + certificate.read_text())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    yield context, bundle


def bench_rounds(rounds: int) -> None:
    """Memory of one process over many rounds of the same sources, some of which change each time."""
    with tempfile.TemporaryDirectory() as folder, Site(offices(60), 60) as site:
        bench = Bench(site, Path(folder))
        bench.prepare()
        command = [sys.executable, str(HERE / "rounds.py"), str(rounds)]
        process = subprocess.Popen(command, cwd=folder, env=bench.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        assert process.stdout is not None
        sizes = []
        for _ in range(rounds):
            advance(site)
            process.stdin.write("again\n")
            process.stdin.flush()
            sizes.append(float(process.stdout.readline()))
        process.stdin.close()
        process.wait()
    early, late = median(sizes[rounds // 5 : rounds // 5 + 10]), median(sizes[-10:])
    line(f"memory, {rounds} rounds, late by early", late / early, "1.0", f"{late:.0f} MiB")


def main() -> None:
    """Print every figure."""
    asked = argparse.ArgumentParser(description="What costs how much, as ratios.")
    asked.add_argument("--sources", type=int, default=400, help="the targets are meant for 2000, where start-up weighs little")
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--rounds", type=int, default=100)
    given = asked.parse_args()
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
    print(f"{'CPU by the limit':34} {'measured':>8}   target")
    bench_help(given.runs)
    bench_polls(given.sources, given.runs)
    bench_feeds(min(200, given.sources))
    bench_tls(given.runs)
    bench_rounds(given.rounds)


if __name__ == "__main__":
    main()
