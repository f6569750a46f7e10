"""Walls told from pages, at a bounded cost."""

import time

from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.acquire.challenge import wall


@given(st.binary(max_size=400))
def test_any_bytes_are_judged(body):
    wall({}, b"<script>" + body)


def test_a_feed_is_never_a_wall():
    assert wall({}, b"<?xml version='1.0'?><rss><item><title>document.cookie location &lt;script</title></item></rss>") is None


def test_a_page_made_to_be_slow_is_judged_at_once():
    began = time.process_time()
    wall({}, b"<script" * 4600)
    wall({}, b"<script></script" * 2000)
    assert time.process_time() - began < 0.5
