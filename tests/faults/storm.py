"""Runs the real service on every fault of the hostile peer beside healthy sources for a while, and prints what was measured.

    python storm.py FOLDER KIT SECONDS [lab]

With `lab` it must stand in the network of the kit (`netlab.sh`), where names lead to public addresses and the guard is fully on;
without, faults and healthy sources are on different loopback addresses. The report is one JSON object on the last line.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from faults import hostile_kit as kit

DEADLINE = 8  # seconds
HEALTHY_EVERY = 10  # seconds
FAULT_EVERY = 40
BEGINNING = 35  # seconds in which everything is due at once, as after a restart; from then on lateness counts
SLOW = 50  # sources on one host that sends a byte each half second
PUBLIC, PUBLIC_TOO, PUBLIC_6 = "93.184.216.34", "93.184.216.35", "2606:2800:220:1::34"
LESS = {
    name: kit.SMALLER[name] for name in ("xml-many-entries", "html-huge")
}  # else the peer itself is too slow for the deadline
FORBIDDEN = ("127.0.0.1:80", "169.254.169.254:80", "10.0.0.1:80", "192.168.1.1:80", "100.64.0.1:80", "[fd00:ec2::254]:80")
NAMES = (
    "nx",
    "servfail",
    "refused",
    "nodata",
    "cnameloop",
    "timeout",
    "truncate",
    "private",
    "metadata",
    "mixed",
    "rebind2",
    "v6map",
)


@dataclass(frozen=True)
class World:
    """Where faults, those that ask for rest, healthy sources and the slow host are, and the port of the peer."""

    hosts: Sequence[str]
    resting: Sequence[str]
    healthy: Sequence[str]
    slow: str
    port: int
    lab: bool

    def url(self, fault: str, at: str) -> str:
        """As `Peer.url`."""
        return f"http://{at}{'' if self.lab else f':{self.port}'}/{fault}"


@contextmanager
def process(command: Sequence[str], **more: Any) -> Iterator["subprocess.Popen[str]"]:
    """A process that ends with the block; its first line of output says that it is ready."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more) as running:
        try:
            yield running
        finally:
            running.kill()


def on_loopback(stack: ExitStack, peer: Path) -> World:
    """The peer on many addresses of this machine."""
    slow = "127.0.1.60"
    further = ",".join((*kit.HOSTS, *kit.RESTING, *kit.HEALTHY, slow))
    script = str(Path(__file__).parents[1] / "peer_at.py")
    running = stack.enter_context(process([sys.executable, script, str(peer), further, "--log", "/dev/null", "--no-tls"]))
    port = json.loads(running.stdout.readline())["ports"]["http"]
    return World(kit.HOSTS, kit.RESTING, kit.HEALTHY, slow, port, lab=False)


def in_lab(stack: ExitStack, peer: Path) -> World:
    """The peer on two public addresses with many names, and on the forbidden ones."""
    names = {"f": len(kit.HOSTS), "r": len(kit.RESTING), "h": len(kit.HEALTHY), "s": 1}
    hosts = {letter: [f"{letter}{n}.test" for n in range(count)] for letter, count in names.items()}
    zone = {name: [[PUBLIC_TOO if letter == "h" else PUBLIC]] for letter, all_of in hosts.items() for name in all_of}
    dns = [sys.executable, str(peer.with_name("dns.py")), "--zone", json.dumps(zone)]
    answering = stack.enter_context(process(dns))
    answering.stdout.readline()
    threading.Thread(target=lambda: list(answering.stdout), daemon=True).start()  # it tells of each question
    also = [f"--also={address}" for address in (f"{PUBLIC}:80", f"{PUBLIC_TOO}:80", f"[{PUBLIC_6}]:80", *FORBIDDEN)]
    running = stack.enter_context(process([sys.executable, str(peer), "--log", "/dev/null", "--no-tls", *also]))
    port = json.loads(running.stdout.readline())["ports"]["http"]
    return World(hosts["f"], hosts["r"], hosts["h"], hosts["s"][0], port, lab=True)


def sources(world: World, faults: list[dict[str, Any]]) -> str:
    """The whole sources.yaml."""
    seldom = {"every": f"{{exactly: {FAULT_EVERY}s}}", "timeout": f"{DEADLINE}s"}
    sized = [{**fault, "size": LESS.get(fault["name"], "")} for fault in faults]
    text = kit.HEAD + kit.fault_lines(world, sized, (world.hosts, world.resting), **seldom)
    for number, host in enumerate(world.healthy):
        url = world.url(f"grow?key=h{number}", host)
        text += kit.line(f"h-{number}", "feed", url, every=f"{{exactly: {HEALTHY_EVERY}s}}", timeout=f"{DEADLINE}s")
    for number in range(SLOW):
        text += kit.line(f"s-{number}", "feed", world.url(f"slow-body?key=s{number}", world.slow), **seldom)
    for name in NAMES if world.lab else ():
        text += kit.line(f"n-{name}", "feed", f"http://{name}.test/ok", **seldom)
    return text


@dataclass
class Memory:
    """The most that a process and its children ever held, in MiB."""

    main: float = 0
    children: float = 0
    most_files: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def watch(self, pid: int) -> None:
        """Look again and again until `stopped`."""
        while not self.stopped.wait(0.2):
            try:
                self.main = max(self.main, highest(pid))
                self.most_files = max(self.most_files, sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()))
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                of_threads = {
                    child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
                }
                self.children = max([self.children, *(highest(int(child)) for child in {*children, *of_threads})])
            except (OSError, ValueError, IndexError):
                continue  # one of them has just ended


def highest(pid: int) -> float:
    """The peak of the resident memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(folder: Path, peer: Path, seconds: float, *, lab: bool) -> dict[str, Any]:
    """The report."""
    with ExitStack() as stack:
        world = in_lab(stack, peer) if lab else on_loopback(stack, peer)
        control = f"http://127.0.0.1:{world.port}"
        faults = read(f"{control}/_list")
        for big in ("gzip-bomb", "gzip-bomb-nested", "redirect-bomb"):  # made once; what takes long is making them
            with urlopen(f"{control}/{big}", timeout=120):
                pass
        read(f"{control}/_reset")
        (folder / "sources.yaml").write_text(sources(world, faults), encoding="utf-8")
        memory = served(folder, seconds, lab=lab)
        log = read(f"{control}/_log")
    return {
        "visits": visits(folder),
        "faults": faults,
        "lateness": lateness(log),
        "overlaps": overlaps(log),
        "memory": memory.main,
        "children": memory.children,
        "files": memory.most_files,
        "canary": sum(1 for row in log if row.get("canary")),
        "listeners": sorted(
            {row["listener"] for row in log if "fault" in row and row["listener"] != "http"}
        ),  # ours, to prepare it
        "requests": len(log),
    }


def served(folder: Path, seconds: float, *, lab: bool) -> Memory:
    """Let the service work for so long; raises where it ends by itself or does not end when asked."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CGTWATCH_")}
    environ |= {"CGTWATCH_DATA_DIR": str(folder / "data")} | ({} if lab else {"CGTWATCH_ALLOW_PRIVATE": kit.ALLOWED})
    memory = Memory()
    with (folder / "service.log").open("wb") as log:
        command = [sys.executable, "-m", "cgtwatch", "run", "--no-web"]
        service = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)
        watching = threading.Thread(target=memory.watch, args=(service.pid,), daemon=True)
        watching.start()
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if service.poll() is not None:
                    raise SystemExit(f"the service ended: {(folder / 'service.log').read_text()[-3000:]}")
                time.sleep(0.5)
            service.send_signal(signal.SIGTERM)
            service.wait(15)
        finally:
            service.kill()
            memory.stopped.set()
            watching.join()
    return memory


def read(url: str) -> Any:
    with urlopen(url, timeout=30) as answer:
        return json.loads(answer.read())


def visits(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The log of visits by source, in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    with closing(sqlite3.connect(f"file:{folder}/data/cgtwatch.db?mode=ro", uri=True)) as db:
        for source, outcome, error, new, micros in db.execute(
            "SELECT source, outcome, error, new, duration FROM fetch ORDER BY id"
        ):
            found.setdefault(source, []).append({"outcome": outcome, "error": error, "new": new, "seconds": micros / 1e6})
    return found


def lateness(log: list[dict[str, Any]]) -> list[float]:
    """By how many seconds each visit of a healthy source came later than its interval after the one before."""
    times: dict[str, list[float]] = {}
    begun = min(row["ts"] for row in log) + BEGINNING
    for row in log:
        if row.get("fault") == "grow" and "key=h" in row["target"] and row["ts"] > begun:
            times.setdefault(row["target"], []).append(row["ts"])
    return [b - a - HEALTHY_EVERY for one in times.values() for a, b in pairwise(one)]


def overlaps(log: list[dict[str, Any]]) -> int:
    """How often a host was asked while another request to it was under way; after the deadline nobody listens any more."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for row in log:
        if "fault" in row:
            begin = row["ts"] - row["secs"]
            end = min(row["ts"], begin + DEADLINE) - 0.3  # that we hung up is noticed a moment later
            spans.setdefault(row["headers"].get("host", ""), []).append((begin, end))
    return sum(1 for one in spans.values() for (_, end), (begin, _) in pairwise(sorted(one)) if begin < end)


if __name__ == "__main__":
    report = main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), lab="lab" in sys.argv[4:])
    print(json.dumps(report))  # noqa: T201
