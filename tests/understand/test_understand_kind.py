"""Kinds, stages and importance that lie close together: pairs of titles that differ in one thing."""

import pytest

from cgtwatch.model.classification import Document
from cgtwatch.understand.importance import importance
from cgtwatch.understand.kind import kind
from cgtwatch.understand.policy import stand
from cgtwatch.understand.reading import survey
from cgtwatch.understand.topic import topic
from shipped_rules import shipped_rules

RULES = shipped_rules()


def read(title: str, text: str = "") -> tuple[str, str, str]:
    reading = survey(Document(title, text), RULES)
    stands = stand(reading, RULES.weights)
    what = kind(reading, stands)
    return what.doc_type.value, what.stage.value, importance(reading, topic(reading), stands, what).value


@pytest.mark.parametrize(
    ("title", "doc_type"),
    [
        ("药审中心发布细胞治疗产品共性问题解答", "interpretation"),
        ("药审中心关于发布《细胞治疗产品药学共性问题与技术要求》的通告", "guideline"),
        ("国家药监局召开干细胞政策座谈会", "meeting"),
        ("国家药监局召开新闻发布会公布细胞治疗行动方案", "plan"),
        ("关于支持我省干细胞产业发展的建议", "proposal"),
        ("对关于支持我省干细胞产业发展的建议的答复", "reply"),
        ("市政府常务会议研究细胞治疗产业行动方案", "meeting"),
        ("国家药监局批准某CAR-T产品上市", "approval"),
        ("国家药监局：没有批准任何干细胞美容产品", "safety"),
        ("公安机关捣毁干细胞骗局团伙", "enforcement"),
        ("谨防干细胞抗衰骗局", "safety"),
        ("FDA叫停某基因疗法的供应", "safety"),
        ("FDA叫停某基因疗法临床试验", "trial"),
        ("再生医疗法三读通过", "law"),
        ("立委提出再生医疗法案", "proposal"),
        ("The Senate passes stem cell bill", "law"),
        ("Bill on stem cell treatments heads to Senate committee", "proposal"),
        ("Government introduces bill on advanced therapies in parliament", "law"),
        ("Lawmakers urge FDA to enact rules for gene therapy", "proposal"),
        ("Court upholds FDA rule on stem cells", "enforcement"),
        ("NICE says no to CAR-T in draft guidance", "reimbursement"),
        ("FDA publishes draft guidance on CAR-T", "guideline"),
        ("FDA relaxes manufacturing rules for gene therapy", "notice"),
        ("FDA lifts hold on gene therapy trial", "trial"),
        ("FDA taps new director to lead its gene therapy office", "other"),
        ("Health ministry warns of unlicensed stem cell clinics", "safety"),
        ("Health ministry orders clinic to stop unlicensed stem cell treatment", "enforcement"),
        ("Minister answers parliamentary question on stem cell clinics", "reply"),
        ("Innovate UK opens competition for cell therapy projects", "funding"),
        ("某诊所违规开展干细胞治疗被吊销执业许可证", "enforcement"),
        ("某企业细胞治疗生产基地获药品生产许可证", "other"),
        ("某地签署基因治疗行政令", "law"),
        ("关于修改干细胞临床研究备案材料目录的公告", "notice"),
        ("某两项干细胞临床研究完成备案", "trial"),
        ("对政协第0101号提案的会办意见", "reply"),
        ("某协会建请健保给付CAR-T", "proposal"),
        ("健保署宣布给付CAR-T", "reimbursement"),
        ("国家药监局局长离职 曾主管细胞治疗审评", "other"),
        ("FDA to publish complete response letters", "notice"),
        ("FDA issues complete response letter for gene therapy", "approval"),
        ("Government ends funding for stem cell lines", "notice"),
        ("Government announces funding for stem cell lines, awards $5 million", "funding"),
        ("Medical board suspends doctor over stem cell injections", "enforcement"),
        ("Zolgensma added to PBS", "reimbursement"),
        ("Minister answers MP on access to CAR-T", "reply"),
        ("The week in cell therapy policy: approvals and warning letters", "roundup"),
        ("某省出台全国首部细胞产业地方性法规", "law"),
        ("关于规范干细胞美容的提案，已会同有关部门研究", "reply"),
        ("检察机关对干细胞骗局提起公诉", "enforcement"),
        ("India scraps rule on stem cell products", "law"),
        ("FDA and EMA hold joint session on gene therapy", "meeting"),
        ("EMA recommends monitoring for liver injury with gene therapy", "safety"),
        ("EMA recommends approval of gene therapy", "approval"),
    ],
)
def test_kind_reads_the_act_behind_words_that_several_kinds_share(title: str, doc_type: str) -> None:
    assert read(title)[0] == doc_type


def test_kind_reads_the_first_sentence_where_the_title_names_only_who_acts() -> None:
    title = "某省卫健委：细胞治疗将获政策支持"
    assert read(title, "某省卫健委近日答复省人大代表关于细胞治疗的建议称，将做好支持。")[0] == "reply"


@pytest.mark.parametrize(
    ("title", "text", "stage"),
    [
        ("药典委关于基因治疗制品总论草案的公示", "", "draft"),
        ("药审中心关于发布《细胞治疗产品考虑要点》的通知", "根据近期征求意见结果，现予发布。", "issued"),
        ("CMS proposes higher payment for CAR-T", "", "draft"),
        ("City unveils cell therapy plan", "The plan proposes new clusters.", "issued"),
        ("FDA refuses to file application for gene therapy", "", "issued"),
        ("FDA accepts application for gene therapy", "", "none"),
        ("FDA extends review of gene therapy application", "", "none"),
        ("拟备案的干细胞临床研究机构建议名单", "", "draft"),
    ],
)
def test_kind_tells_how_far_an_act_has_come(title: str, text: str, stage: str) -> None:
    assert read(title, text)[1] == stage


@pytest.mark.parametrize(
    ("title", "text", "worth"),
    [
        ("某市细胞治疗产业行动方案", "", "medium"),
        ("某市印发《生物医药产业行动方案》，支持细胞治疗", "", "low"),
        ("某市发文支持细胞治疗", "某市印发《关于促进细胞治疗产业的若干措施》。", "medium"),
        ("CHMP adopts positive opinion for CAR-T", "", "medium"),
        ("European Commission approves CAR-T", "", "high"),
        ("国家药监局受理某CAR-T上市许可申请", "", "medium"),
        ("国家药监局批准某CAR-T上市", "", "high"),
        ("CAR-T等5款新药获批上市", "", "low"),
        ("港股异动 某公司CAR-T获批上市", "", "low"),
        ("某公司CAR-T获批上市", "母公司为港股上市公司。", "high"),
    ],
)
def test_importance_is_that_of_the_act_and_of_its_part_for_therapies(title: str, text: str, worth: str) -> None:
    assert read(title, text)[2] == worth


@pytest.mark.parametrize(
    ("title", "doc_type"),
    [
        ("细胞治疗周报｜两款产品获批，南方某市出新政", "roundup"),
        ("国家卫健委回应网友：干细胞治疗能否报销", "reply"),
        ("T/CSBX 0012-2031 间充质干细胞外囊泡制备要求", "standard"),
        ("立法会：医务卫生局局长就《再生治疗条例草案》二读发言", "law"),
        ("卫福部预告订定细胞制剂运送办法草案", "law"),
        ("香港就先进疗法产品规管架构咨询公众", "law"),
        ("国家卫健委：叫停所有未备案的干细胞项目", "enforcement"),
        ("衛福部：未核准的細胞療法 民眾切勿輕信", "safety"),
        ("某某生物：CAR-T注射液获临床试验批件", "trial"),
        ("FDA对某公司基因疗法试验实施临床暂停", "trial"),
        ("国内多地出台细胞治疗支持政策", "roundup"),
        ("某市：CAR-T企业最高可享2000万元奖励", "plan"),
        ("细胞治疗双法明年元旦上路", "law"),
        ("President signs executive order on stem cell research", "law"),
        ("Cell and Gene Therapy Products Regulations 2031", "law"),
        ("Comments on FDA draft guidance on CAR-T manufacturing", "proposal"),
        ("FDA asked to reconsider approval of gene therapy in citizen petition", "proposal"),
        ("FDA to host listening meeting on gene therapy", "meeting"),
        ("CAT monthly highlights: ATMP classifications at a glance", "roundup"),
        ("State stem cell agency approves five year plan and roadmap", "plan"),
        ("NIH: 12 projects selected for gene therapy funding", "funding"),
        ("MHRA seeks views on point of care cell therapy", "notice"),
        ("Regulators in Canada order clinics to stop stem cell injections", "enforcement"),
        ("FDA places Arden's gene therapy trial on hold", "trial"),
        ("Arden gets green light to begin CAR-T trial from FDA", "trial"),
        ("NHS in price deal for gene therapy", "reimbursement"),
        ("CAR-T to be funded by Medicare", "reimbursement"),
        ("Health Canada warns patients about unapproved stem cell treatments", "safety"),
        ("FDA panel votes against Arden's cell therapy", "meeting"),
        ("FDA rejects petition on gene therapy", "reply"),
        ("改正再生医療法が成立", "law"),
        ("厚労省、再生医療クリニックに改善命令", "enforcement"),
        ("CAR-T、公的医療保険の対象に", "reimbursement"),
        ("첨단재생의료 심의위원회, 줄기세포 실시계획 2건 적합 의결", "trial"),
        ("식약처, 줄기세포 업체 합동조사", "enforcement"),
        ("El Ministerio de Sanidad regula los medicamentos de terapias avanzadas", "law"),
    ],
)
def test_kind_reads_papers_and_steps_by_how_their_titles_are_built(title: str, doc_type: str) -> None:
    assert (told(title), read(title)[0]) == (True, doc_type)


def told(title: str) -> bool:
    return stand(survey(Document(title, ""), RULES), RULES.weights).policy
