"""Addresses joined and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.urls import file_name, join, normalise, without_query

BASE = "https://www.example.gov.cn/yaopin/ypggtg/index.html"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("../../xxgk/1.html", "https://www.example.gov.cn/xxgk/1.html"),
        ("//other.example/x", "https://other.example/x"),
        (" /a b.pdf\n", "https://www.example.gov.cn/a%20b.pdf"),
        ("/公告.pdf", "https://www.example.gov.cn/公告.pdf"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@example.org", None),
        ("file:///etc/passwd", None),
        ("http://user:pass@example.org/", None),
        ("http://[::1", None),
        ("http://example.org:99999999/", None),
        ("", None),
        ("/" + "a" * 100_000, None),
    ],
)
@pytest.mark.fault("S9")
def test_only_links_that_may_be_followed_survive(link, address):
    assert join(BASE, link) == address


def test_a_folder_may_link_to_its_own_files():
    assert join("file:///srv/inbox/", "a.txt") == "file:///srv/inbox/a.txt"


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://WWW.Example.org:443/a/b?x=1&y=2",
        "https://www.example.org/a/./c/../b?y=2&x=1#top",
        "https://www.example.org/a/b?utm_source=rss&x=1&y=2&PHPSESSID=77",
        "https://www.example.org/a/b;jsessionid=0A1B?x=1&y=2",
        "https://www.example.org/%61/b?x=1&y=2",
    ],
)
def test_addresses_of_the_same_page_are_the_same(other):
    assert normalise(other) == "https://www.example.org/a/b?x=1&y=2"


def test_a_fragment_that_is_an_address_of_its_own_stays():
    assert normalise("https://example.org/#/detail/7") != normalise("https://example.org/#/detail/8")


@given(
    st.text() | st.from_regex(r"https?://[a-z.]{1,12}(:\d{1,5})?(/[^\s]{0,20})?(\?[^\s]{0,20})?(#[^\s]{0,9})?", fullmatch=True)
)
def test_normalising_twice_changes_nothing_more(url):
    assert normalise(normalise(url)) == normalise(url)


@given(st.text(), st.text())
def test_joining_never_raises(base, link):
    joined = join(base, link)
    assert joined is None or joined.startswith(("http://", "https://", "file:"))


def test_path_and_file_name_are_taken_apart():
    assert without_query("https://example.org/a?id=1") == "https://example.org/a"
    assert file_name("https://example.org/x/%E5%85%AC%E5%91%8A.pdf?v=1") == "公告.pdf"
