"""Whose act it is: invented titles and openings, each with a body that acts and others that are only named."""

import pytest

from cgtwatch.model.classification import Document
from cgtwatch.model.taxonomy import Level
from cgtwatch.understand.authority import Authority, authority
from cgtwatch.understand.kind import kind
from cgtwatch.understand.policy import stand
from cgtwatch.understand.reading import survey
from cgtwatch.understand.rules import Rules, load

RULES: Rules = load()


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
