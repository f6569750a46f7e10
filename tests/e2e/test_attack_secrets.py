"""Secrets of sources are found nowhere but at the site that they are for, whatever that site does with them."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from inside import Inside, inside
from place import Answer, Site, serving

from cgtwatch.ops.sources import dry_visit

KEYS = {
    "APPKEY": "appkey-9zq1f/27+a=", "BEARER": "Bearer b34r3r-77cc", "COOKIE": "c00k1e-55dd-66ee", "FORMKEY": "f0rm&key-88aa",
    "JSONKEY": 'js0n"key-99bb', "SMALL": "hong7",
}  # fmt: skip
CORES = ("9zq1f", "b34r3r", "c00k1e", "f0rm", "js0n", "hong7")
JSON = {"Content-Type": "application/json"}


def entries(site: Site, other: Site) -> str:
    common = (
        "language: en, gap: 0s, robots: ignore, every: 1h, headers: {Authorization: 'env:BEARER'}, cookies: {sid: 'env:COOKIE'}"
    )
    rows = "items: rows, title: t, link: u"
    return f"""sources:
  - {{id: by-params, kind: api, url: "{site.url}/params", {common}, api: {{params: {{k: "env:APPKEY", OC: "env:SMALL"}}, {rows}, attachments: files}},
      paging: {{by: next, next: after, max_pages: 3}}, detail: auto}}
  - {{id: by-form, kind: api, url: "{site.url}/form", {common}, api: {{form: {{k: "env:FORMKEY"}}, {rows}}}, detail: auto}}
  - {{id: by-json, kind: api, url: "{site.url}/json", {common}, preload: {{url: "{other.url}/first", cookies: keep}},
      api: {{json: {{k: "env:JSONKEY"}}, {rows}}}, detail: auto}}
  - {{id: refused, kind: api, url: "{site.url}/refused", {common}, api: {{params: {{k: "env:APPKEY", OC: "env:SMALL"}}, {rows}}}}}
  - {{id: leads-away, kind: api, url: "{site.url}/away", {common}, api: {{params: {{k: "env:APPKEY"}}, {rows}}}}}
  - {{id: unread, kind: api, url: "{site.url}/unread", {common}, api: {{params: {{k: "env:APPKEY"}}, {rows}}}}}
"""


class Teller:
    """A site that tells everybody what it was asked with: in bodies, headers, links, redirects and errors."""

    def __init__(self, site: Site, other: Site) -> None:
        self.site, self.other = site, other
        for name in ("params", "form", "json", "page"):
            site.pages[f"/{name}"] = self.rows
        site.pages["/refused"] = lambda headers: (403, {"X-Told": headers["authorization"]}, self.told(headers))
        site.pages["/unread"] = lambda headers: (200, JSON, self.told(headers))
        site.pages["/away"] = lambda _: (302, {"Location": f"{other.url}/away?key-was=sent"}, b"")
        site.pages["/d"] = lambda headers: (200, {"Content-Type": "text/html"}, self.told(headers))

    def told(self, headers: Mapping[str, str]) -> bytes:
        command, path, _ = self.site.requests[-1]
        body = self.site.posts[-1][1].decode() if command == "POST" else ""
        said = " ".join([path, unquote(path), headers.get("authorization", ""), headers.get("cookie", ""), body])
        return f"<html><body><h1>Told</h1><p>{said} {escape(said)}</p></body></html>".encode()

    def rows(self, headers: Mapping[str, str]) -> Answer:
        command, path, _ = self.site.requests[-1]
        asked = self.site.posts[-1][1].decode() if command == "POST" else path.partition("?")[2]
        title = f"Gene therapy notice {headers['authorization']} {headers['cookie']} {asked} {unquote(asked)}"
        query = quote(asked, safe="&=%")
        rows = [
            {"t": title, "u": f"/d?{query}"},
            {
                "t": "Cell therapy notice elsewhere",
                "u": f"{self.other.url}/d?{query}",
                "files": [f"{self.other.url}/f.txt?{query}"],
            },
        ]
        after = f"{self.other.url}/page?{query}" if path.startswith("/params") else None
        return 200, JSON | {"ETag": f'"{KEYS["COOKIE"]}"'}, json.dumps({"rows": rows, "after": after, "asked": path}).encode()


def everything(root: Path) -> bytes:
    """All bytes below a directory, also those that are kept compressed."""
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            found.append(body)
            try:
                found.append(zlib.decompress(body))
            except zlib.error:
                continue
    return b"\n".join(found)


def leaked(*values: object) -> list[str]:
    text = " ".join(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in values)
    return [core for core in CORES if core in text]


def polled(bench: Inside) -> list[object]:
    rows = list(bench.poll().values())
    bench.pass_time(hours=2)
    rows += bench.poll().values()
    assert {row["source"] for row in rows if row["error"] is None} == {"by-params", "by-form", "by-json"}, rows
    return [*rows, *(dry_visit(bench.app, source) for source in bench.app.sources)]


@pytest.mark.promise("P15")
@pytest.mark.fault("S7")
def test_no_secret_of_a_source_is_told_shown_logged_stored_or_sent_elsewhere(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "cgtwatch")
    with serving(Site()) as other:
        Teller(site, other)
        for path in ("/first", "/away", "/page", "/d", "/f.txt"):
            other.page(path, "<html><body><p>Nothing to see in this place.</p></body></html>")
        with inside(tmp_path, entries(site, other)) as bench:
            bench.app.settings = replace(bench.app.settings, environ=KEYS)
            told = polled(bench)
        assert leaked(told) == []
        assert leaked(caplog.text) == []
        assert leaked(everything(tmp_path / "data")) == []
        assert len(other.requests) > 3
        assert leaked(other.requests, other.posts) == []
        assert leaked(site.requests, site.posts) == list(CORES), "to the site itself they were sent"
