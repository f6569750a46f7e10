"""What is kept of an event's document, and how it is handed over without being trusted."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import Site, serving

from cgtwatch.deliver.tokens import view_page
from cgtwatch.web.pages.copies import Copy, as_page, as_text, content, saved
from web.watched import DRAFT, TestClient, Watched, watched

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LIST = """\
  - id: notices
    name: {zh: 通知, en: Notices}
    kind: list
    url: SITE/list
    list: {item: li, title: a, link: "a@href"}
    detail: {body: article, attachments: "a.file@href"}
"""
PAGE = """<html><head><title>x</title><base href="https://evil.example/"></head><body onload="alert(1)">
<nav>Menu</nav><article><h1>Draft</h1><p style="position:fixed">The agency invites comments on CAR-T cell therapy until 1 July 2026.</p>
<script>alert(2)</script><img src="https://evil.example/pixel.gif"><form action="https://evil.example/"><input name="a"></form>
<a href="javascript:alert(3)">bad</a><a href="/more?x=1">good</a><a class="file" href="/annex.bin">Annex</a>
<iframe src="https://evil.example/"></iframe><svg onload="alert(4)"></svg></article></body></html>"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch with one event whose page and attachment are in the archive."""
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("kept"), site, LIST) as watch:
        site.page("/list", f"<li><a href='/draft.html'>{DRAFT}</a></li>")
        site.page("/draft.html", PAGE)
        site.page("/annex.bin", "plain words of the annex <script>alert(5)</script>", "text/plain")
        watch.bench.poll()
        yield watch


def own(watch: Watched) -> tuple[str, str]:
    """The event's address, and the key of its page's copy."""
    event = watch.bench.app.store.event(watch.event("CAR-T"))
    key = watch.bench.app.store.revisions(event.item_id)[-1].archive_key
    assert key is not None
    return f"/events/{event.id}", key


def test_an_event_leads_to_the_stored_copy_of_its_page(kept: Watched) -> None:
    event, key = own(kept)
    assert f'href="{event}/stored/{key}"' in kept.get(f"{event}?lang=en")
    answer = kept.page.get(f"{event}/copy", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{event}/stored/{key}")
    page = kept.get(f"{event}/stored/{key}?lang=en")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert key in page
    assert "<script>alert" not in page


def test_a_stored_page_is_shown_without_anything_that_acts_or_loads(kept: Watched) -> None:
    event, key = own(kept)
    answer = kept.page.get(f"{event}/stored/{key}/frame")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "unsafe-inline" not in policy
    assert "invites comments" in answer.text
    for bad in (
        "<script",
        "onload",
        "<img",
        "<form",
        "<input",
        "<iframe",
        "<svg",
        "<base",
        "javascript:",
        "style=",
        "evil.example",
    ):
        assert bad not in answer.text, bad
    assert f'href="{kept.site.url}/more?x=1"' in answer.text
    assert 'target="_blank"' in answer.text


def test_the_bytes_are_handed_over_as_a_file_of_no_kind(kept: Watched) -> None:
    event, key = own(kept)
    answer = kept.page.get(f"{event}/stored/{key}/file")
    assert answer.content == PAGE.encode()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert ".html.txt" in answer.headers["content-disposition"]
    assert "sandbox" in answer.headers["content-security-policy"]


def test_who_comes_by_a_mails_link_opens_the_copies_of_that_event_alone(kept: Watched) -> None:
    event, key = own(kept)
    stranger = {"X-Forwarded-For": "203.0.113.7"}
    with TestClient(kept.page.app, base_url="https://watch.example.org", headers=stranger, follow_redirects=False) as reader:
        assert reader.get(f"{event}/stored/{key}").status_code in (302, 303, 401, 403)
        opened = reader.get(view_page(kept.bench.app.secret_key, event))
        assert opened.status_code == 200
        for form in ("", "/frame", "/file"):
            assert reader.get(f"{event}/stored/{key}{form}").status_code == 200
        assert reader.get("/events").status_code != 200


@pytest.mark.parametrize("form", ["", "/frame", "/file"])
def test_a_copy_that_belongs_to_no_revision_of_the_event_is_not_served(kept: Watched, form: str) -> None:
    event, _ = own(kept)
    other = kept.bench.app.archive.put(b"<p>something else of the archive</p>")
    for key in (other, "0" * 64, "..%2f..%2fcgtwatch.db", "x"):
        assert kept.page.get(f"{event}/stored/{key}{form}").status_code == 404


def test_a_copy_whose_bytes_are_lost_says_so(tmp_path) -> None:
    with serving(Site()) as site, watched(tmp_path, site, LIST) as watch:
        site.page("/list", f"<li><a href='/draft.html'>{DRAFT}</a></li>")
        site.page("/draft.html", PAGE)
        watch.bench.poll()
        event, key = own(watch)
        (watch.bench.app.settings.data_dir / "archive" / key[:2] / key[2:4] / f"{key}.z").write_bytes(b"rot")
        for form in ("", "/file"):
            answer = watch.page.get(f"{event}/stored/{key}{form}?lang=en")
            assert answer.status_code == 404
            assert "no longer kept" in answer.text


def test_an_event_without_bytes_leads_to_its_text(news: Watched) -> None:
    event = f"/events/{news.event('CAR-T')}"
    assert news.page.get(f"{event}/copy", follow_redirects=False).headers["location"] == f"{event}#text"


def test_an_item_leads_to_its_event(kept: Watched) -> None:
    event = kept.bench.app.store.event(kept.event("CAR-T"))
    assert kept.page.get(f"/items/{event.item_id}", follow_redirects=False).headers["location"] == f"/events/{event.id}"
    assert kept.page.get("/items/i0000000000000000").status_code == 404


@pytest.mark.parametrize(
    ("body", "url", "kind", "suffix"),
    [
        (b"%PDF-1.7 <script>", "https://a.example/x.html", "document", "pdf"),
        (b"PK\x03\x04....", "https://a.example/x.docx", "document", "docx"),
        (b"PK\x03\x04....", "https://a.example/x.jar", "document", "bin"),
        (b"\x00\x01\x02", "https://a.example/x.html", "document", "bin"),
        (b"MZ\x00\x00", "https://a.example/x.exe", "document", "bin"),
        (b"<html><p>a</p>", "https://a.example/x.pdf", "page", "html.txt"),
        (b"a,b\n1,2", "https://a.example/x.csv", "text", "csv"),
        ("细胞".encode("gb18030"), "https://a.example/x", "text", "txt"),
    ],
)
def test_what_a_copy_is_its_bytes_decide(body: bytes, url: str, kind: str, suffix: str) -> None:
    found = content(body, url)
    assert (found.kind, found.suffix) == (kind, suffix)


@pytest.mark.parametrize(
    "markup", ["<div>" * 100_000, "<" + "a" * 900_000, "<p " + "a=1 " * 100_000 + ">", ("<" + "a" * 4999) * 100]
)
def test_a_page_made_to_take_long_is_given_up_at_once(markup: str) -> None:
    found = content(f"<html><p>words</p>{markup}".encode(), "https://a.example/")
    assert len(as_page(found, "https://a.example/")) < 2_000_000
    assert len(as_text(found)) <= 400_000


@given(st.text(max_size=120))
def test_any_name_makes_a_header_of_one_line(name: str) -> None:
    headers = saved(Copy("0" * 64, name, "", 1, 1, NOW, attached=True), content(b"%PDF-", ""))
    value = headers["Content-Disposition"]
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    assert ".pdf" in value
