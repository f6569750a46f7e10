"""Whose word about who asks is believed."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.web.account.login import OF_BOTH
from cgtwatch.web.forwarded import Hop, origin, within
from web.accounts import House, house, log_in
from web.watched import HERE, HOME

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("127.0.0.1/32"), ip_network("fd00::/8"))
PROXY = ("10.0.0.2", 1)


def said(**headers: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]


@pytest.mark.parametrize(
    ("headers", "hop"),
    [
        ({"x_forwarded_for": "203.0.113.7"}, Hop("203.0.113.7")),
        ({"x_forwarded_for": "6.6.6.6, 203.0.113.7"}, Hop("203.0.113.7")),
        ({"x_forwarded_for": "203.0.113.7, 10.0.0.9"}, Hop("203.0.113.7")),
        ({"x_forwarded_for": "10.0.0.8, 10.0.0.9"}, Hop("10.0.0.8")),
        ({"x_forwarded_for": "127.0.0.1, 203.0.113.7"}, Hop("203.0.113.7")),
        ({"x_forwarded_for": "203.0.113.7:4711"}, Hop("203.0.113.7")),
        ({"x_forwarded_for": "[2001:db8::7]:4711"}, Hop("2001:db8::7")),
        ({"x_forwarded_for": "::ffff:203.0.113.7"}, Hop("203.0.113.7")),
        ({"x_forwarded_for": "unknown"}, Hop()),
        ({"x_forwarded_for": "203.0.113.7, nonsense"}, Hop()),
        ({"x_forwarded_for": "203.0.113.7", "x_forwarded_proto": "https", "x_forwarded_host": "w.example"}, Hop("203.0.113.7", "https", "w.example")),
        ({"x_forwarded_for": "1.1.1.1, 203.0.113.7", "x_forwarded_proto": "http, https"}, Hop("203.0.113.7", "https")),
        ({"x_forwarded_for": "203.0.113.7", "x_forwarded_proto": "javascript", "x_forwarded_host": "a b"}, Hop("203.0.113.7")),
        ({"forwarded": "for=203.0.113.7;proto=https;host=w.example"}, Hop("203.0.113.7", "https", "w.example")),
        ({"forwarded": 'For="[2001:db8::7]:4711"; Proto=HTTPS, for=10.0.0.9'}, Hop("2001:db8::7", "https")),
        ({"forwarded": "for=6.6.6.6, for=203.0.113.7"}, Hop("203.0.113.7")),
        ({"forwarded": "for=_hidden"}, Hop()),
        ({"forwarded": 'for="203.0.113.7, for=6.6.6.6"'}, Hop()),
        ({"forwarded": "for=6.6.6.6", "x_forwarded_for": "203.0.113.7"}, Hop()),
        ({"forwarded": "for=203.0.113.7;proto=https", "x_forwarded_for": "203.0.113.7"}, Hop("203.0.113.7")),
        ({}, Hop()),
    ],
)  # fmt: skip
def test_the_nearest_client_that_is_no_proxy_of_ours_is_who_asks(headers: dict[str, str], hop: Hop) -> None:
    assert origin(said(**headers), TRUSTED) == hop


@given(st.text(st.characters(max_codepoint=255), max_size=200), st.text(st.characters(max_codepoint=255), max_size=200))
def test_any_header_names_an_address_or_nobody(one: str, other: str) -> None:
    found = origin(said(x_forwarded_for=one, forwarded=other), TRUSTED)
    assert found.client == "" or within(found.client, (ip_network("0.0.0.0/0"), ip_network("::/0")))


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A watch behind a proxy on another machine, and one on its own."""
    with house(tmp_path_factory.mktemp("behind"), trusted_proxies="10.0.0.2 127.0.0.1") as made:
        made.user("mei")
        yield made


def test_over_a_trusted_proxy_that_speaks_https_the_cookie_is_secure(behind: House) -> None:
    headers = {"X-Forwarded-For": "203.0.113.50", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "watch.example.org"}
    browser = behind.browser("http://10.0.0.1:8710", PROXY)
    answer = browser.post("/login", data={"name": "mei", "password": "three green lanterns"}, headers=headers)
    assert answer.headers["set-cookie"].startswith("__Host-")
    assert "strict-transport-security" in answer.headers
    foreign = behind.browser("http://10.0.0.1:8710", ("10.0.0.3", 1))
    answer = foreign.post("/login", data={"name": "mei", "password": "three green lanterns"}, headers=headers)
    assert answer.headers["set-cookie"].startswith("cgtwatch=")


def test_the_host_that_a_trusted_proxy_was_asked_for_is_checked_too(behind: House) -> None:
    browser = behind.browser("http://10.0.0.1:8710", PROXY)
    assert (
        browser.get("/login", headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example"}).status_code == 400
    )
    stranger = behind.browser("http://evil.example", ("203.0.113.7", 1))
    assert stranger.get("/login", headers={"X-Forwarded-Host": "watch.example.org"}).status_code == 400


def test_each_client_behind_a_trusted_proxy_has_limits_of_its_own(behind: House) -> None:
    browser = behind.browser(client=PROXY)
    for _ in range(OF_BOTH):
        browser.post("/login", data={"name": "mei", "password": "wrong wrong wrong"}, headers={"X-Forwarded-For": "203.0.113.7"})
    good = {"name": "mei", "password": "three green lanterns"}
    assert browser.post("/login", data=good, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 429
    assert browser.post("/login", data=good, headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"}).status_code == 429
    assert browser.post("/login", data=good, headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 303


def test_what_a_trusted_proxy_hands_on_never_comes_from_this_machine(tmp_path: Path) -> None:
    with house(tmp_path, trusted_proxies="127.0.0.1") as made:
        for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": "::1"}, {"Forwarded": "for=127.0.0.1"}):
            assert made.browser(HOME, HERE).get("/", headers=headers).status_code == 303
        assert log_in(made.browser(HOME, HERE), "mei").status_code == 401
