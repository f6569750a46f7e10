"""`sources discover`: from an address to an entry that works as it stands."""

from pathlib import Path

import pytest
from place import Place, Site, serving

TITLES = [f"关于发布《干细胞制剂{word}指导原则》的通告" for word in ("制备", "质量控制", "临床研究", "随访", "伦理审查")]
ROWS = "".join(
    f"<li><a href='./t202607{n + 1:02}_{n}.html' title='{title}'>{title[:10]}…</a><span>2026-07-{n + 1:02}</span></li>"
    for n, title in enumerate(TITLES)
)
PAGE = f"""<html><head><title>通知公告-示例药监局</title><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head>
<body><ul class="nav"><li><a href="/a/">机构职能介绍</a></li><li><a href="/b/">政务公开栏目</a></li></ul>
<div class="list_box"><ul>{ROWS}</ul></div><script>createPageHTML(9, 0, "index", "html");</script></body></html>"""
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>Gene therapy guideline published</title><link>/n/1</link><pubDate>Wed, 01 Jul 2026 08:00:00 GMT</pubDate></item></channel></rss>"""
MAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>{url}/tzgg/t20260701_0.html</loc><lastmod>2026-07-01</lastmod></url></urlset>"""


@pytest.fixture
def site() -> Site:
    with serving(Site()) as running:
        running.page("/tzgg/", PAGE)
        running.page("/rss.xml", RSS, "application/rss+xml")
        running.page("/robots.txt", f"User-agent: *\nDisallow: /closed/\nSitemap: {running.url}/map.xml\n", "text/plain")
        running.page("/map.xml", MAP.format(url=running.url), "application/xml")
        yield running


def empty_place(root: Path) -> Place:
    place = Place(root)
    place.sources("sources: []\n")
    return place


def test_feed_list_and_map_are_proposed_and_the_proposed_list_works(site: Site, tmp_path: Path) -> None:
    place = empty_place(tmp_path)
    rows = place.rows("sources", "discover", f"{site.url}/tzgg/")
    assert [row["proposal"] for row in rows] == ["feed", "list", "sitemap"]
    proposed = rows[1]
    assert (proposed["count"], proposed["dated"]) == (5, 5)
    assert [item["title"] for item in proposed["items"]] == TITLES
    place.sources(f"defaults: {{gap: 0s}}\nsources:\n{proposed['entry']}")
    tried = place.rows("sources", "test", "--all")
    assert [item["title"] for item in tried[0]["items"]] == TITLES


def test_an_address_that_refuses_says_what_came_and_what_to_try(site: Site, tmp_path: Path) -> None:
    site.page("/wall", "<html><title>Access Denied</title></html>", status=403)
    place = empty_place(tmp_path)
    done = place.run("sources", "discover", f"{site.url}/wall", "--json", code=1)
    assert "403" in done.stdout
    assert "browser" in done.stdout


def test_a_page_that_offers_nothing_is_said_so(site: Site, tmp_path: Path) -> None:
    site.page("/bare", "<html><title>Bare</title><p>Nothing here.</p></html>")
    site.page("/robots.txt", "", "text/plain")
    place = empty_place(tmp_path)
    done = place.run("sources", "discover", f"{site.url}/bare", code=1)
    assert "no feed" in done.stdout


def test_a_feeds_own_address_is_proposed_as_it_is(site: Site, tmp_path: Path) -> None:
    rows = empty_place(tmp_path).rows("sources", "discover", f"{site.url}/rss.xml")
    assert [(row["proposal"], row["count"]) for row in rows] == [("feed", 1)]


@pytest.mark.chaos
def test_a_page_whose_list_a_script_draws_is_sent_to_the_browser(site: Site, tmp_path: Path) -> None:
    site.page("/drawn/", "<html><title>Drawn</title><ul id='l'></ul><script>draw()</script></html>")
    rows = empty_place(tmp_path).rows("sources", "discover", f"{site.url}/drawn/")
    assert [row["proposal"] for row in rows] == ["sitemap", None]
    assert "--browser" in rows[-1]["hint"]


@pytest.mark.chaos
def test_an_index_of_maps_is_shown_by_what_its_first_map_holds(site: Site, tmp_path: Path) -> None:
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{site.url}/one.xml</loc></sitemap></sitemapindex>'
    site.page("/map.xml", index, "application/xml")
    site.page("/one.xml", MAP.format(url=site.url), "application/xml")
    rows = empty_place(tmp_path).rows("sources", "discover", f"{site.url}/tzgg/")
    assert [(row["proposal"], row["count"]) for row in rows][-1] == ("sitemap", 1)
