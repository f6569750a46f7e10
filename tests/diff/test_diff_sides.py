"""Two texts side by side."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.diff.sides import sides

_TEXTS = st.text(alphabet="ab 细胞。\n.", max_size=60)


def flat(parts) -> str:
    return "".join(part.text for part in parts)


def test_changed_sentences_stand_opposite_each_other_with_their_words_marked() -> None:
    [same, changed] = sides("One stays.\nComments until 1 June 2026.", "One stays.\nComments until 1 July 2026.")
    assert same.same == ("One stays.",)
    [pair] = changed.pairs
    assert [part.text for part in pair.old if part.sign == "-"] == ["June"]
    assert [part.text for part in pair.new if part.sign == "+"] == ["July"]


def test_what_came_or_went_stands_opposite_nothing() -> None:
    [_, changed] = sides("第一条。\n第二条。", "第一条。\n第二条。\n第三条。")
    [pair] = changed.pairs
    assert pair.old == ()
    assert flat(pair.new) == "第三条。"


def test_equal_texts_have_no_changes() -> None:
    assert all(not one.pairs for one in sides("细胞治疗产品。\n说明。", "细胞治疗产品。\n说明。"))


@given(_TEXTS, _TEXTS)
def test_stretches_take_turns_and_none_is_empty(old: str, new: str) -> None:
    found = sides(old, new)
    assert all(bool(one.pairs) is not bool(one.same) for one in found)
    assert all(bool(a.pairs) is not bool(b.pairs) for a, b in pairwise(found))
    assert all(pair.old or pair.new for one in found for pair in one.pairs)
