"""SIGKILL at random instants while records, search terms, maps, pages and attachments are read: nothing is missed, nothing stands twice."""

import gzip
import hashlib
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from attack import SUBJECTS
from place import Answer, Place, Site

from cgtwatch.engine.control import ask
from cgtwatch.errors import CgtwatchError

WINDOW = 24  # records that an answer shows
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
IDS = ("by-terms", "by-cursor", "by-map")


def title(number: int) -> str:
    mark = hashlib.sha256(str(number).encode()).hexdigest()
    return f"Guideline on CAR-T {' '.join(SUBJECTS[int(letter, 16) % len(SUBJECTS)] for letter in mark[:9])} {mark[:6]}"


class Publisher:
    """A site of records, maps, pages and documents that grows while it is watched. `last` is the newest number."""

    def __init__(self, site: Site, chance: random.Random) -> None:
        self.site, self.chance, self.last = site, chance, 1
        self.pages: dict[str, Callable[[Mapping[str, str]], Answer]] = {
            "/search": self.search, "/cursor": self.cursor, "/map.xml": self.index, "/m.xml.gz": self.pages_of_the_map,
        }  # fmt: skip
        site.pages.update(self.pages)

    def publish(self, count: int) -> None:
        for number in range(self.last + 1, self.last + count + 1):
            self.document(number)
        self.last += count

    def document(self, number: int) -> None:
        told = f"Draft guidance for chimeric antigen receptor T cells, number {number}. " * 5
        link = f"<p><a href='/f/{number}.csv'>Annex {number}</a></p>"
        self.site.page(
            f"/d/{number}", f"<html><body><article><h1>{title(number)}</h1><p>{told}</p>{link}</article></body></html>"
        )
        self.site.page(f"/f/{number}.csv", f"Words of annex {number} about vector copies.", "text/csv")

    def asked(self) -> dict[str, str]:
        return {name: found[0] for name, found in parse_qs(urlsplit(self.site.requests[-1][1]).query).items()}

    def records(self, numbers: list[int]) -> list[dict[str, object]]:
        return [{"id": n, "t": title(n), "u": f"/d/{n}", "files": [f"/f/{n}.csv"]} for n in numbers]

    def search(self, headers: Mapping[str, str]) -> Answer:
        """A third of all stands under both terms; a term without news answers 304; the order is another one each time."""
        kind = {"even": (0, 2, 3, 4), "odd": (1, 3, 5, 0)}[self.asked()["q"]]
        found = [n for n in range(self.last, 0, -1) if n % 6 in kind][:WINDOW]
        etag = f'"{len(found)}-{found[0] if found else 0}"'
        if headers.get("if-none-match") == etag:
            return 304, {"ETag": etag}, b""
        self.chance.shuffle(found)
        return 200, {"Content-Type": "application/json", "ETag": etag}, json.dumps({"rows": self.records(found)}).encode()

    def cursor(self, _headers: Mapping[str, str]) -> Answer:
        asked = json.loads(self.site.posts[-1][1])
        start = int(asked.get("after") or self.last)
        found = list(range(start, max(0, start - 5), -1))
        after = str(start - 5) if start > 5 else None
        return 200, {"Content-Type": "application/json"}, json.dumps({"rows": self.records(found), "next": after}).encode()

    def index(self, _headers: Mapping[str, str]) -> Answer:
        body = f"<sitemapindex {SPACE}><sitemap><loc>{self.site.url}/m.xml.gz</loc></sitemap></sitemapindex>"
        return 200, {"Content-Type": "application/xml"}, body.encode()

    def pages_of_the_map(self, _headers: Mapping[str, str]) -> Answer:
        urls = "".join(f"<url><loc>{self.site.url}/d/{n}</loc></url>" for n in range(1, self.last + 1))
        return 200, {"Content-Type": "application/gzip"}, gzip.compress(f"<urlset {SPACE}>{urls}</urlset>".encode())


def entries(site: Site) -> str:
    common = "language: en, issuer: fda, jurisdiction: US, gap: 0s, robots: ignore, every: {exactly: 60s}, detail: auto"
    rows = "items: rows, key: id, title: t, link: u"
    return f"""sources:
  - {{id: by-terms, kind: api, url: "{site.url}/search?q={{term}}", terms: [even, odd], {common}, api: {{{rows}, attachments: files}}}}
  - {{id: by-cursor, kind: api, url: "{site.url}/cursor", {common}, api: {{json: {{after: null}}, {rows}}},
      paging: {{by: cursor, param: after, next: next, max_pages: 20}}}}
  - {{id: by-map, kind: sitemap, url: "{site.url}/map.xml", {common}, sitemap: {{match: /d/}}}}
"""


def poll_through(data: Path) -> None:
    with suppress(CgtwatchError, OSError, ValueError):
        list(ask(data, "poll", {"ids": list(IDS)}) or ())


def work_and_die(place: Place, publisher: Publisher, starts: int) -> None:
    with place.service("--no-web") as service:
        service.until(lambda: service.text.count("started sources") == starts)
        end = time.monotonic() + publisher.chance.uniform(0.1, 1.6)
        while time.monotonic() < end:
            publisher.publish(publisher.chance.choice([0, 1, 3]))
            asking = threading.Thread(target=poll_through, args=(place.data,))
            asking.start()
            asking.join(max(0.0, end - time.monotonic()))
        service.process.kill()
        service.process.wait(10)


def survive(place: Place, site: Site, kills: int, seed: int) -> None:
    publisher = Publisher(site, random.Random(seed))
    publisher.document(1)
    place.sources(entries(site))
    place.poll()
    for number in range(kills):
        work_and_die(place, publisher, number + 1)
    publisher.publish(2)
    rounds = (place.poll() for _ in range(6))  # what came in a flood is doubted twice before it is believed
    assert any(not any(row["error"] for row in rows.values()) for rows in rounds)
    assert not [row for row in place.poll().values() if row["new"] or row["updated"] or row["gone"] or row["error"]]
    with sqlite3.connect(place.data / "cgtwatch.db") as db:
        for source in IDS:
            check(db, source, publisher.last)
        twice = db.execute("SELECT event, count(*) FROM announcement WHERE kind = 'new' GROUP BY 1 HAVING count(*) > 1")
        assert twice.fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def check(db: sqlite3.Connection, source: str, last: int) -> None:
    rows = db.execute(
        "SELECT r.title, r.text FROM item i JOIN revision r ON r.item = i.id WHERE i.source = ? AND i.gone = 0"
        " AND r.number = i.revision", (source,)
    ).fetchall()  # fmt: skip
    assert sorted(found for found, _ in rows) == sorted(title(n) for n in range(1, last + 1)), f"{source}: each once"
    for n in range(1, last + 1):
        (text,) = [text for found, text in rows if found == title(n)]
        assert f"number {n}." in text, f"{source}: the page of {n}"
        assert f"Words of annex {n} about" in text, f"{source}: the attachment of {n}"


@pytest.mark.chaos
@pytest.mark.fault("K2")
def test_no_record_is_missed_or_doubled_when_the_service_is_killed_while_it_reads(place: Place, site: Site) -> None:
    survive(place, site, kills=1, seed=20261123)


@pytest.mark.fault("K2")
@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(3))
def test_no_record_is_missed_or_doubled_over_many_kills(place: Place, site: Site, seed: int) -> None:
    survive(place, site, kills=20, seed=seed)
