"""What is news of an authority's act in this field, and what is not: headlines of every class, invented, in ten languages."""

import pytest

from cgtwatch.model.classification import Classification, Document
from cgtwatch.model.taxonomy import Modality
from cgtwatch.understand.classify import classify
from cgtwatch.understand.policy import is_official
from cgtwatch.understand.rules import Rules
from shipped_rules import shipped_rules

RULES: Rules = shipped_rules()


def told(title: str, text: str = "", url: str = "") -> Classification:
    return classify(Document(title, text, url), RULES)


ACTS = [
    "FDA slaps hold on gene therapy after second liver failure",
    "Health Canada clears first human study of base-edited T cells",
    "Regulator pulls licence of Melbourne stem cell clinic",
    "Swissmedic refuses authorisation for Duchenne gene therapy",
    "Thai FDA warns public over exosome injections",
    "Saudi Arabia reimburses sickle cell gene editing therapy",
    "Germany's G-BA sees no added benefit for haemophilia gene therapy",
    "NHS England strikes deal on sickle cell gene therapy",
    "EU ministers agree position on pharma package hospital exemption",
    "CHMP opinion: conditional marketing authorisation for afami-cel",
    "Montana opens door to experimental therapies including gene therapy",
    "NIH to end funding of human embryonic stem cell research",
    "UK to invest £30m in advanced therapy manufacturing",
    "MHLW orders Tokyo clinic to halt autologous cell infusions",
    "Biotech gets EMA PRIME tag for its hemophilia gene therapy",
    "Firm receives FDA green light to begin Phase 1 of in vivo CAR-T",
    "Untitled Letter - Vitality Stem Cells LLC",
    "China approved its second CAR-T for solid tumors. Will others follow?",
    "US health officials consider faster path for rare-disease gene editing",
    "Stem cell doctor sentenced for fraud",
    "Mexico shuts three clinics offering stem cells",
    "Poland's ministry funds academic CAR-T",
    "Czech regulator alerts on illegal exosome products",
    "FDA takes action against company for marketing umbilical cord products",
    "EMA safety panel seeks to warn doctors about gene therapy risks",
    "市监局突击检查美容院 查获外泌体针剂",
    "男子非法注射干细胞致人死亡获刑",
    "全国首个！某细胞治疗产品通过GMP现场检查",
    "国家卫健委就干细胞临床应用收费问题作出回应",
    "国家医保局：CAR-T不会挤占基本医保基金",
    "苏州工业园区管委会与细胞治疗企业座谈",
    "河南一诊所违规开展干细胞治疗被罚",
    "民进中央提案：完善细胞治疗产品支付机制",
    "药监局领导走访细胞治疗企业",
    "衛福部預告修正特管辦法 開放異體細胞治療",
    "香港衞生署就先進療法產品修例展開諮詢",
    "我国放开自贸区外资从事干细胞治疗",
    "某公司体内CAR-T获FDA临床默示许可",
    "細胞治療の無届提供で大阪のクリニックに改善命令 厚労省",
    "식약처, CAR-T 치료제 신속처리 대상 지정",
    "PEI genehmigt klinische Prüfung mit CAR-T-Zellen bei Lupus",
    "L'ANSM autorise un essai de thérapie génique dans la drépanocytose",
    "Sanidad financia la terapia CAR-T académica",
    "AIFA: via libera alla rimborsabilità della terapia CAR-T",
]
NO_ACTS = [
    "CAR-T maker lays off 40% of staff",
    "Positive topline results for hemophilia gene therapy",
    "Company to seek accelerated approval of gene therapy after positive data",
    "Sarepta expects FDA decision on gene therapy in May",
    "Insurer refuses to pay for family's gene therapy",
    "Five things to know about Casgevy",
    "Is stem cell therapy legal in Mexico?",
    "Why gene therapy costs millions",
    "Taiwan: Regulatory Landscape for Regenerative Medicine",
    "Current status of ATMP regulation in Switzerland",
    "New Stem Cell Rules: A Short Overview",
    "The evolving regulation of ATMPs in Europe: a legal view",
    "Jane Roe – Managing Director, Alliance for Cell Therapy",
    "Stem cell society welcomes new members",
    "One year after approval: how Amtagvi changed melanoma care",
    "ASH guideline on CAR-T toxicities",
    "Webinar: navigating FDA's CMC expectations for gene therapy",
    "Analysts: how investors see gene therapy stocks after FDA news",
    "Doctors hail world-first gene editing of baby",
    "Local hospital becomes authorized treatment center for Casgevy",
    "The UK's evolving regulatory landscape for advanced therapies",
    "专家：基因治疗获批尚需时日",
    "美国FDA细胞治疗法规体系概览",
    "国际细胞治疗大会在杭州闭幕",
    "中科院团队在《自然》发表研究，宣布发现细胞重编程新方法",
    "CAR-T龙头股价大跌",
    "中美干细胞监管政策对比研究",
    "做干细胞临床研究需要先备案吗？",
    "细胞治疗产品申报IND要准备什么材料？",
    "某大学附属医院举办细胞治疗高峰论坛",
    "细胞存储靠谱吗 律师解读合同陷阱",
    "某CAR-T产品首张处方落地",
    "惠民保报销CAR-T 最高100万",
    "获批一周年 我国首款干细胞药惠及千名患者",
    "再生医療クリニックの選び方",
    "CAR-T 치료제 시장 전망",
    "Was ist eine CAR-T-Zelltherapie?",
    "Une startup lève 20 millions pour la thérapie génique",
    "Qué son las células madre y para qué sirven",
]
TOLD_AND_TALKED_OF = [  # the same act, as news and as what something else is about
    ("FDA approves Arden's gene therapy", "Arden to present gene therapy data after FDA approval"),
    ("FDA finalizes guidance on CAR-T", "FDA guidance on CAR-T: what sponsors should know"),
    ("Arden gets FDA approval for its gene therapy", "Arden reports second quarter results, highlights gene therapy approval"),
    ("Ministry of Health licenses stem cell clinic", "Stem cell therapy at our Ministry of Health licensed clinic"),
    ("FDA meets Arden on gene therapy", "Arden plans to meet with FDA to discuss gene therapy"),
    ("FDA grants RMAT designation to cell therapy", "Understanding RMAT: a guide to cell therapy designations"),
    ("EMA backs earlier use of CAR-T", "Arden and Corvel seek earlier-line approval of CAR-T in Europe"),
    ("国家药监局批准某CAR-T产品上市", "CAR-T赛道火热：谁能率先获批"),
    ("某公司CAR-T获批临床", "某公司发布中期业绩 CAR-T获批带动收入增长"),
    ("药审中心召开细胞治疗沟通会", "某某药业拟与CDE沟通细胞治疗产品临床方案"),
    ("国家医保局：CAR-T进入医保目录", "CAR-T进医保难在哪"),
    ("国家药监局发布干细胞指导原则", "干细胞监管政策演变及企业应对要点"),
    ("省药监局召开细胞治疗座谈会", "中国某某学会细胞治疗分会年会在京召开"),
    ("《CAR-T产品申报上市技术指导原则》公布", "某公司CAR-T产品申报上市"),
]
SPEAKS = [  # who can do it tells who did it; what a paper is called tells whose it is
    "Former clinic owner pleads guilty to selling unapproved exosomes",
    "ODAC votes 11-0 for CAR-T in second-line myeloma",
    "Decision Memo: CAR T-cell therapy (CAG-00000N)",
    "Examplegene autotemcel for treating sickle cell disease (TA9999)",
    "ISO 99999: requirements for therapeutic cells",
    "第99/2026號行政法規：再生醫療制度",
    "杭州市某某区：细胞治疗企业设备投入最高补助3000万",
    "两会声音：代表委员关于细胞治疗的建议盘点",
    "山西某示范区出台“细胞十五条”",
    "健保給付基因治療藥品",
    "港女接受CIK療程後死亡 醫生誤殺罪成",
    "某医院iPSC移植项目完成国家备案",
    "中医協、遺伝子治療薬の費用対効果評価を了承",
    "줄기세포 시술 무허가 의원 업무정지",
]
KINDS = [
    ("FDA approves first virus that kills cancer cells in bladder: a cancer-killing virus", {Modality.ONCOLYTIC_VIRUS}),
    ("EMA backs abcabtagene testleucel", {Modality.CAR_T}),
    ("NMPA approves testogene exampleparvovec", {Modality.GENE_THERAPY}),
    ("FDA clears living drug for lupus", {Modality.CGT_GENERAL}),
    ("国家药监局批准某某奥仑赛注射液上市", {Modality.CAR_T}),
    ("国家药监局批准CAR-T细胞治疗产品上市", {Modality.CAR_T}),
    ("商务部：允许外资从事干细胞、基因治疗", {Modality.STEM_CELL, Modality.GENE_THERAPY}),
    ("国家卫健委发布人体细胞组织物管理规定", {Modality.CGT_GENERAL}),
    ("FDA issues untitled letter on unapproved HCT/Ps", {Modality.CGT_GENERAL}),
    ("厚労省、自由診療の細胞投与で緊急命令", {Modality.CGT_GENERAL}),
]


@pytest.mark.parametrize("title", ACTS)
def test_classify_reports_an_act_however_a_headline_tells_it(title: str) -> None:
    assert told(title).labels.relevant


@pytest.mark.parametrize("title", NO_ACTS)
def test_classify_leaves_out_what_companies_clinics_and_writers_tell(title: str) -> None:
    assert not told(title).labels.policy


@pytest.mark.parametrize(("news", "talk"), TOLD_AND_TALKED_OF)
def test_classify_tells_news_of_an_act_from_what_only_names_it(news: str, talk: str) -> None:
    assert (told(news).labels.policy, told(talk).labels.policy) == (True, False)


@pytest.mark.parametrize("title", SPEAKS)
def test_classify_reports_what_only_an_authority_can_do_or_write(title: str) -> None:
    assert told(title).labels.relevant


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("某某医院成功开展CAR-T治疗", "近日，某某医院为一名患者实施CAR-T细胞治疗。该产品于2021年获国家药监局批准上市。"),
        (
            "Arden Strengthens Board With Industry Veteran",
            "Arden develops CAR-T therapies and received FDA clearance of its IND in 2023.",
        ),
    ],
)
def test_classify_takes_no_former_act_for_news_where_the_title_tells_of_none(title: str, text: str) -> None:
    assert not told(title, text).labels.policy


def test_classify_takes_a_neighbouring_field_in_one_list_with_therapies_for_no_word_against() -> None:
    text = "意见提出，加快细胞和基因技术、合成生物、生物育种等前沿技术产业化。"
    assert told("七部门关于推动未来产业发展的实施意见", text).labels.relevant


@pytest.mark.parametrize(("title", "kinds"), KINDS)
def test_classify_names_the_kinds_of_therapy_by_rule_and_not_only_by_known_names(title: str, kinds: set[Modality]) -> None:
    assert set(told(title).labels.modalities) == kinds


def test_classify_takes_the_kinds_from_the_opening_where_the_title_names_only_the_field() -> None:
    labels = told("先进疗法产品监管条例", "本条例所称先进疗法产品，是指基因治疗产品和组织工程产品。").labels
    assert set(labels.modalities) == {Modality.CGT_GENERAL, Modality.GENE_THERAPY, Modality.TISSUE_ENGINEERED}


def test_classify_takes_a_kind_that_a_brief_report_names_once_beside_that_of_the_title() -> None:
    labels = told(
        "Anvisa authorises CAR-T trial", "The agency cleared the first study of a CAR-T gene therapy made in the country."
    ).labels
    assert set(labels.modalities) == {Modality.CAR_T, Modality.GENE_THERAPY}


def test_classify_counts_a_stem_cell_cosmetic_only_where_an_authority_acts_against_it() -> None:
    assert told("市场监管局查处“干细胞面霜”，干细胞化妆品属虚假宣传").labels.relevant
    assert not told("某品牌发布干细胞化妆品新品").labels.cgt


@pytest.mark.parametrize(
    "title",
    [
        "市卫健委组织造血干细胞捐献宣传",
        "NMPA approves antibody for blastic plasmacytoid dendritic cell neoplasm",
        "国家药监局批准NK/T细胞淋巴瘤新药上市",
        "Senate bans meat grown from animal stem cells",
        "农业农村部发布基因编辑番茄安全评价指南",
    ],
)
def test_classify_leaves_out_what_only_shares_its_words_with_therapies(title: str) -> None:
    assert not told(title).labels.cgt


def test_policy_rests_on_the_build_of_the_title_where_no_listed_word_stands_in_it() -> None:
    found = told("Ministerin warnt vor Stammzelltherapie")
    assert not found.labels.policy or found.evidence["policy"]


@pytest.mark.parametrize(
    "url", ["https://www.hsa.gov.sg/ctgtp", "https://www.mhlw.go.jp/stf", "http://wjw.sh.gov.cn/a", "https://who.int/x"]
)
def test_is_official_knows_the_addresses_of_authorities(url: str) -> None:
    assert is_official(url)


@pytest.mark.parametrize(
    "url",
    ["", "https://pmc.ncbi.nlm.nih.gov/articles/1", "https://blog.cirm.ca.gov/x", "https://gov.example.com/", "https://go.com"],
)
def test_is_official_takes_no_archive_blog_or_look_alike_for_one(url: str) -> None:
    assert not is_official(url)


@pytest.mark.parametrize(
    "title",
    [
        "2031至2036年中国细胞治疗行业评估报告",
        "细胞治疗的法律风险",
        "干细胞产业联盟发出自律倡议",
        "某市中心医院细胞治疗中心揭牌",
        "某某细胞产业园厂房竣工交付",
        "某某基因治疗药物上半年销售额两亿元",
        "Regulation of cell therapy in Japan: past, present and future",
        "Five things regulators will not like about stem cell clinics",
        "Gene therapy approvals: a retrospective analysis",
        "Approval of CAR-T sought by Arden in Europe",
        "Society clinical practice recommendations for CAR-T",
        "Arden to build gene therapy manufacturing facility",
        "再生医療法を巡る法務解説",
        "CAR-Tの承認申請",
        "줄기세포 규제 체계 고찰",
    ],
)
def test_classify_takes_studies_markets_clinics_and_filings_for_no_act(title: str) -> None:
    assert not told(title).labels.policy
