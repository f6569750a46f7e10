"""Lists in scripts and inside answers, and values of a preloaded page."""

import json
from datetime import date

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import ApiRule, ListRule, Paging, Preload, Taken
from cgtwatch.parse.listing import parse
from cgtwatch.parse.values import pick
from parse.parse_kit import URL, page, source


def listed(body, *, api=None, paging=None, **rule):
    given = {"item": "li", **rule}
    return parse(source("list", list=ListRule(**given), api=api, paging=paging), page(body))


ARRAYS = """<html><head><title>政策</title></head><body><script>var i=0;
urls[i]='/art/2026/7/8/art_736_1.html';headers[i]="<font>关于\\u7ec6胞&amp;基因治疗的<b>通知</b></font>";year[i]='2026';month[i]='7';day[i]='8';i++;
urls[i]='/art/2026/7/6/art_736_2.html';headers[i]="第二个\\"通知\\"";year[i]='2026';month[i]='7';day[i]='6';i++;
</script></body></html>"""
PATTERN = (
    r"urls\[i\]='(?P<link>[^']*)';headers\[i\]=\"(?P<title>(?:[^\"\\]|\\.)*)\";"
    r"year\[i\]='(?P<year>\d+)';month\[i\]='(?P<month>\d+)';day\[i\]='(?P<day>\d+)'"
)


def test_a_list_in_script_arrays_is_found_by_a_pattern():
    assert [(d.title, d.url, d.published_on, d.date_from) for d in listed(ARRAYS, script=PATTERN).drafts] == [
        ("关于细胞&基因治疗的通知", "https://www.example.gov.cn/art/2026/7/8/art_736_1.html", date(2026, 7, 8), "row"),
        ('第二个"通知"', "https://www.example.gov.cn/art/2026/7/6/art_736_2.html", date(2026, 7, 6), "row"),
    ]


def test_a_list_of_constructor_calls_is_found():
    body = "<script>new title_array('./2026/07/08/ARTI1.shtml','提案答复','2026-07-08');new title_array('/b','乙','2026-07-07');</script>"
    pattern = r"new title_array\('(?P<link>[^']*)','(?P<title>[^']*)','(?P<date>[^']*)'\)"
    assert [(d.title, d.published_on) for d in listed(body, script=pattern).drafts] == [
        ("提案答复", date(2026, 7, 8)),
        ("乙", date(2026, 7, 7)),
    ]


def test_a_json_list_in_a_page_is_found_with_its_escapes_undone():
    body = (
        '<script>self.push([1,"{\\"records\\":[{\\"title\\":\\"Cell \\\\u0026 gene\\",\\"permalink\\":\\"/a/b\\"}]}"])</script>'
    )
    pattern = r'\\"title\\":\\"(?P<title>.*?)\\",\\"permalink\\":\\"(?P<link>.*?)\\"'
    [draft] = listed(body, script=pattern).drafts
    assert (draft.title, draft.url) == ("Cell & gene", "https://www.example.gov.cn/a/b")


def test_a_pattern_that_finds_nothing_is_a_warning():
    assert "list.script" in listed(ARRAYS, script="(?P<link>nowhere)").warnings[0]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("(a+)+(?P<link>x)", "can take for ever"), ("(?P<name>x)", "needs a named group"), ("(", "does not compile")],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern, said):
    with pytest.raises(ParseError, match=rf"src: list\.script: .*{said}|src: list\.script .*{said}"):
        listed(ARRAYS, script=pattern)


ROWS = '<ul><li><a href="/art/1.html" title="公示">公示</a><span>2026-07-08</span></li><li><a href="/art/2.html">二</a><span>2026-07-07</span></li></ul>'


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"success": True, "data": {"html": ROWS}}),
        "cb(" + json.dumps({"success": 1, "data": {"html": [ROWS[4:-5]]}}) + ")",
    ],
)
def test_a_list_inside_json_is_read_by_its_selectors(body):
    drafts = listed(body, api=ApiRule(format="jsonp", items="data.html", ok="success"), date="span").drafts
    assert [(d.title, d.published_on) for d in drafts] == [("公示", date(2026, 7, 8)), ("二", date(2026, 7, 7))]


def test_an_empty_list_inside_json_is_empty_and_no_failure():
    parsed = listed(json.dumps({"data": {"html": ""}}), api=ApiRule(items="data.html"))
    assert parsed.drafts == ()


def test_an_error_inside_json_is_one():
    with pytest.raises(ParseError, match="says '参数错误'"):
        listed(json.dumps({"success": False, "message": "参数错误"}), api=ApiRule(items="data.html", ok="success"))


def test_records_of_a_dataproxy_are_unwrapped():
    body = """<?xml version='1.0' encoding='utf-8'?><datastore><nextgroup></nextgroup><totalrecord>1205</totalrecord><totalpage>27</totalpage>
    <recordset><record><![CDATA[<tr><td><a class="bt_link" href="/art/2026/7/8/art_1_2.html" title="全文标题">全文…</a></td><td>2026-07-08</td></tr>]]></record>
    <record> <![CDATA[<li><a href="/art/2026/7/7/art_1_3.html">二</a></li>]]> </record></recordset></datastore>"""
    parsed = listed(
        body,
        item="record",
        title="a@title | a",
        paging=Paging("window", total="totalrecord | script ~ (?:totalRecord\\D*|^)(\\d+)"),
    )
    assert [(d.title, d.published_on) for d in parsed.drafts] == [("全文标题", date(2026, 7, 8)), ("二", date(2026, 7, 7))]
    assert parsed.total == 1205
    assert len(listed(body, item="tr:has(a.bt_link)").drafts) == 1


def test_next_pages_cursors_and_totals_are_found_by_expressions():
    body = ROWS + "<a class=next href='?p=2'>下一页</a><i data-token='t=='></i><script>var totalRecord = 85;</script>"
    total = r"script ~ totalRecord\D*(\d+)"
    by_link = listed(body, paging=Paging("next", next="a.next@href", total=total))
    by_cursor = listed(body, paging=Paging("cursor", next="i@data-token", total=total))
    assert (by_link.next_url, by_link.cursor, by_link.total) == (f"{URL}?p=2", None, 85)
    assert (by_cursor.next_url, by_cursor.cursor) == (None, "t==")


def test_a_wrong_paging_expression_names_its_key():
    with pytest.raises(ParseError, match=r"paging\.total: .*no CSS selector"):
        listed(ROWS, paging=Paging("query", total="a["))


@pytest.mark.parametrize(
    ("rule", "stood"),
    [
        ({"date": "span"}, "row"),
        ({}, "row"),
        ({"date": r"a@href ~ art/(\d+)"}, "address"),
        ({"date": r"b | a@href ~ x", "drop": "span"}, ""),
    ],
)
def test_a_row_says_where_its_date_stood(rule, stood):
    body = '<li><a href="/art/20260708/1.html">公示</a><span>2026-07-08</span></li>'
    assert listed(body if stood else body.replace("20260708", "1"), **rule).drafts[0].date_from == stood


PRELOADED = """<html><head><title>信息公开</title></head><body><script>window._CONFIG = { SID: '216', TREE: [] };</script>
<script parseType="bulidstatic" url="/api/unit" querydata="{'webId':'8d82','pageId':'1b56'}"></script><span id=a> x </span></body></html>"""


def picked(*taken, body=PRELOADED, content_type="text/html"):
    return pick(source("api", preload=Preload("https://e.org", set=taken)), page(body, content_type=content_type))


def test_values_are_taken_by_pattern_and_by_selector():
    script = "script[parseType=buildstatic], script[parseType=bulidstatic]"
    assert picked(
        Taken("sid", regex=r"SID:\s*'(\d+)'"),
        Taken("q", css=script, attr="querydata"),
        Taken("unit", css=script, attr="URL"),
        Taken("web", css=script, attr="querydata", regex="'webId':'([^']*)'"),
        Taken("a", css="#a"),
    ) == {"sid": "216", "q": "{'webId':'8d82','pageId':'1b56'}", "unit": "/api/unit", "web": "8d82", "a": "x"}


def test_a_pattern_reads_what_is_no_page_too():
    assert picked(Taken("token", regex='"token":"([^"]+)"'), body='{"token":"abc"}') == {"token": "abc"}


def test_a_missing_value_is_named_with_what_the_page_was():
    with pytest.raises(
        ParseError, match=r"preload\.set finds no sid, q in an HTML page titled '系统维护' of \d+ bytes from https"
    ):
        picked(
            Taken("sid", regex=r"SID:'(\d+)'"),
            Taken("q", css="script", attr="querydata"),
            body="<html><title>系统维护</title></html>",
        )


@pytest.mark.parametrize(
    ("taken", "said"), [(Taken("a", regex="(x+)+"), r"set\.a\.regex"), (Taken("a", css="b["), r"set\.a\.css")]
)
def test_a_wrong_rule_names_its_value(taken, said):
    with pytest.raises(ParseError, match=said):
        picked(taken)
