"""Changes in the reader's words."""

import pytest

from cgtwatch.compose.changes import said_change
from cgtwatch.compose.words import words

LINE = "comment_deadline: 2026-04-30 → 2026-05-31; stage: draft → issued; text −1 +2: -“until April” +“until May”"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "comments until: 30 Apr 2026 → 31 May 2026; stage: draft for comment → issued; text: -“until April” +“until May”"),
        ("zh", "意见截止：2026年4月30日 → 2026年5月31日；阶段：征求意见 → 已发布；正文：-“until April” +“until May”"),
    ],
)
def test_a_change_is_said_in_the_readers_words(language, said):
    assert said_change(LINE, words(language)) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "title: “关于征求《细胞治疗产品临床风险管理指导原则》意见的通知” → “关于征求《细胞治疗产品临床风险管理指导原则》意见的通知(延期)”",
            "title: “…原则》意见的通知” → “…原则》意见的通知(延期)”",
        ),
        (
            "title: “Potency of Islet Cells; Draft Guidance” → “Potency of Islet Cells; Draft Guidance; Extension”; date: 2026-07-01 → 2026-07-02",
            "title: “…Guidance” → “…Guidance; Extension”; date: 1 Jul 2026 → 2 Jul 2026",
        ),
        ("title: “Islets” → “Islet cells”", "title: “Islets” → “Islet cells”"),
    ],
)
def test_of_a_changed_title_is_said_what_differs(change, said):
    assert said_change(change, words("en")) == said


@pytest.mark.parametrize("line", ["", "something else", "date: – → –", "title: a → b → c"])
def test_what_is_no_fact_stays_as_it_is(line):
    assert said_change(line, words("en")) == line


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "new attachment: 意见表.docx; attachment gone: draft; v1.pdf; text: +“until May”"),
        ("zh", "新附件：意见表.docx；不再有附件：draft; v1.pdf；正文：+“until May”"),
    ],
)
def test_attachments_that_come_and_go_are_said_in_the_readers_words(language, said):
    line = "attachments: +意见表.docx; attachments: -draft; v1.pdf; text −0 +1: +“until May”"
    assert said_change(line, words(language)) == said
