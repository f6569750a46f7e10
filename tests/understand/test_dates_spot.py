"""Days in a text: forms that are passed over because their signs are missing would not have fitted."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.understand import dates_spot
from cgtwatch.understand.dates_spot import Mention, spot

PIECES = [
    "2026年5月1日", "2026-05-01", "1/2/2026", "13.4.2026", "民国115年5月1日", "令和8年5月1日", "一百一十五年五月一日", "二〇二六年五月一日",
    "2026년 5월 1일",
    "May 1, 2026", "1 de mayo de 2026", "ſeptember 3, 2026", "3 AVRİL 2026", "3 avrıl 2026", "5月1日", "5월 1일",
    "3 June", "115/05/01", "第12号", "abc ", "发布", " ", "\n", "x" * 45,
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text("0123456789年月日/.-", max_size=4)), max_size=10).map("".join)


def naive(text: str) -> tuple[Mention, ...]:
    """Every form tried over the whole text."""
    setting = dates_spot._Setting(date(2026, 3, 1), "America/New_York")
    taken: set[int] = set()
    found = []
    for shape in dates_spot._SHAPES:
        for match in shape.pattern.compiled.finditer(text):
            day = shape.read(match, setting)
            if day and 1945 <= day.year <= 2100 and not taken & set(range(*match.span())):
                taken |= set(range(*match.span()))
                found.append(Mention(*match.span(), day, shape.year_printed))
    return tuple(sorted(found, key=lambda mention: mention.start))


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_spot_finds_what_every_form_over_the_whole_text_finds(text: str) -> None:
    assert spot(text, date(2026, 3, 1), "America/New_York") == naive(text)


@pytest.mark.parametrize("text", ["3 AVRİL 2026", "3 avrıl 2026", "ſeptember 3, 2026"])
def test_spot_reads_months_in_the_letters_that_ignoring_case_takes_for_theirs(text: str) -> None:
    assert [mention.sure_year for mention in spot(text, None, None)] == [True]
