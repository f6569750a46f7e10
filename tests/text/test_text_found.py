"""Where the words of a query stand in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.bigrams import tokens
from cgtwatch.text.found import marked, snippet, wanted

_WORDS = st.sampled_from(["细胞", "治疗", "细胞治疗产品", "CAR-T", "therapy", "guideline", "基因", "2026", "법", "草案"])
_ANY = st.text(max_size=80)


def hits(text: str, query: str) -> list[str]:
    return [piece.text for piece in marked(text, query) if piece.hit]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("关于细胞治疗产品的指导原则", "细胞", ["细胞"]),
        ("关于细胞治疗产品的指导原则", "细胞治疗产品", ["细胞治疗产品"]),
        ("关于細胞治療產品", "细胞治疗产品", ["細胞治療產品"]),
        ("Cell therapies and Gene-Therapy", "therapy", ["therapies", "Therapy"]),
        ("Gene-Therapy products", '"gene therapy"', ["Gene-Therapy"]),
        ("细胞、治疗", "细胞治疗", []),
        ("CAR-T细胞治疗", "CAR-T细胞", ["CAR-T细胞"]),
        ("ＣＡＲ－Ｔ", "car-t", ["ＣＡＲ－Ｔ"]),
        ("Cafe\u0301 au lait", "café", ["Cafe\u0301"]),
        ("draft and final", "draft -final", ["draft"]),
        ("draft or final", "draft OR final", ["draft", "final"]),
        ("other words", "none", []),
        ("anything", "", []),
    ],
)
def test_what_the_index_finds_is_marked(text: str, query: str, found: list[str]) -> None:
    assert hits(text, query) == found


@given(_ANY, _ANY)
def test_pieces_joined_are_the_text_again(text: str, query: str) -> None:
    pieces = marked(text, query)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@given(_WORDS, st.text(alphabet=" ，.()<>", min_size=1, max_size=3), st.text(alphabet="xyz 的有", max_size=20))
def test_a_word_of_a_text_is_always_found_in_it(word: str, gap: str, rest: str) -> None:
    assert word in hits(f"{rest}{gap}{word}{gap}{rest}", word)


@given(_ANY, _WORDS)
def test_whatever_is_marked_begins_with_the_words_own_beginning(text: str, word: str) -> None:
    first = tokens(word)[0][0]
    assert all(tokens(hit)[0][0] == first for hit in hits(text, word))


@given(_ANY, _ANY, st.integers(20, 60))
def test_a_snippet_is_short_and_holds_a_hit(text: str, query: str, length: int) -> None:
    pieces = snippet(text, query, length)
    assert not pieces or any(piece.hit for piece in pieces) or len(text) > length
    assert sum(len(piece.text) for piece in pieces) <= length + 2


def test_a_query_of_a_thousand_words_is_looked_for_as_far_as_is_sensible() -> None:
    assert len(wanted(" ".join(f"w{n}" for n in range(1000)))) == 24
