"""What a digest of 100 events to thousands of readers costs: messages prepared a second, sent by mail and by webhook beside bare
loops over the same local servers in the same run, and the memory of the process.

Nothing here passes or fails. The bare loops are `smtplib` and `requests.Session`, as many sessions as the program uses, the same
bytes; program and bare loop take turns, and a ratio is the median of the rounds. The servers are processes of their own.

    delivery.py [--readers 10000] [--sent 1500] [--rounds 3]
"""

import argparse
import multiprocessing
import resource
import smtplib
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import requests

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.lanes import PLANS
from cgtwatch.engine.prepare import prepare
from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.model.draft import Draft
from cgtwatch.model.event import AnnouncementKind, PolicyEvent
from cgtwatch.model.item import Change, Finding, ItemKeys, Outcome, Plan, Revision, SourceState
from cgtwatch.model.subscription import Cadence, Every, Filter, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage
from cgtwatch.store.records import FetchFacts, StoredItem, ToAnnounce, VisitRecord

EVENTS, FILTERS = 100, 50
SOURCE = "sources:\n  - {id: cde, name: CDE, kind: feed, url: 'http://127.0.0.1:9/feed'}\n"
PLACES = ("CN", "CN-SH", "CN-BJ", "US", "GB", "EU")


# --- servers, each a process of its own


class _Taken:
    """A mail server that takes everything."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802, ARG002 - aiosmtpd's name
        return "250 taken"


def serve_mail(port: "multiprocessing.Queue[int]") -> None:
    """Take every mail."""
    from aiosmtpd.controller import Controller

    controller = Controller(_Taken(), hostname="127.0.0.1", port=free_port())
    controller.start()
    port.put(controller.port)
    threading.Event().wait()


def serve_hooks(port: "multiprocessing.Queue[int]") -> None:
    """Answer every POST with 204, a thread a connection."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    port.put(listening.getsockname()[1])
    while True:
        there, _ = listening.accept()
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(there,), daemon=True).start()


def _answer(there: socket.socket) -> None:
    with there, there.makefile("rb") as reading:
        while reading.readline():
            length = 0
            while (line := reading.readline()) not in {b"\r\n", b""}:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            reading.read(length)
            there.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(work: Callable[..., None]) -> Iterator[int]:
    """The server in a process of its own; its port."""
    context = multiprocessing.get_context("spawn")
    port = context.Queue()
    process = context.Process(target=work, args=(port,), daemon=True)
    process.start()
    try:
        yield port.get(timeout=30)
    finally:
        process.kill()
        process.join()


# --- readers and news


def event(number: int, now: datetime) -> PolicyEvent:
    """An invented act."""
    labels = Labels(
        cgt=True, policy=True, relevant=True, jurisdiction=PLACES[number % len(PLACES)], level=Level.NATIONAL, issuers=("nmpa",),
        importance=tuple(Importance)[number % 3], doc_type=DocType.GUIDELINE, stage=Stage.DRAFT if number % 5 == 0 else Stage.ISSUED,
        comment_deadline=date(2026, 4, 20) if number % 5 == 0 else None,
    )  # fmt: skip
    title = f"关于公开征求《细胞治疗产品临床试验技术指导原则（第 {number} 号）》意见的通知"
    summary = "为规范细胞治疗产品的研究、生产和质量管理，我中心组织起草了本指导原则，现向社会公开征求意见。"
    name = f"e{number}"
    return PolicyEvent(
        name, f"i{number}", "cde", title, f"https://cde.example/{number}", labels, date(2026, 3, 1), now, now, 1, name, name,
        language="zh", summary=summary,
    )  # fmt: skip


def announce(app: App, first: int, count: int, now: datetime) -> None:
    """A visit that brings so many acts."""
    events = [event(number, now) for number in range(first, first + count)]
    items = tuple(
        StoredItem(
            Finding(Change.NEW, one.item_id, ItemKeys(guid=one.item_id), "1:x", "new", Draft(one.title, position=0)),
            Revision(one.item_id, 1, one.title, one.url, one.summary, "1:x", now),
            Classification(one.labels),
            (one,),
        )
        for one in events
    )
    told = tuple(ToAnnounce(AnnouncementKind.NEW, one.id, "") for one in events)
    facts = FetchFacts("https://cde.example/", "https://cde.example/", Outcome.OK, now)
    app.store.record_visit(VisitRecord("cde", Plan(Outcome.OK, SourceState("cde", last_visit=now)), facts, items, told))


def readers(count: int, to: Callable[[int], tuple[str, str]], now: datetime) -> list[Subscription]:
    """So many readers with 50 filters that take everything there is, in other words each."""
    filters = [Filter(jurisdictions=("CN", "US", "GB", "EU", f"X{number:02}")) for number in range(FILTERS)]
    return [
        Subscription(
            f"r{number:05}",
            *to(number),
            Cadence(Every.DAILY),
            filters[number % FILTERS],
            language="zh",
            created_at=now,
            next_due=now,
        )
        for number in range(count)
    ]


@dataclass
class Bench:
    """An installation whose time stands still until it is moved."""

    app: App
    engine: Engine
    now: datetime


@contextmanager
def installation(place: Path, **settings: str) -> Iterator[Bench]:
    """A fresh one."""
    place.mkdir()
    (place / "sources.yaml").write_text(SOURCE, encoding="utf-8")
    environ = {"CGTWATCH_DATA_DIR": str(place / "data"), "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
    environ |= {f"CGTWATCH_{name.upper()}": value for name, value in settings.items()}
    now = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    app = App(load_settings(environ, place), lambda: bench.now)
    bench = Bench(app, Engine(app), now)
    prepare(app)
    try:
        yield bench
    finally:
        bench.engine.stop()
        app.close()


def prepared(bench: Bench) -> tuple[int, float]:
    """Compose what is due: messages and seconds."""
    began = time.perf_counter()
    rows = [row for row in bench.engine.digest_due() if row.outcome == "queued"]
    return len(rows), time.perf_counter() - began


# --- bare loops


def shared_out(work: Sequence[Delivery], sessions: int, each: Callable[[Iterator[Delivery]], None]) -> float:
    """Seconds for all of `work` on so many threads, a session each."""
    left, guard = iter(work), threading.Lock()

    def take() -> Iterator[Delivery]:
        while True:
            with guard:
                one = next(left, None)
            if one is None:
                return
            yield one

    threads = [threading.Thread(target=each, args=(take(),)) for _ in range(sessions)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def bare_mail(port: int) -> Callable[[Iterator[Delivery]], None]:
    """`smtplib`, one session for all mails of a thread."""

    def each(work: Iterator[Delivery]) -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as session:
            for one in work:
                session.sendmail("watch@bench.example", [one.target], one.payload.filled)

    return each


def bare_hooks(work: Iterator[Delivery]) -> None:
    """`requests.Session`, one for all posts of a thread."""
    with requests.Session() as session:
        for one in work:
            assert session.post(one.target, data=one.payload.filled, timeout=15).status_code == 204


# --- figures


def line(what: str, measured: str, target: str = "") -> None:
    """One figure."""
    print(f"{what:58} {measured:>12}   {target}")


def peak() -> float:
    """Of this process, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def by_program(bench: Bench, count: int) -> float:
    """Seconds in which the program sends what is due."""
    began = time.perf_counter()
    rows = list(bench.engine.sends.all())
    assert [row.state for row in rows] == [DeliveryState.SENT] * count, rows[:1]
    return time.perf_counter() - began


def queued(bench: Bench) -> list[Delivery]:
    """What waits, with its bytes; those that are equal are kept once."""
    kept: dict[bytes, bytes] = {}
    found = []
    for each in bench.app.store.deliveries(DeliveryState.QUEUED, limit=None):
        one = bench.app.store.delivery(each.key)
        body = kept.setdefault(one.payload.body, one.payload.body)
        found.append(replace(one, payload=replace(one.payload, body=body)))
    return found


def send_rounds(
    bench: Bench, rounds: int, sessions: int, bare: Callable[[Iterator[Delivery]], None]
) -> tuple[list[float], float, float]:
    """Each round a digest goes out by the program and by the bare loop, in turns: ratios of rates, and the last rates."""
    ratios, ours, theirs = [], 0.0, 0.0
    for number in range(rounds):
        bench.now += timedelta(days=1)
        announce(bench.app, 1 + EVENTS * number, EVENTS, bench.now)
        bench.engine.digest_due()
        work = queued(bench)
        _ = bench.engine.sends  # its modules are there
        turns = (lambda: by_program(bench, len(work)), lambda: shared_out(work, sessions, bare))  # noqa: B023 - called at once
        first = number % 2
        spent = {which: turns[which]() for which in (first, 1 - first)}
        ours, theirs = len(work) / spent[0], len(work) / spent[1]
        ratios.append(ours / theirs)
    return ratios, ours, theirs


def bench_preparing(count: int, place: Path) -> None:
    """Messages composed, frozen and recorded a second."""
    ways: dict[str, Callable[[int], tuple[str, str]]] = {
        "mail": lambda number: ("email", f"r{number}@bench.example"),
        "webhook": lambda number: ("webhook", f"http://127.0.0.1:9/{number}"),
    }
    for way, to in ways.items():
        with installation(place / f"prepare-{way}", public_url="https://watch.example") as bench:
            bench.app.store.apply_subscriptions(readers(count, to, bench.now), {}, [], bench.now)
            announce(bench.app, 1, EVENTS, bench.now)
            before = peak()
            cpu = time.process_time()
            made, seconds = prepared(bench)
            cpu = time.process_time() - cpu
            assert made == count, made
            size = (place / f"prepare-{way}" / "data" / "cgtwatch.db").stat().st_size
            line(
                f"{way}: messages prepared a second, {made} readers, {FILTERS} filters",
                f"{made / seconds:.0f}",
                f"2000   ({made / cpu:.0f} a second of CPU)",
            )
            line(f"{way}: database after it, MiB", f"{size / 2**20:.0f}")
            line(f"{way}: peak memory of the process, MiB (before: {before:.0f})", f"{peak():.0f}", "300")


def bench_sending(sent: int, rounds: int, place: Path) -> None:
    """What is sent a second, by what a bare loop sends."""
    sizes = {plan.name: plan.size for plan in PLANS}
    with (
        serving(serve_mail) as port,
        installation(place / "mail", smtp_url=f"smtp://127.0.0.1:{port}", public_url="https://watch.example") as bench,
    ):
        bench.app.store.apply_subscriptions(
            readers(sent, lambda n: ("email", f"r{n}@bench.example"), bench.now), {}, [], bench.now
        )
        ratios, ours, theirs = send_rounds(bench, rounds, sizes["mail"], bare_mail(port))
        line(
            f"mail: sent by bare smtplib, {sizes['mail']} sessions",
            f"{median(ratios):.2f}",
            f"0.8   ({ours:.0f} by {theirs:.0f} a second)",
        )
    with serving(serve_hooks) as port, installation(place / "hooks", public_url="https://watch.example") as bench:
        bench.app.store.apply_subscriptions(
            readers(sent, lambda n: ("webhook", f"http://127.0.0.1:{port}/{n}"), bench.now), {}, [], bench.now
        )
        ratios, ours, theirs = send_rounds(bench, rounds, sizes["web"], bare_hooks)
        line(
            f"webhook: sent by a bare session loop, {sizes['web']} threads",
            f"{median(ratios):.2f}",
            f"0.8   ({ours:.0f} by {theirs:.0f} a second)",
        )
    line("peak memory of the process after all, MiB", f"{peak():.0f}", "300")


def main() -> None:
    """Print every figure."""
    asked = argparse.ArgumentParser(description="What a digest to thousands costs.")
    asked.add_argument("--readers", type=int, default=10_000)
    asked.add_argument("--sent", type=int, default=1500)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    print(f"{'a digest of 100 events':58} {'measured':>12}   target")
    with tempfile.TemporaryDirectory(prefix="cgtwatch-bench-") as folder:
        bench_preparing(given.readers, Path(folder))
        bench_sending(given.sent, given.rounds, Path(folder))


if __name__ == "__main__":
    main()
