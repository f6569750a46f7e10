"""What people are shown of a change."""

import random
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.diff.anchors import blocks
from cgtwatch.diff.compare import readable, summary, tokens
from cgtwatch.model.draft import Attachment
from cgtwatch.model.item import Revision
from diff.diff_site import NOW


def revision(text="", title="t", **more) -> Revision:
    return Revision("i1", 1, title, "https://a.gov/1", text, "1:", NOW, **more)


ZH = "第一条 本办法适用于细胞治疗产品。\n第二条 意见反馈截止日期为2026年7月31日。\n第三条 本办法由药审中心解释。"
EN = "This guidance applies to CAR T cells. Comments are due by July 31, 2026. It is not binding."


def test_a_changed_chinese_deadline_is_marked_by_itself():
    got = readable(revision(ZH), revision(ZH.replace("7月31日", "8月15日")))
    assert "- 第二条 意见反馈截止日期为2026年[-7-]月[-31-]日。" in got.text
    assert "+ 第二条 意见反馈截止日期为2026年{+8+}月{+15+}日。" in got.text
    assert (got.added, got.removed) == (1, 1)


def test_a_changed_english_word_is_marked_by_itself():
    got = readable(revision(EN), revision(EN.replace("July 31", "August 15")))
    assert "+ Comments are due by {+August+} {+15+}, 2026." in got.text


def test_an_added_and_a_removed_sentence_stand_whole():
    assert "+ 第四条 本办法自发布之日起施行。" in readable(revision(ZH), revision(ZH + "\n第四条 本办法自发布之日起施行。")).text
    assert "- It is not binding." in readable(revision(EN), revision(EN.replace(" It is not binding.", ""))).text


def test_title_date_and_attachments_are_compared():
    old = revision(ZH, "征求意见稿", published_on=date(2026, 7, 1), attachments=(Attachment("u", "附件1"),))
    new = revision(ZH, "正式稿", published_on=date(2026, 7, 9), attachments=(Attachment("u", "附件2"),))
    line = summary(old, new)
    assert "征求意见稿" in line
    assert "2026-07-01 → 2026-07-09" in line
    assert "+附件2" in line
    assert "-附件1" in line
    assert readable(old, new).summary == line


def test_noise_alone_is_no_change():
    got = readable(revision(ZH + "\n浏览次数：98次"), revision(ZH + "\n浏览次数：99次"))
    assert (got.summary, got.lines) == ("", ())


def test_a_summary_is_one_line_and_short():
    line = summary(revision(ZH), revision("全新的文本，很长很长。" * 400))
    assert "\n" not in line
    assert len(line) < 500


def test_tokens_are_words_numbers_and_single_characters():
    assert tokens("CAR-T细胞 3.5% 2026-07-01") == ["CAR", "-", "T", "细", "胞", " ", "3.5%", " ", "2026-07-01"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_blocks_cover_both_sides_and_equal_ones_are_equal(a, b):
    left, right = [], []
    for a0, a1, b0, b1, equal in blocks(a, b):
        assert (a[a0:a1] == b[b0:b1]) or not equal
        left += a[a0:a1]
        right += b[b0:b1]
    assert (left, right) == (a, b)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared_and_a_text_equals_itself(one, two):
    readable(revision(one), revision(two))
    assert readable(revision(one), revision(one)).lines == ()


def long_text(seed: int, stop: str) -> str:
    chance = random.Random(seed)
    return "".join(
        chance.choice("细胞治疗产品临床试验基因编辑药品监督管理的了和在是") if chance.random() > 0.04 else stop
        for _ in range(340_000)
    )


@pytest.mark.parametrize("stop", ["。\n", "。", "，"], ids=["lines", "sentences", "no end"])
def test_a_megabyte_is_compared_in_bounded_time(stop):
    """340,000 characters are a megabyte of UTF-8; measured 1 to 2 s, of which the canonical form takes the most."""
    started = time.process_time()
    readable(revision(long_text(1, stop)), revision(long_text(2, stop)))
    assert time.process_time() - started < 20
