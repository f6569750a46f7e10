"""Feeds to drafts."""

import json
from datetime import UTC, date, datetime

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Attachment
from cgtwatch.parse.feed import parse
from parse.parse_kit import URL, item, page, rss, source

FEED = source("feed")


def read(body, **more):
    return parse(FEED, page(body, content_type="application/rss+xml", **more))


def test_rss_gives_title_link_text_and_time():
    draft = read(rss(item(7, guid="g7", text="&lt;p&gt;关于&lt;b&gt;细胞&lt;/b&gt;治疗&lt;/p&gt;"))).drafts[0]
    assert (draft.title, draft.url, draft.guid, draft.text) == (
        "公告 7",
        "https://www.example.gov.cn/7.html",
        "g7",
        "关于细胞治疗",
    )
    assert (draft.published, draft.published_on) == (datetime(2026, 7, 8, 2, tzinfo=UTC), date(2026, 7, 8))
    assert draft.language == "zh"


def test_atom_gives_the_alternate_link_and_the_updated_time():
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/base/"><title>t</title><entry><id>urn:1</id>
    <title type="html">Gene &amp;amp; cell</title><link rel="enclosure" href="/a.pdf" title="Guide"/><link href="n/1"/>
    <updated>2026-07-08T00:30:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></content>
    </entry></feed>"""
    draft = read(body).drafts[0]
    assert (draft.title, draft.url, draft.text) == ("Gene & cell", "https://example.org/base/n/1", "One\nTwo")
    assert draft.published == datetime(2026, 7, 8, 0, 30, tzinfo=UTC)
    assert draft.attachments == (Attachment("https://example.org/a.pdf", "Guide"),)


def test_rdf_is_read_with_its_dublin_core_date():
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.jp/"><title>PMDA</title></channel>
    <item rdf:about="https://example.jp/1"><title>再生医療等製品</title><link>https://example.jp/1</link>
    <dc:date>2026-07-08T09:00:00+09:00</dc:date></item></rdf:RDF>"""
    draft = parse(source("feed", language="ja"), page(body)).drafts[0]
    assert (draft.url, draft.published_on, draft.language) == ("https://example.jp/1", date(2026, 7, 8), "ja")


def test_json_feed_is_read():
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "items": [
            {"id": 4, "url": "/4", "title": "A", "content_html": "<p>b</p>", "date_published": "2026-07-08T00:00:00Z"},
            "odd",
            {},
        ],
    }
    parsed = read(json.dumps(body))
    assert [(d.guid, d.url, d.text, d.published_on) for d in parsed.drafts] == [
        ("4", "https://www.example.gov.cn/4", "b", date(2026, 7, 8))
    ]
    assert "2 entries" in parsed.warnings[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "nothing at all"),
        ("<!DOCTYPE html><html><head><title>维护中</title></head></html>", "an HTML page titled '维护中'"),
        ("%PDF-1.7 x", "a PDF document"),
        ('{"code": 500}', "JSON with code"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1}', "JSON that cannot be read"),
        ("<urlset><url/></urlset>", "a sitemap"),
        ("<books/>", "<books>"),
        ("hello", "no markup"),
    ],
)
def test_what_is_no_feed_is_refused_by_its_name(body, said):
    with pytest.raises(ParseError, match=r"^src: expected a .*(?i:feed)") as error:
        read(body)
    assert said.lower() in str(error.value).lower()


@pytest.mark.parametrize("end", ["", item(3)[:40], item(3)[:-9], "<item><title><![CDATA[公告"])
def test_a_cut_feed_gives_its_whole_entries_and_says_that_it_is_cut(end):
    parsed = read(rss(item(1), item(2), end=end))
    assert [draft.title for draft in parsed.drafts] == ["公告 1", "公告 2"]
    assert parsed.truncated
    assert "cut off" in parsed.warnings[0]


def test_a_feed_cut_inside_its_first_entry_is_refused():
    with pytest.raises(ParseError, match="cut off"):
        read(rss(item(1)[:50], end=""))


def test_an_empty_feed_is_empty_and_whole():
    parsed = read(rss())
    assert (parsed.drafts, parsed.truncated, parsed.warnings) == ((), False, ())


def test_a_bad_byte_costs_one_character_and_is_told():
    parsed = read(rss(item(1), item(2)).encode().replace("公告 2".encode(), b"\xff" + "公告 2".encode()))
    assert parsed.drafts[0].title == "公告 1"
    assert "1 broken bytes" in parsed.warnings[0]


@pytest.mark.parametrize("said", ["utf-8", "gb2312", "big5"])
def test_gbk_is_read_whatever_the_header_and_the_prolog_say(said):
    body = rss(item(1, title="国家药监局关于细胞治疗产品的公告", text="自发布之日起施行，有关事项如下。")).encode("gbk")
    assert read(body, charset=said).drafts[0].title == "国家药监局关于细胞治疗产品的公告"


def test_named_entities_bare_ampersands_and_control_characters_are_survived():
    body = rss("<item><title>R&D &ndash; caf&eacute;\x00 &unknown; &#0;x</title></item>")
    assert read(body).drafts[0].title == "R&D – café &unknown; x"


@pytest.mark.fault("S1")
def test_a_document_type_gives_no_file_and_no_expansion():
    body = (
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "yyyy">]>'
        + rss("<item><title>&x;&y;</title></item>")[38:]
    )
    assert read(body).drafts[0].title == "&x;&y;"


def test_an_id_shared_by_different_entries_is_ignored_with_a_warning():
    parsed = read(rss(*(item(n, guid="same") for n in range(3))))
    assert [draft.guid for draft in parsed.drafts] == [None] * 3
    assert "shared" in parsed.warnings[0]


def test_the_same_entry_printed_twice_is_one():
    assert len(read(rss(item(1, guid="a"), item(1, guid="a"))).drafts) == 1


def test_empty_entries_are_skipped_and_counted():
    parsed = read(rss("<item></item>", item(1), "<item><title> </title></item>"))
    assert len(parsed.drafts) == 1
    assert "2 entries" in parsed.warnings[0]


def test_an_entry_without_title_is_called_by_its_text():
    assert read(rss(item(1, title="", text="关于细胞治疗的通知"))).drafts[0].title == "关于细胞治疗的通知"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
@pytest.mark.fault("S9")
def test_a_dangerous_link_is_dropped_and_the_entry_kept(link):
    draft = read(rss(f"<item><title>t</title><link>{link}</link></item>")).drafts[0]
    assert (draft.title, draft.url) == ("t", "")


@pytest.mark.fault("S8")
def test_a_title_is_one_plain_line():
    assert read(rss("<item><title>a&lt;b&gt;b&lt;/b&gt;\r\nBcc: x\u202e</title></item>")).drafts[0].title == "ab Bcc: x"


@pytest.mark.fault("F5")
def test_a_date_nobody_can_believe_is_none():
    assert read(rss(item(1, date="Fri, 31 Dec 9999 23:59:59 GMT"))).drafts[0].published_on is None


@pytest.mark.fault("F20")
def test_the_first_two_thousand_entries_are_read():
    parsed = read(rss(*(item(n) for n in range(2100))))
    assert (len(parsed.drafts), parsed.truncated, parsed.drafts[-1].position) == (2000, True, 1999)


def test_a_tag_without_end_is_refused_at_once():
    with pytest.raises(ParseError, match="100,000"):
        read("<rss><channel><item " + "a='1' " * 50_000 + "/></channel></rss>")


def test_a_feed_says_its_hub_and_the_name_it_has_there():
    links = '<atom:link rel="self" href="/feed?a=1&amp;b=2"/><atom:link href="https://hub.example/" rel="hub"/>'
    inside = item(1).replace("</item>", '<atom:link rel="self" href="/item"/></item>')
    body = rss(inside).replace("<title>药监通告</title>", f"<title>药监通告</title>{links}")
    parsed = parse(source("feed"), page(body))
    assert (parsed.hub, parsed.topic) == ("https://hub.example/", "https://www.example.gov.cn/feed?a=1&b=2")


def test_a_feed_without_a_hub_says_none():
    parsed = parse(source("feed"), page(rss(item(1, text="a link rel=hub in a text"))))
    assert (parsed.hub, parsed.topic) == (None, None)


def test_a_json_feed_says_its_hub():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [],
        "hubs": [{"type": "rssCloud", "url": "x"}, {"type": "WebSub", "url": "/hub"}],
    }
    parsed = parse(source("feed"), page(json.dumps(feed)))
    assert (parsed.hub, parsed.topic) == ("https://www.example.gov.cn/hub", URL)


@pytest.mark.parametrize(
    ("entry", "stood"),
    [
        (item(1), "row"),
        ("<item><title>a</title><link>https://e.org/art/2026/7/8/1.html</link></item>", "address"),
        ("<item><title>a</title></item>", ""),
    ],
)
def test_an_entry_says_where_its_date_stood(entry, stood):
    assert read(rss(entry)).drafts[0].date_from == stood
