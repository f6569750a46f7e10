"""What sources write runs nowhere and breaks no page; a stranger's page can neither frame ours nor post our forms."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from addresses import Found, explored
from browsing import PHONE, overflow, served, visitor
from inside import inside
from newsroom import Newsroom
from place import Site, serving
from starlette.routing import Route

RUNS = "window.ran=(window.ran||0)+1;alert(1)"
TAGS = f'</title></script><script>{RUNS}</script><img src=x onerror="{RUNS}"><svg onload="{RUNS}"><iframe srcdoc="x"></iframe>'
QUOTES = f"\" autofocus onfocus=\"{RUNS}\" ' onmouseover='{RUNS}' `${{{RUNS}}}` {{{{7*7}}}} {{% raise %}}"
TURNED = "\u202egnp.tpircs\u202c \u2067\u05e9\u05dc\u05d5\u05dd\u2069 \u200f\u061c CAR-T\u0000\u0007\u2028\ufeff"
LONG = "CAR-T" + "细胞治疗" * 2_000
UNBROKEN = "GeneTherapy" + "W" * 10_000
TITLES = {
    "tags": f"Draft guidance on CAR-T cell therapy {TAGS}",
    "quotes": f"FDA approves gene therapy {QUOTES}",
    "turned": f"Gene therapy guideline {TURNED}",
    "long": LONG,
    "unbroken": UNBROKEN,
}
SOURCES = f"""\
defaults: {{every: 6h, gap: 0s}}
sources:
  - id: mean
    name: {{zh: '<b>恶意</b>"onx=', en: '<script>{RUNS}</script>'}}
    kind: feed
    url: SITE/feed
    issuer: fda
    jurisdiction: US
    language: en
  - id: files
    name: {"N" * 120}
    kind: list
    url: SITE/list
    issuer: "other:a_long_name_of_an_office"
    jurisdiction: US
    language: en
    first_look: announce
    list: {{item: li, title: a, link: "a@href"}}
    detail: {{body: "div.text", attachments: "a.file@href"}}
"""
ACTIVE = {
    "page.html": ("text/html", f"<html><script>{RUNS}</script><p>gene therapy annex</p></html>"),
    "picture.svg": ("image/svg+xml", f"<svg xmlns='http://www.w3.org/2000/svg'><script>{RUNS}</script></svg>"),
    "annex.pdf": ("application/pdf", f"<html><script>{RUNS}</script>"),
}


def feed(site: Site) -> str:
    links = (
        "javascript:" + RUNS,
        "data:text/html,<script>alert(1)</script>",
        "//evil.example/x",
        f"{site.url}/a?{'a' * 3000}",
        "vbscript:x",
    )
    rows = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><title>{escape(escape(clean(title)))}</title><link>{escape(link)}</link>"
        f"<description>{escape(clean(title + ' Comments until 1 July 2026. ' + TAGS))}</description></item>"
        for (name, title), link in zip(TITLES.items(), links, strict=True)
    )
    return f"<rss version='2.0'><channel><title>x</title><link>javascript:{RUNS}</link><description>-</description>{rows}</channel></rss>"


def clean(text: str) -> str:
    """Without what XML itself forbids."""
    return text.replace("\u0000", "").replace("\u0007", "")


@pytest.fixture(scope="module")
def mean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    root: Path = tmp_path_factory.mktemp("mean")
    with serving(Site()) as site:
        site.page(
            "/feed",
            "<rss version='2.0'><channel><title>x</title><link>http://x/</link><description>-</description></channel></rss>",
        )
        links = "".join(f"<p><a class=file href='/{name}'>{name}</a></p>" for name in ACTIVE)
        detail = f"<html><body><script>{RUNS}</script><div class=text>Draft guidance on gene therapy. <b onclick='{RUNS}'>x</b>{links}</div>"
        site.page("/list", "<ul><li><a href='/d'>FDA issues draft guidance on gene therapy for comment</a></ul>")
        site.page("/d", detail)
        for name, (kind, body) in ACTIVE.items():
            site.page(f"/{name}", body, kind)
        settings = {"signup": "on", "public_url": "https://watch.example.org"}
        with inside(root, SOURCES.replace("SITE", site.url), **settings) as bench:
            room = Newsroom(bench, site)
            bench.poll()
            room.ask("subscriptions.add", name="mei", to="local:", lang="en", cadence="now")
            bench.pass_time(hours=7)
            site.page("/feed", feed(site), "application/rss+xml")
            room.tell()
            yield room


@pytest.fixture(scope="module")
def found(mean: Newsroom) -> Found:
    return explored(mean, events=8)  # every one of its events


@pytest.mark.promise("P11")
@pytest.mark.fault("S8", "S9")
def test_nothing_of_a_source_runs_or_breaks_a_page(chromium: Any, mean: Newsroom, found: Found) -> None:
    wide, unsafe = {}, {}
    assert "/events/{id}" in found.pages
    with served(mean.asgi) as home, visitor(chromium, home, width=PHONE) as page:
        for address in found.every:
            page.goto(address)
            if wider := overflow(page):
                wide[address] = wider
            links = page.eval_on_selector_all(
                "[href], [src], [action]", "all => all.map(one => one.href || one.src || one.action)"
            )
            if bad := [link for link in links if not str(link).startswith(("http://", "https://", "mailto:", "webcal:"))]:
                unsafe[address] = bad
            assert page.evaluate("window.ran") is None, address
        assert page.watch.dialogs == []
    assert (wide, unsafe) == ({}, {})


@pytest.mark.fault("S8")
def test_stored_copies_and_attachments_are_never_active(chromium: Any, mean: Newsroom, found: Found) -> None:
    assert "/events/{id}/stored/{key}/frame" in found.met
    with served(mean.asgi) as home, visitor(chromium, home) as page:
        for address in found.files:
            answer = page.request.get(address)
            kind, policy = answer.headers["content-type"], answer.headers["content-security-policy"]
            attached = answer.headers.get("content-disposition", "").startswith("attachment")
            assert attached or "sandbox" in policy or not kind.startswith(("text/html", "image/svg", "application/x")), (
                address,
                kind,
                policy,
            )
            assert "allow-scripts" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def stranger() -> Iterator[Site]:
    """Another site on this machine: of another origin, though of the same site (ports do not count for cookies)."""
    with serving(Site()) as running:
        yield running


def test_no_page_can_be_framed_by_another_site(chromium: Any, quiet_home: str, stranger: Site) -> None:
    paths = ("/", "/events", "/deliveries", "/subscriptions", "/sources", "/subscribe")
    stranger.page("/frames", "".join(f"<iframe src='{quiet_home}{path}'></iframe>" for path in paths))
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{stranger.url}/frames")
        page.wait_for_load_state("networkidle")
        assert [frame.url for frame in page.frames if frame.url.startswith(quiet_home)] == []
        assert len(page.frames) == len(paths) + 1


# A click of a mail program (RFC 8058), and what anybody on the net may ask for; both say what they take.
FOR_STRANGERS = {"/unsubscribe/{token}"}


def test_forms_that_another_site_posts_change_nothing(chromium: Any, room: Newsroom, stranger: Site) -> None:
    site = room.asgi
    posts = [route.path for route in site.routes if isinstance(route, Route) and "POST" in (route.methods or ())]
    store = room.bench.app.store
    event, delivery = room.event("FDA"), store.deliveries(limit=1)[0].key
    before = (store.subscriptions(), [one.state for one in store.deliveries(limit=None)], store.event(event))
    fields = {
        "name": "mei",
        "do": "remove",
        "action": "erase",
        "id": "fda",
        "source": "fda",
        "relevant": "no",
        "address": "x@example.org",
        "sure": "1",
    }
    inputs = "".join(f"<input name='{name}' value='{value}'>" for name, value in fields.items())
    with served(site) as home, chromium.new_context() as context:
        context.new_page().goto(home)
        for path in (path for path in posts if path not in FOR_STRANGERS):
            parts = {"{id}": event, "{key}": delivery, "{name}": "mei", "{source}": "fda", "{token}": "x"}
            address = path
            for part, value in parts.items():
                address = address.replace(part, value)
            stranger.page("/post", f"<form method=post action='{home}{address}'>{inputs}<button>go</button></form>")
            page = context.new_page()
            page.goto(f"{stranger.url}/post")
            with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
                page.get_by_role("button").click()
            assert answered.value.status in {400, 401, 403, 404, 405, 410, 415, 422, 429}, (path, answered.value.status)
            page.close()
    after = (store.subscriptions(), [one.state for one in store.deliveries(limit=None)], store.event(event))
    assert after == before
