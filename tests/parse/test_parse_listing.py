"""List pages to drafts."""

from datetime import date

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import ListRule
from cgtwatch.parse.listing import parse
from parse.parse_kit import URL, page, source

ROWS = """<html><head><title>通知公告</title></head><body><ul class="nav"><li><a href="/">首页</a></li></ul><ul class="list">
<li><a href="../xxgk/2.html" title="关于细胞治疗产品的公告（2026年第2号）">关于细胞治疗产品的…</a><span>(2026-07-08)</span><em class="new">新</em></li>
<li><a href="../xxgk/t20260706_1.html">关于干细胞的通知</a><em class="new">新</em></li>
<li class="line"></li></ul><a href="index_1.html">下一页</a></body></html>"""


def read(body=ROWS, *, url=URL, **rule):
    given = {"item": "ul.list li", **rule}
    return parse(source("list", list=ListRule(**given)), page(body, url=url))


def test_rows_give_title_link_and_date_in_the_pages_order():
    drafts = read(date="span").drafts
    assert [(d.title, d.url, d.published_on, d.position) for d in drafts] == [
        ("关于细胞治疗产品的公告（2026年第2号）", "https://www.example.gov.cn/xxgk/2.html", date(2026, 7, 8), 0),
        ("关于干细胞的通知", "https://www.example.gov.cn/xxgk/t20260706_1.html", date(2026, 7, 6), 1),
    ]


def test_a_date_is_read_from_the_link_by_pattern_and_format():
    drafts = read(date=r"a@href ~ /t(\d{8})_", date_format="%Y%m%d").drafts
    assert drafts[1].published_on == date(2026, 7, 6)


def test_without_a_date_rule_the_row_itself_is_asked():
    assert [d.published_on for d in read().drafts] == [date(2026, 7, 8), date(2026, 7, 6)]


def test_what_is_dropped_is_in_no_value():
    assert read(title="self", drop="em.new, span").drafts[1].title == "关于干细胞的通知"


def test_a_row_with_nothing_in_it_is_skipped_and_counted():
    assert read().warnings == ("1 entries without title, link and text were skipped",)


def test_the_next_page_is_named_by_rule():
    assert read(next='a:contains("下一页")@href').next_url == "https://www.example.gov.cn/yaopin/index_1.html"


def test_a_next_page_that_is_this_page_is_none():
    assert read(next="ul.nav a@href", url="https://www.example.gov.cn/").next_url is None


def test_a_selector_that_finds_nothing_is_a_warning_and_no_drafts():
    parsed = read(item="div.moved li")
    assert parsed.drafts == ()
    assert "'div.moved li' finds nothing" in parsed.warnings[0]


def test_records_inside_a_script_are_found():
    body = """<html><body><div id="1"><script type="text/xml"><datastore>
    <nextgroup></nextgroup><recordset><record><![CDATA[<li><a href="/art/2026/7/8/art_1.html"
    >公告</a></li>]]></record></recordset></datastore></script></div></body></html>"""
    drafts = read(body, item="record li").drafts
    assert [(d.title, d.published_on) for d in drafts] == [("公告", date(2026, 7, 8))]


def test_the_base_of_the_page_is_where_links_start():
    body = '<html><head><base href="https://other.example/x/"></head><body><ul class="list"><li><a href="1">t</a></li></ul></body></html>'
    assert read(body).drafts[0].url == "https://other.example/x/1"


@pytest.mark.parametrize(
    ("body", "got"),
    [(b"%PDF-1.4", "a PDF"), (b"", "nothing"), (b'{"a":1}', "JSON"), (b"plain", "without any markup"), (b"PK\x03\x04", "ZIP")],
)
def test_what_is_no_page_is_refused_by_its_name(body, got):
    with pytest.raises(ParseError, match=got):
        read(body)


def test_a_wrong_selector_names_its_key():
    with pytest.raises(ParseError, match=r"src: list\.date: .*no CSS selector"):
        read(date="span[")


@pytest.mark.fault("F20")
def test_two_thousand_rows_are_read_and_no_more():
    parsed = read("<ul class=list>" + "".join(f"<li><a href='/{n}'>t{n}</a></li>" for n in range(2100)) + "</ul>")
    assert (len(parsed.drafts), parsed.truncated) == (2000, True)


def test_a_bullet_before_a_title_is_no_part_of_it():
    assert (
        read('<ul class="list"><li><a href="/1">· 关于干细胞·免疫细胞的通知</a></li></ul>').drafts[0].title
        == "关于干细胞·免疫细胞的通知"
    )
