"""Numbers, quantities and days are the same in every script."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cgtwatch.translate.facts import Day, facts

SAME_QUANTITY = [
    ("三十日", "30 days"), ("三十天", "thirty days"), ("60个工作日", "60 working days"), ("六个月", "six months"), ("一年", "one year"),
    ("百分之三十", "30%"), ("30％", "30 percent"), ("3.5亿元", "350 million yuan"), ("两千万美元", "US$20 million"), ("Ⅱ期", "Phase 2"),
    ("I/II期临床", "phase 1/2"), ("二十四小时", "24 hours"), ("三周", "3 weeks"), ("５个百分点", "five percentage points"),
    ("30日間", "30 days"), ("30일", "30 days"), ("30 Tage", "30天"), ("30 jours", "三十天"), ("30 días", "30日"),
]  # fmt: skip
SAME_DAY = [
    ("2026年3月1日", (2026, 3, 1)), ("二〇二六年三月一日", (2026, 3, 1)), ("２０２６年３月１日", (2026, 3, 1)), ("2026-03-01", (2026, 3, 1)),
    ("2026.3.1", (2026, 3, 1)), ("March 1, 2026", (2026, 3, 1)), ("1 March 2026", (2026, 3, 1)), ("1st of Mar. 2026", (2026, 3, 1)),
    ("民國115年3月1日", (2026, 3, 1)), ("令和8年3月1日", (2026, 3, 1)), ("March 2026", (2026, 3, None)), ("2026年3月", (2026, 3, None)),
    ("3月1日", (None, 3, 1)), ("March 1", (None, 3, 1)), ("三月三十一日", (None, 3, 31)),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME_QUANTITY)
def test_a_quantity_is_the_same_in_both_scripts(one, other):
    assert facts(one, generous=False).quantities == facts(other, generous=False).quantities != set()


@pytest.mark.parametrize(("text", "day"), SAME_DAY)
def test_a_day_is_read_in_any_form(text, day):
    assert facts(text, generous=False).days == {Day(*day)}


def test_a_range_gives_both_its_days():
    ends = {Day(2026, 3, 1), Day(2026, 3, 5)}
    assert facts("2026年3月1日至5日", generous=False).days == facts("March 1-5, 2026", generous=False).days == ends


@pytest.mark.parametrize("text", ["一般要求", "进一步统一", "之一", "one of them", "第三方机构", "千方百计"])
def test_words_that_count_nothing_are_no_numbers(text):
    assert facts(text, generous=False).numbers == set()


def test_days_and_working_days_are_not_the_same():
    assert facts("30 days", generous=True).quantities != facts("30个工作日", generous=True).quantities


def test_a_code_is_no_number():
    found = facts("CD19 and CT041", generous=False)
    assert (found.codes, found.numbers) == ({"cd19", "ct041"}, set())


def test_a_source_is_read_generously():
    assert {Decimal(1500000), Decimal(15)} & facts("1,5 Millionen", generous=True).numbers == {Decimal(1500000)}


@given(st.integers(2, 99_999_999))
def test_figures_with_and_without_commas_are_one_number(number):
    assert facts(f"{number}", generous=False).numbers == facts(f"{number:,}", generous=False).numbers == {Decimal(number)}


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_read_without_an_exception(text, generous):
    facts(text, generous=generous)


@example("d3亿日")
@given(st.text(alphabet="一二三十百千万亿零〇两第年月日0123456789.,/-%个天 marchone$thousandhundredand", max_size=40))
def test_whatever_counts_is_in_itself(text):
    strict, wide = facts(text, generous=False), facts(text, generous=True)
    assert {(value, unit) for value, unit in strict.quantities if unit != "phase"} <= wide.quantities | {
        (value, unit) for value, unit in strict.quantities if value in wide.numbers
    }
