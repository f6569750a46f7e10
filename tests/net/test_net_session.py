"""One exchange against real sockets: redirects, credentials, limits, retries, certificates."""

import gzip
import socket
import ssl
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetAnswer, NetFailure, NetPolicy, NetRequest
from cgtwatch.net.resolve import Endpoint, Resolver
from cgtwatch.net.session import Net
from loopback import CUT, LOOPBACK, Site, Slowly, pages, reply

PEM = str(Path(__file__).with_name("loopback.pem"))
SHORT = timedelta(seconds=0.6)


@pytest.fixture
def net():
    made = Net(NetPolicy(LOOPBACK, "cgtwatch/test"))
    yield made
    made.close()


@pytest.fixture
def server_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


def failure(answer) -> NetFailure:
    assert isinstance(answer, NetFailure), answer
    assert answer.message
    assert answer.hint
    return answer


def answer_of(answer) -> NetAnswer:
    assert isinstance(answer, NetAnswer), answer
    return answer


# ---- answers


def test_an_answer_of_any_status_is_an_answer(net):
    for status in (200, 204, 304, 404, 410, 500, 503):
        with Site(lambda _, status=status: reply("x", status)) as site:
            assert answer_of(net.exchange(NetRequest(site.url()))).status == status


def test_a_packed_body_comes_out_unpacked(net):
    with Site(lambda _: reply(gzip.compress(b"policy"), Content_Encoding="gzip")) as site:
        got = answer_of(net.exchange(NetRequest(site.url())))
        assert (got.body, site.asked[0].headers["accept-encoding"]) == (b"policy", "gzip, deflate")


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


# ---- redirects


def test_redirects_are_followed_up_to_the_limit_and_told(net):
    with Site(pages({"/a": reply("", 302, Location="/b"), "/b": reply("", 308, Location="/c"), "/c": reply("end")})) as site:
        got = answer_of(net.exchange(NetRequest(site.url("/a"))))
        assert got.redirects == ((302, site.url("/b")), (308, site.url("/c")))
        assert (got.url, got.body, got.requests) == (site.url("/c"), b"end", 3)


def test_a_redirect_loop_ends_after_five(net):
    with Site(lambda _: reply("", 302, Location="/again")) as site:
        got = failure(net.exchange(NetRequest(site.url())))
        assert (got.error, got.requests) == (ErrorClass.REDIRECT, 6)


def test_a_redirect_is_the_answer_when_none_is_to_be_followed(net):
    with Site(lambda _: reply("x" * 100, 307, Location="/b")) as site:
        got = answer_of(net.exchange(NetRequest(site.url(), "POST", body=b"x", follow=0)))
        assert (got.status, got.body, got.headers["location"], len(site.asked)) == (307, b"", "/b", 1)


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
def test_a_redirect_to_where_we_may_not_go_is_refused(net, location):
    with Site(lambda _: reply("", 302, Location=location)) as site:
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.REFUSED


@pytest.mark.parametrize("location", ["", "http://127.0.0.1:99999/", "http:///x", "http://h/\xff"])
def test_a_redirect_to_nowhere_has_its_own_class(net, location):
    with Site(lambda _: reply("", 302, Location=location)) as site:
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.REDIRECT


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


# ---- limits


SLOW = {
    "headers": Slowly(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
    "body": Slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a"),
    "body without length": Slowly(b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    "chunks": Slowly(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "continue": Slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 9),
    "silence": Slowly(b"", b""),
    "redirect": Slowly(b"HTTP/1.1 302 Found\r\nLocation: /", b"a"),
    "error body": Slowly(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", b"\x00"),
}


@pytest.mark.parametrize("what", [name for name in SLOW if name != "error body"])
def test_a_trickle_ends_at_the_deadline(net, what):
    with Site(lambda _: SLOW[what]) as site:
        began = time.monotonic()
        got = failure(net.exchange(NetRequest(site.url(), deadline=SHORT)))
        assert got.error is ErrorClass.TIMEOUT
        assert 0.5 < time.monotonic() - began < 1.4


def test_the_deadline_counts_over_all_redirects(net):
    def slow_hop(_):
        time.sleep(0.25)
        return reply("", 302, Location="/on")

    with Site(slow_hop) as site:
        began = time.monotonic()
        got = failure(net.exchange(NetRequest(site.url(), deadline=SHORT)))
        assert (got.error, time.monotonic() - began < 1) == (ErrorClass.TIMEOUT, True)


def test_a_deadline_harms_no_other_exchange(net):
    with Site(lambda asked: SLOW["body"] if asked.target == "/slow" else reply("ok")) as site:
        slow = threading.Thread(target=net.exchange, args=(NetRequest(site.url("/slow"), deadline=SHORT),))
        slow.start()
        until = time.monotonic() + 1
        while time.monotonic() < until:
            assert answer_of(net.exchange(NetRequest(site.url("/ok")))).body == b"ok"
        slow.join()


@pytest.mark.parametrize(
    "bytes_",
    [
        reply(b"x" * 5000),
        reply(gzip.compress(bytes(4 << 20)), Content_Encoding="gzip"),
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\nConnection: close\r\n\r\nx",
    ],
)
def test_a_body_over_the_cap_is_too_big_whatever_its_form(net, bytes_):
    with Site(lambda _: bytes_) as site:
        got = failure(net.exchange(NetRequest(site.url(), max_bytes=4096)))
        assert (got.error, got.status) == (ErrorClass.TOO_BIG, 200)


def test_an_error_page_over_the_cap_is_cut_and_stays_an_answer(net):
    with Site(lambda _: reply(b"x" * 300_000, 503, Retry_After="7")) as site:
        got = answer_of(net.exchange(NetRequest(site.url())))
        assert (got.status, got.headers["retry-after"], len(got.body) <= 131072) == (503, "7", True)


@pytest.mark.parametrize(
    "bytes_",
    [
        b"<rss></rss>\r\n\r\n",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"h" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello",
        reply(gzip.compress(b"x" * 999)[:20], Content_Encoding="gzip"),
        reply("plain", Content_Encoding="gzip"),
        reply("br", Content_Encoding="br"),
    ],
)
def test_broken_http_is_told_as_such(net, bytes_):
    def answer(asked):
        return Slowly(bytes_, b"") if b"close" not in bytes_ and b"Encoding: gzip" not in bytes_ else bytes_

    with Site(answer) as site:
        assert failure(net.exchange(NetRequest(site.url(), deadline=timedelta(seconds=2)))).error is ErrorClass.PROTOCOL


# ---- connections


def test_a_get_is_tried_once_more_when_the_connection_is_cut(net):
    with Site(lambda asked: CUT if asked.connection == 0 else reply("ok")) as site:
        got = answer_of(net.exchange(NetRequest(site.url())))
        assert (got.body, got.requests) == (b"ok", 2)


def test_a_get_cut_twice_is_a_failure(net):
    with Site(lambda _: CUT) as site:
        got = failure(net.exchange(NetRequest(site.url())))
        assert (got.error, got.requests) == (ErrorClass.CONNECT, 2)


def test_a_post_is_never_repeated_and_says_that_it_was_sent(net):
    with Site(lambda _: CUT) as site:
        got = failure(net.exchange(NetRequest(site.url(), "POST", body=b"x")))
        assert (got.error, got.sent, len(site.asked)) == (ErrorClass.CONNECT, True, 1)


def test_a_refused_connection_says_that_nothing_was_sent(net):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        got = failure(net.exchange(NetRequest(f"http://127.0.0.1:{closed.getsockname()[1]}/", "POST", body=b"x")))
    assert (got.error, got.sent) == (ErrorClass.CONNECT, False)


SPELLINGS = ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"]


@pytest.mark.parametrize("host", SPELLINGS)
def test_loopback_is_refused_in_every_spelling_unless_allowed(host):
    net = Net(NetPolicy())
    with Site(lambda _: reply("inside")) as site:
        got = failure(net.exchange(NetRequest(site.url(host=host))))
        assert (got.error, got.sent, site.connections) == (ErrorClass.REFUSED, False, 0)
    net.close()


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://a:b@example.org/", "http://x y/", "nonsense", "http://127。0。0。1/"]
)
def test_an_address_that_must_not_be_asked_for_is_a_failure_and_no_exception(net, url):
    got = failure(net.exchange(NetRequest(url)))
    assert (got.error, got.requests) == (ErrorClass.REFUSED, 0)


@pytest.mark.parametrize("headers", [{"x": "a\r\nX-Injected: 1"}, {"x": "中"}, {"x\n": "1"}, {"Host": "other"}])
def test_a_header_that_cannot_be_sent_is_refused(net, headers):
    with Site(lambda _: reply("x")) as site:
        assert failure(net.exchange(NetRequest(site.url(), headers=headers))).error is ErrorClass.REFUSED
        assert site.asked == []


def names(table):
    """A resolver for names that exist nowhere; counts how often it is asked."""
    asked = []

    def lookup(host, port):
        asked.append(host)
        if host not in table:
            raise OSError("Name or service not known")
        return [Endpoint(socket.AF_INET, address, (address, port)) for address in table[host]]

    return Resolver(lookup), asked


def test_a_name_with_one_forbidden_address_is_refused_as_a_whole():
    resolver, _ = names({"mixed.test": ["93.184.216.34", "127.0.0.1"]})
    net = Net(NetPolicy(), resolver)
    assert failure(net.exchange(NetRequest("http://mixed.test/"))).error is ErrorClass.REFUSED
    net.close()


def test_a_name_is_looked_up_once_a_connection_so_that_what_is_checked_is_what_is_dialled():
    resolver, asked = names({"site.test": ["127.0.0.1"]})
    net = Net(NetPolicy(LOOPBACK), resolver)
    with Site(lambda _: reply("ok", Connection="close")) as site:
        answer_of(net.exchange(NetRequest(site.url(host="site.test"))))
        assert asked == ["site.test"]
    net.close()


def test_a_dead_first_address_leaves_time_for_the_second():
    resolver, _ = names({"dual.test": ["127.9.9.9", "127.0.0.1"]})
    net = Net(NetPolicy(LOOPBACK), resolver)
    with Site(lambda _: reply("ok")) as site:
        assert answer_of(net.exchange(NetRequest(site.url(host="dual.test")))).body == b"ok"
    net.close()


def test_an_unknown_name_is_dns_trouble():
    resolver, _ = names({})
    net = Net(NetPolicy(), resolver)
    got = failure(net.exchange(NetRequest("http://nowhere.test/")))
    assert (got.error, "nowhere.test" in got.message) == (ErrorClass.DNS, True)
    net.close()


def test_a_name_server_that_never_answers_costs_no_more_than_the_deadline():
    never = threading.Event()  # set at the end, so that no thread outlives the test
    net = Net(NetPolicy(), Resolver(lambda _host, _port: never.wait(10) or []))
    began = time.monotonic()
    assert failure(net.exchange(NetRequest("http://hangs.test/", deadline=timedelta(seconds=0.3)))).error in (
        ErrorClass.DNS,
        ErrorClass.TIMEOUT,
    )
    assert time.monotonic() - began < 1
    never.set()
    net.close()


# ---- TLS


def test_a_certificate_of_an_unknown_authority_is_tls_trouble_with_the_reason(net, server_tls):
    with Site(lambda _: reply("x"), server_tls) as site:
        got = failure(net.exchange(NetRequest(site.url())))
        assert (got.error, "self-signed" in got.message, got.sent) == (ErrorClass.TLS, True, False)


def test_the_operators_bundle_is_trusted_and_the_connection_kept(server_tls):
    net = Net(NetPolicy(LOOPBACK, ca_file=PEM))
    with Site(lambda _: reply("x"), server_tls) as site:
        for _ in range(3):
            assert answer_of(net.exchange(NetRequest(site.url(host="localhost")))).status == 200
        assert site.connections == 1
    net.close()


def test_the_host_name_must_be_in_the_certificate(server_tls):
    resolver, _ = names({"other.test": ["127.0.0.1"]})
    net = Net(NetPolicy(LOOPBACK, ca_file=PEM), resolver)
    with Site(lambda _: reply("x"), server_tls) as site:
        assert failure(net.exchange(NetRequest(site.url(host="other.test")))).error is ErrorClass.TLS
    net.close()


def test_a_source_that_checks_no_certificate_spoils_none_of_the_others(net, server_tls):
    with Site(lambda _: reply("x"), server_tls) as site:
        assert answer_of(net.exchange(NetRequest(site.url(), verify=False))).status == 200
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.TLS
        assert answer_of(net.exchange(NetRequest(site.url(), verify=PEM))).status == 200
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.TLS


def test_a_bundle_that_cannot_be_read_is_told(net, server_tls, tmp_path):
    (tmp_path / "empty.pem").write_text("no certificate")
    with Site(lambda _: reply("x"), server_tls) as site:
        for path in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
            got = failure(net.exchange(NetRequest(site.url(), verify=str(path))))
            assert (got.error, path.name in got.message) == (ErrorClass.TLS, True)


def test_a_trickle_over_tls_ends_at_the_deadline(server_tls):
    net = Net(NetPolicy(LOOPBACK, ca_file=PEM))
    for what in ("headers", "body"):
        with Site(lambda _, what=what: SLOW[what], server_tls) as site:
            began = time.monotonic()
            assert failure(net.exchange(NetRequest(site.url(), deadline=SHORT))).error is ErrorClass.TIMEOUT
            assert time.monotonic() - began < 1.4
    net.close()


def test_plain_http_on_a_tls_port_is_tls_trouble(net):
    with Site(lambda _: reply("x")) as site:
        got = failure(net.exchange(NetRequest(site.url().replace("http:", "https:"), deadline=SHORT)))
        assert got.error is ErrorClass.TLS


# ---- proxy


def test_a_proxy_is_asked_with_the_whole_address_and_may_stand_inside():
    net = Net(NetPolicy())
    with Site(lambda asked: reply(asked.target)) as proxy:
        got = answer_of(net.exchange(NetRequest("http://site.example/page", proxy=proxy.url())))
        assert got.body == b"http://site.example/page"
    net.close()


def test_a_proxy_that_refuses_a_tunnel_is_connection_trouble():
    net = Net(NetPolicy())
    with Site(lambda _: reply("no", 403)) as proxy:
        got = failure(net.exchange(NetRequest("https://site.example/", proxy=proxy.url(), deadline=SHORT)))
        assert (got.error, got.sent) == (ErrorClass.CONNECT, False)
    net.close()


def test_the_environment_is_not_looked_at(net, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    with Site(lambda _: reply("direct")) as site:
        assert answer_of(net.exchange(NetRequest(site.url()))).body == b"direct"
