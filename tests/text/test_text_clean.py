"""Cleaned, canonical and compared text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.canonical import canonical, without_noise
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.language import guess
from cgtwatch.text.similarity import jaccard, shingles


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("细\u200b胞\u202e治疗", "细胞治疗"),
        ("a\u00a0\u3000 b\r\nc\u2028d", "a b\nc\nd"),
        ("e\u0301", "é"),
        ("a\n\n\n\n b", "a\n\nb"),
        ("x" + "\u0301\u0302\u0303\u0304" * 999, None),
    ],
)
@pytest.mark.fault("E7", "S11")
def test_cleaning_takes_out_what_nobody_sees(dirty, tidy):
    assert clean(dirty) == tidy if tidy is not None else len(clean(dirty)) <= 6


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_one_line_is_one_line(text):
    assert len(one_line(text).splitlines()) <= 1
    assert len(one_line(text, 10)) <= 10


@given(st.text())
def test_the_canonical_form_of_a_canonical_text_is_itself(text):
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(
    "pair",
    [
        ("Release time:2023-01-07Viewsiews:98次", "Release time:2023-01-07Viewsiews:1,204次"),
        ("发布时间：2026-07-08 浏览次数：12次", "发布时间：2026-07-08 浏览次数：13次"),
        ("公告（2026年第3号）", "公告(2026年第3号)"),
        ("今天是2026年7月8日 星期三 通知公告", "今天是2026年7月9日 星期四 通知公告"),
        ("Cell therapy 1,024 views", "Cell therapy 1,031 views"),
        ("已阅读 98 次 细胞", "已阅读 99 次 细胞"),
    ],
)
def test_counters_clocks_and_typography_make_no_difference(pair):
    assert canonical(pair[0]) == canonical(pair[1])


@pytest.mark.parametrize(
    "pair",
    [
        ("征求意见截止日期：2026-07-08", "征求意见截止日期：2026-07-18"),
        ("Fee: 100 dollars", "Fee: 200 dollars"),
        ("CAR-T", "car-t"),
        ("共收到意见 98 条", "共收到意见 99 条"),
    ],
)
def test_what_a_text_says_makes_a_difference(pair):
    assert canonical(pair[0]) != canonical(pair[1])


def test_a_line_that_is_only_a_counter_is_dropped():
    assert without_noise("标题\n浏览次数：12次\n正文") == "标题\n正文"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("国家药监局关于CAR-T细胞治疗产品的公告", "zh"),
        ("再生医療等製品の承認について", "ja"),
        ("첨단바이오의약품 허가", "ko"),
        ("The agency has published the guideline on gene therapy", "en"),
        ("Die Behörde hat eine Leitlinie für die Zelltherapie veröffentlicht", "de"),
        ("L'agence a publié une ligne directrice sur les thérapies dans le pays", "fr"),
        ("La agencia ha publicado una guía sobre las terapias para el paciente", "es"),
        ("", None),
        ("2026-07-08", None),
    ],
)
def test_the_language_is_guessed_from_script_and_little_words(text, language):
    assert guess(text) == language


def test_near_copies_are_alike_and_strangers_are_not():
    one, two, three = (
        shingles(t) for t in ("细胞治疗产品生产质量管理指南（试行）", "细胞治疗产品生产质量管理指南", "医疗器械注册收费标准")
    )
    assert jaccard(one, two) > 0.7
    assert jaccard(one, three) < 0.1
