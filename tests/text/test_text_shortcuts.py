"""Shortcuts of cleaning change nothing."""

import unicodedata
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.text import canonical as module
from cgtwatch.text.canonical import canonical
from cgtwatch.text.clean import _MAY_COMBINE, clean

PIECES = [
    "浏览 次数：", "12,345", "Views: 100", "100 hits", " ", "\n", "\n\n\n", "\t", "\r\n", "今天是", "2026年7月8日", "12:30", "generated at ", "ſ", "K",
    "\u200b", "e\u0301", "①", "ﬁ", "\u3000", "views", "次", "已阅读", "GENERATED", "Page Views: 5", "İ", "\x00", "１２３", "：", "x", "\x1c", "\x85",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


class Always:
    """A suspicion that is always there."""

    def search(self, _text: str) -> bool:
        return True


@settings(max_examples=200)
@given(TEXTS)
def test_a_text_above_suspicion_holds_no_counter_and_no_clock(text: str) -> None:
    with mock.patch.object(module, "_SUSPECT", Always()):
        module._kept.cache_clear()
        thorough = canonical(text)
        module._kept.cache_clear()
    assert canonical(text) == thorough


@settings(max_examples=200)
@given(TEXTS)
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert canonical(canonical(text)) == canonical(text)


def test_no_combining_mark_stands_where_none_is_looked_for():
    passed_by = (chr(number) for number in range(0x110000) if not _MAY_COMBINE.search(chr(number)))
    assert [char for char in passed_by if unicodedata.combining(char)] == []
