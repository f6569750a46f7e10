"""The data directory of a year: 254 sources, 1,000,000 visits, 200,000 documents; how large it is, and how soon the service is ready.

    nice -n 10 python benchmarks/year_of_data.py [--folder DIR] [--share 1.0] [--keep]

Rows are put straight into the tables, in the shape and of the size that visits leave behind; one body in `ONE_IN` is written to the
archive and the rest computed. The service is started for real, five times, before and after what is old was forgotten. With `--share
0.01` the whole takes seconds.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cgtwatch.acquire.archive import Archive
from cgtwatch.ops.retention import Limits, steps
from cgtwatch.store import open_store

SOURCES, VISITS, DOCUMENTS = 254, 1_000_000, 200_000
CHANGED_ONE_IN, RELEVANT_ONE_IN = 10, 8  # documents with a second version; documents with an event
LISTS_ONE_IN = 20  # visits that brought other bytes than the one before
READERS = 30
ONE_IN = 20  # bodies that are written
STARTS = 5
GOAL = 2.0  # seconds from the start of the process until READY=1
DAYS = [timedelta(days=days) for days in (90, 30, 730, 365)]  # as shipped: fetch, raw, revision, delivery
WORDS = [
    "细胞",
    "治疗",
    "产品",
    "基因",
    "干细胞",
    "技术",
    "指导",
    "原则",
    "征求",
    "意见",
    "稿",
    "药品",
    "审评",
    "中心",
    "关于",
    "发布",
    "通知",
    "临床",
    "试验",
    "管理",
    "办法",
    "质量",
    "研究",
    "评价",
]
LABELS = {
    "cgt": 1,
    "policy": 1,
    "relevant": 1,
    "modalities": '["car_t"]',
    "issuers": '["cde"]',
    "doc_type": "guideline",
    "stage": "draft",
    "importance": "medium",
}


def moment(at: datetime) -> str:
    """As the tables have it."""
    return at.isoformat(timespec="microseconds")[:26] + "Z"


class Year:
    """Fills the tables of an empty database."""

    def __init__(self, db: sqlite3.Connection, share: float, now: datetime) -> None:
        self.db, self.now, self.chance = db, now, random.Random(7)
        self.visits, self.documents = int(VISITS * share), int(DOCUMENTS * share)
        self.begun = now - timedelta(days=365)

    def at(self, part: float) -> str:
        """The moment after that part of the year."""
        return moment(self.begun + part * (self.now - self.begun))

    def put(self, table: str, rows: Iterator[dict[str, object]]) -> None:
        """Rows with these values, and what a fresh row has elsewhere."""
        columns = [row[1:6] for row in self.db.execute(f"PRAGMA table_info({table})").fetchall()]
        empty = {"BOOLEAN": 0, "JSON": "{}", "BLOB": b"", "VARCHAR(27)": moment(self.now)}
        base = {
            name: empty.get(kind, 0 if "INT" in kind else "") if must else None
            for name, kind, must, default, key in columns
            if not (key and "INT" in kind and default is None)
        }
        names: list[str] = []

        def ready() -> Iterator[list[object]]:
            for row in rows:
                yield [{**base, **row}[name] for name in names]

        first = next(rows)
        names = list({**base, **first})
        marks = ", ".join("?" * len(names))
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        self.db.execute(insert, [{**base, **first}[name] for name in names])
        self.db.executemany(insert, ready())

    def text(self, words: int) -> str:
        """Some words."""
        return "".join(self.chance.choices(WORDS, k=words))

    def key(self, kind: str, number: int) -> str:
        """Of a body."""
        return hashlib.sha256(f"{kind}{number}".encode()).hexdigest()

    def fill(self) -> None:
        """All tables."""
        soon = moment(self.now + timedelta(hours=6))
        ids = [f"s{n}" for n in range(SOURCES)]
        self.put("source", ({"id": one, "kind": "list", "url": f"http://127.0.0.1:9/{one}", "listed": 1} for one in ids))
        self.put(
            "source_state",
            (
                {
                    "source": one,
                    "next_poll": soon,
                    "last_ok": moment(self.now),
                    "last_visit": moment(self.now),
                    "baseline_done": 1,
                    "items_seen": 20,
                }
                for one in ids
            ),
        )
        self.put("fetch", (self.visit(n, ids[n % SOURCES]) for n in range(self.visits)))
        self.put("item", (self.item(n, ids[n % SOURCES]) for n in range(self.documents)))
        self.put(
            "revision", (self.revision(n, number) for n in range(self.documents) for number in range(1, self.versions(n) + 1))
        )
        self.put(
            "classification",
            (
                {
                    "item": f"i{n:016d}",
                    "revision": number,
                    "language": "zh",
                    **(
                        LABELS
                        if n % RELEVANT_ONE_IN == 0
                        else {name: "[]" if name in ("modalities", "issuers") else 0 for name in LABELS}
                    ),
                }
                for n in range(self.documents)
                for number in range(1, self.versions(n) + 1)
            ),
        )
        events = range(0, self.documents, RELEVANT_ONE_IN)
        self.put("event", (self.event(n, ids[n % SOURCES]) for n in events))
        self.put(
            "event_tag",
            (
                {"event": f"e{n:016d}", "kind": kind, "value": value}
                for n in events
                for kind, value in (("issuer", "cde"), ("modality", "car_t"), ("title", f"t{n}"))
            ),
        )
        self.put("item_tag", ({"item": f"i{n:016d}", "kind": "issuer", "value": "cde"} for n in events))
        self.put("announcement", ({"event": f"e{n:016d}", "kind": "new", "at": self.at(n / self.documents)} for n in events))
        self.readers(len(events))
        self.db.commit()

    def versions(self, n: int) -> int:
        """Of a document."""
        return 2 if n % CHANGED_ONE_IN == 1 else 1

    def visit(self, n: int, source: str) -> dict[str, object]:
        """One line of the log."""
        changed = n % LISTS_ONE_IN == 0
        url = f"https://www.{source}.example/xxgk/list/index.html"
        kept = self.key("list", n) if changed else None
        return {"id": n + 1, "source": source, "requested": url, "url": url, "outcome": "ok" if changed else "unchanged", "at": self.at(n / self.visits),
                "status": 200 if changed else 304, "size": 40_000 if changed else 0, "duration": 300_000, "requests": 1,
                "archive_key": kept, "content_type": "text/html; charset=utf-8"}  # fmt: skip

    def item(self, n: int, source: str) -> dict[str, object]:
        """One document."""
        link, when = f"https://www.{source}.example/xxgk/2026/{n}.html", self.at(n / self.documents)
        return {
            "id": f"i{n:016d}",
            "source": source,
            "link": link,
            "path": link,
            "title_date": self.text(12),
            "fingerprint": self.key("f", n),
            "revision": self.versions(n),
            "first_seen": when,
            "last_seen": when,
            "last_changed": when,
        }

    def revision(self, n: int, number: int) -> dict[str, object]:
        """One version: some 1,600 characters of text, 4.5 KB."""
        fetch = min(self.visits, 1 + n * self.visits // self.documents // LISTS_ONE_IN * LISTS_ONE_IN)
        papers = (
            [{"url": f"https://x.example/{n}.pdf", "name": "附件", "sha256": self.key("paper", n), "size": 200_000}]
            if n % 5 == 0
            else []
        )
        return {"item": f"i{n:016d}", "number": number, "title": self.text(12), "url": f"https://www.s.example/{n}.html",
                "text": self.text(800), "fingerprint": self.key(f"r{number}", n),
                "seen_at": self.at(n / self.documents), "attachments": json.dumps(papers), "language": "zh",
                "archive_key": self.key(f"page{number}", n), "fetch": fetch}  # fmt: skip

    def event(self, n: int, source: str) -> dict[str, object]:
        """One act."""
        name, when = f"e{n:016d}", self.at(n / self.documents)
        return {"id": name, "item": f"i{n:016d}", "source": source, "title": self.text(12), "url": "https://www.s.example/",
                "published": when[:10], "document_date": when[:10], "first_seen": when, "last_changed": when,
                "revision": self.versions(n), "cluster": name, "thread": name, "main": 1,
                "summary": self.text(60), "seq": n // RELEVANT_ONE_IN + 1, "jurisdiction": "CN", "level": "national", **LABELS}  # fmt: skip

    def readers(self, told: int) -> None:
        """Subscriptions with a digest and a message a day, of which a third are alike."""
        cadence = json.dumps({"every": "daily", "hour": 8, "minute": 0, "weekday": 0, "day": 1})
        wishes = json.dumps(
            {name: [] for name in ("topics", "jurisdictions", "levels", "issuers", "doc_types", "stages")}
            | {"importance": None, "query": ""}
        )
        soon = moment(self.now + timedelta(hours=6))
        self.put(
            "subscription",
            (
                {
                    "id": n + 1,
                    "name": f"r{n}",
                    "channel": "webhook",
                    "target": f"https://r{n}.example/h",
                    "cadence": cadence,
                    "filter": wishes,
                    "timezone": "Asia/Shanghai",
                    "language": "zh",
                    "status": "active",
                    "promise": "at-least-once",
                    "sent_upto": told,
                    "welcomed": 1,
                    "next_due": soon,
                    "origin": "operator",
                }
                for n in range(READERS)
            ),
        )
        days = [(day, alike) for day in range(365) for alike in range(READERS // 3)]
        self.put(
            "edition",
            (
                {
                    "id": n + 1,
                    "hash": self.key("ed", n),
                    "subject": self.text(8),
                    "text": self.text(700),
                    "html": self.text(2_500),
                    "events": "[]",
                }
                for n, _ in enumerate(days)
            ),
        )
        self.put(
            "shared_body",
            ({"id": n + 1, "hash": self.key("sh", n), "content": self.text(2_500).encode()} for n, _ in enumerate(days)),
        )
        sent = [(day, reader) for day in range(365) for reader in range(READERS)]
        self.put(
            "digest",
            (
                {
                    "id": n + 1,
                    "subscription": reader + 1,
                    "from_seq": told * day // 365,
                    "to_seq": told * (day + 1) // 365,
                    "edition": 1 + day * (READERS // 3) + reader // 3,
                }
                for n, (day, reader) in enumerate(sent)
            ),
        )
        self.put(
            "delivery",
            (
                {
                    "id": n + 1,
                    "key": f"d{n}",
                    "subscription": f"r{reader}",
                    "subscription_id": reader + 1,
                    "channel": "webhook",
                    "target": f"https://r{reader}.example/h",
                    "content_type": "application/json",
                    "subject": "News",
                    "state": "sent",
                    "attempts": 1,
                    "created_at": self.at(day / 365),
                    "promise": "at-least-once",
                    "digest": n + 1,
                    "sent_at": self.at(day / 365),
                    "kind": "digest.created",
                    "shared": 1 + day * (READERS // 3) + reader // 3,
                }
                for n, (day, reader) in enumerate(sent)
            ),
        )
        self.put("attempt", ({"delivery": n + 1, "number": 1, "result": "sent", "answer": "200"} for n, _ in enumerate(sent)))

    def archive(self, archive: Archive) -> float:
        """Write one body in so many; how many bytes of the disk all of them take."""
        kinds = (
            ("list", self.visits, LISTS_ONE_IN, 12_000),
            ("page1", self.documents, 1, 9_000),
            ("paper", self.documents, 5, 120_000),
        )
        for kind, numbers, one_in, size in kinds:
            for n in range(0, numbers, one_in * ONE_IN):
                path = archive.root / (key := self.key(kind, n))[:2] / key[2:4] / f"{key}.z"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.chance.randbytes(size))  # as large as a compressed page of that kind
                os.utime(path, (1e9, 1e9))
        return ONE_IN * taken(archive.root)


def taken(folder: Path) -> float:
    """Bytes of the disk that files take."""
    return float(sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()))


def ready_after(folder: Path, *, web: bool) -> tuple[float, float]:
    """Seconds from the start of the service until it says that it is ready, and seconds of a processor that it took until then."""
    door, listener = folder / "notify.sock", socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    door.unlink(missing_ok=True)
    listener.bind(str(door))
    listener.settimeout(120)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = dict(os.environ) | {"CGTWATCH_DATA_DIR": str(folder / "data"), "CGTWATCH_SOURCES": str(folder / "sources.yaml"),
                                  "CGTWATCH_LISTEN": f"127.0.0.1:{port}", "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8", "NOTIFY_SOCKET": str(door)}  # fmt: skip
    command = [sys.executable, "-m", "cgtwatch", "run", *([] if web else ["--no-web"])]
    began = time.perf_counter()
    with (folder / "log").open("ab") as log:
        service = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log)
    try:
        while b"READY=1" not in listener.recv(4096):
            pass
        took = time.perf_counter() - began
        spent = Path(f"/proc/{service.pid}/stat").read_text().rpartition(")")[2].split()
        return took, (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)
        listener.close()


def started(folder: Path, when: str) -> None:
    """Start some times and say how soon it was ready. On a machine that is busy with other things the processor's seconds tell more."""
    for web in (True, False):
        took = [ready_after(folder, web=web) for _ in range(STARTS)]
        wall, spent = (statistics.median(each) for each in zip(*took, strict=True))
        verdict = "" if wall < GOAL else f"  OVER THE GOAL of {GOAL:.0f} s" + (", BUSY MACHINE" if wall > 1.5 * spent else "")
        page = "with" if web else "without"
        print(f"  ready {when}, {page} the page: median {wall:.2f} s ({spent:.2f} s of a processor){verdict}", flush=True)


def forget(folder: Path, now: datetime) -> None:
    """One round, as the service takes it, without its pauses."""
    store, archive = open_store(f"sqlite:///{folder / 'data' / 'cgtwatch.db'}"), Archive(folder / "data" / "archive")
    sums: Counter[str] = Counter()
    longest, began, number = 0.0, time.perf_counter(), 0
    try:
        left = time.perf_counter()
        for what, count in steps(store, archive, Limits(*DAYS), now):
            sums[what] += count
            longest, left, number = max(longest, time.perf_counter() - left), time.perf_counter(), number + 1
        store.tidy()
    finally:
        store.close()
    print(
        f"  forgotten in {time.perf_counter() - began:.0f} s, {number} steps, the longest {longest * 1000:.0f} ms: {dict(sums)}",
        flush=True,
    )


def main() -> None:
    """Fill, measure, forget, measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--share", type=float, default=1.0)
    asked.add_argument("--keep", action="store_true", help="leave the folder where it is")
    options = asked.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="cgtwatch-year-"))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    file, now = folder / "data" / "cgtwatch.db", datetime.now(UTC)
    entries = "\n".join(
        f"  - {{id: s{n}, name: s{n}, kind: list, url: 'http://127.0.0.1:9/s{n}', every: 12h, jurisdiction: CN, language: zh, "
        f"list: {{item: li, title: a, link: a@href}}}}"
        for n in range(SOURCES)
    )
    (folder / "sources.yaml").write_text(f"sources:\n{entries}\n", encoding="utf-8")
    try:
        began = time.perf_counter()
        open_store(f"sqlite:///{file}").close()
        with contextlib.closing(sqlite3.connect(file)) as db:
            db.execute("PRAGMA synchronous=OFF")
            year = Year(db, options.share, now)
            year.fill()
        store = open_store(f"sqlite:///{file}")
        store.reindex()
        store.tidy()
        print(
            f"{year.visits:,} visits, {year.documents:,} documents of {SOURCES} sources, "
            f"{store.counts().events:,} events; filled in {time.perf_counter() - began:.0f} s"
        )
        problems = store.check()
        store.close()
        print(f"  db check: {problems or 'whole'}")
        print(
            f"  database {file.stat().st_size / 1e9:.2f} GB, "
            f"archive {year.archive(Archive(folder / 'data' / 'archive')) / 1e9:.1f} GB (one body in {ONE_IN} written)",
            flush=True,
        )
        started(folder, "before")
        forget(folder, now)
        print(
            f"  database {file.stat().st_size / 1e9:.2f} GB, archive {ONE_IN * taken(folder / 'data' / 'archive') / 1e9:.1f} GB"
        )
        started(folder, "after")
    finally:
        if not options.keep and options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
