"""Characters as a reader counts them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.graphemes import cut, cut_to_length, cut_to_width, graphemes, width

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("细胞 ab", ["细", "胞", " ", "a", "b"]),
        (f"a{FAMILY}b", ["a", FAMILY, "b"]),
        ("👍🏽!", ["👍🏽", "!"]),
        ("🇨🇳🇺🇸", ["🇨🇳", "🇺🇸"]),
        ("e\u0301x", ["e\u0301", "x"]),
        ("☎️1", ["☎️", "1"]),
        ("Z" + "\u0301" * 5000, ["Z" + "\u0301" * 4]),
    ],
)
def test_characters_are_counted_as_readers_do(text, clusters):
    assert list(graphemes(text)) == clusters


def test_width_counts_chinese_and_emoji_twice():
    assert width("CAR-T细胞（草案）👍🏽") == 5 + 4 + 8 + 2


def test_a_cut_never_stands_inside_a_character():
    assert cut(FAMILY * 3, 2) == f"{FAMILY}…"
    assert cut_to_length(FAMILY * 3, 8) == f"{FAMILY}…"
    assert cut_to_width("细胞治疗", 6) == "细胞…"


@given(st.text(), st.integers(1, 40))
def test_cuts_keep_their_limits(text, most):
    assert sum(1 for _ in graphemes(cut(text, most))) <= most
    assert len(cut_to_length(text, most)) <= most
    assert width(cut_to_width(text, most)) <= most


@given(st.text())
def test_graphemes_lose_nothing_but_stacked_marks(text):
    kept = "".join(graphemes(text))
    bare = [char for char in text if unicodedata.category(char)[0] != "M"]
    assert [char for char in kept if unicodedata.category(char)[0] != "M"] == bare
