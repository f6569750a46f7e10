"""Lists of feeds go out and come in."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import Inside, inside
from place import Site, serving

from cgtwatch.config.opml import DEEPEST, LARGEST, MOST, Feed, feeds_of, opml_of
from cgtwatch.errors import ConfigError
from cgtwatch.ops.opml import export, plan
from web.watched import FEED, LIST, Watched, watched

SOURCES = """\
sources:
  - {id: us, kind: feed, url: "https://us.example.gov/rss?a=1&b=2", name: {zh: 美国, en: "US <news> & more"}, jurisdiction: US, issuer: fda, language: en}
  - {id: jp, kind: feed, url: "https://jp.example.go.jp/rss", jurisdiction: JP, language: ja}
  - {id: quiet, kind: feed, url: "https://off.example.org/rss", enabled: false}
  - {id: key, kind: feed, url: "https://key.example.org/rss?api_key=sesame"}
  - {id: page, kind: list, url: "https://page.example.org/", list: {item: li}}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path, SOURCES) as made:
        yield made


def outlines(*feeds: str) -> bytes:
    return f"<opml version='2.0'><head/><body>{''.join(feeds)}</body></opml>".encode()


def test_feeds_go_out_by_place_and_secrets_stay(bench: Inside) -> None:
    text, left_out = export(bench.app, "en")
    root = ElementTree.fromstring(text)
    assert root.attrib["version"] == "2.0"
    groups = {one.attrib["text"]: [feed.attrib["xmlUrl"] for feed in one] for one in root.iter("outline") if len(one)}
    assert groups == {"Japan": ["https://jp.example.go.jp/rss"], "United States": ["https://us.example.gov/rss?a=1&b=2"]}
    assert left_out == 1
    assert "sesame" not in text


def test_what_went_out_comes_in_as_it_was(bench: Inside, tmp_path: Path) -> None:
    text, _ = export(bench.app, "zh")
    (tmp_path / "other").mkdir()
    with inside(tmp_path / "other", "sources: []\n") as other:
        found = plan(other.app, text.encode(), enabled=True)
        list(other.ask("sources.add", entries=list(found.entries)))
        ours = {one.id: one for one in bench.app.sources}
        assert {one.id: one for one in other.app.sources} == {name: ours[name] for name in ("us", "jp")}


def test_what_is_watched_already_and_what_cannot_be_are_told_apart(bench: Inside) -> None:
    found = plan(bench.app, outlines(
        "<outline text='News'><outline text='Known' xmlUrl='https://JP.example.go.jp/rss#x'/><outline text='File' xmlUrl='file:///etc/passwd'/>"
        "<outline title='新' XMLURL='https://www.example.gov.cn/rss.xml'/><outline text='Twice' xmlUrl='https://www.example.gov.cn/rss.xml'/></outline>"
    ), enabled=False)  # fmt: skip
    [entry] = found.entries
    assert (entry["name"], entry["jurisdiction"], entry["language"], entry["enabled"]) == ("新", "CN", "zh", False)
    assert [there for _, there in found.known] == ["jp"]
    assert [feed.title for feed, _ in found.wrong] == ["File"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no XML"), (b"<opml><body>", "no XML"), (b"<rss/>", "begins with"), (b"\xff\xfe\x00", "no XML"),
        (b"<!DOCTYPE o [<!ENTITY a 'x'>]><opml><body><outline text='&a;'/></body></opml>", "entities"),
        (b"<!DOCTYPE o [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml><body>&a;</body></opml>", "entities"),
        (outlines("<outline>" * (DEEPEST + 1) + "</outline>" * (DEEPEST + 1)), "levels"),
        (outlines(*(f"<outline xmlUrl='https://{n}.example.org/'/>" for n in range(MOST + 1))), "feeds"),
        (b" " * (LARGEST + 1), "larger"), (b"<?xml version='1.0' encoding='klingon'?><opml/>", "OPML"),
    ],
)  # fmt: skip
def test_a_document_that_asks_for_too_much_is_refused_with_the_mend(content: bytes, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        feeds_of(content)


XML_TEXT = (
    st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
FEEDS = st.builds(
    Feed,
    st.text("abc/?&=<>'\"%é", min_size=1, max_size=20).map(lambda path: f"https://x.example/{path}"),
    XML_TEXT,
    groups=st.just(("G",)),
)


@given(st.lists(FEEDS, max_size=5, unique_by=lambda feed: feed.url))
@settings(max_examples=60, deadline=None)
def test_any_title_survives_the_way_out_and_in(feeds: list[Feed]) -> None:
    found = feeds_of(opml_of({"G": feeds}, "mine", datetime(2026, 3, 2, tzinfo=UTC)).encode())
    clean = re.compile("[\x7f-\x9f\ufffe\uffff]")
    assert [(one.url, clean.sub("", one.title)) for one in found] == [
        (one.url, clean.sub("", " ".join(one.title.split()))) for one in feeds
    ]


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_survived(content: bytes) -> None:
    with suppress(ConfigError):
        feeds_of(b"<opml><body>" + content + b"</body></opml>")


# --- on the page


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watched]:
    with serving(Site()) as site, watched(tmp_path, site, FEED, LIST) as made:
        yield made


LIST_OF_FEEDS = outlines(
    "<outline text='日本' xmlUrl='https://a.example.go.jp/rss'/><outline text='B' xmlUrl='https://b.example.org/rss'/>"
)


def csrf(watch: Watched) -> dict[str, str]:
    found = re.search(r'name="csrf" value="([^"]+)"', watch.get("/sources/import"))
    assert found
    return {"csrf": found[1]}


def test_a_file_is_shown_first_then_the_chosen_feeds_are_added_switched_off(watch: Watched) -> None:
    answer = watch.page.post("/sources/import", data=csrf(watch), files={"file": ("feeds.opml", LIST_OF_FEEDS, "text/xml")})
    assert answer.status_code == 200
    assert "日本" in answer.text
    watch.page.post(answer.url.path, data={**csrf(watch), "n": "jp-go-example-a-rss", "on": "off"})
    added = [(one.name.zh, one.jurisdiction, one.enabled) for one in watch.bench.app.sources[2:]]
    assert added == [("日本", "JP", False)]


def test_a_list_can_be_pasted(watch: Watched) -> None:
    pasted = "<?xml version='1.0' encoding='gb2312'?>" + LIST_OF_FEEDS.decode()
    answer = watch.page.post("/sources/import", data={**csrf(watch), "text": pasted}, files={"file": ("", b"")})
    assert "日本" in answer.text


@pytest.mark.parametrize(("content", "status"), [(b"no xml", 422), (b"", 422), (b" " * (4 * 1024 * 1024 + 100_000), 413)])
def test_what_is_no_list_is_told_on_the_page(watch: Watched, content: bytes, status: int) -> None:
    answer = watch.page.post("/sources/import", data=csrf(watch), files={"file": ("feeds.opml", content, "text/xml")})
    assert answer.status_code == status


def test_an_upload_without_our_form_is_refused(watch: Watched) -> None:
    assert watch.page.post("/sources/import", files={"file": ("feeds.opml", LIST_OF_FEEDS, "text/xml")}).status_code == 403
    broken = watch.page.post(
        "/sources/import", content=b"--x\r\nbroken", headers={"Content-Type": "multipart/form-data; boundary=y"}
    )
    assert broken.status_code in {400, 403}


def test_the_feeds_are_served_as_a_file(watch: Watched) -> None:
    answer = watch.page.get("/sources.opml")
    assert answer.headers["content-type"].startswith("text/x-opml")
    assert [feed.url for feed in feeds_of(answer.content)] == [f"{watch.site.url}/feed.xml"]
