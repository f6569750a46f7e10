"""Cookies that outlive an exchange: whose they are, where they go, how many."""

import pytest

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.cookies import MOST, MOST_CHARACTERS, Jar
from cgtwatch.net.request import NetPolicy, NetRequest
from cgtwatch.net.resolve import Endpoint, Resolver
from cgtwatch.net.session import Net
from exchanges import answer_of, failure
from loopback import LOOPBACK, Site, pages, reply


@pytest.fixture
def named():
    """A way out for which every name is loopback."""
    made = Net(NetPolicy(LOOPBACK), Resolver(lambda host, port: [Endpoint(2, "127.0.0.1", ("127.0.0.1", port))]))
    yield made
    made.close()


def sent(asked):
    return asked.headers.get("cookie", "")


def test_a_jar_keeps_cookies_from_exchange_to_exchange(net):
    jar = Jar()
    with Site(lambda _: reply("x", Set_Cookie="JSESSIONID=1; Path=/")) as site:
        for _ in range(2):
            answer_of(net.exchange(NetRequest(site.url(), jar=jar)))
        answer_of(net.exchange(NetRequest(site.url())))
        assert [sent(asked) for asked in site.asked] == ["", "JSESSIONID=1", ""]


def test_a_cookie_set_on_the_way_is_kept_and_sent_on(net):
    jar = Jar()
    way = {"/": reply("", 302, Set_Cookie="a=1", Location="/b"), "/b": reply("x")}
    with Site(pages(way)) as site:
        answer_of(net.exchange(NetRequest(site.url(), jar=jar)))
        assert [sent(asked) for asked in site.asked] == ["", "a=1"]
        assert [cookie.name for cookie in jar] == ["a"]


@pytest.mark.fault("H13")
def test_a_redirect_to_another_origin_takes_no_cookie_along(named):
    with Site(lambda _: reply("x", Set_Cookie="evil=1; Domain=site.test")) as other:
        for target in (other.url(host="other.test"), other.url(host="site.test"), other.url(host="www.site.test")):
            jar = Jar()
            with Site(lambda _, to=target: reply("", 302, Set_Cookie="a=1", Location=to)) as site:
                answer_of(named.exchange(NetRequest(site.url(host="site.test"), headers={"Cookie": "b=2"}, jar=jar)))
        assert [sent(asked) for asked in other.asked] == ["", "", ""]


@pytest.mark.parametrize(
    ("domain", "kept"),
    [
        ("site.gov.test", 1),
        (".gov.test", 1),
        ("gov.cn", 0),
        ("go.jp", 0),
        (".jp", 0),
        ("other.test", 0),
        ("deep.www.site.gov.test", 0),
    ],
)
def test_a_cookie_is_for_the_own_site_only(named, domain, kept):
    jar = Jar()
    host = f"www.site.{domain.strip('.')}" if domain in ("gov.cn", "go.jp", ".jp") else "www.site.gov.test"
    with Site(lambda _: reply("x", Set_Cookie=f"a=1; Domain={domain}")) as site:
        answer_of(named.exchange(NetRequest(site.url(host=host), jar=jar)))
    assert len(jar) == kept


def test_a_cookie_without_domain_stays_with_its_host(named):
    jar = Jar()
    with Site(lambda _: reply("x", Set_Cookie="a=1")) as site:
        for host in ("site.test", "www.site.test", "site.test"):
            answer_of(named.exchange(NetRequest(site.url(host=host), jar=jar)))
        assert [sent(asked) for asked in site.asked] == ["", "", "a=1"]


def test_a_cookie_that_came_over_tls_is_not_sent_in_the_clear(named, server_tls):
    jar = Jar()
    with Site(lambda _: reply("x", Set_Cookie="a=1"), tls=server_tls) as site:
        for _ in range(2):
            answer_of(named.exchange(NetRequest(site.url(host="site.test"), verify=False, jar=jar)))
        assert [sent(asked) for asked in site.asked] == ["", "a=1"]
    assert all(cookie.secure for cookie in jar)


def test_a_jar_cannot_be_filled_up(net):
    jar = Jar()
    with Site(lambda asked: reply("x", Set_Cookie=f"c{asked.target[1:]}={'x' * int(asked.target[1:])}; Path=/")) as site:
        for size in (5000, *range(100, 100 + MOST + 4)):
            answer_of(net.exchange(NetRequest(site.url(f"/{size}"), jar=jar)))
    assert 0 < len(jar) <= MOST
    assert sum(len(cookie.value) for cookie in jar) <= MOST_CHARACTERS
    assert "c5000" not in [cookie.name for cookie in jar]


def test_a_cookie_of_the_operator_is_sent_once_and_wins(net):
    jar = Jar()
    with Site(lambda _: reply("x", Set_Cookie="a=theirs; Path=/")) as site:
        for _ in range(2):
            answer_of(net.exchange(NetRequest(site.url(), headers={"Cookie": "a=ours; b=2"}, jar=jar)))
        assert [sent(asked) for asked in site.asked] == ["a=ours; b=2"] * 2


# ---- redirects of what was sent (RFC 9110, 15.4)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_sent_form_is_not_sent_again_where_the_redirect_leads(net, status):
    with Site(pages({"/": reply("", status, Location="/b"), "/b": reply("end")})) as site:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer_of(net.exchange(NetRequest(site.url(), "POST", form, b"q=1")))
        assert [(one.method, one.body, "content-type" in one.headers) for one in site.asked] == [
            ("POST", b"q=1", True),
            ("GET", b"", False),
        ]


@pytest.mark.parametrize("status", [307, 308])
def test_a_sent_form_follows_within_its_origin_only(net, status):
    with Site(pages({"/": reply("", status, Location="/b"), "/b": reply("end")})) as site:
        answer_of(net.exchange(NetRequest(site.url(), "POST", body=b"q=1")))
        assert [(one.method, one.body) for one in site.asked] == [("POST", b"q=1")] * 2
    with Site(lambda _: reply("end")) as other, Site(lambda _: reply("", status, Location=other.url())) as site:
        got = failure(net.exchange(NetRequest(site.url(), "POST", body=b"q=1")))
        assert (got.error, other.asked) == (ErrorClass.REDIRECT, [])


# ---- an address that the operator named


def test_an_address_of_the_operator_may_be_private_and_nothing_beside_it():
    strict = Net(NetPolicy())
    with (
        Site(lambda _: reply("secret")) as other,
        Site(lambda asked: reply("", 302, Location=other.url()) if asked.target == "/away" else reply("in")) as own,
    ):
        assert failure(strict.exchange(NetRequest(own.url()))).error is ErrorClass.REFUSED
        assert answer_of(strict.exchange(NetRequest(own.url(), trusted=own.url("/any")))).body == b"in"
        assert failure(strict.exchange(NetRequest(own.url(), trusted=other.url()))).error is ErrorClass.REFUSED
        assert failure(strict.exchange(NetRequest(own.url("/away"), trusted=own.url()))).error is ErrorClass.REFUSED
        # ... also while the operator's own connection stands open
        assert failure(strict.exchange(NetRequest(own.url()))).error is ErrorClass.REFUSED
        assert other.asked == []
    strict.close()
