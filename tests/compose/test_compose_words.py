"""The wording tables, and plain text set in columns."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.compose.columns import COLUMNS, wrap
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import words
from cgtwatch.model.event import AnnouncementKind
from cgtwatch.model.source import Names
from cgtwatch.model.subscription import Every
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.text.graphemes import width

TABLES = {
    "modalities": Modality,
    "doc_types": DocType,
    "stages": Stage,
    "levels": Level,
    "importances": Importance,
    "kinds": AnnouncementKind,
    "everys": Every,
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("table", TABLES)
def test_every_value_of_a_vocabulary_has_a_name(language, table):
    assert set(words(language).tables[table]) == {str(value) for value in TABLES[table]}


def test_both_languages_say_the_same_phrases_with_the_same_gaps():
    zh, en = (words(language).tables for language in ("zh", "en"))
    assert zh["phrases"].keys() == en["phrases"].keys()
    assert list(zh["places"]) == list(en["places"])
    for phrase in zh["phrases"].keys() - {"date", "short_date"}:
        gaps = [set(re.findall(r"{(\w+)}", str(table["phrases"][phrase]))) - {"n"} for table in (zh, en)]
        assert gaps[0] == gaps[1], phrase


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [(0, "今天截止", "closes today"), (1, "还剩1天", "1 day left"), (30, "还剩30天", "30 days left"), (-1, "已截止", "closed")],
)
def test_days_left_are_said_as_people_say_them(days, zh, en):
    start = date(2026, 12, 20)
    deadline = date.fromordinal(start.toordinal() + days)
    assert (words("zh-CN").days_left(deadline, start), words("fr").days_left(deadline, start)) == (zh, en)


def test_a_name_that_is_missing_falls_back_to_what_is_known():
    names = {"nmpa": Names("国家药监局", "NMPA"), "odd": Names("", "")}
    assert words("zh").issuers(["nmpa", "other:pudong_gov", "bj_hc", "odd"], names) == "国家药监局、pudong gov、BJ_HC、ODD"


def test_places_without_a_name_stand_behind_those_with_one():
    said = words("en")
    order = sorted(["US", None, "CN-BJ", "ZZ", "CN", "CN-ZZ", "INT"], key=said.place_rank)
    assert order[:4] == ["CN", "CN-BJ", "INT", "US"]
    assert order[-1] is None
    assert said.place("CN-ZZ") == "China (CN-ZZ)"


def test_chinese_breaks_anywhere_but_before_closing_punctuation():
    assert wrap("细胞治疗（草案）。好", columns=10) == "细胞治疗\n（草案）。\n好"


def test_words_stay_whole_and_later_lines_are_indented():
    assert wrap("one two three four", " 1 ", "   ", columns=12) == " 1 one two\n   three\n   four"


@given(st.text(alphabet=st.sampled_from("细胞治疗（）《》，。ab 12\u0301👩‍👧é—“”"), max_size=200), st.integers(8, 80))
def test_wrapped_text_keeps_its_columns_and_its_words(text, columns):
    lines = wrap(text, "- ", "  ", columns).split("\n")
    assert max(map(width, lines)) <= columns
    assert "".join("".join(lines).split()).removeprefix("-") == "".join(text.split()).removeprefix("-") or "\u0301" in text


def test_a_word_longer_than_a_line_is_broken():
    assert all(width(line) <= COLUMNS for line in wrap("W" * 50_000).split("\n"))


@given(st.text(max_size=60))
def test_a_safe_link_is_plain_http_or_nothing(text):
    for url in (text, f"https://{text}", f"https://x.example/{text}"):
        link = safe_link(url)
        assert link == "" or re.fullmatch(r"https?://[\x21-\x7e]+", link)
        assert not set(link) & set("<>\"'|\\")


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://nmpa.gov.cn@evil.example/", ""),
        ("HTTP://X.example:8080/a b", ""),
        ("https://x.example/a%20b?q=1#top", "https://x.example/a%20b?q=1#top"),
        ("https://[::1]:80/", "https://[::1]:80/"),
        ("https://x.example/" + "a" * 3000, ""),
    ],
)
def test_links_are_kept_or_dropped_whole(url, link):
    assert safe_link(url) == link
