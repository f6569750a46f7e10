"""Faults of the hostile peer where a source leads to: as records, maps, pages asked first, terms, further pages, pages behind rows, documents."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from inside import Inside, inside
from place import Site

from cgtwatch.acquire.pacing import Pacing
from hostile_peer import Peer, hostile_peer
from shared import needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

HEAD = "defaults: {gap: 0s, robots: ignore, every: 1h, timeout: 2s, connections: 8, language: en}\nsources:\n"
ROWS = "items: rows, title: t, link: u"
JSON = {"Content-Type": "application/json"}
SAMPLE = (
    "slow-body",
    "huge-header",
    "redirect-loop",
    "redirect-metadata",
    "js-wall",
    "xml-billion-laughs",
    "json-deep",
    "pdf-loop",
)

# There something is new, or edited, at every look; on the page of noise digits change that say nothing.
MAY_TELL = {"html-noise", "grow", "feed-dup-guid-new", "feed-window", "feed-edit-title"}


def api(site: Site, path: str, *rows: Mapping[str, Any], **more: str) -> str:
    """The address of records that the site gives from now on."""
    site.pages[path] = (200, JSON, json.dumps({"rows": rows, **more}).encode())
    return site.url + path


def entries(site: Site, peer: Peer, fault: str) -> dict[str, str]:
    """A source for each place where the fault can stand."""
    name = fault.partition("?")[0]
    url = peer.url(f"{fault}{'&' if '?' in fault else '?'}key={name}")
    plain, row = api(site, "/plain", {"t": "Notice on gene therapy", "u": "/x"}), {"t": f"Notice {name}", "u": url}
    site.page("/page", "<html><body><h1>Notice</h1><p>Words of the notice on gene therapy.</p></body></html>")
    further = api(site, f"/further/{name}", {"t": "Notice on gene therapy", "u": "/x"}, after=url)
    behind = api(site, f"/behind/{name}", row)
    filed = api(site, f"/filed/{name}", {"t": "Notice", "u": "/page", "files": [url]})  # type: ignore[dict-item]
    first = f'preload: {{url: "{url}", cookies: keep, set: {{v: {{regex: "(.)"}}}}}}'
    site.pages[f"/term/{name}"] = lambda _: (
        site.pages["/plain"] if "q=one" in site.requests[-1][1] else (302, {"Location": url}, b"")
    )  # type: ignore[assignment,return-value]
    return {
        f"api-{name}": f'kind: api, url: "{url}", api: {{items: "data || items || @", title: title, link: link}}',
        f"xml-{name}": f'kind: api, url: "{url}", api: {{format: xml, items: "channel.item", title: title, link: link}}',
        f"map-{name}": f'kind: sitemap, url: "{url}", sitemap: {{match: /}}',
        f"page-{name}": f'kind: page, url: "{url}"',
        f"first-{name}": f'kind: api, url: "{plain}?v={{v}}", {first}, api: {{{ROWS}}}, detail: none',
        f"term-{name}": f'kind: api, url: "{site.url}/term/{name}?q={{term}}", terms: [one, two], api: {{{ROWS}}}, detail: none',
        f"further-{name}": f'kind: api, url: "{further}", api: {{{ROWS}}}, paging: {{by: next, next: after, max_pages: 3}}, detail: none',
        f"behind-{name}": f'kind: api, url: "{behind}", api: {{{ROWS}}}, detail: auto',
        f"filed-{name}": f'kind: api, url: "{filed}", api: {{{ROWS}, attachments: files}}, detail: auto',
    }


def sources(site: Site, peer: Peer, faults: list[str]) -> str:
    lines = {name: rule for fault in faults for name, rule in entries(site, peer, fault).items()}
    lines["healthy"] = f'kind: api, url: "{site.url}/plain", api: {{{ROWS}}}, detail: none'
    return HEAD + "".join(f"  - {{id: {name.lower().replace('.', '-')}, name: x, {rule}}}\n" for name, rule in lines.items())


def survive(
    site: Site, root: Path, peer: Peer, faults: list[str], longest: float, *, twice: bool = False
) -> dict[str, dict[str, Any]]:
    with inside(root, sources(site, peer, faults)) as bench:
        rows = looked_at(bench, longest)
        bench.pass_time(hours=25)
        again = looked_at(bench, longest) if twice else rows
        assert {name.partition("-")[2] for name, row in again.items() if row["announced"]} <= MAY_TELL
        assert again["healthy"]["outcome"] == ("unchanged" if twice else "ok")
    with sqlite3.connect(root / "data" / "cgtwatch.db") as db:
        assert db.execute("SELECT count(*) FROM revision WHERE text LIKE '%root:%'").fetchone() == (0,)
    return rows


def looked_at(bench: Inside, longest: float) -> dict[str, dict[str, Any]]:
    rows = bench.poll()
    assert not [row for row in rows.values() if (row["error"] or "").startswith(("internal", "storage"))]
    assert not [row for row in rows.values() if "the parser broke" in (row["error"] or "")]
    assert not [row for row in rows.values() if row["seconds"] > longest]
    assert not [row for row in rows.values() if row["outcome"] == "failed" and not row["error"]]
    return rows


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is judged alone, though some ask for rest and all have one server."""
    monkeypatch.setattr(Pacing, "hold", lambda *_: None)


@pytest.mark.chaos
@pytest.mark.usefixtures("restless")
@pytest.mark.fault("S2", "S16")
def test_a_fault_is_survived_wherever_a_source_leads_to_it(site: Site, tmp_path: Path) -> None:
    with hostile_peer() as peer:
        rows = survive(site, tmp_path, peer, list(SAMPLE), longest=15)
    failed = {name for name, row in rows.items() if row["outcome"] in ("failed", "held")}
    for fault in ("slow-body", "huge-header", "redirect-metadata", "redirect-loop", "js-wall"):
        assert {f"{place}-{fault}" for place in ("api", "xml", "map", "page", "first", "term")} <= failed, fault
        assert not {f"{place}-{fault}" for place in ("behind", "filed", "further")} & failed, (
            f"{fault}: the rows themselves are read"
        )
        assert rows[f"behind-{fault}"]["notes"]
        assert rows[f"filed-{fault}"]["notes"]


@pytest.mark.chaos
@pytest.mark.usefixtures("restless")
@pytest.mark.fault("F18", "F19", "S16")
def test_every_fault_is_survived_wherever_a_source_leads_to_it(site: Site, tmp_path: Path) -> None:
    with hostile_peer() as peer:
        survive(site, tmp_path, peer, [fault["name"] for fault in peer.control("list")], longest=60, twice=True)
