"""Answers of APIs to drafts."""

import json
from datetime import UTC, date, datetime

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Attachment
from cgtwatch.model.source import ApiRule, Paging
from cgtwatch.parse.api import MOST_OF_A_WHOLE, parse
from parse.parse_kit import page, source

URL = "https://api.example.org/v1/documents"


def answered(body, *, paging=None, timezone="Asia/Shanghai", charset=None, url=URL, **rule):
    raw = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
    return parse(source("api", api=ApiRule(**rule), paging=paging, timezone=timezone), page(raw, url=url, charset=charset))


def read(body, **rule):
    return answered(body, **rule).drafts


def dated(value, *, timezone="Asia/Shanghai", **rule):
    return answered([{"title": "t", "d": value}], date="d", timezone=timezone, **rule).drafts[0]


def test_records_give_title_link_date_text_key_and_fields_in_order():
    body = {"results": [
        {"id": 7, "title": "细胞治疗产品指导原则", "html_url": "/d/7", "day": "2026-07-08", "abstract": "<p>征求意见</p>", "type": "Notice",
         "of": ["FDA", "HHS"]},
        {"id": 8, "title": "第二篇", "html_url": "/d/8", "day": None, "abstract": None, "type": None, "of": []},
    ]}  # fmt: skip
    one, two = read(
        body, items="results[]", key="id", link="html_url", date="day", text="abstract", fields=(("type", "type"), ("of", "of"))
    )
    assert (one.title, one.url, one.guid, one.published_on) == (
        "细胞治疗产品指导原则", "https://api.example.org/d/7", "7", date(2026, 7, 8)
    )  # fmt: skip
    assert (one.text, one.date_from, one.language, one.position) == ("征求意见\ntype: Notice\nof: FDA, HHS", "row", "zh", 0)
    assert (two.text, two.published_on, two.date_from, two.position) == ("", None, "", 1)


@pytest.mark.parametrize(
    ("items", "body"),
    [
        ("@", [{"title": "a"}, {"title": "b"}]),
        ("data", {"data": [{"title": "a"}, {"title": "b"}]}),
        ("catMap.*.listVO[]", {"catMap": {"x": {"listVO": [{"title": "a"}]}, "y": {"listVO": [{"title": "b"}]}, "z": {"listVO": None}}}),
        ("a || b", {"b": [{"title": "a"}, {"title": "b"}]}),
        ("[?open].doc", [{"open": True, "doc": {"title": "a"}}, {"open": False, "doc": {}}, {"open": True, "doc": {"title": "b"}}]),
    ],
)  # fmt: skip
def test_records_are_found_wherever_they_stand(items, body):
    assert [draft.title for draft in read(body, items=items)] == ["a", "b"]


def test_a_single_object_where_a_list_is_expected_is_one_record():
    assert [draft.title for draft in read({"data": {"title": "a"}}, items="data[]")] == ["a"]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://www.example.org/doc/{id}", "https://www.example.org/doc/a%20b"),
        ("https://www.example.org{path}", "https://www.example.org/x/y?z=1"),
        ("/doc/{nested.n}/{path}", "https://api.example.org/doc/3//x/y?z=1"),
        ("{missing || path}", "https://api.example.org/x/y?z=1"),
        ("https://www.example.org/doc/{missing}", ""),
        ("path", "https://api.example.org/x/y?z=1"),
        ("missing", ""),
        ("bad", ""),
    ],
)
def test_a_link_is_an_expression_or_an_address_with_expressions(link, url):
    row = {"title": "t", "id": "a b", "path": "/x/y?z=1", "nested": {"n": 3}, "bad": "javascript:alert(1)"}
    assert read([row], link=link)[0].url == url


@pytest.mark.parametrize("title", ["<em>细胞</em>治疗", "&lt;em&gt;细胞&lt;/em&gt;治疗", "<font color='red'>细胞治疗</font>"])
def test_highlights_and_entities_are_no_part_of_a_title(title):
    assert read([{"title": title}])[0].title == "细胞治疗"


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("08/07/2026", {"date_format": "%d/%m/%Y"}),
        ("2026-07-08T23:30:00+08:00", {}),
        ("20260708T101500Z", {}),
        ("20260708", {}),
        (20260708, {}),
        (20260708101500, {}),
        (1783476000, {}),
        ("1783476000", {}),
        (1783476000.0, {}),
        (1783476000000, {}),
        ("1783476000123", {}),
        (1783476000000000, {}),
        ("/Date(1783476000000+0800)/", {}),
        ("Wed, 08 Jul 2026 02:00:00 GMT", {}),
        ("发布时间：2026年7月8日", {}),
        ("2026.07.08", {}),
        ([2026, 7, 8, 10, 15], {}),
        (["", "2026-07-08"], {}),
    ],
)
def test_a_date_is_read_in_every_form_that_answers_have(value, rule):
    assert (dated(value, **rule).published_on, dated(value, **rule).date_from) == (date(2026, 7, 8), "row")


@pytest.mark.parametrize(
    "value", [None, "", "soon", 0, -1, 7, 1e30, float("nan"), True, {"x": 1}, [], [2026, 13, 8], "2026-13-45"]
)
def test_what_is_no_date_is_none(value):
    assert dated(value).published_on is None


def test_a_moment_is_a_day_in_the_zone_of_the_source():
    late = dated("2026-07-08T23:30:00Z")
    assert (late.published, late.published_on) == (datetime(2026, 7, 8, 23, 30, tzinfo=UTC), date(2026, 7, 9))


def test_without_a_date_the_address_is_asked():
    draft = read([{"title": "t", "u": "/202607/t20260708_1.html"}], link="u")[0]
    assert (draft.published_on, draft.date_from) == (date(2026, 7, 8), "address")


@pytest.mark.parametrize(
    "value",
    [
        "/media/1/download",
        ["/media/1/download"],
        [{"fileName": "附件1.pdf", "filePath": "/media/1/download"}],
        '[{"name": "附件1.pdf", "url": "/media/1/download"}]',
        {"title": "附件1.pdf", "href": "/media/1/download"},
    ],
)
def test_attachments_are_addresses_objects_or_a_json_text_of_them(value):
    [found] = read([{"title": "t", "files": value}], attachments="files")[0].attachments
    assert found.url == "https://api.example.org/media/1/download"
    assert found.name in ("附件1.pdf", "download")


def test_parts_that_are_html_are_read_by_selectors():
    row = {"title": '<a href="/g/1">Guidance &amp; more</a>', "file": '<a href="/media/9/download">PDF</a>', "n": "<b>Draft</b>"}
    rule = {"link": "title", "attachments": "file", "key": "title", "fields": (("status", "n"),)}
    html = (("title", "a"), ("link", "a@href"), ("attachments", "a@href"), ("key", "a@href"))
    draft = read([row], html=html, **rule)[0]
    assert (draft.title, draft.url, draft.guid, draft.text) == (
        "Guidance & more",
        "https://api.example.org/g/1",
        "/g/1",
        "status: Draft",
    )
    assert draft.attachments == (Attachment("https://api.example.org/media/9/download", "PDF"),)


def test_a_record_may_be_html_itself():
    row = '<div><span class="t"><a href="/1">公告</a></span><i>时间：2026-07-08</i></div>'
    draft = read([row], items="@", title="@", link="@", date="@", html=(("title", ".t a"), ("link", ".t a@href"), ("date", "i")))[
        0
    ]
    assert (draft.title, draft.url, draft.published_on) == ("公告", "https://api.example.org/1", date(2026, 7, 8))


def test_values_of_any_type_are_told_as_a_person_writes_them():
    row = {
        "title": "t",
        "a": True,
        "b": 1.0,
        "c": float("nan"),
        "d": {"y": 1, "x": [2]},
        "e": [None, "p", ["q"]],
        "f": 10**30,
        "g": "",
    }
    fields = tuple((name, name) for name in "abcdefg")
    assert read([row], fields=fields)[0].text == f'a: true\nb: 1\nd: {{"x": [2], "y": 1}}\ne: p, q\nf: {10**30}'


def test_an_answer_that_is_an_error_in_disguise_is_one():
    with pytest.raises(ParseError, match=r"expected an answer for which 'code == `200`' holds.*code, msg.*'token expired'"):
        read({"code": 401, "msg": "token expired", "data": []}, items="data", ok="code == `200`")


@pytest.mark.parametrize("body", [{"error": {"message": "no key"}}, {"data": 7}, 7, "text"])
def test_an_answer_of_another_shape_is_no_empty_list(body):
    with pytest.raises(ParseError, match=r"src: api.items 'results\[\]' finds no records in"):
        read(json.dumps(body), items="results[]")


@pytest.mark.parametrize(
    ("body", "items"), [({"data": []}, "data"), ({"data": None}, "data"), ({"a": {"b": None}}, "a.b.c[]"), ([], "@")]
)
def test_an_empty_list_gives_no_drafts_and_a_warning(body, items):
    parsed = answered(body, items=items)
    assert parsed.drafts == ()
    assert "finds an empty list" in parsed.warnings[0]


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ("<!DOCTYPE html><html><head><title>系统维护</title></head></html>", "an HTML page titled '系统维护'"),
        (b"%PDF-1.4", "a PDF"),
        (b"", "got nothing"),
        ('{"data": [{"title": "a"', r"broken at line 1, column \d+ .*cut off"),
        ('{"data": [1,]}', "broken at line 1, column 13"),
        ("[" * 100_000, "nested deeper"),
        ("plain words", "no markup; it starts 'plain words'"),
    ],
)
def test_what_is_no_json_is_named_with_the_place(body, got):
    with pytest.raises(ParseError, match=got):
        read(body, items="data")


@pytest.mark.fault("S3")
def test_numbers_longer_than_python_reads_are_kept_as_text():
    assert len(read('[{"title": "t", "id": ' + "9" * 5000 + "}]", key="id")[0].guid) == 1000


@pytest.mark.parametrize(
    "body",
    [
        'callback([{"title": "公告"}]);',
        '/**/ jQuery_123.cb ( [{"title": "公告"}] )',
        'var list = [{"title": "公告"}];',
        'window["data"] = [{"title": "公告"}]; other();',
        ")]}',\n[{\"title\": \"公告\"}]",
        '\ufeff [{"title": "公告"}]',
        "try{cb([{\"title\": \"公告\"}])}catch(e){}",
        '// made at noon\nwhile(1);[{"title": "公告"}]',
        'typeof cb === "function" && cb([{"title": "公告"}]);',
    ],
)  # fmt: skip
def test_json_in_a_script_is_unwrapped(body):
    assert [draft.title for draft in read(body, format="jsonp")] == ["公告"]


def test_json_in_a_script_of_a_page_is_found_where_the_records_are():
    body = (
        """<html><script>var a = {"b": 1};</script><script>window.state={"n":{"itemList":[{"title":"公告"}]}}</script></html>"""
    )
    assert [draft.title for draft in read(body, format="jsonp", items="n.itemList")] == ["公告"]


def test_a_page_is_no_answer_even_where_it_holds_json():
    with pytest.raises(ParseError, match="an HTML page"):
        read('<html><script>var a = [{"title": "x"}]</script></html>')


def test_xml_is_read_as_objects():
    body = """<?xml version="1.0" encoding="UTF-8"?><LawSearch><totalCnt>2</totalCnt>
    <law id="1"><title><![CDATA[첨단재생의료법]]></title><link>/DRF/1</link><day>20260708</day></law>
    <law id="2"><title>제2조</title><day/></law></LawSearch>"""
    paging = Paging("query", total="totalCnt")
    parsed = answered(body, format="xml", items="law[]", key='"@id"', link="link", date="day", paging=paging)
    assert [(d.title, d.guid, d.published_on) for d in parsed.drafts] == [
        ("첨단재생의료법", "1", date(2026, 7, 8)),
        ("제2조", "2", None),
    ]
    assert parsed.total == 2


def test_the_charset_is_found_by_our_decoder():
    body = json.dumps([{"title": "关于细胞治疗产品的公告"}], ensure_ascii=False).encode("gb18030")
    assert read(body, charset="gbk")[0].title == "关于细胞治疗产品的公告"


def test_the_next_page_and_the_number_of_records_are_said():
    body = {"count": "1,110", "next": "?page=2", "r": [{"title": "a"}]}
    parsed = answered(body, items="r", paging=Paging("next", next="next", total="count"))
    assert (parsed.next_url, parsed.total, parsed.cursor) == ("https://api.example.org/v1/documents?page=2", 1110, None)


@pytest.mark.parametrize(("said", "cursor"), [("abc==", "abc=="), (None, None), ("", None), (12, "12")])
def test_a_cursor_is_handed_on_as_it_is(said, cursor):
    assert answered({"c": said, "r": [{"title": "a"}]}, items="r", paging=Paging("cursor", next="c")).cursor == cursor


@pytest.mark.fault("F19")
def test_a_next_page_that_is_this_one_is_none():
    assert answered({"n": URL, "r": [{"title": "a"}]}, items="r", paging=Paging("next", next="n")).next_url is None


def test_records_printed_twice_are_one():
    row = {"title": "a", "u": "/1"}
    assert len(read([row, row, {"title": "a", "u": "/2"}], link="u")) == 2


def test_two_thousand_records_are_read_of_a_page_and_no_more():
    parsed = answered([{"title": str(n)} for n in range(2100)])
    assert (len(parsed.drafts), parsed.truncated) == (2000, True)
    assert "only the first 2000 of 2100 records" in parsed.warnings[0]


def test_a_whole_file_is_read_as_a_whole():
    rows = [{"title": f"Guidance {n}", "pad": "x" * 800} for n in range(3000)]
    parsed = answered(
        {"data": rows, "meta": {"total": 3000}}, items="data[]", whole=True, paging=Paging("query", total="meta.total")
    )
    assert (len(parsed.drafts), parsed.truncated, parsed.total, parsed.drafts[-1].position) == (3000, False, 3000, 2999)
    assert MOST_OF_A_WHOLE == 60_000


def test_a_long_answer_that_breaks_off_is_refused():
    rows = json.dumps({"data": [{"title": f"Guidance {n}", "pad": "x" * 800} for n in range(3000)]})
    with pytest.raises(ParseError, match=r"broken at line 1, column .* cut off"):
        read(rows[:-3], items="data[]", whole=True)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"items": "$.data"}, r"api\.items: .*write @ for the whole answer"),
        ({"title": "topics-product"}, r"api\.title: .*double quotes"),
        ({"fields": (("x", "nope(@)"),)}, r"api\.fields\.x: .*no function 'nope'"),
        ({"key": "join(a)"}, r"api\.key: .*join takes 2"),
        ({"link": "https://e.org/{id"}, r"api\.link: .*never closed"),
        ({"html": (("title", "a["),)}, r"api\.html\.\w+: .*no CSS selector"),
    ],
)
def test_a_wrong_expression_names_its_key(rule, said):
    with pytest.raises(ParseError, match=said):
        read([{"title": "a"}], **rule)
