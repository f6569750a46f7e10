"""What makes a revision, and what does not."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cgtwatch.diff.fingerprint import content_fingerprint, fingerprint
from cgtwatch.model.draft import Attachment, Draft
from diff.diff_site import row

TEXT = "第一条 为规范细胞治疗产品的研究，制定本办法。\n第二条 本办法自2026年8月1日起施行。"
NOISE = [
    "浏览次数：{n}次",
    "阅读（{n}）",
    "Views: {n}",
    "今天是2026年7月{n}日 星期三 10:0{n}",
    "当前位置：首页 > 公告 > 第{n}页",
    "上一篇：关于第{n}号的通知",
    "下一篇：关于第{n}号的通知",
    "【打印】【关闭】 字号：大 中 小",
    "版权所有：某某局 京ICP备0500{n}号",
    "Copyright © 202{n} Some Agency. All rights reserved.",
    "Page last updated: 0{n}/07/2026",
    "Share | Print | Email",
    "You are here: Home / News / {n}",
]


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.fault("F17")
def test_page_furniture_makes_no_revision_when_it_changes_comes_or_goes(noise):
    marks = {content_fingerprint("t", text) for text in (TEXT, f"{TEXT}\n{noise.format(n=1)}", f"{noise.format(n=2)}\n{TEXT}")}
    assert len(marks) == 1


CHANGES = [
    {"title": "另一个标题"},
    {"text": TEXT.replace("8月1日", "9月1日")},
    {"published_on": date(2026, 7, 2)},
    {"attachments": (Attachment("https://a.gov/1.pdf", "附件1"),)},
    {"links": ("https://a.gov/new",)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: next(iter(c)))
def test_what_a_reader_would_notice_makes_a_revision(change):
    draft = row(1, text=TEXT)
    assert fingerprint(draft) != fingerprint(replace(draft, **change))


SILENT = [
    {"url": "https://elsewhere.gov/1"},
    {"position": 9},
    {"guid": "other"},
    {"published": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)},
    {"author": "somebody"},
]


@pytest.mark.parametrize("change", SILENT, ids=lambda c: next(iter(c)))
def test_what_is_not_content_makes_no_revision(change):
    draft = row(1, text=TEXT)
    assert fingerprint(draft) == fingerprint(replace(draft, **change))


def test_tracking_in_an_address_within_the_text_makes_no_revision():
    one, two = (Draft("t", text=f"See https://a.gov/x?utm_source={who} for more") for who in ("a", "b"))
    assert fingerprint(one) == fingerprint(two)


def test_a_mark_tells_its_version():
    assert fingerprint(row(1)).startswith("1:")
    assert len(fingerprint(row(1))) == 34


def test_a_changed_number_that_is_no_counter_makes_a_revision():
    assert content_fingerprint("t", "收费标准：100元") != content_fingerprint("t", "收费标准：200元")


@pytest.mark.parametrize("unit", ["大      ", "分享到【", "print  ", "上一篇：", "版权所有", "浏览 "])
@pytest.mark.fault("S15")
def test_a_hostile_line_costs_no_time(unit):
    started = time.process_time()
    content_fingerprint("t", "\n".join([unit * 200 + "!"] * 200))
    assert time.process_time() - started < 2
