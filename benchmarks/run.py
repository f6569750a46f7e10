"""What costs how much, as ratios taken in one run on one machine; `make bench` prints them. Nothing here passes or fails.

- help: CPU of `cgtwatch --help` beside an empty Python.
- poll: CPU of the whole `cgtwatch poll --all`, start-up included, beside a bare `requests.Session` loop over the same addresses.
- understanding: documents a second, and the share of the bare term matcher in it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

RUNS = 5
SOURCES = 400
ENTRIES = 30
LOOP = """
import sys, requests
session = requests.Session()
session.trust_env = False
for n in range(int(sys.argv[2])):
    session.get(f"{sys.argv[1]}/{n}.xml", headers={"If-None-Match": '"1"'} if sys.argv[3] == "304" else {}, timeout=30).content
"""


def cpu(command: Sequence[str], cwd: str | None = None, env: dict[str, str] | None = None) -> float:
    """CPU seconds of the whole process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def feed(n: int) -> bytes:
    """A feed as long as real ones are."""
    entries = "".join(
        f"<item><guid>{n}-{k}</guid><title>Notice {k} of office {n}</title><link>http://127.0.0.1/{n}/{k}</link>"
        f"<pubDate>Mon, 02 Mar 2026 08:{k:02}:00 GMT</pubDate><description>{'Text of the notice. ' * 12}</description></item>"
        for k in range(ENTRIES)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{n}</title><link>http://x/</link>{entries}</channel></rss>".encode()


class Handler(BaseHTTPRequestHandler):
    """Feeds with validators."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        unchanged = self.headers.get("If-None-Match") == '"1"'
        page = b"" if unchanged else feed(int(self.path.strip("/").partition(".")[0]))
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Type", "application/rss+xml")
        if not unchanged:
            self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def bench_help() -> None:
    """Start-up."""
    empty = median(cpu([sys.executable, "-c", "pass"]) for _ in range(2 * RUNS))
    shown = median(cpu([sys.executable, "-m", "cgtwatch", "--help"]) for _ in range(2 * RUNS))
    print(f"help             {shown / empty:6.2f} x an empty Python   ({shown * 1000:.0f} ms / {empty * 1000:.0f} ms CPU)")


def bench_poll() -> None:
    """First poll, and polls of what has not changed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as place:
        lines = [f"  - {{id: s-{n}, name: s, kind: feed, url: '{url}/{n}.xml'}}" for n in range(SOURCES)]
        head = "defaults: {every: 1h, gap: 0s, connections: 16, robots: ignore}\nsources:\n"
        Path(place, "sources.yaml").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        env = {**os.environ, "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
        poll = [sys.executable, "-m", "cgtwatch", "poll", "--all", "--json"]
        whole = cpu([sys.executable, "-c", LOOP, url, str(SOURCES), "200"])
        first = cpu(poll, place, env)
        pairs = [(cpu(poll, place, env), cpu([sys.executable, "-c", LOOP, url, str(SOURCES), "304"])) for _ in range(RUNS)]
    again, bare = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(one / other for one, other in pairs)
    print(
        f"poll, first      {first / whole:6.2f} x a bare session loop   ({first:.2f} s / {whole:.2f} s CPU, {SOURCES} feeds of {ENTRIES} entries)"
    )
    print(f"poll, unchanged  {ratio:6.2f} x a bare session loop   ({again:.2f} s / {bare:.2f} s CPU, 304 for each)")
    server.shutdown()


def bench_understanding() -> None:
    """Documents a second on one core, and what of that the bare matcher takes."""
    from cgtwatch.model.classification import Document
    from cgtwatch.understand import rules as rule_data
    from cgtwatch.understand.classify import classify

    rules = rule_data.load()
    text = "The agency invites comments on a draft guideline on potency testing of CAR-T cell therapies until 30 June 2026. "
    zh = "国家药监局药审中心就《基因治疗产品长期随访临床研究技术指导原则（征求意见稿）》公开征求意见，截止日期为2026年6月30日。"
    documents = [Document(f"{body[:40]} {n}", body * 3) for n in range(200) for body in (text, zh)]
    begun = time.process_time()
    for document in documents:
        classify(document, rules)
    spent = time.process_time() - begun
    begun = time.process_time()
    for document in documents:
        rules.lexicon.find(document.whole)
    bare = time.process_time() - begun
    print(f"understanding    {spent / bare:6.2f} x the bare term matcher   ({len(documents) / spent:.0f} documents a second)")


if __name__ == "__main__":
    bench_help()
    bench_poll()
    bench_understanding()
