"""Bytes that are no text of any charset are refused; texts in charsets with shifts and zeros are not."""

import random

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.parse.document import document


@pytest.mark.parametrize("seed", range(8))
def test_bytes_at_random_are_no_document(seed: int) -> None:
    with pytest.raises(ParseError, match="binary data"):
        document(b"." + random.Random(seed).randbytes(5000), "dropped")


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("厚生労働省は再生医療等製品の指針案を公表した。", "iso2022_jp"),
        ("식약처 세포치료제 가이드라인 발표 ", "iso2022_kr"),
        ("国家药监局发布细胞治疗指导原则。", "gb18030"),
        ("國家衛生單位發布細胞治療指引。", "big5"),
        ("国家药监局发布细胞治疗指导原则 ABC", "utf-16"),
    ],
)
def test_a_text_in_an_old_charset_is_no_binary(text: str, charset: str) -> None:
    assert document((text * 60).encode(charset), "dropped.txt").title
