"""Serve recorded feeds, lists and pages on loopback, poll them by the real command, and compare with the known answers.

`python benchmarks/recorded.py` prints a line per group and each difference; the material stands beside the checkout (CGTWATCH_SHARED).
"""

import gzip
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GROUPS = ("cn-regulator", "feeds-chinese-charsets", "feeds-feedrs", "zh-lists")
ENOUGH = 0.9  # of the titles of a feed whose gold holds all of them

# What a user would write after a look at each list page.
LISTS: Mapping[str, str] = {
    "nmpa_list_page_20251014T112101_200.html": '{item: "div.list ul li", title: "a@title | a", link: "a@href", date: span}',
    "prspiders_b.html": '{item: "table.gridtable tr.project", title: td, link: "self@onclick ~ applyproject..(.+?)[^0-9-]", date: "td:nth-child(4)"}',
    "prspiders_c.html": '{item: "table.project_table tr", title: a, link: "a@href", date: "td:nth-child(6)"}',
    "gne_forum.html.gz": '{item: "tbody[id^=normalthread]", title: "a.xst", link: "a.xst@href", date: "td.by em span"}',
    "hrfund_announcement.html": '{item: "div.inner:has(h2)", title: "h2 a", link: "h2 a@href", date: i}',
    "netease_rolling_news.html": '{item: "ul.list_txt li", title: "a:nth-of-type(2)", link: "a:nth-of-type(2)@href", date: span}',
    "rtfund_xxpl.html": '{item: "#expertList1 li", title: a, link: "a@href", date: span}',
}
ROWS: Mapping[str, int] = {"prspiders_b.html": 10, "prspiders_c.html": 10}  # read by eye; the index counts other table rows too


@dataclass
class Score:
    """One group: files polled, files right, and what was not."""

    files: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)


def recordings(shared: Path) -> list[dict[str, Any]]:
    """The index lines of the groups that are polled."""
    lines = (shared / "recorded" / "index.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["group"] in GROUPS]


@contextmanager
def served(shared: Path) -> Iterator[str]:
    """The recordings over HTTP, with the content type a careless server would send: no charset."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = shared / "recorded" / self.path.lstrip("/")
            found = file.is_file()
            page = file.read_bytes() if found else b"none"
            page = gzip.decompress(page) if file.suffix == ".gz" else page
            kind = "text/html" if ".html" in file.name else "application/json" if ".json" in file.name else "application/xml"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def source_id(row: Mapping[str, Any]) -> str:
    """A source's id for a recording: of its place in the index, since file names hold anything."""
    return f"r-{row['sha256'][:12]}"


def sources_yaml(rows: list[dict[str, Any]], url: str) -> str:
    """One source a recording: a list where we know its rows, a page where it is HTML, else a feed."""
    out = ["defaults: {every: 1h, gap: 0s, connections: 16, robots: ignore, timezone: Asia/Shanghai}", "sources:"]
    for row in rows:
        name = Path(row["file"]).name
        rule = (
            f"kind: list, list: {LISTS[name]}"
            if name in LISTS
            else "kind: page"
            if ".html" in name and not name.endswith(".xml")
            else "kind: feed"
        )
        out.append(f"  - {{id: {source_id(row)}, name: recording, url: '{url}/{row['file']}', {rule}}}")
    return "\n".join(out) + "\n"


def poll(shared: Path, place: Path) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Rows of the poll by source, and the items stored by source."""
    rows = recordings(shared)
    with served(shared) as url:
        (place / "sources.yaml").write_text(sources_yaml(rows, url), encoding="utf-8")
        visits = {row["source"]: row for row in run(place, "poll", "--all", "--json") if "source" in row}
    items: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in run(place, "items", "--json"):
        items[item["source"]].append(item)
    return visits, items


def run(place: Path, *args: str) -> list[dict[str, Any]]:
    """The JSON lines that the command prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CGTWATCH_")}
    env = {**kept, "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
    done = subprocess.run(
        [sys.executable, "-m", "cgtwatch", *args], cwd=place, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def evaluate(shared: Path, place: Path) -> dict[str, Score]:
    """The score of each group."""
    visits, items = poll(shared, place)
    scores = {group: Score() for group in GROUPS}
    for row in recordings(shared):
        name = source_id(row)
        score = scores[row["group"]]
        score.files += 1
        problem = compare(shared, row, visits.get(name, {}), items.get(name, []))
        score.right += problem is None
        if problem is not None:
            score.wrong.append(f"{row['file']}: {problem}")
    return scores


def compare(shared: Path, row: Mapping[str, Any], visit: Mapping[str, Any], items: list[dict[str, Any]]) -> str | None:
    """What differs from the known answer, or None."""
    gold = row["gold"] or {}
    expected = _count(row, gold)
    if gold.get("must_not_crash"):
        return None if visit.get("outcome") in {"ok", "failed"} else "no row"
    if expected == 0:
        return (
            None if visit.get("outcome") in {"failed", "held"} or not items else f"{len(items)} items of a file that holds none"
        )
    if visit.get("outcome") != "ok":
        return f"{visit.get('outcome')}: {visit.get('error')}"
    if any("\ufffd" in item["title"] for item in items):
        return "undecodable characters in titles"
    if expected is not None and len(items) != expected:
        return f"{len(items)} items, expected {expected}"
    return _first(gold, items) or _titles(shared, row, items)


def _count(row: Mapping[str, Any], gold: Mapping[str, Any]) -> int | None:
    name = Path(row["file"]).name
    if name in ROWS:
        return ROWS[name]
    if "_mozilla_" in name:
        return 1  # a page
    for key in ("items", "entries", "items_counted"):
        if isinstance(gold.get(key), int):
            return int(gold[key])
    return None


def _first(gold: Mapping[str, Any], items: list[dict[str, Any]]) -> str | None:
    title = gold.get("first_title")
    if title and not any(_same(title, item["title"]) for item in items):
        return f"title {title!r} is not among {[item['title'] for item in items][:2]}"
    day = gold.get("first_date") or (gold.get("first_published") or "")[:10]
    found = next((item for item in items if title and _same(title, item["title"])), None)
    if day and found is not None and not _same_day(day, found["published"], gold.get("first_published")):
        return f"date {found['published']}, expected {day}"
    return None


def _same_day(day: str, found: str | None, instant: str | None) -> bool:
    """A time late in the evening of one zone is the next day of another: both days are right."""
    if found == day:
        return True
    if not instant or not found:
        return False
    return abs((datetime.fromisoformat(found) - datetime.fromisoformat(day)).days) <= 1


def _titles(shared: Path, row: Mapping[str, Any], items: list[dict[str, Any]]) -> str | None:
    if not row["gold_file"]:
        return None
    full = json.loads((shared / "recorded" / row["gold_file"]).read_text(encoding="utf-8"))
    titles = [_title(entry) for entry in full.get("entries") or full.get("items") or [] if _title(entry)]
    mine = [item["title"] for item in items]
    hits = sum(any(_same(title, other) for other in mine) for title in titles)
    return None if hits >= ENOUGH * len(titles) else f"{hits} of {len(titles)} titles"


def _title(entry: Mapping[str, Any]) -> str:
    title = entry.get("title")
    return str(title.get("content") or "") if isinstance(title, dict) else str(title or "")


def _same(one: str, other: str) -> bool:
    def bare(text: str) -> str:
        return "".join(re.sub(r"<[^>]+>", "", html.unescape(html.unescape(text))).split())[:120]

    return bare(one) == bare(other) or (len(bare(one)) > 20 and bare(other).startswith(bare(one)[:20]))


def main() -> int:
    """Print the scores; 1 where a file is not right."""
    shared = Path(os.environ.get("CGTWATCH_SHARED", ROOT.parent / "shared")).resolve()
    if not (shared / "recorded").is_dir():
        print(f"no recordings at {shared}; set CGTWATCH_SHARED")
        return 2
    with tempfile.TemporaryDirectory() as place:
        scores = evaluate(shared, Path(place))
    for group, score in scores.items():
        print(f"{group:<24} {score.right} of {score.files} files right")
        for problem in score.wrong:
            print(f"    {problem}")
    return int(any(score.wrong for score in scores.values()))


if __name__ == "__main__":
    sys.exit(main())
