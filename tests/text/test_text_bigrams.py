"""Words as the full-text index keeps and finds them, held against the words of subscriptions."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.store.schema import FULL_TEXT
from cgtwatch.text.bigrams import LONGEST, expression, indexed, tokens
from cgtwatch.text.words import fold, read_query

NOTICE = "关于印发《CAR-T细胞治疗产品临床试验技术指导原则》的通知，国药监注〔2022〕19号，Cell Therapies for Rétinal diseases。"
TRADITIONAL = "再生醫療製劑管理條例：細胞治療"
_index = sqlite3.connect(":memory:", check_same_thread=False)
_index.execute(FULL_TEXT)


def finds(query: str, text: str) -> bool:
    """Whether a search for `query` finds an entry of that text."""
    _index.execute("INSERT INTO event_words (event_words) VALUES ('delete-all')")
    _index.execute("INSERT INTO event_words (rowid, words) VALUES (1, ?)", [indexed(text=text)])
    asked = expression(query)
    return not asked or _index.execute("SELECT 1 FROM event_words WHERE event_words MATCH ?", [asked]).fetchone() is not None


@pytest.mark.parametrize(
    "query",
    [
        "细胞", "细胞治疗产品", "胞治", "CAR-T", "car t", "CAR－T", "CAR-T细胞", "T细", "〔2022〕19号", "[2022]19号", "2022", "19号", "号", "指导原则 通知",
        "印", "cell therapy", "CELL", "therapies", "retinal", "disease", '"cell therapies"', "细胞 -基因", "外泌体 OR 细胞", "外泌体|细胞",
        '-"cell products"', "细胞 %", "〔2022〕", "細胞治療", "“细胞治疗”", "",
    ],
)  # fmt: skip
def test_a_search_finds_what_stands_in_the_text(query: str) -> None:
    assert finds(query, NOTICE)


@pytest.mark.parametrize(
    "query",
    [
        "细治",
        "细胞产品",
        "胞疗",
        "ell",
        "gene",
        '"therapy cell"',
        "-细胞",
        "细胞 -治疗",
        "外泌体 OR 基因",
        "%",
        "〔2022〕1号",
        "9号",
        "202",
        '"细胞 治疗"',
        "，",
    ],
)
def test_a_search_finds_nothing_that_does_not(query: str) -> None:
    assert not finds(query, NOTICE)


def test_simplified_words_find_traditional_ones() -> None:
    assert finds("细胞治疗", TRADITIONAL)
    assert finds("再生医疗制剂", TRADITIONAL)


def test_a_phrase_does_not_reach_from_one_field_into_the_next() -> None:
    words = indexed("基因", "治疗", text="正文")
    assert "基因" in words.split()
    _index.execute("INSERT INTO event_words (event_words) VALUES ('delete-all')")
    _index.execute("INSERT INTO event_words (rowid, words) VALUES (1, ?)", [indexed("cell", "therapy", text="text")])
    assert (
        _index.execute("SELECT 1 FROM event_words WHERE event_words MATCH ?", [expression('"cell therapy"')]).fetchone() is None
    )


def test_a_title_that_stands_in_the_text_is_kept_once() -> None:
    assert indexed("细胞治疗", text="关于细胞治疗的通知") == indexed(text="关于细胞治疗的通知")


strange = st.text(max_size=40) | st.text(alphabet='"-|*()^:+ {}NOTANDORNEAR,细胞a0\x00\ue000\ue001', max_size=40)


@settings(max_examples=100, deadline=None)
@given(query=strange, text=strange)
@pytest.mark.fault("S14")
def test_no_query_is_a_syntax_error(query: str, text: str) -> None:
    finds(query, text)


def test_a_query_without_end_is_looked_at_as_far_as_it_goes() -> None:
    assert not finds('细 OR -"a b" cell ' * 20_000, NOTICE)
    assert len(expression("胞 " * 20_000)) < 20 * LONGEST


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60))
def test_what_is_kept_is_parted_by_blanks_alone(text: str) -> None:
    assert " ".join(tokens(text)).split(" ") == (tokens(text) or [""])


# Where both can agree: runs of Chinese, and words that are no part of another; plurals and accents are for the search alone.
_chinese = st.text(alphabet="细胞治疗基因产品", min_size=1, max_size=5)
_word = st.sampled_from(["alpha", "beta", "2022", "k9"])


def _queries() -> st.SearchStrategy[str]:
    word = st.one_of(_chinese, _word)
    signed = st.builds(lambda minus, one: f"{'-' if minus else ''}{one}", st.booleans(), word)
    either = st.lists(signed, min_size=1, max_size=3).map(" OR ".join)
    return st.lists(either, min_size=1, max_size=3).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(query=_queries(), parts=st.lists(st.one_of(_chinese, _word), max_size=6))
def test_a_search_means_what_a_subscription_means_by_the_same_words(query: str, parts: list[str]) -> None:
    text = "。".join(parts)
    folded = fold(text)
    meant = all(any(word.met(folded) for word in group) for group in read_query(query))
    assert finds(query, text) is meant


@pytest.fixture(autouse=True, scope="module")
def _closed() -> Iterator[None]:
    yield
    _index.close()
