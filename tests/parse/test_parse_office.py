"""Word, Excel, PowerPoint, CSV and ZIP files, honest and hostile."""

from datetime import date, datetime

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import DetailMode, DetailRule
from cgtwatch.parse.document import document
from cgtwatch.parse.service import ParseService
from parse.office_kit import digits, locked, raw_word, raw_workbook, word, workbook, zipped, zipped_by_an_old_tool
from parse.parse_kit import NOW, fetched, source

TITLE = "细胞治疗产品临床试验指导原则"


def read(body, name="a.bin"):
    return document(body, name, now=NOW)


def test_a_word_document_gives_title_date_paragraphs_and_tables_row_by_row():
    article = read(word(TITLE, "发布日期：2026-07-08", "第一条 总则", rows=[("产品", "日期"), ("甲", "")]))
    assert (article.title, article.published_on) == (TITLE, date(2026, 7, 8))
    assert article.text.split("\n")[2:] == ["第一条 总则", "产品 | 日期", "甲"]


@pytest.mark.parametrize(
    "inside",
    [
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>新条文</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "<w:p><w:ins><w:r><w:t>新条文</w:t></w:r></w:ins><w:del><w:r><w:delText>旧条文</w:delText></w:r></w:del></w:p>",
        '<w:p><w:r><m:AlternateContent xmlns:m="urn:m"><m:Choice><w:txbxContent><w:p><w:r><w:t>新条文</w:t></w:r></w:p></w:txbxContent>'
        "</m:Choice><m:Fallback><w:p><w:r><w:t>新条文</w:t></w:r></w:p></m:Fallback></m:AlternateContent></w:r></w:p>",
    ],
    ids=["content control", "tracked change", "text box"],
)
def test_a_word_document_is_read_as_its_last_reader_sees_it(inside):
    assert read(raw_word(f"<w:p><w:r><w:t>标题</w:t></w:r></w:p>{inside}")).text == "标题\n新条文"


def test_slides_are_read_in_their_order():
    def slide(text):
        return f'<p:sld xmlns:p="urn:p" xmlns:a="urn:a"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'

    body = zipped({"ppt/presentation.xml": "<x/>", "ppt/slides/slide10.xml": slide("十"), "ppt/slides/slide2.xml": slide("二")})
    assert read(body).text == "二\n十"


def test_a_workbook_gives_its_rows_and_leaves_hidden_sheets_out():
    article = read(workbook(("受理号", "日期"), ("CXSL2600001", datetime(2026, 7, 8)), (1.0, 2.5), hidden=("x",)))  # noqa: DTZ001
    assert article.text.endswith("受理号 | 日期\nCXSL2600001 | 2026-07-08\n1 | 2.5")
    assert (article.published_on, article.warnings) == (None, ("1 hidden sheet(s) were not read",))


def test_a_csv_in_gbk_is_read():
    assert read("名称;日期\n细胞产品;2026-07-08\n".encode("gbk"), "a.csv").text == "名称 | 日期\n细胞产品 | 2026-07-08"


def test_the_documents_of_an_archive_stand_under_their_names():
    inner = zipped({"说明.txt": "内层文字"})
    article = read(zipped({"附件1.docx": word(TITLE), "表/附件2.xlsx": workbook(("甲", "乙")), "内.zip": inner, "图.png": b"x"}))
    assert [line for line in article.text.split("\n") if line.startswith("----")] == [
        "---- 附件1.docx ----",
        "---- 表/附件2.xlsx ----",
        "---- 说明.txt ----",
    ]
    assert TITLE in article.text
    assert "内层文字" in article.text
    assert article.warnings == ("图.png: a picture, sound or film; there is no text in it",)


def test_names_in_an_old_charset_are_read():
    assert "---- 附件/说明.txt ----" in read(zipped_by_an_old_tool("附件/说明.txt", "内容在此")).text


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x", "/abs/x", "C:\\x", "a\x00b", "a\nb\u202etxt"])
def test_a_name_never_leads_out_of_its_archive(name):
    (head,) = [line for line in read(zipped({name: "text of it"})).text.split("\n") if line.startswith("----")]
    assert ".." not in head
    assert "/abs" not in head
    assert ":" not in head


def test_a_locked_member_is_said_and_the_others_are_read():
    assert read(locked(zipped({"a.txt": "x"}))).warnings[0] == "a.txt: it is locked with a password; ask for an open copy"


def test_an_archive_in_an_archive_in_an_archive_is_not_opened():
    article = read(zipped({"a.zip": zipped({"b.zip": zipped({"c.txt": "deep"}), "d.txt": "shallow"})}))
    assert "deep" not in article.text
    assert article.warnings == ("b.zip: an archive in an archive in an archive",)


def test_members_beyond_the_fiftieth_are_counted():
    article = read(zipped({f"{n:02}.txt": f"text {n}" for n in range(60)}))
    assert article.text.count("----\n") == 50
    assert article.warnings == ("only the first 50 of 60 members were read",)


def test_an_empty_document_says_so():
    assert read(word()).warnings == ("the document has no text in it, perhaps it is made of pictures",)
    assert "no text" in read(zipped({})).warnings[-1]


@pytest.mark.parametrize("keep", [30, 200, 2000, -30])
@pytest.mark.parametrize(
    "whole",
    [word(TITLE), workbook(("a", "b")), zipped({f"{n}.txt": digits(999, n) for n in range(9)})],
    ids=["docx", "xlsx", "zip"],
)
def test_a_cut_file_is_refused_and_never_breaks(whole, keep):
    with pytest.raises(ParseError, match="broken archive"):
        read(whole[:keep])


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8)) + "]>"
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (raw_word("<w:p>" * 3000 + "</w:p>" * 3000), "broken one"),
        (raw_word("<w:p><w:r><w:t>&i;</w:t></w:r></w:p>", head=LAUGHS), "declares a document type"),
        (raw_word(" " * 9_000_000), "times its size"),
        (raw_workbook("<row><c/></row>" * 300_000), "times its size"),
        (zipped({"word/document.xml": "<x/>", **{f"{n}.xml": "" for n in range(5001)}}), "5002 parts"),
        (zipped({"word/document.xml": ""}), "broken one"),
        (zipped({"xl/workbook.xml": "<x/>"}), "broken one"),
    ],
    ids=["deep", "laughs", "blanks", "cells", "parts", "no document", "no workbook"],
)
def test_a_hostile_office_file_is_refused_with_the_reason(body, said):
    with pytest.raises(ParseError, match=said):
        read(body)


def test_a_bomb_in_an_archive_costs_the_other_members_nothing():
    article = read(zipped({"a.txt": "0" * 30_000_000, "b.txt": "honest text"}))
    assert "honest text" in article.text
    assert "times its size" in article.warnings[0]


@pytest.mark.parametrize("name", ["million cells", "far cells", "long document", "endless paragraph", "elements without text"])
def test_a_large_file_is_read_in_part_within_the_limits_of_a_child(name):
    numbers = digits(600_000)
    runs = "".join(f"<w:r><w:t>{numbers[n : n + 9]}</w:t></w:r>" for n in range(0, len(numbers), 9))
    body = {
        "million cells": lambda: raw_workbook(
            "".join(f"<row>{f'<c><v>1{n}</v></c>' * 6}</row>" for n in range(0, len(numbers), 9))
        ),
        "far cells": lambda: raw_workbook("".join(f'<row><c r="XFD{n}"><v>{n}</v></c></row>' for n in range(1, 3000))),
        "long document": lambda: raw_word(runs.replace("<w:r>", "<w:p><w:r>").replace("</w:r>", "</w:r></w:p>")),
        "endless paragraph": lambda: raw_word(f"<w:p>{runs}</w:p>"),
        "elements without text": lambda: raw_word("".join(f'<w:x a="{numbers[n : n + 9]}"/>' for n in range(0, len(numbers), 9))),
    }[name]()
    with ParseService(workers=1, cpu_seconds=5) as service:
        article = service.article(source("list", detail=DetailRule(DetailMode.AUTO)), fetched(body, url="https://e.org/a"))
        (child,) = [child for child in list(service._idle.queue) if child]
        with open(f"/proc/{child.process.pid}/status") as status:  # noqa: PTH123
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert len(article.text) < 450_000
    assert "only the first" in article.warnings[0] or name == "elements without text"
    assert peak < 120_000  # KiB
