"""Shortcuts of cleaning change nothing."""

import unicodedata
from datetime import UTC, datetime
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.text import canonical as module
from cgtwatch.text import dates, urls
from cgtwatch.text.canonical import canonical
from cgtwatch.text.clean import _MAY_COMBINE, clean
from cgtwatch.text.dates import parse_date

PIECES = [
    "浏览 次数：", "12,345", "Views: 100", "100 hits", " ", "\n", "\n\n\n", "\t", "\r\n", "今天是", "2026年7月8日", "12:30", "generated at ", "ſ", "K",
    "\u200b", "e\u0301", "①", "ﬁ", "\u3000", "views", "次", "已阅读", "GENERATED", "Page Views: 5", "İ", "\x00", "１２３", "：", "x", "\x1c", "\x85",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


class Never:
    """A shortcut that is never taken."""

    def fullmatch(self, _text: str) -> None:
        return None


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


HOSTS = st.sampled_from(
    ["a.gov.cn", "www.nmpa.gov.cn", "x.eu", "a..b", "A.eu", "a.eu.", "a_b.eu", "user@a.eu", "[::1]", "a.eu:80", "a.eu:8443"]
)
PATHS = st.lists(
    st.sampled_from(
        [
            "/",
            "//",
            "a",
            "t20260708_1.html",
            ".",
            "..",
            "/.",
            "%41",
            "%e5",
            "~",
            ";jsessionid=1",
            ":",
            "@",
            " ",
            "\t",
            "é",
            "\\",
            "'",
        ]
    ),
    max_size=6,
).map("".join)
QUERIES = st.sampled_from(
    ["", "?", "?a=1", "?b=2&a=1", "?id=7/8", "?q=%41", "?q=a b", "?utm_source=x", "#", "#top", "?a=1#top", "?a?b"]
)
ADDRESSES = st.tuples(
    st.sampled_from(["http://", "https://", "HTTP://", "//", "/", "", "file:///", "javascript:"]), HOSTS, PATHS, QUERIES
).map("".join)


@settings(max_examples=500)
@given(ADDRESSES)
def test_an_address_taken_as_it_stands_is_what_taking_it_apart_gives(address: str) -> None:
    base = "https://www.example.gov.cn/list/index.html"
    quick = urls.join(base, address), urls.normalise(address), urls.without_query(address)
    with mock.patch.object(urls, "_PLAIN", Never()), mock.patch.object(urls, "_ASKED", Never()):
        urls.normalise.cache_clear()
        thorough = urls.join(base, address), urls.normalise(address), urls.without_query(address)
        urls.normalise.cache_clear()
    assert quick == thorough


@settings(max_examples=300)
@given(
    st.sampled_from(["", "Mon, ", "mon, ", "Monday, "]), st.integers(0, 32), st.sampled_from(["Jan", "Feb", "July", "Dec", "dec"]),
    st.sampled_from(["1989", "2025", "2026", "26", "2031"]), st.sampled_from(["10:00:00", "24:00:00", "00:00:00", "7:05", "23:59:60"]),
    st.sampled_from(["GMT", "+0800", "-0500", "EST", "CST", "+9900", ""]), st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]),
)  # fmt: skip
def test_a_moment_of_a_feed_is_read_at_once_as_it_is_read_form_by_form(weekday, day, month, year, clock, named, zone) -> None:
    text = f"{weekday}{day:02} {month} {year} {clock} {named}"
    now = datetime(2026, 7, 8, tzinfo=UTC)
    quick = parse_date(text, zone=zone, now=now)
    with mock.patch.object(dates, "_RFC822", Never()):
        assert parse_date(text, zone=zone, now=now) == quick
