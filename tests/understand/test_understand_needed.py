"""What an expression needs: whatever it fits holds one of the strings, and a text without any of them is not tried."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.understand.needed import Expression, Screen, needed, small
from shipped_rules import shipped_rules
from understand.cases_understand import cases

LETTERS = "abß鼠Is"
ATOMS = st.sampled_from(
    [
        *LETTERS,
        "ab",
        "b鼠a",
        ".",
        "^",
        "$",
        r"\b",
        r"\d",
        r"\.",
        r"\(",
        "[ab]",
        "[^a]",
        "[a-b]",
        r"[\]a]",
        "[鼠b]",
        "(?!a)",
        "(?=b)",
        "(?<!鼠)",
        "(?<=a)",
    ]
)
TIMES = st.sampled_from(["", "", "", "?", "*", "+", "{0,2}", "{1,2}", "{2}", "??", "+?", "{,3}", "{0,12}?"])


def sequences(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.builds("{}{}{})".format, st.sampled_from(["(", "(?:", "(?P<n>"]), inner, st.just(""))
    timed = st.builds("{}{}".format, st.one_of(groups, st.sampled_from([*LETTERS, ".", "[ab]", "ab鼠"])), TIMES)
    return st.lists(st.one_of(ATOMS, timed), max_size=4).map("".join)


PATTERNS = st.recursive(
    st.just("a"), lambda inner: st.lists(sequences(inner), min_size=1, max_size=3).map("|".join), max_leaves=6
)
TEXTS = st.lists(st.sampled_from([*LETTERS, "ab", "ı", "ſ", "İ", "A", "ẞ", ".", "(", "1", "\n", " "]), max_size=8).map("".join)


@settings(max_examples=1500, deadline=None)
@given(PATTERNS, TEXTS, st.booleans())
def test_a_text_that_an_expression_fits_holds_what_it_needs(pattern: str, text: str, ignoring_case: bool) -> None:
    try:
        compiled = re.compile(pattern, re.IGNORECASE if ignoring_case else 0)
    except (re.error, RecursionError):
        return
    strings = Expression(pattern, ignoring_case=ignoring_case).needed
    if compiled.search(text) and strings is not None:
        assert any(string in (small(text) if ignoring_case else text) for string in strings)


@pytest.mark.parametrize(
    ("pattern", "strings"),
    [
        ("(批准|获批).{0,6}上市", {"上市"}),
        ("(完成|获得).{0,14}(融资|投资|增资)", {"完成", "获得"}),
        (r"\b(introduc|propos)\w* .{0,24}\bbill\b", {"introduc", "propos"}),
        ("abc?", {"ab"}),
        (r"f\.r\.", {"f.r."}),
        ("[AHL]+x?", {"A", "H", "L"}),
        ("(a|b)?", None),
        ("a|.", None),
        ("(?i)a", None),
    ],
)
def test_needed_names_the_most_telling_strings(pattern: str, strings: set[str] | None) -> None:
    assert needed(pattern) == strings


def test_screen_passes_every_rule_of_a_title_that_fits_it() -> None:
    heads = shipped_rules().heads
    rules = [rule for table in heads.values() for rule in table.rules]
    screen = Screen([rule.pattern for rule in rules])
    for document, _ in cases("tune"):
        text = document.title.lower()
        fits = {place for place, rule in enumerate(rules) if rule.pattern.compiled.search(text)}
        assert fits <= set(screen.fitting(text))


def test_every_shipped_pattern_of_titles_compiles() -> None:
    for table in shipped_rules().heads.values():
        for rule in table.rules:
            assert rule.pattern.compiled


def test_survey_tries_few_patterns_on_a_title() -> None:
    table = shipped_rules().heads["zh"]
    assert len(list(table.fitting("国家药监局发布细胞治疗产品指导原则"))) < len(table.rules) / 2
