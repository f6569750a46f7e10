"""The text that cues look at: every day one character, blanks squeezed, and each place known in the original."""

import re
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.understand.dates_mask import FIRST, mask

PIECES = [
    "2026年5月1日",
    "1 May 2026",
    "发布",
    "施行。",
    "ab",
    ".",
    "。",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\u3000",
    "\t",
    "한국",
    "ー",
    "７",
    "\ue000",
    "\x1c",
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=14).map("".join)


def naive(text: str, *, keep_lines: bool) -> str:
    """The squeezed text, by its definition: one run of blanks after the other."""

    def wide(char: str) -> bool:
        return char >= "\u2e80" and not "\uac00" <= char <= "\ud7a3"

    def filler(run: re.Match[str]) -> str:
        if not run.start():
            return ""
        before, after = text[run.start() - 1], text[run.end() : run.end() + 1] or "\n"
        breaks = len(re.findall(r"[\n\r\x0b\x0c\u2028\u2029]", run.group()))
        if breaks and (keep_lines or breaks > 1 or before in "。！？!?；;"):
            return "\n"
        return "" if wide(before) and wide(after) else " "

    return re.sub(r"\s+", filler, text)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_mask_squeezes_blanks_by_what_stands_around_them(text: str) -> None:
    masked = mask(text, date(2026, 1, 1), None)
    assert masked.flow == naive(masked.whole, keep_lines=False)
    assert masked.lines == naive(masked.whole, keep_lines=True)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.booleans())
def test_mask_knows_where_each_character_stood(text: str, lines: bool) -> None:
    masked = mask(text, date(2026, 1, 1), None)
    squeezed = masked.lines if lines else masked.flow
    last = -1
    for place, char in enumerate(squeezed):
        span = masked.span(place, place + 1, lines=lines)
        assert span.start > last
        last = span.end - 1
        if FIRST <= ord(char) < FIRST + len(masked.mentions):
            mention = masked.mentions[ord(char) - FIRST]
            assert (span.start, span.end) == (mention.start, mention.end)
        elif not char.isspace() and char.isascii() and text[span.start].isascii():
            assert span.text == char
