"""The sources file that ships: it loads without a mistake, and every source says whose it is."""

import re
from pathlib import Path

import pytest

from cgtwatch.config.packaged import packaged_sources
from cgtwatch.config.sources import Vocabulary, load_sources
from cgtwatch.model.source import Kind
from cgtwatch.model.taxonomy import Level
from cgtwatch.parse.select import check
from cgtwatch.understand.rules import load as load_rules

ROOT = Path(__file__).resolve().parents[2]
RULES = load_rules()
KNOWN = Vocabulary(frozenset({"feed", "list", "page", "folder"}), frozenset({"http", "folder"}), frozenset(RULES.issuers), check)
FILE = load_sources(packaged_sources(), KNOWN)


def test_the_shipped_file_has_neither_mistakes_nor_warnings():
    assert FILE.warnings == ()
    assert len(FILE.sources) >= 100


def test_the_file_at_the_top_is_the_shipped_one():
    assert (ROOT / "sources.yaml").resolve() == packaged_sources().resolve()


@pytest.mark.parametrize("source", FILE.sources, ids=lambda source: source.id)
def test_every_shipped_source_says_whose_it_is_and_how_it_is_read(source):
    assert source.name.zh
    assert source.name.en
    assert source.issuer in RULES.issuers or re.fullmatch(r"other:[a-z0-9_]+", source.issuer)
    assert source.jurisdiction
    assert source.level
    assert source.language
    assert source.confidence in {"high", "medium", "low"}
    assert source.timezone != "UTC"
    assert (source.list is not None) == (source.kind is Kind.LIST)


def test_every_authority_of_a_province_agrees_with_the_register():
    wrong = [
        source.id
        for source in FILE.sources
        if source.level is not Level.NEWS
        and (issuer := RULES.issuers.get(source.issuer or ""))
        and source.jurisdiction != issuer.jurisdiction
    ]
    assert wrong == []


def test_about_fifty_sources_are_on_and_every_region_has_one():
    on = [source for source in FILE.sources if source.enabled]
    assert len(on) >= 50
    regions = {"CN", "CN-BJ", "CN-SH", "CN-GD", "US", "EU", "GB", "JP", "KR", "INT"}
    assert regions <= {source.jurisdiction for source in on}


def test_no_source_that_is_on_is_only_guessed_at():
    assert [source.id for source in FILE.sources if source.enabled and source.confidence == "low"] == []


def test_the_hosts_are_visited_gently():
    assert [source.id for source in FILE.sources if source.gap.total_seconds() < 2 or source.every.total_seconds() < 7200] == []
