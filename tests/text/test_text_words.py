"""Which words a reader asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.select import query_problem
from cgtwatch.text.words import fold, read_query

TEXT = fold("药审中心 Draft guideline on CAR-T cell therapy, phase 3; 细胞治疗产品征求意见稿")


def met(query: str, text: str = TEXT) -> bool:
    return all(any(word.met(text) for word in group) for group in read_query(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "car-t GUIDELINE",
        "ｃａｒ－ｔ",  # full width, as Chinese input methods write it
        '"cell therapy"',
        "“cell  therapy”",
        "-solar",
        '-"solar cell" therapy',
        "solar OR therapy",
        "solar | 细胞治疗",
        "solar|fuel|therapy guideline",
        "细胞治疗｜基因治疗",
        "solar OR -fuel",
        '"phase 3" -"phase 1"',
        "药审中心 -正式发布",
        "or OR and",
    ],
)
def test_a_text_is_wanted_for_its_words(query):
    assert query_problem(query) is None
    assert met(query, TEXT + " or")


@pytest.mark.parametrize(
    "query",
    [
        "solar",
        "car-t solar",
        '"therapy cell"',
        "-guideline",
        '-"cell therapy"',
        "solar OR fuel",
        "solar | fuel guideline",
        "-car-t OR solar",
        "or",
    ],
)
def test_a_text_without_the_words_is_not_wanted(query):
    assert query_problem(query) is None
    assert not met(query, TEXT.replace("or", ""))


@pytest.mark.parametrize("query", ['"cell therapy', "OR cell", "cell |", "cell OR OR gene", '""', "|", '-""'])
def test_what_cannot_be_meant_is_refused_with_the_mend(query):
    assert "write words" in (query_problem(query) or "")


def test_a_sign_alone_is_a_word():
    assert query_problem("- CAR-T") is None
    assert met("- car-t")


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_query_breaks_the_reading_of_it(query, text):
    met(query, fold(text))
    query_problem(query)


@given(st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=1, max_size=4), st.text(max_size=60))
def test_words_without_signs_must_all_occur(words, text):
    assert met(" ".join(words), fold(text)) is all(word in fold(text) for word in words)
