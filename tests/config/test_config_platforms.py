"""Site families: a source of five lines gets all of its family's rules, and what it says itself wins."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from cgtwatch.config.platforms import presets
from cgtwatch.model.source import DetailMode, Kind, Paging, Taken
from cgtwatch.parse.records import check as check_jmespath
from sources_file import KNOWN, load, mistakes

CHECKED = replace(KNOWN, check_jmespath=check_jmespath)
FIVE = """sources:
  - id: cn-one
    platform: {name}
    url: {url}
    issuer: gd_mpa
    jurisdiction: CN-GD
"""
NAMES = {"trs", "dahan", "gkmlpt", "jpaas", "ucap", "shanghai-ivs", "was5", "nmpa", "cde"}


def five(name, folder, more="", url="https://a.example.gov.cn/col/index.html"):
    terms = "    terms: [细胞治疗]\n" if name == "govcn-search" else ""
    found = load(FIVE.format(name=name, url=url) + terms + more, folder, CHECKED)
    assert found.warnings == ()
    return found.sources[0]


def test_the_nine_families_are_there():
    assert presets().keys() >= NAMES


@pytest.mark.parametrize("name", presets())
def test_a_source_of_five_lines_is_whole(name, tmp_path):
    source = five(name, tmp_path)
    assert (source.platform, source.issuer, source.language) == (name, "gd_mpa", presets()[name].pairs["language"][1].text)
    assert (source.list is not None) == (source.kind is Kind.LIST)
    assert (source.kind is Kind.API) <= (source.api is not None)
    assert "{origin}" not in repr(source)
    assert "{url}" not in repr(source)


def test_own_keys_win_one_by_one_inside_the_rules(tmp_path):
    more = "    language: en\n    list: {title: self, date: none}\n    paging: {start: 2}\n    detail: {body: '#main'}\n"
    plain, source = five("trs", tmp_path), five("trs", tmp_path, more)
    assert source.language == "en"
    assert source.list == replace(plain.list, title="self", date=None)
    assert source.paging == replace(plain.paging, start=2)
    assert (source.detail.mode, source.detail.body) == (DetailMode.RULE, "#main")


def test_a_scalar_or_another_way_takes_the_place_of_a_rule_as_a_whole(tmp_path):
    more = '    detail: auto\n    paging: {by: query, param: p}\n    list: {script: \'u="(?P<link>[^"]+)"\'}\n'
    source = five("trs", tmp_path, more)
    assert source.detail.mode is DetailMode.AUTO
    assert source.paging == Paging("query", param="p", start=2)
    assert (source.list.item, source.list.script) == ("", 'u="(?P<link>[^"]+)"')


def test_none_does_without_a_rule_of_the_family(tmp_path):
    source = five("gkmlpt", tmp_path, "    preload: none\n    paging: none\n    api: {params: {sid: 216}}\n")
    assert (source.preload, source.paging) == (None, None)
    assert dict(source.request.params) == {"page": "1", "sid": "216"}


def test_the_names_of_a_form_are_joined_to_those_of_the_family(tmp_path):
    source = five("cde", tmp_path, "    api: {form: {classId: abc, pageSize: 50}}\n")
    assert dict(source.request.form) == {"classId": "abc", "pageSize": "50", "pageNum": "1"}
    assert source.request.method == "POST"
    assert five("was5", tmp_path, "    api: {json: {page: 1}}\n").request.form == ()


def test_origin_and_address_are_those_of_the_source(tmp_path):
    source = five("jpaas", tmp_path, url="http://b.example.gov.cn:8080/zwgk/index.html")
    assert source.url == "http://b.example.gov.cn:8080/{unit}?{q}"
    assert source.preload.url == "http://b.example.gov.cn:8080/zwgk/index.html"
    assert source.headers == (("Referer", "http://b.example.gov.cn:8080/zwgk/index.html"),)
    assert [taken.name for taken in source.preload.set] == ["unit", "q"]


def test_what_is_read_from_a_preloaded_page_is_replaced_as_a_whole(tmp_path):
    more = "    preload: {set: {SID: {css: body, attr: data-sid}}}\n"
    assert five("gkmlpt", tmp_path, more).preload.set == (Taken("SID", css="body", attr="data-sid"),)


def test_the_family_lies_above_the_defaults(tmp_path):
    text = "defaults: {language: ja, every: 1h, list: {item: li}}\n" + FIVE.format(name="trs", url="https://a.example.gov.cn/")
    [source] = load(text, tmp_path, CHECKED).sources
    assert (source.language, source.every) == ("zh", timedelta(hours=1))
    assert source.list.item.startswith("a[href")


WRONG = {
    "name": ("tsr", "", "3: sources[1] cn-one: platform: 'tsr' is not known (did you mean 'trs'?); known: "),
    "other kind": ("trs", "    kind: feed\n", "3: sources[1] cn-one: list: belongs to kind: list, and this source is a feed"),
    "way without its part": ("trs", "    paging: {by: offset, param: p}\n", "7: sources[1] cn-one: paging.size: is missing"),
    "missing after none": ("trs", "    list: {item: none}\n", "7: sources[1] cn-one: list.item: is missing"),
    "no terms": ("govcn-search", "", "2: sources[1] cn-one: terms: is missing; {term} stands"),
    "own mistake": ("trs", "    list: {titel: a}\n", "7: sources[1] cn-one: list.titel: unknown key (did you mean 'title'?)"),
}


@pytest.mark.parametrize(("name", "more", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_at_a_line_of_the_source(name, more, told, tmp_path):
    text = FIVE.format(name=name, url="https://a.example.gov.cn/") + more
    assert [line for line in mistakes(text, tmp_path, CHECKED) if line.startswith(told)]


def test_a_wrong_address_is_told_once_and_blames_no_rule_of_the_family(tmp_path):
    [told] = mistakes(FIVE.format(name="jpaas", url="www.example.gov.cn/a"), tmp_path, CHECKED)
    assert told.startswith("4: sources[1] cn-one: url: 'www.example.gov.cn/a' has no scheme")


def test_an_unknown_family_is_one_mistake_and_not_three(tmp_path):
    assert len(mistakes(FIVE.format(name="drupal", url="https://a.example.gov.cn/"), tmp_path)) == 1


def test_defaults_give_no_family(tmp_path):
    text = "defaults: {platform: trs}\nsources:\n  - {id: a, kind: feed, url: 'https://a.example.org/'}\n"
    assert any("defaults: platform: a source names its family itself" in line for line in mistakes(text, tmp_path))


def test_two_thousand_sources_of_a_family_load_in_half_a_second(tmp_path):
    rows = FIVE.removeprefix("sources:\n").replace("cn-one", "cn-{n}")
    text = "sources:\n" + "".join(rows.format(n=n, name="trs", url=f"https://h{n}.example.gov.cn/") for n in range(2000))
    started = time.process_time()
    assert len(load(text, tmp_path).sources) == 2000
    assert time.process_time() - started < 1.5  # 0.4 s on an idle core; a busy one is given more
