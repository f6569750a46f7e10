"""Every shipped source can be asked: no placeholder is left, secrets stay names, and each family asks as its site wants it."""

import json
import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from cgtwatch.acquire.asking import asks, next_ask
from cgtwatch.model.draft import Parsed
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Source
from cgtwatch.parse import Page
from cgtwatch.parse.values import pick
from shipped.loaded import BY_ID, FILE
from shipped.shapes import SHAPES
from shipped.site import NOW


def ask(source: Source, term: str | None = None):
    values: dict[str, str] = {}
    if source.preload:
        page = Page(SHAPES[source.id].preloaded or b"", source.preload.url, "text/html", None, NOW)
        values = pick(source, page)
    return asks(source, SourceState(source.id), NOW, values, term or next(iter(source.terms), None))


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


@pytest.mark.parametrize("source", FILE.sources, ids=lambda source: source.id)
def test_a_source_is_asked_with_every_placeholder_filled(source):
    made = ask(source)
    assert re.findall(r"\{\w+[^{}]*\}", made.url) == []
    if made.body and source.request and source.request.json is None:
        assert "%7B" not in made.body.decode()
    assert urlsplit(made.url).hostname == urlsplit(source.url).hostname


@pytest.mark.parametrize("source", [s for s in FILE.sources if s.terms], ids=lambda source: source.id)
def test_each_term_of_a_search_makes_a_request_of_its_own(source):
    made = {(one.url, one.body) for term in source.terms for one in [ask(source, term)]}
    assert len(made) == len(source.terms)
    assert 2 <= len(source.terms) <= 5


@pytest.mark.parametrize("source", [s for s in FILE.sources if s.paging], ids=lambda source: source.id)
def test_the_second_page_is_another_request_to_the_same_site(source):
    first = ask(source)
    found = Parsed((), next_url=f"{first.url}&page=2" if source.paging.by == "next" else None, cursor="c2", total=10_000)
    second = next_ask(source, first, first.url, found, 2)
    assert second is not None
    assert (second.url, second.body) != (first.url, first.body)
    assert urlsplit(second.url).hostname == urlsplit(first.url).hostname


@pytest.mark.parametrize("source", [s for s in FILE.sources if "env:" in repr(s)], ids=lambda source: source.id)
def test_a_secret_is_asked_for_by_its_name_only(source):
    made = ask(source)
    assert "env%3A" in made.url or "env:" in made.url or any(value.startswith("env:") for _, value in made.headers)


def test_the_state_council_is_searched_newest_first():
    made = ask(BY_ID["cn-govcn-library-state-council"], "干细胞")
    said = query(made.url)
    assert (said["t"], said["q"], said["sort"]) == (["zhengcelibrary_gw"], ["干细胞"], ["pubtime"])
    assert dict(made.headers)["Referer"] == "https://sousuo.www.gov.cn/"


def test_a_ministry_of_industry_list_is_asked_with_what_its_page_says():
    made = ask(BY_ID["cn-miit-consultations"])
    parts = urlsplit(made.url)
    assert (parts.netloc, parts.path) == ("www.miit.gov.cn", "/api-gateway/jpaas-publish-server/front/page/build/unit")
    said = query(made.url)
    assert said["parseType"] == ["bulidstatic"]
    assert said["pageId"] == ["f6c4e1"]
    assert said["tagId"] == ["右侧内容"]
    assert dict(made.headers)["Referer"] == "https://www.miit.gov.cn/gzcy/yjzj/index.html"
    assert BY_ID["cn-miit-consultations"].preload.cookies


def test_a_guangdong_authority_is_asked_for_its_whole_catalogue():
    made = ask(BY_ID["cn-gd-sz-wjw"])
    assert made.url == "http://wjw.sz.gov.cn/gkmlpt/api/all/0?page=1&sid=754001"


def test_the_guangdong_search_asks_the_site_whose_number_its_page_gives():
    made = ask(BY_ID["cn-gd-search"], "细胞治疗")
    assert urlsplit(made.url).path == "/jsonp/site/182"
    assert query(made.url)["callback"] == ["cb"]
    assert query(made.url)["text"] == ["细胞治疗"]


def test_the_zhejiang_search_asks_for_the_days_since_the_last_visit():
    made = ask(BY_ID["cn-zj-search"], "干细胞")
    said = dict(parse_qsl((made.body or b"").decode()))
    assert (said["word"], said["q"], said["begin"], said["end"]) == ("干细胞", "干细胞", "20260610", "20260710")
    assert made.method == "POST"


def test_a_dahan_column_is_asked_by_the_window_of_records():
    source = BY_ID["cn-sd-mpa-column"]
    first = ask(source)
    second = next_ask(source, first, first.url, Parsed(()), 2)
    assert (query(first.url)["startrecord"], query(first.url)["endrecord"]) == (["1"], ["48"])
    assert (query(second.url)["startrecord"], query(second.url)["endrecord"]) == (["49"], ["96"])
    assert second.body == first.body


def test_pudong_is_asked_with_a_list_of_its_channel():
    made = ask(BY_ID["cn-sh-pudong-disclosure"])
    assert json.loads(made.body or b"") == {"channelList": ["5144"], "pageSize": 20}


def test_the_federal_register_is_asked_for_the_fda_and_one_term():
    made = ask(BY_ID["us-fr-cgt"], '"gene therapy"')
    said = query(made.url)
    assert said["conditions[agencies][]"] == ["food-and-drug-administration"]
    assert said["conditions[term]"] == ['"gene therapy"']
    assert "comments_close_on" in said["fields[]"]


def test_regulations_gov_is_asked_for_what_was_posted_since():
    made = ask(BY_ID["us-regulations-gov"], "gene therapy")
    assert query(made.url)["filter[postedDate][ge]"] == ["2026-06-10"]
    assert dict(made.headers)["X-Api-Key"] == "env:DATA_GOV_KEY"


def test_whole_files_have_room_to_grow():
    whole = [source for source in FILE.sources if source.kind is Kind.API and source.api.whole]
    assert len(whole) >= 6
    assert all(source.max_bytes >= 20_000_000 for source in whole)
    assert BY_ID["eu-ema-documents"].max_bytes >= 40_000_000  # 37 MB were measured


@pytest.mark.parametrize(
    "source", [s for s in FILE.sources if s.paging and s.paging.by in ("offset", "window")], ids=lambda s: s.id
)
def test_records_counted_by_number_go_on_where_the_first_page_ends(source):
    first = ask(source)
    name = source.paging.param.partition(",")[0]
    begin = int(query(first.url).get(name, ["0"])[0])
    second = next_ask(source, first, first.url, Parsed((), total=10_000), 2)
    assert int(query(second.url)[name][0]) == begin + source.paging.size


@pytest.mark.parametrize("source", [s for s in FILE.sources if s.paging and s.paging.by in ("query", "form")], ids=lambda s: s.id)
def test_pages_counted_by_number_go_on_with_the_second(source):
    first = ask(source)
    second = next_ask(source, first, first.url, Parsed((), total=10_000), 2)
    sent = second.body.decode() if source.paging.by == "form" else urlsplit(second.url).query
    if source.request and source.request.json:
        assert json.loads(sent)[source.paging.param] == 2
    else:
        assert dict(parse_qsl(sent))[source.paging.param] == "2"
