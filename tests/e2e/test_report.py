"""`report`: a folder of invented acts becomes the review of a year, in three forms and two languages."""

import json
import zipfile
from pathlib import Path

import docx
import pytest
from place import Place

DOCUMENTS = {
    "draft.md": (
        "关于公开征求《基因治疗产品长期随访技术指导原则（征求意见稿）》意见的通知", "2025-03-04", "cde", "CN",
        "我中心起草了《基因治疗产品长期随访技术指导原则（征求意见稿）》，现公开征求意见，请于2025年4月4日前反馈。",
    ),
    "final.md": (
        "关于发布《基因治疗产品长期随访技术指导原则》的通告（2025年第40号）", "2025-09-10", "cde", "CN",
        "为规范基因治疗产品的长期随访，药审中心制定了《基因治疗产品长期随访技术指导原则》，现予发布，自发布之日起施行。",
    ),
    "shanghai.md": (
        "上海市促进细胞治疗产业发展若干措施", "2025-05-06", "sh_gov", "CN-SH",
        "上海市人民政府印发《上海市促进细胞治疗产业发展若干措施》，支持CAR-T细胞治疗产品研发。",
    ),
    "beijing.md": (
        "北京市干细胞临床研究备案管理通知", "2025-06-07", "bj_hc", "CN-BJ",
        "北京市卫生健康委员会发布通知，规范干细胞临床研究机构和项目备案。",
    ),
    "fda.md": (
        "FDA approves gene therapy <b>Examplegene</b> & [more](x)", "2025-07-08", "fda", "US",
        "The Food and Drug Administration approved the first gene therapy for an invented disease.",
    ),
    "earlier.md": (
        "国家卫生健康委关于干细胞临床研究的通知", "2024-12-30", "nhc", "CN", "国家卫生健康委发布通知，规范干细胞临床研究。",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("year"))
    folder = place.root / "acts"
    folder.mkdir()
    for name, (title, day, issuer, where, text) in DOCUMENTS.items():
        front = f"title: {title}\ndate: {day}\nissuer: {issuer}\njurisdiction: {where}\nurl: https://acts.example/{name}"
        (folder / name).write_text(f"---\n{front}\n---\n\n{text}\n", encoding="utf-8")
    place.sources(
        "sources:\n  - id: acts\n    name: {zh: 文件夹, en: Folder of acts}\n    kind: folder\n    first_look: announce\n"
        f"    folder: {{path: '{folder}', match: '*.md'}}\n"
    )
    place.run("poll", "--all")
    return place


def review(place: Place, name: str, *args: str) -> Path:
    place.run("report", "--from", "2025-01-01", "--to", "2025-12-31", "--out", name, *args)
    return place.root / name


def test_an_analyst_finds_each_act_of_the_year_once_national_level_first_then_places_by_date(year: Place) -> None:
    page = review(year, "review.html", "--lang", "zh").read_text(encoding="utf-8")
    acts = page[page.index('class="contents"') :]
    order = ["国家层面", "（征求意见稿）》意见的通知", "2025年第40号", "Examplegene", "北京市干细胞", "上海市促进"]
    places = [acts.index(words, acts.index("<article") if n else 0) for n, words in enumerate(order)]
    assert places == sorted(places)
    assert page.count("<article") == 5
    assert "2024" not in page
    assert "细胞和基因治疗政策综述（2025年）" in page


def test_an_act_in_the_review_says_what_became_of_its_draft(year: Place) -> None:
    page = review(year, "thread.html", "--lang", "en").read_text(encoding="utf-8")
    assert "Final form of the draft of 4 Mar 2025:" in page
    assert "Final since 10 Sep 2025:" in page
    assert "Comments until 4 Apr 2025" in page


def test_what_a_source_wrote_is_never_markup_in_the_review(year: Place) -> None:
    page = review(year, "safe.html").read_text(encoding="utf-8")
    assert "<b>Examplegene" not in page
    assert "<script" not in page
    assert "https://acts.example/fda.md" in page
    text = review(year, "safe.md", "--lang", "en").read_text(encoding="utf-8")
    assert "\\[more\\](x)" in text
    assert "<b>" not in text.replace("\\<b\\>", "")


def test_markdown_has_contents_and_an_appendix_of_sources(year: Place) -> None:
    text = review(year, "review.md", "--lang", "en").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## Summary", "## Contents", "## National level", "## Local level", "## Appendix: sources"]
    assert "### Folder of acts" in text


def test_word_gets_real_headings_links_and_a_table_of_contents(year: Place) -> None:
    path = review(year, "review.docx", "--lang", "en")
    found = docx.Document(str(path))
    headings = [(line.style.name, line.text) for line in found.paragraphs if line.style.name.startswith("Heading")]
    assert ("Heading 1", "National level (3 acts)") in headings
    assert ("Heading 2", "Beijing (1 act)") in headings
    assert sum(style == "Heading 3" for style, _ in headings) == 5
    with zipfile.ZipFile(path) as packed:
        body, links = packed.read("word/document.xml").decode(), packed.read("word/_rels/document.xml.rels").decode()
    assert "TOC \\o" in body
    assert "https://acts.example/beijing.md" in links


def test_the_record_is_the_same_in_both_languages(year: Place) -> None:
    args = ("report", "--from", "2025-01-01", "--to", "2025-12-31", "--json", "--lang")
    zh, en = (year.run(*args, language).stdout for language in ("zh", "en"))
    assert zh == en
    rows = [json.loads(line) for line in en.splitlines()]
    assert rows[-1]["summary"]["acts"] == 5
    assert rows[-1]["summary"]["approvals"] == 1
    assert [row["part"] for row in rows[:-1]] == ["national"] * 3 + ["local"] * 2


def test_countries_are_the_chapters_where_asked_for(year: Place) -> None:
    text = review(year, "countries.md", "--lang", "en", "--by", "jurisdiction").read_text(encoding="utf-8")
    assert text.index("## China") < text.index("### Beijing") < text.index("### Shanghai") < text.index("## United States")


def test_a_period_without_acts_is_a_review_that_says_so(year: Place) -> None:
    done = year.run("report", "--from", "2001-01-01", "--to", "2001-12-31", "--format", "md", "--lang", "en")
    assert "No act is known in this period." in done.stdout
    assert "National level" not in done.stdout


def test_wrong_options_of_a_report_are_told_all_at_once(year: Place) -> None:
    said = year.run("report", "--from", "soon", "--by", "colour", "--format", "pdf", "--lang", "xx", code=2).stderr
    assert all(part in said for part in ("--from 'soon'", "--by 'colour'", "--format 'pdf'", "--lang 'xx'"))
    assert "earlier day" in year.run("report", "--from", "2025-02-01", "--to", "2025-01-01", code=2).stderr
    assert "--out 'x.odt'" in year.run("report", "--out", "x.odt", code=2).stderr


def test_without_days_the_report_tells_of_this_year_and_says_so(year: Place) -> None:
    assert "--from and --to name other days" in year.run("report", "--lang", "en").stderr


@pytest.mark.chaos
def test_a_review_of_all_days_that_there_are_is_written(year: Place) -> None:
    text = year.run("report", "--from", "0001-01-01", "--to", "9999-12-31", "--format", "md", "--lang", "en").stdout
    assert "6 acts" in text
    assert "- Sources: [Folder of acts](<https" in text
    assert text.endswith("cgtwatch.\n")


def test_a_report_for_a_folder_that_there_is_not_says_what_to_do(year: Place) -> None:
    said = year.run("report", "--from", "2025-01-01", "--out", "nowhere/review.html", code=1).stderr
    assert "nowhere/review.html" in said
    assert "make its folder first" in said
