"""Site families: a source of five lines reads a page in the shape of its family."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import pytest

from cgtwatch.config.sources import load_sources
from cgtwatch.parse import PARSERS
from cgtwatch.parse.document import read_article
from cgtwatch.parse.records import check as check_jmespath
from cgtwatch.parse.select import check as check_selector
from cgtwatch.parse.values import pick
from cgtwatch.registry import load
from parse.parse_kit import page
from sources_file import KNOWN

PAGES = Path(__file__).parent / "platforms"
CHECKED = replace(KNOWN, check_selector=check_selector, check_jmespath=check_jmespath)
# Family → where it was asked, the page that came, and its rows.
FAMILIES = {
    "trs": ("https://wjw.yunling.example.org/zwgk/tzgg/", "trs.html", [
        ("云岭省卫生健康委员会关于印发干细胞临床研究备案管理办法（试行）的通知", "/zwgk/tzgg/202607/t20260708_300101.html", date(2026, 7, 8)),
        ("《体细胞治疗临床应用管理规定》政策解读", "/zwgk/zcjd/202607/t20260706_300088.html", date(2026, 7, 6)),
        ("转发：关于开展基因治疗产品专项检查的公告", "https://www.yunling-sc.example.org/zwgk/202606/t20260630_299871.htm", date(2026, 6, 30)),
    ]),
    "nmpa": ("https://www.drugs.example.org/xxgk/ggtg/ypggtg/index.html", "nmpa.html", [
        ("国家药品审评局关于发布先进治疗药品分类界定程序的公告（2026年第61号）", "/xxgk/ggtg/ypggtg/20260708171512345.html", date(2026, 7, 8)),
        ("国家药品审评局关于修订自体细胞制剂说明书的公告（2026年第58号）", "/xxgk/ggtg/ypggtg/20260701093000112.html", date(2026, 7, 1)),
        ("微信发布：细胞治疗产品问答", "https://mp.weixin.example.org/s/xyz", date(2026, 6, 28)),
    ]),
    "dahan": ("http://mpa.haidong.example.org/col/col2084/index.html", "dahan.html", [
        ("海东省药品监督管理局关于公开征求《细胞治疗产品生产监督管理指南》意见的公告", "/art/2026/7/8/art_2084_58101.html", date(2026, 7, 8)),
        ("关于注销部分药品注册证书的公告", "/art/2026/7/3/art_2084_58077.html", date(2026, 7, 3)),
        ("转载&解读：先进治疗药品", "http://www.haidong.example.org/art/2026/6/28/art_1_58001.html", date(2026, 6, 28)),
    ]),
    "dahan-proxy": ("http://mpa.haidong.example.org/module/web/jpage/dataproxy.jsp", "dahan-proxy.xml", [
        ("关于发布干细胞制剂检验要点的通告", "/art/2026/5/20/art_2084_57001.html", date(2026, 5, 20)),
        ("药品生产许可证核发公示", "/art/2026/5/18/art_2084_56990.html", date(2026, 5, 18)),
    ]),
    "gkmlpt": ("http://wsjkw.nanjiang.example.org/gkmlpt/api/all/0", "gkmlpt.json", [
        ("南江省卫生健康委关于印发生物医学新技术临床研究管理细则的通知", "/gkmlpt/content/4/4410/post_4410021.html#2531", date(2026, 7, 8)),
        ("关于细胞治疗收费项目的公示", "/gkmlpt/content/4/4409/post_4409870.html#2531", date(2026, 7, 6)),
    ]),
    "jpaas": ("https://www.gxt-dongling.example.org/zwgk/wjgs/index.html", "jpaas.json", [
        ("生物医药产业链重点项目（细胞与基因治疗方向）公示", "/zwgk/wjgs/art/2026/art_6f1c0f7f0b6c4d1a9a57b0d7e2a4c101.html", date(2026, 7, 8)),
        ("医药工业数字化转型试点名单公示", "/zwgk/wjgs/art/2026/art_6f1c0f7f0b6c4d1a9a57b0d7e2a4c102.html", date(2026, 7, 1)),
    ]),
    "ucap": ("https://www.qiongnan.example.org/qn/5309/list3.shtml", "ucap.html", [
        ("琼南自治州人民政府关于支持细胞和基因治疗产业发展的若干措施", "/qn/5309/202607/8d1e4f60aa.shtml", date(2026, 7, 8)),
        ("关于公布第二批真实世界数据研究项目的通知", "/qn/5309/202607/8d1e4f60ab.shtml", date(2026, 7, 2)),
    ]),
    "ucap-json": ("https://www.pinghu.example.org/szinf/info/getInfoCommon/?channelid=26", "ucap-json.json", [
        ("市政府关于印发生物医药产业创新集群行动方案的通知", "/pinghu/zfwj/202607/abc0011.shtml", date(2026, 7, 8)),
        ("关于举办细胞治疗政策宣讲会的通告", "https://wsj.pinghu.example.org/tzgg/202607/abc0012.shtml", date(2026, 7, 5)),
    ]),
    "shanghai-ivs": ("https://yjj.hujiang.example.org/zh/index.html", "shanghai-ivs.html", [
        ("沪江市药品监督管理局关于发布《细胞治疗产品委托生产现场检查要点》的通告", "/zh/20260708/5b1f7a2c9d0e4f01.html", date(2026, 7, 8)),
        ("2026年第二季度药品抽检结果", "/cmsres/d1/d1a2b3c4.pdf", date(2026, 7, 3)),
        ("沪江市促进基因治疗创新发展行动方案", "https://www.hujiang-gov.example.org/nw12344/20260630/aa01.html", date(2026, 6, 30)),
    ]),
    "was5": ("https://yjj.minlan.example.org/fjdzapp/search?channelid=229105&classsql=chnlid%3D4910", "was5.json", [
        ("闽岚省药品监督管理局关于干细胞制剂备案有关事宜的通告", "http://yjj.minlan.example.org/zwgk/tzgg/202607/t20260708_8101.htm", date(2026, 7, 8)),
        ("药品经营许可证注销公告", "http://yjj.minlan.example.org/zwgk/tzgg/202607/t20260702_8098.htm", date(2026, 7, 2)),
    ]),
    "cde": ("https://www.review-centre.example.org/zdyz/getDomesticGuideList", "cde.json", [
        ("《嵌合抗原受体T细胞治疗产品非临床研究技术指导原则》", "/zdyz/domesticinfopage?zdyzIdCODE=2853510d929253719601db17b8a9fd81", date(2026, 7, 8)),
        ("《体外基因修饰系统药学研究技术指导原则》", "/zdyz/domesticinfopage?zdyzIdCODE=31b0c7f1d6b9d1ba4ab1ac0f2b5c6d7e", date(2026, 6, 20)),
    ]),
}  # fmt: skip
TOTALS = {"gkmlpt": 812, "cde": 212, "dahan-proxy": 612}


@pytest.fixture(scope="module")
def five_lines(tmp_path_factory):
    """A source that names its family and next to nothing else."""
    path = tmp_path_factory.mktemp("platforms") / "sources.yaml"

    @cache
    def made(family):
        path.write_text(
            f"sources:\n  - id: cn-x\n    platform: {family}\n    url: {FAMILIES[family][0]}\n    issuer: nmpa\n    jurisdiction: CN\n"
        )
        [source] = load_sources(path, CHECKED).sources
        return source

    return made


def body(name):
    return (PAGES / name).read_bytes()


def parsed(five_lines, family):
    source = five_lines(family)
    return load(PARSERS, source.kind.value, what="kind")(source, page(body(FAMILIES[family][1]), url=FAMILIES[family][0]))


def expected(family):
    address, _, rows = FAMILIES[family]
    return [(title, urljoin(address, link), day) for title, link, day in rows]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_reads_its_lists_titles_links_and_days(five_lines, family):
    drafts = parsed(five_lines, family).drafts
    assert [(draft.title, draft.url, draft.published_on) for draft in drafts] == expected(family)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_says_how_many_there_are_where_its_answer_does(five_lines, family):
    assert parsed(five_lines, family).total == TOTALS.get(family)


def test_what_a_record_says_beside_its_title_is_told_with_the_text(five_lines):
    text = parsed(five_lines, "gkmlpt").drafts[0].text
    assert "文号: 南卫规〔2026〕3号" in text
    assert "发布机构: 南江省卫生健康委员会" in text


def test_the_two_step_family_takes_address_and_query_from_the_page(five_lines):
    values = pick(five_lines("jpaas"), page(body("jpaas.html"), url=FAMILIES["jpaas"][0]))
    assert values["unit"] == "/api-gateway/jpaas-publish-server/front/page/build/unit"
    assert values["q"].startswith("{'parseType':'bulidstatic','webId':'8d828e")


def test_the_number_of_a_site_is_taken_from_its_front_page(five_lines):
    assert pick(five_lines("gkmlpt"), page(body("gkmlpt-detail.html"))) == {"SID": "216"}


def test_a_detail_page_that_keeps_its_text_in_a_script_is_read(five_lines):
    article = read_article(five_lines("gkmlpt"), page(body("gkmlpt-detail.html"), url=expected("gkmlpt")[0][1]))
    assert "现将《生物医学新技术临床研究管理细则》印发给你们" in article.text
    assert "\\u003C" not in article.text
    assert [found.name for found in article.attachments] == ["附件：管理细则.pdf"]
