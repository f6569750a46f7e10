"""One exchange against real sockets: answers, redirects, credentials."""

import gzip
import threading
import time

import pytest

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetAnswer, NetRequest
from exchanges import answer_of, failure
from loopback import Site, Slowly, pages, reply


def test_an_answer_of_any_status_is_an_answer(net):
    for status in (200, 204, 304, 404, 410, 500, 503):
        with Site(lambda _, status=status: reply("x", status)) as site:
            assert answer_of(net.exchange(NetRequest(site.url()))).status == status


def test_a_packed_body_comes_out_unpacked(net):
    with Site(lambda _: reply(gzip.compress(b"policy"), Content_Encoding="gzip")) as site:
        got = answer_of(net.exchange(NetRequest(site.url())))
        assert (got.body, site.asked[0].headers["accept-encoding"]) == (b"policy", "gzip, deflate")


@pytest.mark.fault("H15")
def test_a_body_packed_without_a_word_is_unpacked_unless_it_is_a_packed_file(net):
    packed = gzip.compress(b"<rss/>")
    with Site(
        pages({"/feed": reply(packed, Content_Type="text/xml"), "/file": reply(packed, Content_Type="application/gzip")})
    ) as site:
        assert answer_of(net.exchange(NetRequest(site.url("/feed")))).body == b"<rss/>"
        assert answer_of(net.exchange(NetRequest(site.url("/file")))).body == packed


def test_headers_come_with_lower_names_and_without_control_characters(net):
    with Site(lambda _: reply("x", ETag='"a\x0bb"', X_Both="1")) as site:
        got = answer_of(net.exchange(NetRequest(site.url())))
        assert (got.headers["etag"], got.headers["x-both"]) == ('"ab"', "1")


def test_a_post_carries_its_body_and_length(net):
    with Site(lambda _: reply("taken", 202)) as site:
        assert answer_of(net.exchange(NetRequest(site.url(), "POST", {"x-k": "v"}, b"body"))).status == 202
        assert (site.asked[0].method, site.asked[0].body, site.asked[0].headers["x-k"]) == ("POST", b"body", "v")


def test_connections_are_kept_and_used_again(net):
    with Site(lambda _: reply(gzip.compress(b"x"), Content_Encoding="gzip")) as site:
        for _ in range(5):
            answer_of(net.exchange(NetRequest(site.url())))
        assert (len(site.asked), site.connections) == (5, 1)


def test_many_threads_share_one_net(net):
    with Site(lambda asked: reply(asked.target)) as site:
        wrong = []

        def ask(n):
            for k in range(20):
                got = net.exchange(NetRequest(site.url(f"/{n}/{k}")))
                if not isinstance(got, NetAnswer) or got.body != f"/{n}/{k}".encode():
                    wrong.append(got)

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


@pytest.mark.fault("H11")
def test_redirects_are_followed_up_to_the_limit_and_told(net):
    with Site(pages({"/a": reply("", 302, Location="/b"), "/b": reply("", 308, Location="/c"), "/c": reply("end")})) as site:
        got = answer_of(net.exchange(NetRequest(site.url("/a"))))
        assert got.redirects == ((302, site.url("/b")), (308, site.url("/c")))
        assert (got.url, got.body, got.requests) == (site.url("/c"), b"end", 3)


@pytest.mark.fault("H11")
def test_a_redirect_loop_ends_after_five(net):
    with Site(lambda _: reply("", 302, Location="/again")) as site:
        got = failure(net.exchange(NetRequest(site.url())))
        assert (got.error, got.requests) == (ErrorClass.REDIRECT, 6)


def test_a_redirect_is_the_answer_when_none_is_to_be_followed(net):
    with Site(lambda _: reply("x" * 100, 307, Location="/b")) as site:
        got = answer_of(net.exchange(NetRequest(site.url(), "POST", body=b"x", follow=0)))
        assert (got.status, got.body, got.headers["location"], len(site.asked)) == (307, b"", "/b", 1)


@pytest.mark.fault("H17")
def test_the_body_of_a_redirect_is_not_read(net):
    endless = Slowly(b"HTTP/1.1 302 X\r\nLocation: /b\r\n\r\n", b"x" * 65536, 0.001)
    with Site(lambda asked: endless if asked.target == "/a" else reply("end")) as site:
        began = time.monotonic()
        assert answer_of(net.exchange(NetRequest(site.url("/a")))).body == b"end"
        assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://me@127.0.0.1/", "http://127.0.0.1\\@x/", "http://10.0.0.1/", "http://[::1]/"],
)
@pytest.mark.fault("S4")
def test_a_redirect_to_where_we_may_not_go_is_refused(net, location):
    with Site(lambda _: reply("", 302, Location=location)) as site:
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.REFUSED


@pytest.mark.parametrize("location", ["", "http://127.0.0.1:99999/", "http:///x", "http://h/\xff"])
@pytest.mark.fault("H11")
def test_a_redirect_to_nowhere_has_its_own_class(net, location):
    with Site(lambda _: reply("", 302, Location=location)) as site:
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.REDIRECT


@pytest.mark.fault("H13")
def test_credentials_stay_with_their_origin(net):
    with Site(lambda _: reply("end")) as other, Site(lambda _: reply("", 302, Location=other.url())) as site:
        headers = {"Authorization": "Bearer s", "Cookie": "c=1", "X-Key": "k", "If-None-Match": '"e"', "User-Agent": "u"}
        answer_of(net.exchange(NetRequest(site.url(), headers=headers)))
        sent = other.asked[0].headers
        assert {"authorization", "cookie", "x-key"}.isdisjoint(sent)
        assert (sent["if-none-match"], sent["user-agent"]) == ('"e"', "u")
        assert site.asked[0].headers["authorization"] == "Bearer s"


def test_credentials_follow_within_their_origin(net):
    with Site(lambda asked: reply("end") if asked.target == "/b" else reply("", 302, Location="/b")) as site:
        answer_of(net.exchange(NetRequest(site.url(), headers={"Authorization": "s"})))
        assert site.asked[1].headers["authorization"] == "s"


@pytest.mark.fault("H14")
def test_a_cookie_wall_is_passed_and_the_cookie_forgotten_after(net):
    def wall(asked):
        return (
            reply("in")
            if "pass=1" in asked.headers.get("cookie", "")
            else reply("", 302, Set_Cookie="pass=1; Path=/", Location="/")
        )

    with Site(wall) as site:
        assert answer_of(net.exchange(NetRequest(site.url()))).body == b"in"
        answer_of(net.exchange(NetRequest(site.url())))
        assert [("cookie" in asked.headers) for asked in site.asked] == [False, True, False, True]


def test_a_post_becomes_a_get_after_see_other(net):
    with Site(lambda asked: reply("end") if asked.target == "/b" else reply("", 303, Location="/b")) as site:
        answer_of(net.exchange(NetRequest(site.url(), "POST", body=b"x")))
        assert [(asked.method, asked.body) for asked in site.asked] == [("POST", b"x"), ("GET", b"")]
