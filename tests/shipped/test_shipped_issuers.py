"""Every authority of the source catalogue has its place in the register, and every shipped source says the right one."""

import re
from functools import cache
from typing import Any

import pytest
import yaml

from shared import SHARED, needs_shared
from shipped.loaded import BY_ID, ISSUERS

# The catalogue's names → the register's ids; `other:` where the register has none.
REGISTER = {
    "cn.nmpa": "nmpa",
    "cn.cde": "cde",
    "cn.cfdi": "cfdi",
    "cn.nifdc": "nifdc",
    "cn.chp": "other:chp",
    "cn.cmde": "other:cmde",
    "cn.nhc": "nhc",
    "cn.most": "most",
    "cn.miit": "miit",
    "cn.ndrc": "ndrc",
    "cn.nhsa": "nhsa",
    "cn.state-council": "state_council",
    "cn.hgrac": "hgrac",
    "cn.npc": "npc",
    "cn.cppcc": "cppcc",
    "cn.moj": "other:moj",
    "cn.mofcom": "mofcom",
    "cn.nsfc": "other:nsfc",
    "cn.ydcdei": "other:ydcdei",
    "cn.chinacdc": "other:chinacdc",
    # provinces: government, health commission, drug administration, and the others by their kind
    "cn-bj.gov": "bj_gov",
    "cn-bj.wjw": "bj_hc",
    "cn-bj.yjj": "bj_mpa",
    "cn-bj.kw": "other:bj_stc",
    "cn-sh.gov": "sh_gov",
    "cn-sh.wsjkw": "sh_hc",
    "cn-sh.yjj": "sh_mpa",
    "cn-sh.fgw": "other:sh_drc",
    "cn-sh.pudong": "other:pudong_gov",
    "cn-sh.stcsm": "other:sh_stc",
    "cn-gd.gov": "gd_gov",
    "cn-gd.wsjkw": "gd_hc",
    "cn-gd.mpa": "gd_mpa",
    "cn-gd.stc": "other:gd_std",
    "cn-gd.drc": "other:gd_drc",
    "cn-gd.hsa": "other:gd_hsb",
    "cn-gd.ii": "other:gd_iitd",
    "cn-gd.npc": "other:gd_npc",
    "cn-gd.gz": "other:gz_gov",
    "cn-gd.sz.gov": "sz_gov",
    "cn-gd.sz.wjw": "sz_hc",
    "cn-gd.sz.fgw": "other:sz_drc",
    "cn-gd.sz.stic": "other:sz_stb",
    "cn-gd.sz.dapeng": "other:dapeng_gov",
    "cn-gd.sz.pingshan": "other:pingshan_gov",
    "cn-zj.gov": "zj_gov",
    "cn-zj.wsjkw": "zj_hc",
    "cn-zj.mpa": "zj_mpa",
    "cn-hn.gov": "hn_gov",
    "cn-hn.wjw": "hn_hc",
    "cn-hn.mpa": "hn_mpa",
    "cn-yn.gov": "yn_gov",
    "cn-yn.wsjkw": "yn_hc",
    "cn-yn.mpa": "yn_mpa",
    "cn-hi.gov": "hi_gov",
    "cn-hi.wst": "hi_hc",
    "cn-hi.mpa": "hi_mpa",
    "cn-hi.lecheng": "other:lecheng",
    "cn-tj.wsjk": "tj_hc",
    "cn-tj.yj": "tj_mpa",
    "cn-tj.ftz": "other:tj_ftz",
    "cn-js.wjw": "js_hc",
    "cn-js.da": "js_mpa",
    "cn-js.sz": "other:suzhou_gov",
    "cn-sd.wsjkw": "sd_hc",
    "cn-sd.mpa": "sd_mpa",
    "cn-sc.wsjkw": "sc_hc",
    "cn-cq.yjj": "cq_mpa",
    "cn-ah.mpa": "ah_mpa",
    "cn-fj.yjj": "fj_mpa",
    "cn-hb.mpa": "hb_mpa",
    "cn-sn.kjt": "other:sn_std",
    # elsewhere
    "us.fda": "fda",
    "us.fda.cber": "cber",
    "us.fda.cder": "fda",  # the register keeps no centre but the one for biologics
    "us.fr": "other:federal_register",
    "us.gsa": "other:gsa",
    "us.nlm": "other:nlm",
    "us.nih": "nih",
    "us.cms": "cms",
    "us.congress": "congress",
    "us.gpo": "other:gpo",
    "eu.ema": "ema",
    "eu.ema.cat": "cat",
    "eu.ec": "ec",
    "eu.eurlex": "other:eurlex",
    "eu.edqm": "other:edqm",
    "gb.mhra": "mhra",
    "gb.dhsc": "other:dhsc",
    "gb.govuk": "other:uk_gov",
    "gb.nice": "nice",
    "jp.pmda": "pmda",
    "jp.mhlw": "mhlw",
    "kr.mfds": "mfds",
    "kr.mohw": "other:mohw_kr",
    "kr.moleg": "other:moleg",
    "au.tga": "tga",
    "ca.hc": "health_canada",
    "ch.swissmedic": "swissmedic",
    "sg.hsa": "hsa",
    "tw.tfda": "tfda",
    "tw.mohw": "other:tw_mohw",
    "hk.dh": "other:hk_dh",
    "mo.ssm": "other:mo_ssm",
    "in.cdsco": "other:cdsco",
    "de.bfarm": "other:bfarm",
    "br.anvisa": "other:anvisa",
    "int.who": "who",
    "int.ich": "ich",
    # press and associations
    "news.kff": "other:kff",
    "news.stat": "other:stat",
    "news.fierce": "other:fierce",
    "news.endpoints": "other:endpoints",
    "news.biopharmadive": "other:biopharma_dive",
    "news.gen": "other:gen",
    "news.biospace": "other:biospace",
    "news.labiotech": "other:labiotech",
    "news.bioworld": "other:bioworld",
    "news.nature": "other:nature",
    "news.cell": "other:cell_press",
    "news.cgti": "other:cgti",
    "assoc.asgct": "other:asgct",
    "assoc.isct": "other:isct",
    "assoc.arm": "other:arm",
    "news.raps": "other:raps",
    "news.globenewswire": "other:globenewswire",
    "news.google": "other:google_news",
    "news.bing": "other:bing",
    "news.gdelt": "other:gdelt",
    "news.sina": "other:sina",
    "news.yicai": "other:yicai",
    "news.caixin": "other:caixin",
    "news.thepaper": "other:thepaper",
    "news.36kr": "other:36kr",
    "news.cls": "other:cls",
    "news.cn-healthcare": "other:cn_healthcare",
    "news.medsci": "other:medsci",
    "news.biodiscover": "other:biodiscover",
    "news.cnpharm": "other:cnpharm",
    "news.yaozhi": "other:yaozhi",
    "news.dxy": "other:dxy",
    "news.wechat": "other:wechat",
    "bridge.rsshub": "other:rsshub",
}
# Publishers that print what another authority issued, and ask for its papers only.
IN_ANOTHERS_NAME = {
    "us.fr": "fda",  # the query names the agency
    "us.gsa": "fda",
    "gb.govuk": "mhra",
    "bridge.rsshub": "nmpa",  # the list that is bridged
}


@cache
def catalogue() -> dict[str, Any]:
    text = (SHARED / "sources" / "catalogue.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@pytest.mark.recorded
@needs_shared
def test_every_authority_of_the_catalogue_is_mapped_and_none_is_left_over():
    assert REGISTER.keys() == catalogue()["issuers"].keys()


def test_every_mapped_authority_is_in_the_register_or_said_to_be_another():
    wrong = [there for there in REGISTER.values() if there not in ISSUERS and not re.fullmatch(r"other:[a-z0-9_]+", there)]
    assert wrong == []


def test_no_authority_of_the_register_is_mapped_to_another_by_oversight():
    canonical = {issuer for issuer in ISSUERS if not issuer.startswith("other:")}
    mapped = set(REGISTER.values())
    assert {
        "nmpa",
        "cde",
        "cfdi",
        "nifdc",
        "nhc",
        "most",
        "miit",
        "ndrc",
        "mofcom",
        "nhsa",
        "state_council",
        "hgrac",
    } <= mapped & canonical
    assert {
        "fda",
        "cber",
        "nih",
        "cms",
        "congress",
        "ema",
        "cat",
        "ec",
        "mhra",
        "nice",
        "pmda",
        "mhlw",
        "mfds",
        "tga",
    } <= mapped & canonical
    assert {"health_canada", "swissmedic", "hsa", "tfda", "who", "ich", "npc", "cppcc"} <= mapped & canonical


@pytest.mark.recorded
@needs_shared
def test_every_shipped_source_of_the_catalogue_names_its_authority_by_the_register():
    wrong = {
        record["id"]: (source.issuer, REGISTER[record["issuer"]])
        for record in catalogue()["sources"]
        if (source := BY_ID.get(record["id"]))
        and source.issuer != IN_ANOTHERS_NAME.get(record["issuer"], REGISTER[record["issuer"]])
    }
    assert wrong == {}


@pytest.mark.recorded
@needs_shared
def test_the_catalogue_ships_as_it_says():
    records = catalogue()["sources"]
    on = {record["id"] for record in records if record["ship"] == "enabled"}
    assert {name for name in on if not (name in BY_ID and BY_ID[name].enabled)} == set()
    off = {record["id"] for record in records if record["ship"] in ("opt_in", "bridge")}
    assert {name for name in off if name not in BY_ID or BY_ID[name].enabled} == set()


@pytest.mark.recorded
@needs_shared
def test_no_shipped_source_claims_to_be_better_known_than_the_catalogue_knows_it():
    rank = {"low": 0, "medium": 1, "high": 2}
    records = {record["id"]: record for record in catalogue()["sources"]}
    better = [
        name
        for name, source in BY_ID.items()
        if name in records and rank[source.confidence or "low"] > rank[records[name]["confidence"]]
    ]
    assert better == []


@pytest.mark.recorded
@needs_shared
def test_every_shipped_source_stands_where_the_catalogue_puts_it():
    records = {record["id"]: record for record in catalogue()["sources"]}
    moved = {
        name: (source.jurisdiction, records[name]["jurisdiction"])
        for name, source in BY_ID.items()
        if name in records and name != "bridge-rsshub" and source.jurisdiction != records[name]["jurisdiction"]
    }
    assert moved == {}
