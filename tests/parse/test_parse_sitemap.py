"""Sitemaps to drafts."""

import gzip
import zlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.errors import ParseError
from cgtwatch.model.source import SitemapRule
from cgtwatch.parse.sitemap import parse
from parse.parse_kit import page, source

HERE = "https://www.example.org/sitemap.xml"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def read(body, *, url=HERE, **rule):
    return parse(source("sitemap", sitemap=SitemapRule(**rule)), page(body, url=url, content_type="application/xml"))


def urlset(*rows):
    return f"<?xml version='1.0' encoding='UTF-8'?><urlset {SPACE}>{''.join(rows)}</urlset>"


def url(loc, lastmod="", more=""):
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>{loc}</loc>{changed}{more}</url>"


def index(*rows, kind="sitemap"):
    inner = "".join(f"<{kind}><loc>{loc}</loc><lastmod>{day}</lastmod></{kind}>" for loc, day in rows)
    return f"<sitemapindex {SPACE}>{inner}</sitemapindex>"


MAP = urlset(
    url("https://www.example.org/guidance/cell-therapy-potency", "2026-07-08"),
    url("https://www.example.org/news/2026/11/new-hospital-exemption.html", "2026-11-20T10:15:00+01:00"),
    url("https://www.example.org/about"),
)


def test_addresses_become_drafts_the_newest_change_first():
    assert [(d.title, d.url, d.published_on, d.position) for d in read(MAP).drafts] == [
        ("New hospital exemption", "https://www.example.org/news/2026/11/new-hospital-exemption.html", date(2026, 11, 20), 0),
        ("Cell therapy potency", "https://www.example.org/guidance/cell-therapy-potency", date(2026, 7, 8), 1),
        ("About", "https://www.example.org/about", None, 2),
    ]


def test_the_day_of_a_change_is_metadata_that_a_page_overrules():
    drafts = read(MAP).drafts
    assert (drafts[0].date_from, drafts[0].published, drafts[2].date_from) == (
        "meta",
        datetime(2026, 11, 20, 9, 15, tzinfo=UTC),
        "",
    )


def test_only_what_matches_counts():
    assert [d.title for d in read(MAP, match="/guidance/").drafts] == ["Cell therapy potency"]


def test_a_map_in_which_nothing_counts_says_so():
    parsed = read(MAP, match="/nowhere/")
    assert parsed.drafts == ()
    assert parsed.warnings == ("none of 3 addresses counts; sitemap.match is '/nowhere/'",)


def test_news_have_their_title_and_day_and_translations_are_no_entries():
    extensions = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="urn:i" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    news = "<news:news><news:title>Gene therapy approved</news:title><news:publication_date>2026-11-19</news:publication_date></news:news>"
    other = '<image:image><image:loc>https://x.example/i.png</image:loc></image:image><xhtml:link rel="alternate" hreflang="de" href="https://x.example/de"/>'
    body = urlset(url("https://www.example.org/a-1", "2026-11-21", other + news)).replace("<urlset", f"<urlset {extensions}")
    [draft] = read(body).drafts
    assert (draft.title, draft.url, draft.published_on, draft.date_from) == (
        "Gene therapy approved",
        "https://www.example.org/a-1",
        date(2026, 11, 19),
        "row",
    )


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("https://e.org/%E7%BB%86%E8%83%9E%E6%B2%BB%E7%96%97", "细胞治疗"),
        ("https://e.org/art/2026/7/8/art_104_12345.html", "Art 104 12345"),
        ("https://e.org/policy/art_104_12345.html", "Policy art 104 12345"),
        ("https://e.org/cell_and_gene/index.html", "Cell and gene index"),
        ("https://e.org/doc/0123456789abcdef0123", "Doc 0123456789abcdef0123"),
        ("https://e.org/", "https://e.org/"),
    ],
)
def test_a_title_is_made_of_the_address(address, title):
    assert read(urlset(url(address))).drafts[0].title == title


def test_an_index_names_the_maps_to_follow_the_newest_first():
    rows = [
        ("https://www.example.org/map-1.xml", "2026-01-01"),
        ("https://cdn.example.org/map-2.xml.gz", "2026-11-01"),
        ("https://else.example.com/m.xml", "2026-11-02"),
        ("ftp://www.example.org/m.xml", "2026-11-02"),
    ]
    parsed = read(index(*rows))
    assert (parsed.drafts, tuple(one.url for one in parsed.follow)) == (
        (),
        ("https://cdn.example.org/map-2.xml.gz", "https://www.example.org/map-1.xml"),
    )


def test_maps_of_another_site_are_followed_where_the_rule_names_them():
    followed = read(index(("https://else.example.com/m.xml", "2026-11-02")), index="else").follow
    assert tuple(one.url for one in followed) == ("https://else.example.com/m.xml",)


def test_bodies_under_one_shared_ending_are_different_sites():
    parsed = read(index(("https://www.other.gov.cn/m.xml", "2026-11-02")), url="https://www.example.gov.cn/sitemap.xml")
    assert parsed.follow == ()


def test_an_index_that_names_itself_is_no_circle():
    assert read(index((HERE, "2026-11-02"))).follow == ()


def test_fifty_maps_are_followed_and_no_more():
    parsed = read(index(*[(f"https://www.example.org/m{n}.xml", "2026-11-02") for n in range(60)]))
    assert (len(parsed.follow), parsed.warnings) == (50, ("the 50 of 60 maps that changed last are read",))


def test_gzip_is_known_by_its_bytes():
    assert len(read(gzip.compress(MAP.encode())).drafts) == 3


def test_a_bomb_is_unpacked_up_to_the_protocols_most_and_no_further():
    pack = zlib.compressobj(9, wbits=31)
    start = urlset(url("https://www.example.org/a-page")).removesuffix("</urlset>").encode()
    body = pack.compress(start) + b"".join(pack.compress(b" " * 2**20) for _ in range(80)) + pack.flush()
    parsed = read(body)
    assert (len(parsed.drafts), parsed.truncated) == (1, True)


def test_a_text_of_addresses_is_a_sitemap_too():
    parsed = read("\ufeffhttps://www.example.org/a-b\r\n\r\nhttps://www.example.org/c\nnot an address\n")
    assert [d.title for d in parsed.drafts] == ["A b", "C"]


def test_a_map_that_is_cut_off_keeps_what_is_whole_and_says_so():
    parsed = read(MAP[: MAP.index("<url><loc>https://www.example.org/about")] + "<url><loc>https://www.exam")
    assert (len(parsed.drafts), parsed.truncated) == (2, True)
    assert "cut off after 2 addresses" in parsed.warnings[0]


def test_two_thousand_addresses_are_kept_those_that_changed_last():
    rows = [url(f"https://www.example.org/page-{n}", f"2026-{n % 9 + 1:02d}-01") for n in range(2500)]
    parsed = read(urlset(*rows))
    assert (len(parsed.drafts), parsed.truncated) == (2000, True)
    assert min(draft.published_on for draft in parsed.drafts) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ("<html><head><title>Moved</title></head></html>", "an HTML page titled 'Moved'"),
        ("<rss><channel/></rss>", "XML with the root <rss>"),
        ('{"a": 1}', "JSON"),
        (b"", "nothing"),
        (b"\x1f\x8b\x08broken", "cannot be unpacked"),
    ],
)
def test_what_is_no_sitemap_is_named(body, got):
    with pytest.raises(ParseError, match=got):
        read(body)


def test_a_wrong_pattern_names_its_key():
    with pytest.raises(ParseError, match=r"sitemap\.match: .*can take for ever"):
        read(MAP, match="(a+)+")


@settings(max_examples=60, deadline=None)
@given(keep=st.integers(0, len(MAP)))
def test_a_map_cut_anywhere_is_never_taken_as_whole(keep):
    try:
        parsed = read(MAP[:keep])
    except ParseError:
        return
    assert parsed.truncated or len(parsed.drafts) == 3
    assert {draft.url for draft in parsed.drafts} <= {draft.url for draft in read(MAP).drafts}
