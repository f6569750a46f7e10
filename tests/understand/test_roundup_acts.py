"""The acts of invented pages: one for each entry of a review, one for an ordinary page."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.classification import Act, Document
from cgtwatch.model.taxonomy import DocType, Stage
from cgtwatch.understand.classify import classify
from cgtwatch.understand.roundup import acts
from shipped_rules import shipped_rules

RULES = shipped_rules()

REVIEW = """A year of cell therapy policy, collected for our readers.

National level

March 2nd, 2031

The National Health Commission issued the "Measures for Clinical Research on Somatic Cells (Trial)".

April 14, 2031

The Ministry of Science and Technology issued a notice inviting applications for stem cell projects.

Local level

Hunan Province

May 5, 2031

Hunan Provincial Drug Administration issued the "Notice on Cell Preparation". It asks for better records of stem cell products.

Yunnan Province

June 1, 2031

The "Yunnan Cell Industry Plan (2031-2035)" was officially released and names stem cells as a key field.

You may be interested in other news

July 9, 2031
"""

PARAGRAPHS = """一年来干细胞政策盘点。

2031年3月23日，国家卫生健康委印发《干细胞临床研究管理办法（修订）》，自印发之日起施行。

2031年4月4日，科技部发布《干细胞专项申报指南（征求意见稿）》，向社会公开征求意见。

2031年4月26日，国家药监局药审中心发布《干细胞产品药学研究技术指导原则（试行）》。
"""

DEPUTIES = """Stem cells were named often at this year's sessions.

Li Ming, member of the CPPCC National Committee: Support the stem cell industry and its translation

He says that more support is needed.

Wang Fang, deputy to the National People's Congress: Make a law for cell therapy

A law is missing.

Zhao Yun, CPPCC member of Shaanxi Province: Build a stem cell bank in the province

A bank is missing.
"""

ROWS = """序号 名称 发布时间 发布机构
1 《干细胞制剂质量控制技术指导原则》 2031年2月 国家药监局药审中心
2 《体细胞治疗临床研究管理办法（试行）》（征求意见稿） 2031年3月 国家卫生健康委员会
3 《基因治疗产品长期随访技术指导原则》 2031年5月 国家药监局药审中心
"""

DRAFTS = (
    'The agency is announcing the availability of two draft guidances for industry entitled "Donor Tests for Islet Cells;" and '
    '"Donor Tests for Nerve Cells." They help makers of human cells and tissues.'
)

LAW = """# 某省细胞产业促进条例

2029年9月27日 某省第十二届人民代表大会常务委员会第五次会议通过

2030年3月1日 某省第十二届人民代表大会常务委员会第九次会议修正

2031年3月1日 某省第十三届人民代表大会常务委员会第二次会议修订

第一条 为了促进细胞和基因治疗产业发展，制定本条例。
"""


def read(title: str, text: str, published: date | None = date(2032, 1, 7)) -> tuple[Act, ...]:
    document = Document(title, text, published=published)
    return acts(document, RULES, classify(document, RULES))


def test_acts_of_a_review_are_its_dated_entries_and_not_the_page_itself() -> None:
    found = read("Policy review of the year", REVIEW)
    assert [act.on for act in found] == [date(2031, 3, 2), date(2031, 4, 14), date(2031, 5, 5), date(2031, 6, 1)]
    assert not any(act.main for act in found)


def test_acts_of_a_review_take_their_place_from_the_heading_when_they_name_none() -> None:
    found = read("Policy review of the year", REVIEW)
    assert [act.labels.jurisdiction for act in found] == ["CN", "CN", "CN-HN", "CN-YN"]


def test_acts_of_dated_paragraphs_carry_the_name_in_the_brackets() -> None:
    found = read("干细胞政策盘点", PARAGRAPHS)
    assert [act.title for act in found] == [
        "干细胞临床研究管理办法（修订）",
        "干细胞专项申报指南（征求意见稿）",
        "干细胞产品药学研究技术指导原则（试行）",
    ]
    assert [act.labels.issuers[0] for act in found] == ["nhc", "most", "cde"]


def test_acts_of_a_proposals_article_are_one_for_each_deputy_with_the_assembly_of_the_seat() -> None:
    found = read("Voices of the two sessions on stem cells", DEPUTIES)
    assert [act.labels.issuers for act in found] == [("cppcc",), ("npc",), ("other:sn_cppcc",)]
    assert {(act.labels.doc_type, act.labels.stage) for act in found} == {(DocType.PROPOSAL, Stage.PROPOSED)}


def test_acts_of_a_table_are_its_rows_with_the_month() -> None:
    found = read("细胞治疗文件一览", ROWS)
    assert [(act.on, act.labels.document_date) for act in found] == [
        (date(2031, 2, 1), None),
        (date(2031, 3, 1), None),
        (date(2031, 5, 1), None),
    ]


def test_acts_of_a_notice_on_several_drafts_are_one_for_each_name() -> None:
    found = read("Two draft guidances; availability", DRAFTS)
    assert [act.title for act in found] == ["Donor Tests for Islet Cells", "Donor Tests for Nerve Cells"]


def test_acts_of_a_law_with_its_history_are_one_main_act() -> None:
    (act,) = read("某省细胞产业促进条例", LAW, None)
    assert (act.main, act.on) == (True, date(2031, 3, 1))


@pytest.mark.parametrize("text", [REVIEW, PARAGRAPHS, DEPUTIES, ROWS, DRAFTS, LAW])
def test_acts_point_at_the_words_they_rest_on(text: str) -> None:
    document = Document("干细胞 stem cell policy review", text, published=date(2032, 1, 7))
    for act in acts(document, RULES, classify(document, RULES)):
        for spans in act.evidence.values():
            assert all(span.of == "source" or document.whole[span.start : span.end] == span.text for span in spans)


PIECES = st.sampled_from(
    [
        *REVIEW.split("\n"),
        *PARAGRAPHS.split("\n"),
        *DEPUTIES.split("\n"),
        *ROWS.split("\n"),
        "- `[07:10]` **监管 | FDA 批准**",
        "",
    ]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=10).map("\n".join), st.none() | st.dates())
def test_acts_never_raises_and_gives_at_least_one(text: str, published: date | None) -> None:
    assert read("Weekly round-up", text, published)
