"""Detail pages: their text, the facts beside it, their dates and what to believe of them, their attachments."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import DetailMode, DetailRule
from cgtwatch.parse.document import read_article
from cgtwatch.parse.drafts import Dated
from cgtwatch.parse.masthead import masthead
from cgtwatch.parse.when import Around, believable
from parse.parse_kit import NOW, page, source

SENTENCE = "为规范细胞治疗产品的研发与生产，国家药监局组织制定了本指导原则，现予发布，自发布之日起施行。"
BODY = f"<div class=article><p>{SENTENCE}</p><p>{SENTENCE}</p></div>"


def read(html, *, url="https://e.gov.cn/yp/a.html", last_modified=None, **rule):

    detail = DetailRule(DetailMode.RULE if rule else DetailMode.AUTO, **rule)
    return read_article(source("list", detail=detail), replace(page(html, url=url), last_modified=last_modified))


# ---- facts beside the text

TABLE = """<table><tr><td>索 引 号：</td><td>FGWB-2026-00012</td><td>主题分类：</td><td>药品监管</td></tr>
<tr><td>发文机关：</td><td>国家药监局</td><td>成文日期：</td><td>2026年07月01日</td></tr>
<tr><td>标　　题：</td><td>关于发布指导原则的通告</td><td>发文字号：</td><td>国药监药注〔2026〕12号</td></tr></table>"""


def test_the_facts_of_the_block_stand_above_the_text():
    text = read(f"<html><body>{TABLE}{BODY}</body></html>", body="div.article").text
    assert text.split("\n")[:5] == [
        "索引号：FGWB-2026-00012",
        "发文机关：国家药监局",
        "成文日期：2026年07月01日",
        "发文字号：国药监药注〔2026〕12号",
        SENTENCE,
    ]


@pytest.mark.parametrize(
    ("lines", "facts"),
    [
        (["发文字号：", "京药监发〔2026〕3号"], ("发文字号：京药监发〔2026〕3号",)),
        (["【文号】 京药监发〔2026〕3号 【发布日期】2026-07-01"], ()),
        (["文号：京药监发〔2026〕3号　有效性：有效　字体：大 中 小"], ("文号：京药监发〔2026〕3号", "有效性：有效")),
        (["索引号： | 11/2026-001 | 文 号： | 无"], ("索引号：11/2026-001",)),
        (["各单位应在申请书上注明文号：按有关规定办理。"], ()),
        (["有效性：有效"], ()),
        (["Docket Number:", "FDA-2026-D-0576"], ("Docket number: FDA-2026-D-0576",)),
        (["Docket number of the FDA is needed for every comment that is sent to us"], ()),
    ],
)
def test_a_block_is_known_by_a_number_or_an_index(lines, facts):
    assert masthead(lines) == facts


def test_what_the_text_says_itself_is_not_said_twice():
    html = f"<html><body>{TABLE}<div class=article><p>国药监药注〔2026〕12号</p><p>{SENTENCE}</p></div></body></html>"
    assert read(html, body="div.article").text.count("12号") == 1


# ---- parts by rule

CONFIG = (
    r'<script>window._CONFIG = {DETAIL: {"title":"关于\u201c细胞\u201d的公告","first":"x",'
    r'"content":"\u003Cp\u003E正文\u003C\/p\u003E\u003Ca href=\"\/f\/1.pdf\"\u003E附件\u003C\/a\u003E","date":"2026-07-08 10:00"}}</script>'
)
SCRIPT = r'"title":"(?P<title>(?:[^"\\]|\\.)*)"|"content":"(?P<body>(?:[^"\\]|\\.)*)"|"date":"(?P<date>[^"]*)"'


def test_parts_in_a_script_are_unwrapped_in_any_order():
    article = read(f"<html><body>{CONFIG}<div id=app></div></body></html>", script=SCRIPT)
    assert (article.title, article.text, article.published_on) == ("关于“细胞”的公告", "正文\n附件", date(2026, 7, 8))
    assert [a.url for a in article.attachments] == ["https://e.gov.cn/f/1.pdf"]


def test_a_date_in_a_script_is_found_beside_a_body_in_the_page():
    html = f'<html><head><title>公告_人大网</title></head><body><script>var fbrq = "2026年07月08日 10:30";</script>{BODY}</body></html>'
    article = read(html, body="div.article", script='fbrq = "(?P<date>[^"]*)"')
    assert (article.published, article.date_from) == (datetime(2026, 7, 8, 2, 30, tzinfo=UTC), "page")
    assert article.text == f"{SENTENCE}\n{SENTENCE}"


def test_a_script_without_the_body_is_said():
    assert "detail.script's body finds nothing" in read(f"<html><body>{BODY}</body></html>", script=SCRIPT).warnings[0]


def test_a_wrong_pattern_is_named():
    with pytest.raises(ParseError, match=r"src: detail\.script: .*does not compile"):
        read("<html><body>x</body></html>", script="(")


def test_what_the_rule_drops_is_not_read():
    html = f"<html><body><div class=article><div class=share>分享<b>到</b></div><p>{SENTENCE}</p><i class=qr>码</i></div></body></html>"
    assert read(html, body="div.article", drop=".share | .qr").text == SENTENCE


def test_a_body_inside_a_body_is_read_once():
    assert read(f"<html><body>{BODY}</body></html>", body="div.article, div.article p").text.count(SENTENCE) == 2


def test_a_page_laid_out_by_tables_keeps_its_paragraphs():
    html = f"<html><body><table><tr><td><table><tr><td><p>{SENTENCE}</p><p>{SENTENCE * 5}</p><p>第一条</p></td></tr></table></td></tr></table></body></html>"
    assert read(html).text.split("\n")[-3:] == [SENTENCE, SENTENCE * 5, "第一条"]


def test_the_lines_of_the_site_above_and_below_an_article_are_left_out():
    html = f"<html><body><div class=article><p>分享到微信</p><p>{SENTENCE}</p><p>{SENTENCE}</p><p>责任编辑：某</p><p>京ICP备13028878号</p></div></body></html>"
    assert read(html).text == f"{SENTENCE}\n{SENTENCE}"


# ---- attachments

LINKS = """<div class=footer><a href="/app.zip">客户端</a></div><nav><a href="/menu.pdf">目录</a></nav>
<div class=article><p>…</p><a href="P020.docx">附件1</a><a href="/media/12/download">Download the guidance (PDF)</a>
<a href="/media/13/download">More</a><a href="b.pdf;jsessionid=1" title="附件2"></a><a href="/x.html">相关</a></div>
<iframe src="/js/viewer.html?file=/files/c.pdf"></iframe>"""


def test_documents_are_found_in_the_text_and_in_viewers_and_not_in_the_frame_of_the_site():
    found = read(f"<html><body>{LINKS}</body></html>").attachments
    assert [(a.url.removeprefix("https://e.gov.cn/"), a.name) for a in found] == [
        ("yp/P020.docx", "附件1"),
        ("media/12/download", "Download the guidance (PDF)"),
        ("yp/b.pdf;jsessionid=1", "附件2"),
        ("files/c.pdf", "c.pdf"),
    ]


@pytest.mark.parametrize("rule", ["div.article a[href$=docx]", "div.article a[href$=docx]@href"])
def test_a_rule_for_attachments_may_name_the_link_or_its_address(rule):
    assert [a.url for a in read(f"<html><body>{LINKS}</body></html>", attachments=rule).attachments] == [
        "https://e.gov.cn/yp/P020.docx"
    ]


# ---- dates


def meta(name, value):
    return f'<meta name="{name}" content="{value}">'


def dated(head="", body="", **more):
    article = read(f"<html><head><title>公告</title>{head}</head><body><h1>公告</h1>{body}{BODY}</body></html>", **more)
    return str(article.published_on), article.date_from


ADDRESS = "https://e.gov.cn/yp/t20260601_17.html"
STAMP = "2026-07-08 10:00"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"head": meta("PubDate", STAMP)}, ("2026-07-08", "meta")),
        ({"head": meta("PubDate", STAMP), "body": "<p>发布时间：2026-06-02</p>"}, ("2026-06-02", "page")),
        ({"head": meta("firstpublishedtime", "2026-06-03-09:00:00")}, ("2026-06-03", "meta")),
        ({"head": meta("PubDate", STAMP), "url": ADDRESS}, ("2026-06-01", "address")),
        ({"head": meta("PubDate", "2026-06-05 10:00"), "url": ADDRESS}, ("2026-06-05", "meta")),
        ({"head": meta("PubDate", STAMP), "date": "meta[name=PubDate]@content"}, ("2026-07-08", "meta")),
        ({"head": meta("PubDate", STAMP), "date": "meta[name=PubDate]@content", "url": ADDRESS}, ("2026-06-01", "address")),
        ({"body": "<i id=d>2026-07-08</i>", "date": "#d", "url": ADDRESS}, ("2026-07-08", "page")),
    ],
)
def test_a_date_comes_from_what_is_trusted_most(case, expected):
    assert dated(**case) == expected


def test_the_moment_of_the_visit_is_no_date_of_publication():
    now = f"{NOW.astimezone(UTC) + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    assert dated(meta("PubDate", now), url=ADDRESS)[1] == "address"


AROUND = Around(NOW, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("stamp", "around", "believed"),
    [
        (Dated(), AROUND, False),
        (Dated(NOW - timedelta(hours=5), NOW.date()), AROUND, True),
        (Dated(NOW - timedelta(seconds=20), NOW.date()), AROUND, False),
        (Dated(NOW + timedelta(seconds=20), NOW.date()), AROUND, False),
        (Dated(None, NOW.date()), AROUND, True),
        (Dated(NOW - timedelta(hours=5), NOW.date()), Around(NOW, "UTC", last_modified=NOW - timedelta(days=3)), False),
        (Dated(NOW - timedelta(days=3), date(2026, 11, 19)), Around(NOW, "UTC", last_modified=NOW - timedelta(days=3)), True),
        (Dated(None, date(2026, 11, 19)), Around(NOW, "UTC", address=date(2026, 11, 1)), False),
        (Dated(None, date(2026, 11, 19)), Around(NOW, "UTC", address=date(2026, 11, 15)), True),
        (Dated(None, date(2020, 1, 1)), Around(NOW, "UTC", address=date(2026, 11, 15)), True),
    ],
)
def test_metadata_that_is_only_the_time_of_generation_is_not_believed(stamp, around, believed):
    assert believable(stamp, around) is believed


# ---- dates that are not the document's


@pytest.mark.parametrize(
    "head",
    [
        "<div>今天是2026年7月8日 星期三</div>",
        "<div>今天是：<span>2026年7月8日</span> 星期三</div>",
        "<div>今天是</div><div>2026年7月8日</div>",
        "<div>当前时间：2026-07-08 09:30</div>",
        "<div>北京时间 2026年7月8日</div>",
        "<div>今天 星期三</div>",
        "<div>Today is Wednesday, July 8, 2026</div>",
        "<div>Today: 8 July 2026</div>",
        "<div>Current date: 07/08/2026</div>",
    ],
)
def test_the_day_of_the_visit_is_no_date_of_the_document(head):
    found = read(f"<html><body>{head}<h1>关于发布指导原则的通告</h1>{BODY}</body></html>")
    assert (found.published_on, found.date_from) == (None, "")
    dated = read(f"<html><body>{head}<h1>关于发布指导原则的通告</h1><p>发布时间：2026-07-01</p>{BODY}</body></html>")
    assert (dated.published_on, dated.date_from) == (date(2026, 7, 1), "page")


def test_the_zone_of_a_labelled_date_is_no_clock():
    found = read(f"<html><body><h1>关于发布指导原则的通告</h1><p>发布时间：北京时间 2026-07-01 10:00</p>{BODY}</body></html>")
    assert found.published_on == date(2026, 7, 1)


@pytest.mark.parametrize(
    "foot",
    [
        "版权所有 © 2026 某药监局",
        "关于2026年工作的通知",
        "Copyright 2025",
        "07/2026",
        "2026年6月工作要点",
        "<script>var year = 2026;</script>",
    ],
)
def test_no_day_is_made_of_a_year_or_a_month(foot):
    found = read(f"<html><body><h1>关于发布指导原则的通告</h1>{BODY}<div>{foot}</div></body></html>")
    assert found.published_on is None


@pytest.mark.parametrize("written", ["2026年1月1日", "2026-01-01", "1 January 2026", "January 1st, 2026", "1. Januar 2026"])
def test_a_first_of_the_month_that_is_written_is_a_day(written):
    found = read(f"<html><body><h1>关于发布指导原则的通告</h1>{BODY}<div>{written}</div></body></html>")
    assert found.published_on == date(2026, 1, 1)
