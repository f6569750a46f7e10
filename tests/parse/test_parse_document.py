"""Documents and detail pages to articles."""

from datetime import UTC, date, datetime

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import DetailMode, DetailRule
from cgtwatch.parse.document import document, read_article
from parse.parse_kit import NOW, page, source

SENTENCE = "为规范细胞治疗产品的研发与生产，国家药监局组织制定了本指导原则，现予发布，自发布之日起施行。"


@pytest.mark.parametrize(
    ("line", "on"),
    [
        ("Date: 2026-07-08    Number: 450    Information source:", date(2026, 7, 8)),
        ("Release time:2026-07-08Viewsiews:98次", date(2026, 7, 8)),
        ("Release Date:2026-07-08", date(2026, 7, 8)),
        ("Published on: 8 July 2026 | Agency", date(2026, 7, 8)),
        ("发布日期：2026年7月8日  来源：国家药监局", date(2026, 7, 8)),
        ("时间：2026-07-08 浏览次数：12", date(2026, 7, 8)),
        ("2026年7月8日国务院令第818号公布 自2026年9月1日起施行", date(2026, 7, 8)),
        ("（2026年7月8日）", date(2026, 7, 8)),
        ("自2026年7月8日起施行", None),
        ("截止日期：2026-07-08", None),
        ("The deadline date: 2026-07-08 must be met by all applicants", None),
    ],
)
def test_a_text_has_the_date_that_its_head_names(line, on):
    article = document(f"\n\n关于细胞治疗的公告\n{line}\n\n{SENTENCE}\n".encode(), "a.txt", now=NOW)
    assert (article.title, article.published_on) == ("关于细胞治疗的公告", on)


def test_a_text_loses_no_line():
    lines = ["Title line", "Date: 2026-07-08", *(f"Line {n} of the text" for n in range(50)), "IMG_258", "*"]
    article = document("\n\n".join(lines).encode(), "a.txt", now=NOW)
    assert [article.title, *filter(None, article.text.split("\n"))] == lines


def test_an_update_is_believed_less_than_a_publication():
    article = document("公告\n更新时间：2026-07-09\n发布时间：2026-07-08\n".encode(), "a.txt", now=NOW)
    assert article.published_on == date(2026, 7, 8)


def test_a_gbk_text_is_read():
    assert document(f"关于细胞治疗的公告\n{SENTENCE}".encode("gbk"), "a.txt", now=NOW).title == "关于细胞治疗的公告"


def test_front_matter_gives_title_and_date_and_its_html_becomes_text():
    body = "\n---\ntitle: '药监局：It''s approved'\ncategories:\n - 财经\ndate: Thu, 25 Nov 2021 07:02:46 GMT\n---\n\n<div><p>一</p>\n<p>二<br>三</p></div>\n"
    article = document(body.encode(), "x.txt", now=NOW)
    assert (article.title, article.text) == ("药监局：It's approved", "一\n二\n三")
    assert (article.published, article.published_on) == (datetime(2021, 11, 25, 7, 2, 46, tzinfo=UTC), date(2021, 11, 25))


def test_markdown_marks_are_taken_off_and_the_first_heading_is_the_title():
    article = document(
        "# 关于**细胞**的公告\n\nSee [the guide](https://e.org/a.pdf) and `x`.\n\n- one\n- two\n".encode(), "a.md", now=NOW
    )
    assert (article.title, article.text) == ("关于细胞的公告", "See the guide and x.\n\n- one\n- two")


def test_a_date_in_the_name_of_a_file_is_used_and_a_hash_is_not():
    assert document("药品法\n正文在此".encode(), "药品法(2019-08-26).md", now=NOW).published_on == date(2019, 8, 26)
    assert document("药品法\n正文在此".encode(), "000_20190826ab12.txt", now=NOW).published_on is None


HTML = f"""<html><head><title>关于细胞治疗的公告_某局</title><meta name="PubDate" content="2026-09-09"></head><body>
<div class="nav"><a href="/">首页</a></div><h1>关于细胞治疗的公告</h1><p>发布时间：2026-07-08 10:30 来源：某局</p>
<div class="article"><p>{SENTENCE}</p><p>{SENTENCE * 3}</p><a href="P02026.docx">附件1 指导原则</a></div><p>版权所有</p></body></html>"""


def test_a_page_is_read_by_structure_where_there_is_no_rule():
    article = document(HTML.encode(), "a.html", now=NOW)
    assert (article.title, article.published_on) == ("关于细胞治疗的公告", date(2026, 7, 8))
    assert SENTENCE in article.text


def test_a_page_is_read_by_its_rule():
    rule = DetailRule(DetailMode.RULE, body="div.article", date="p ~ (\\d{4}-\\d\\d-\\d\\d)", attachments="a[href$=docx]@href")
    article = read_article(source("list", detail=rule), page(HTML))
    assert article.text == f"{SENTENCE}\n{SENTENCE * 3}\n附件1 指导原则"
    assert [(a.url, a.name) for a in article.attachments] == [("https://www.example.gov.cn/yaopin/P02026.docx", "附件1 指导原则")]


def test_a_rule_that_finds_no_body_falls_back_and_says_so():
    article = read_article(source("list", detail=DetailRule(DetailMode.RULE, body="div.gone")), page(HTML))
    assert SENTENCE in article.text
    assert "finds nothing" in article.warnings[0]


@pytest.mark.parametrize("name", ["datePublished", "og"])
def test_what_a_page_says_of_itself_to_machines_is_a_date(name):
    said = {
        "datePublished": '<script type="application/ld+json">{"@graph":[{"datePublished":"2026-07-08T08:00:00+08:00"}]}</script>',
        "og": '<meta property="article:published_time" content="2026-07-08T08:00:00+08:00">',
    }[name]
    article = document(f"<html><head>{said}</head><body><h1>News</h1><p>{SENTENCE}</p></body></html>".encode(), "a.html", now=NOW)
    assert article.published == datetime(2026, 7, 8, tzinfo=UTC)


def test_bytes_decide_what_a_document_is_not_its_name():
    assert document(HTML.encode(), "a.txt", now=NOW).title == "关于细胞治疗的公告"


@pytest.mark.parametrize("body", [b"\x89PNG\r\n", b"\x00\x01\xfe" * 500])
def test_what_cannot_be_read_is_refused_with_the_mend(body):
    with pytest.raises(ParseError, match="expected a text, web page, PDF or Office document"):
        document(body, "a.docx")


@pytest.mark.parametrize(
    ("body", "name", "called"),
    [
        (b"\xd0\xcf\x11\xe0" * 99, "附件1.doc", "an old Word document"),
        (b"\xd0\xcf\x11\xe0" * 99, "附件1.xls", "an old Excel workbook"),
        (b"\xd0\xcf\x11\xe0" * 99, "附件1.wps", "a WPS document"),
        (b"\xd0\xcf\x11\xe0" * 99, "download", "an old Office document"),
        (b"{\\rtf1 x}", "a.rtf", "an RTF document"),
        (b"Rar!\x1a\x07", "a.rar", "a RAR archive"),
    ],
)
def test_a_kind_without_a_reader_is_named(body, name, called):
    with pytest.raises(ParseError, match=f"is {called}.*, whose text cannot be read here; ask for a PDF or DOCX"):
        document(body, name)


def test_an_error_page_under_the_name_of_a_document_is_not_taken_for_it():
    with pytest.raises(ParseError, match="expected a DOCX document, got a web page"):
        document(b"<!DOCTYPE html><html><body>404</body></html>", "a.docx")


def test_a_web_page_that_word_saved_under_its_own_suffix_is_read():
    body = f'<html xmlns:w="urn:schemas-microsoft-com:office:word"><body><p>{SENTENCE}</p></body></html>'
    assert SENTENCE in document(body.encode(), "a.doc").text


def test_front_matter_says_where_a_document_comes_from():
    text = (
        '---\ntitle: "A guideline"\nurl: "https://www.example.org/g/1"\nissuer: nmpa\njurisdiction: CN-GD\n---\n\nText of it.\n'
    )
    found = document(text.encode(), "a.md", now=NOW)
    assert (found.url, found.issuer, found.jurisdiction) == ("https://www.example.org/g/1", "nmpa", "CN-GD")


def test_front_matter_that_names_no_place_of_the_web_is_not_believed():
    text = '---\ntitle: "A guideline"\nurl: "javascript:alert(1)"\nissuer: "<b>"\n---\n\nText of it.\n'
    found = document(text.encode(), "a.md", now=NOW)
    assert (found.url, found.issuer, found.jurisdiction) == ("", None, None)
