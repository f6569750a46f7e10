"""docs/sources.md is true: its examples load, its wrong example is refused as printed, and every key stands in it."""

import re
from pathlib import Path

import pytest

from cgtwatch.config.keys import PARTS, SOURCE
from cgtwatch.config.paging import PAGING
from cgtwatch.config.platforms import presets
from cgtwatch.config.records import API
from cgtwatch.config.rules import DETAIL, FOLDER, LIST, PAGE, SITEMAP
from cgtwatch.config.sources import Vocabulary, load_sources
from cgtwatch.errors import ConfigError
from cgtwatch.parse.records import check as check_jmespath
from cgtwatch.parse.select import check

PAGE_TEXT = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(yaml(?: wrong)?|text)\n(.*?)^```", PAGE_TEXT, re.MULTILINE | re.DOTALL)
RIGHT = [text for kind, text in BLOCKS if kind == "yaml"]
KNOWN = Vocabulary(
    frozenset({"feed", "list", "api", "sitemap", "page", "folder"}),
    frozenset({"http", "browser", "folder"}),
    frozenset({"mhra", "gd_mpa"}),
    check,
    check_jmespath=check_jmespath,
)


@pytest.mark.parametrize("text", RIGHT, ids=[str(n) for n in range(len(RIGHT))])
def test_every_example_of_the_page_loads(text, tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(text, "utf-8")
    (tmp_path / "inbox").mkdir()
    found = load_sources(path, KNOWN)
    assert found.sources
    assert found.warnings == ()


def test_the_wrong_example_gets_the_mistakes_that_the_page_prints(tmp_path):
    [wrong] = [text for kind, text in BLOCKS if kind == "yaml wrong"]
    [printed] = [text.splitlines() for kind, text in BLOCKS if kind == "text"]
    path = tmp_path / "sources.yaml"
    path.write_text(wrong, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_sources(path, KNOWN)
    told = [line.removeprefix(f"{tmp_path}/") for line in caught.value.problems]
    assert len(told) == len(printed)
    assert [line for line, begin in zip(told, printed, strict=True) if not line.startswith(begin)] == []


SHAPES = {
    "source": SOURCE,
    "api": API,
    "list": LIST,
    "paging": PAGING,
    "detail": DETAIL,
    "page": PAGE,
    "sitemap": SITEMAP,
    "folder": FOLDER,
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_key_stands_in_the_page(name):
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`\n]+`", PAGE_TEXT))))
    assert set(SHAPES[name].keys) <= words
    assert PARTS.keys() <= words


def test_every_platform_stands_in_the_page():
    assert presets().keys() <= set(re.findall(r"`([a-z0-9-]+)`", PAGE_TEXT))


def test_the_tests_that_hold_the_table_of_bad_input_exist():
    table = PAGE_TEXT.partition("## What bad input gets")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+/test_\w+\.py)`", table))
    tests = Path(__file__).resolve().parents[1]
    assert len(named) > 10
    assert {name for name in named if not (tests / name).is_file()} == set()
