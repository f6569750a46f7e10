"""Addresses that are refused before anything is looked up, and where redirects lead."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.trouble import Trouble
from cgtwatch.net.url import origin, shown, target


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:text/xml,<rss/>", "javascript:alert(1)",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "http://", "http:///path", "//example.org/", "example.org", "",
        "http://user@example.org/", "http://user:secret@example.org/", "http://good.example\\@bad.example/",
        "http://example.org:99999/", "http://example.org:0/", "http://example.org:port/", "http://exa mple.org/",
        "http://example.org/a\nb", "http://example.org/\x00", "http://example.org/\u202e", "http://[::1/",
        "http://e/" + "x" * 9000,
    ],
)  # fmt: skip
def test_an_address_that_must_not_be_asked_for_is_refused(url):
    with pytest.raises(Trouble) as caught:
        origin(url)
    assert caught.value.error is ErrorClass.REFUSED


def test_an_origin_is_scheme_host_and_port_whatever_the_spelling():
    assert origin("HTTP://Example.ORG/a") == origin("http://example.org:80/b?c")
    assert origin("https://example.org") != origin("http://example.org")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "http://h/b"),
        ("b?x=1#part", "http://h/d/b?x=1"),
        ("//other/x", "http://other/x"),
        ("?q", "http://h/d/a?q"),
        ("http://h2/a b", "http://h2/a%20b"),
        ("/路径".encode().decode("latin-1"), "http://h/路径"),
    ],
)
def test_a_redirect_leads_where_a_browser_would_go(location, url):
    assert target("http://h/d/a", location) == url


@pytest.mark.parametrize("location", [None, "", "  ", "http://h/\xff", "http://[bad"])
def test_a_redirect_to_nowhere_is_trouble_of_its_own_class(location):
    with pytest.raises(Trouble) as caught:
        target("http://h/", location)
    assert caught.value.error is ErrorClass.REDIRECT


@given(st.text(max_size=200))
def test_any_text_is_judged_without_any_other_exception(text):
    for act in (lambda: origin(text), lambda: origin("http://" + text), lambda: target("http://h/", text)):
        with suppress(Trouble):
            act()


def test_an_address_in_a_message_shows_neither_query_nor_password():
    assert shown("https://me:secret@h.example/p?token=t") == "https://h.example/p"
