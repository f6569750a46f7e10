"""The sources file that ships: it loads without a mistake, says whose each source is, and asks no site too often."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import process_time
from urllib.parse import urlsplit

import pytest
import yaml

from cgtwatch.config.packaged import packaged_sources
from cgtwatch.model.source import Kind, Source
from cgtwatch.model.taxonomy import Level
from shipped.loaded import BY_ID, FILE, ISSUERS, OFF, ON, load

ROOT = Path(__file__).resolve().parents[2]
TEXT = packaged_sources().read_text("utf-8")
WRITTEN = {entry["id"]: entry for entry in yaml.load(TEXT, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["sources"]}
SAID_OF_EACH = ("name", "url", "every", "issuer", "jurisdiction", "level", "language", "timezone", "confidence", "enabled")
DAILY_REQUESTS_OF_A_HOST = 250  # 25 lists of a ministry ten times a day


def test_the_shipped_file_has_neither_mistakes_nor_warnings():
    assert FILE.warnings == ()


def test_the_file_at_the_top_is_the_shipped_one():
    assert (ROOT / "sources.yaml").resolve() == packaged_sources().resolve()


def test_eighty_sources_are_on_and_seventy_more_are_one_switch_away():
    assert len(ON) >= 80
    assert len(OFF) >= 70


def test_the_shipped_file_loads_in_half_a_second():
    began = process_time()
    load()
    assert process_time() - began < 0.5


@pytest.mark.parametrize("source", FILE.sources, ids=lambda source: source.id)
def test_every_shipped_source_says_whose_it_is_and_how_it_is_read(source):
    written = WRITTEN[source.id]
    assert [key for key in SAID_OF_EACH if written.get(key) is None] == []
    assert "kind" in written or "platform" in written
    assert source.name.zh
    assert source.name.en
    assert source.issuer in ISSUERS or re.fullmatch(r"other:[a-z0-9_]+", source.issuer)
    assert source.language
    assert source.confidence in {"high", "medium", "low"}


def test_every_authority_of_a_province_agrees_with_the_register():
    wrong = [
        source.id
        for source in FILE.sources
        if source.level is not Level.NEWS
        and (issuer := ISSUERS.get(source.issuer or ""))
        and source.jurisdiction != issuer.jurisdiction
    ]
    assert wrong == []


def test_every_region_has_a_source_that_is_on():
    regions = {"CN", "CN-BJ", "CN-SH", "CN-GD", "CN-ZJ", "CN-HN", "CN-TJ", "US", "EU", "GB", "JP", "KR", "AU", "CA", "CH", "INT"}
    assert regions <= {source.jurisdiction for source in ON}


def test_no_source_that_is_on_is_only_guessed_at():
    assert [source.id for source in ON if source.confidence == "low"] == []


def test_what_needs_a_browser_a_bridge_or_a_key_is_off():
    needy = [source.id for source in ON if source.via == "browser" or source.bridge or "env:" in repr(source)]
    assert needy == []


def test_the_agencies_behind_a_challenge_are_read_by_a_browser():
    plain = [
        source.id for source in FILE.sources if re.match(r"cn-(nmpa|cde|nhc)-(?!en-)", source.id) and source.via != "browser"
    ]
    assert plain == []
    assert sum(source.via == "browser" for source in FILE.sources) >= 30


def test_china_comes_first_then_the_others_then_the_news():
    order = [heading.split("  ")[0].split(",")[0] for heading in re.findall(r"^  # ---- (.+) ----$", TEXT, re.MULTILINE)]
    assert order[0] == "China"
    places = [
        order.index(name) for name in ("China", "Beijing", "United States", "European Union", "United Kingdom", "Japan", "Korea")
    ]
    assert places == sorted(places)
    assert [name.split(" in ")[0] for name in order[-2:]] == ["News", "News"]


def test_every_heading_is_said_in_both_languages():
    headings = re.findall(r"^  # ---- (.+) ----$", TEXT, re.MULTILINE)
    assert len(headings) >= 20
    assert [heading for heading in headings if not re.search(r"[A-Za-z].*[\u4e00-\u9fff]", heading)] == []


@pytest.mark.parametrize("source", FILE.sources, ids=lambda source: source.id)
def test_a_source_stands_under_the_heading_of_its_region(source):
    before = TEXT[: TEXT.index(f"{{id: {source.id},")]
    heading = re.findall(r"^  # ---- (.+) ----$", before, re.MULTILINE)[-1]
    if source.level is Level.NEWS:
        assert "News" in heading
    else:
        assert "News" not in heading
        assert _belongs(source, heading)


def _belongs(source: Source, heading: str) -> bool:
    names = {
        "CN": "China",
        "CN-BJ": "Beijing",
        "CN-SH": "Shanghai",
        "CN-GD": "Guangdong",
        "CN-ZJ": "Zhejiang",
        "CN-JS": "Jiangsu",
        "CN-HN": "Hunan",
        "CN-HI": "Hainan",
        "CN-TJ": "Tianjin",
        "CN-SD": "Shandong",
        "CN-YN": "Yunnan",
        "US": "United States",
        "EU": "European Union",
        "GB": "United Kingdom",
        "JP": "Japan",
        "KR": "Korea",
        "INT": "International",
    }
    place = source.jurisdiction or ""
    return heading.startswith(names.get(place, "Other provinces" if place.startswith("CN-") else "Other countries"))


def test_every_source_is_visited_gently():
    hasty = [source.id for source in FILE.sources if source.gap < timedelta(seconds=2) or source.connections != 1]
    assert hasty == []


def test_only_lists_that_turn_over_within_hours_are_visited_more_often_than_every_two():
    often = {source.id for source in FILE.sources if source.every < timedelta(hours=2)}
    assert often <= {
        "news-sina-finance-ministries",
        "news-sina-finance-china",
        "news-sina-finance-roll",
        "news-sina-finance-local",
        "news-cls-telegraph",
    }


def test_provinces_are_visited_twice_a_day_or_by_search_four_times():
    often = [
        source.id
        for source in FILE.sources
        if (source.jurisdiction or "").startswith("CN-") and source.every < timedelta(hours=6 if source.terms else 12)
    ]
    assert often == []


@pytest.mark.parametrize("sources", [ON, FILE.sources], ids=["as shipped", "all switched on"])
def test_no_host_is_asked_more_than_a_few_times_an_hour(sources):
    daily: dict[str, float] = defaultdict(float)
    for source in sources:
        requests = max(1, len(source.terms)) + (1 if source.preload else 0)
        daily[urlsplit(source.url).hostname or ""] += requests * timedelta(days=1) / source.every
    assert {host: count for host, count in daily.items() if count > DAILY_REQUESTS_OF_A_HOST} == {}


def test_files_that_are_rebuilt_twice_a_day_are_not_asked_for_more_often():
    assert [s.id for s in FILE.sources if s.platform in ("ema-json", "fda-table") and s.every < timedelta(hours=12)] == []


def test_files_that_hold_all_there_is_are_compared_as_a_whole():
    assert [s.id for s in FILE.sources if s.platform in ("ema-json", "fda-table") and not (s.api and s.api.whole)] == []


def test_every_hint_leads_to_another_source():
    for source in FILE.sources:
        for hint in source.hints:
            meant = [other for other in BY_ID if other.startswith(hint[:-1]) if hint.endswith("*")] or [hint]
            assert set(meant) & (BY_ID.keys() - {source.id}), (source.id, hint)


def test_no_secret_stands_in_the_file():
    assert re.findall(r"(?i)(?:api_?key|x-api-key|OC|token|password):\s*\"?(?!env:)[\w-]{6,}", TEXT) == []
    assert {"DATA_GOV_KEY", "LAW_GO_KR_KEY"} <= set(re.findall(r"env:(\w+)", TEXT))


def test_a_name_that_is_not_ours_is_used_only_where_ours_is_refused():
    assert {urlsplit(s.url).hostname for s in FILE.sources if s.user_agent} == {"sousuo.www.gov.cn", "www.nhsa.gov.cn"}


def test_records_have_an_identity_or_a_page():
    def nameless() -> Iterator[str]:
        for source in FILE.sources:
            if source.kind is Kind.API and not (source.api and (source.api.link or source.api.key)):
                yield source.id

    assert list(nameless()) == []
