"""Invented pages that list acts in other forms, and pages with many days that are one act nevertheless."""

from datetime import date

import pytest

from cgtwatch.model.classification import Act, Document
from cgtwatch.understand.classify import classify
from cgtwatch.understand.roundup import acts
from shipped_rules import shipped_rules

RULES = shipped_rules()
PUBLISHED = date(2031, 7, 6)

ROWS = """Recent documents.

| Date | Authority | Document | Status |
| --- | --- | --- | --- |
| 2031-01-13 | National Health Commission | Measures for clinical research on somatic cells | Issued |
| 2031-02-17 | Ministry of Science and Technology | Call for stem cell projects | Draft |
| 2031-06-30 | State Council | Regulations on gene therapy | Issued |
"""

CELLS = """颁布时间 |
颁布主体 |
政策名称 |
相关内容 |
2031年1月 |
国务院 |
《某科技创新规划》 |
强调干细胞与再生医学。 |
2031年3月 |
科技部 |
《关于发布干细胞重点专项申报指南的通知》 |
部署研究任务。 |
国家卫生健康委 |
《体细胞临床研究管理办法》 |
规范体细胞临床研究。 |
"""

NEWS = """Regulatory actions

EMA approves a site for CAR-T manufacture

June 07, 2031

The European Medicines Agency approved the site for cell therapies.

FDA approves a gene therapy for lymphoma

June 06, 2031

The therapy was developed by a company.

Advocates ask for higher fees

June 04, 2031

Patient advocates are calling for more.

FDA grants accelerated approval to a CAR-T therapy

June 02, 2031

The approval follows a study of one arm.
"""

BULLETS = """FDA approved four cell and gene therapies in the quarter.

* Onecel received approval for adults with relapsed lymphoma on April 8, 2031.
* Twogene was granted accelerated approval for children with a rare disease on April 13, 2031.
* Threecel, a CAR-T cell therapy, was approved on June 20, 2031.
"""

BRACKETS = """1.関係法令等

1−2.再生医療等の安全性の確保等に関する法律施行令（令和13年1月8日政令第278号）

1−3.再生医療等の安全性の確保等に関する法律の施行等について（令和13年2月26日医政発0226第1号厚生労働省医政局長通知）

1−4.再生医療等に関するQ&A（その2）について（令和13年3月21日事務連絡）
"""

WEEK = """本周要闻如下。

一、国家医保局：印发支持创新药若干措施
7月1日，国家医保局印发《支持细胞治疗创新药若干措施》，提出16条举措。

二、上海：浦东支持细胞治疗产业
7月2日，上海市浦东新区人民政府印发《细胞和基因产业若干措施》。

三、药审中心公开征求意见
7月3日，国家药监局药审中心发布《基因治疗指导原则（征求意见稿）》。
"""

DEPUTIES = """全国两会期间，多位代表委员建言。

全国人大代表、某某医院院长王建国建议，制定细胞治疗管理条例。

他说，转化仍有堵点。

全国政协委员、某大学附属医院主任李晓红呼吁将CAR-T产品纳入多层次支付。

在2031年1月河北两会上政协委员孙勇指出：发展干细胞产业。
"""

HISTORY = """一、起草背景
2029年2月18日，国务院印发《某规划纲要》。
2029年10月11日，科技部印发《某实施方案》。
2030年8月1日，国家发展改革委发布《某特别措施》。

二、主要内容
条例共七十条，规定细胞的采集和储存。
"""

REPLY = """近日，国家卫生健康委对有关建议作出答复。现答复如下：

一、关于细胞治疗
2029年8月21日，国家卫生健康委发布《干细胞临床研究管理办法（修订）》。
2030年12月22日，国家药监局发布《细胞治疗产品技术指导原则》。
2031年3月13日，国家药监局药审中心发布《细胞治疗申报资料要求》。
"""


def read(title: str, text: str) -> tuple[Act, ...]:
    document = Document(title, text, published=PUBLISHED)
    return acts(document, RULES, classify(document, RULES))


@pytest.mark.parametrize(
    ("title", "text", "days", "issuers"),
    [
        ("Policy tracker", ROWS, ["2031-01-13", "2031-02-17", "2031-06-30"], ["nhc", "most", "state_council"]),
        ("干细胞政策汇总", CELLS, ["2031-01-01", "2031-03-01", "2031-03-01"], ["state_council", "most", "nhc"]),
        ("Regulatory actions", NEWS, ["2031-06-07", "2031-06-06", "2031-06-02"], ["ema", "fda", "fda"]),
        ("Approvals of the quarter", BULLETS, ["2031-04-08", "2031-04-13", "2031-06-20"], ["fda", "fda", "fda"]),
        ("再生医療について|厚生労働省", BRACKETS, ["2031-01-08", "2031-02-26", "2031-03-21"], ["mhlw", "mhlw", "mhlw"]),
        ("一周医药政策要闻", WEEK, ["2031-07-01", "2031-07-02", "2031-07-03"], ["nhsa", "other:pudong_gov", "cde"]),
        ("两会代表委员谈细胞治疗", DEPUTIES, ["2031-07-06", "2031-07-06", "2031-01-01"], ["npc", "cppcc", "other:he_cppcc"]),
    ],
)
def test_acts_are_one_for_each_entry_whatever_form_the_page_has(
    title: str, text: str, days: list[str], issuers: list[str]
) -> None:
    found = read(title, text)
    assert [(str(act.on), act.labels.issuers[0]) for act in found] == list(zip(days, issuers, strict=True))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("《某条例》政策解读", HISTORY),
        ("有关部门谈细胞治疗", HISTORY),
        ("国家卫生健康委高度重视细胞治疗", REPLY),
        ("某市促进细胞产业发展若干规定", WEEK.replace("本周要闻如下。", "第一条 为了促进产业发展，制定本规定。")),
    ],
)
def test_acts_are_one_main_act_when_the_days_are_how_it_came_about(title: str, text: str) -> None:
    assert [act.main for act in read(title, text)] == [True]


@pytest.mark.parametrize("text", [ROWS, CELLS, NEWS, BULLETS, BRACKETS, WEEK, DEPUTIES])
def test_acts_of_every_form_point_at_the_words_they_rest_on(text: str) -> None:
    document = Document("一周要闻 两会 weekly review", text, published=PUBLISHED)
    for act in acts(document, RULES, classify(document, RULES)):
        for spans in act.evidence.values():
            assert all(span.of == "source" or document.whole[span.start : span.end] == span.text for span in spans)
