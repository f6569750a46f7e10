"""Whose act it is: invented titles and openings, each with a body that acts and others that are only named."""

import pytest

from cgtwatch.model.classification import Document
from cgtwatch.model.taxonomy import Level
from cgtwatch.understand.authority import authority
from cgtwatch.understand.kind import kind
from cgtwatch.understand.policy import stand
from cgtwatch.understand.reading import survey
from cgtwatch.understand.rules import Rules
from cgtwatch.understand.unnamed import Authority
from shipped_rules import shipped_rules

RULES: Rules = shipped_rules()


def who(title: str, text: str = "", url: str = "") -> Authority:
    reading = survey(Document(title, text, url), RULES)
    return authority(reading, RULES, kind(reading, stand(reading, RULES.weights)))


@pytest.mark.parametrize(
    ("title", "issuers", "jurisdiction"),
    [
        ("铜陵市卫生健康委通报一起干细胞违规诊疗案件", ("other:tongling_hc",), "CN-AH"),
        ("慈溪市市场监督管理局查处外泌体虚假广告", ("other:cixi_amr",), "CN-ZJ"),
        ("鄂尔多斯市人民政府印发生物医药产业行动计划", ("other:eerduosi_gov",), "CN-NM"),
        ("常州市医疗保障局公布细胞治疗价格", ("other:changzhou_hsb",), "CN-JS"),
        ("贵安新区管理委员会印发细胞产业措施", ("other:guian_mc",), "CN-GZ"),
        ("大湾区：香港衞生署就先進療法產品註冊發出指引", ("other:hk_dh",), "HK"),
        ("Ohio Attorney General sues stem cell clinic", ("other:oh_ag",), "US-OH"),
        ("Nevada governor signs stem cell therapy bill", ("other:nv_governor",), "US-NV"),
        ("Brazilian regulator approves CAR-T therapy", ("other:anvisa",), "BR"),
        ("Vietnam's health ministry issues stem cell rules", ("other:moh_vn",), "VN"),
        ("Kenya's parliament passes stem cell bill", ("other:ke_parliament",), "KE"),
        ("印尼药监部门批准干细胞产品", ("other:bpom",), "ID"),
    ],
)
def test_a_body_is_known_by_its_place(title: str, issuers: tuple[str, ...], jurisdiction: str) -> None:
    found = who(title)
    assert (found.issuers, found.jurisdiction) == (issuers, jurisdiction)


@pytest.mark.parametrize(
    ("title", "text", "issuers"),
    [
        ("市卫健委召开干细胞临床研究座谈会", "近日，温州市有关单位参加了会议。", ("other:wenzhou_hc",)),
        ("省药监局检查细胞治疗产品生产企业", "检查组来到四川省的三家企业。", ("sc_mpa",)),
        ("Health ministry warns of stem cell clinics", "MANILA - Clinics in the Philippines offer stem cell injections.", ("other:doh_ph",)),
        ("Health ministry warns of stem cell clinics", "SINGAPORE - Clinics offer stem cell injections.", ("other:moh_sg",)),
        ("SFDA approves gene therapy trial", "Riyadh. The trial is the first in Saudi Arabia.", ("other:sfda_sa",)),
        ("SFDA approves gene therapy trial", "Beijing. The trial is the first in China.", ("nmpa",)),
        ("卫生部叫停干细胞收费治疗", "", ("nhc",)),
        ("关于细胞治疗建议的答复", "您提出的建议收悉，我委高度重视，现答复如下。", ("nhc",)),
        ("关于对洛阳市政协细胞治疗提案的答复", "您提出的提案收悉，我委高度重视，现答复如下。", ("other:luoyang_hc",)),
    ],
)  # fmt: skip
def test_a_body_called_without_its_place_is_that_of_the_place_spoken_of(title: str, text: str, issuers: tuple[str, ...]) -> None:
    assert who(title, text).issuers == issuers


@pytest.mark.parametrize(
    ("title", "text", "issuers"),
    [
        ("Lawmakers urge FDA to clear stem cell therapies", "", ("congress",)),
        ("浙江省药监局贯彻落实国家药监局部署，检查细胞治疗产品", "", ("zj_mpa",)),
        ("国家药监局药品审评中心发布细胞治疗指导原则", "", ("cde",)),
        ("国家药监局、国家卫生健康委联合发布干细胞通知", "", ("nmpa", "nhc")),
        ("安庆市生物医药产业发展行动计划", "为贯彻落实国家发展改革委《规划》，制定本计划，发展细胞治疗。", ("other:anqing_gov",)),
        ("关于干细胞提案的答复", "省政府办公厅交由我委办理。山西省卫生健康委员会现答复如下。", ("sx_hc",)),
    ],
)  # fmt: skip
def test_who_is_only_named_is_not_the_issuer(title: str, text: str, issuers: tuple[str, ...]) -> None:
    assert who(title, text).issuers == issuers


def test_the_country_of_a_public_site_stands_in_for_a_place() -> None:
    found = who("Consultation on gene therapy manufacturing rules", "We seek views.", "https://www.gov.uk/consultations/x")
    assert found.jurisdiction == "GB"


def test_a_university_of_a_city_does_not_speak_for_the_city() -> None:
    assert who("徐州医科大学启用干细胞制备中心获批准").jurisdiction != "CN-JS"


def test_the_site_tells_whose_paper_it_is_when_nobody_is_named() -> None:
    found = who("FAQ: Arzneimittel für neuartige Therapien", "Was sind ATMP?", "https://www.pei.de/faq")
    assert (found.issuers, found.level, found.issuer_spans[0].of) == (("other:pei",), Level.NATIONAL, "address")


@pytest.mark.parametrize(
    ("title", "issuers", "jurisdiction"),
    [
        ("Decision memo on CAR T-cell therapy (CAG-00999N)", ("cms",), "US"),
        ("Examplecel for treating leukaemia (TA9999)", ("nice",), "GB"),
        ("Guideline on gene therapy products (PSEHB/MDED Notification No. 1234)", ("mhlw",), "JP"),
        ("关于干细胞临床研究自查的通知（卫办科教函〔2012〕9号）", ("nhc",), "CN"),
        ("某公司溶瘤病毒注射液纳入突破性治疗品种", ("cde",), "CN"),
        ("第9/2026號行政法規：細胞治療產品", ("other:mo_gov",), "MO"),
        ("健保給付CAR-T細胞治療", ("other:tw_nhi",), "TW"),
        ("ODAC votes against CAR-T therapy", ("fda",), "US"),
        ("Real Decreto sobre medicamentos de terapia avanzada", ("other:es_gov",), "ES"),
        ("중앙약심, 줄기세포치료제 허가 논의", ("mfds",), "KR"),
        ("条件・期限付承認の再生医療等製品が期限切れ", ("mhlw",), "JP"),
    ],
)
def test_numbers_procedures_and_papers_tell_an_authority_that_is_not_named(
    title: str, issuers: tuple[str, ...], jurisdiction: str
) -> None:
    found = who(title)
    assert (found.issuers, found.jurisdiction) == (issuers, jurisdiction)
    assert found.issuer_spans


@pytest.mark.parametrize(
    ("title", "issuers"),
    [
        ("山东省卫生健康委印发青岛自贸片区细胞治疗措施", ("sd_hc",)),
        ("海南省药监局发布乐城先行区干细胞管理规定", ("hi_mpa",)),
        ("乐城先行区公布干细胞治疗价格", ("other:lecheng",)),
        ("福建自贸试验区出台细胞产业措施", ("other:fj_ftz",)),
        ("国家药监局：支持海南省药监局先行先试细胞治疗", ("nmpa",)),
        ("国家卫生健康委、国家药监局：规范干细胞临床研究", ("nhc", "nmpa")),
        ("Appeals court rules for FDA in stem cell clinic case", ("other:us_courts",)),
        ("Ohio bill would allow stem cell therapy not approved by FDA", ("other:oh_legislature",)),
        ("Missouri lawmakers debate stem cell bill", ("other:mo_legislature",)),
        ("Macau legislature passes medicines law", ("other:mo_al",)),
        ("Swissmedic follows FDA in approving gene therapy", ("swissmedic",)),
        ("政协金华市委员会提案：支持细胞产业", ("other:jinhua_cppcc",)),
        ("成都市中级人民法院对非法干细胞移植案作出终审判决", ("other:chengdu_court",)),
    ],
)
def test_ground_the_parties_of_a_case_and_the_example_followed(title: str, issuers: tuple[str, ...]) -> None:
    assert who(title).issuers == issuers


def test_an_act_of_a_name_that_several_countries_use_is_that_of_the_country_named() -> None:
    assert who("South Korea revises its regenerative medicine act").issuers == ("other:mohw_kr",)


def test_the_office_that_the_opening_names_acts_for_the_agency_of_the_title() -> None:
    assert who("药监局发布细胞治疗指导原则", "国家药监局药审中心发布了指导原则。").issuers == ("cde",)


def test_a_law_that_is_passed_is_the_parliaments() -> None:
    assert who("Panama passes stem cell law").issuers == ("other:pa_parliament",)


def test_no_parliament_of_another_country_is_the_american_one() -> None:
    assert "congress" not in who("Parliament passes stem cell bill").issuers


def test_the_standard_of_an_association_is_not_the_agencys() -> None:
    assert who("中国研究型医院学会发布细胞治疗团体标准").issuers == ("other:crha",)


@pytest.mark.parametrize(
    ("title", "jurisdiction"),
    [
        ("加強細胞治療管理的規定公布施行", "TW"),
        ("出台细胞治疗管理规定并公布施行", "CN"),
    ],
)
def test_the_language_tells_the_country_where_nothing_else_does(title: str, jurisdiction: str) -> None:
    assert who(title).jurisdiction == jurisdiction


@pytest.mark.parametrize(
    ("title", "text", "issuers"),
    [
        ("State lawmakers debate stem cell bill", "BOISE - The Idaho committee met.", ("other:id_legislature",)),
        ("State Senate passes stem cell bill", "The bill goes to the governor.", ()),
        ("State attorney general sues stem cell clinic", "The Nebraska clinic sold infusions.", ("other:ne_ag",)),
    ],
)
def test_what_a_state_calls_its_own_is_not_the_nations(title: str, text: str, issuers: tuple[str, ...]) -> None:
    assert who(title, text).issuers == issuers


def test_who_signs_a_reply_that_says_we_comes_first() -> None:
    text = "您提出的提案由我局会同科技部、国家卫生健康委办理，现答复如下。\n国家药监局 2024年8月1日"
    assert who("关于政协提案答复的函", text).issuers == ("nmpa", "most", "nhc")


@pytest.mark.parametrize(
    ("title", "issuers"),
    [
        ("BLA for CAR-T therapy accepted", ("fda",)),
        ("BLA for CAR-T therapy accepted in China", ("nmpa",)),
        ("CAR-T 치료제 품목허가", ("mfds",)),
        ("일본, CAR-T 치료제 품목허가", ("mhlw",)),
    ],
)
def test_a_procedure_that_several_countries_have_is_that_of_the_country_named(title: str, issuers: tuple[str, ...]) -> None:
    assert who(title).issuers == issuers


@pytest.mark.parametrize(
    ("title", "issuers"),
    [
        ("《“十五五”生物经济发展规划》印发", ("ndrc",)),
        ("《细胞治疗产品生产质量管理指南》发布", ("cfdi",)),
        ("ISO 12345: stem cells for research", ("other:iso",)),
    ],
)
def test_a_statute_or_standard_known_by_name_tells_who_made_it(title: str, issuers: tuple[str, ...]) -> None:
    assert who(title).issuers == issuers
