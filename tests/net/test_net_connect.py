"""Where connections go: retries, forbidden addresses, names, certificates, proxies."""

import socket
import ssl
import threading
import time
from datetime import timedelta

import pytest

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetPolicy, NetRequest
from cgtwatch.net.resolve import Resolver
from cgtwatch.net.session import Net
from exchanges import PEM, SHORT, SLOW, answer_of, failure, names
from loopback import CUT, LOOPBACK, Site, reply


@pytest.mark.fault("N11")
def test_a_get_is_tried_once_more_when_the_connection_is_cut(net):
    with Site(lambda asked: CUT if asked.connection == 0 else reply("ok")) as site:
        got = answer_of(net.exchange(NetRequest(site.url())))
        assert (got.body, got.requests) == (b"ok", 2)


@pytest.mark.fault("N11")
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
@pytest.mark.fault("S4")
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


@pytest.mark.fault("S5")
def test_a_name_with_one_forbidden_address_is_refused_as_a_whole():
    resolver, _ = names({"mixed.test": ["93.184.216.34", "127.0.0.1"]})
    net = Net(NetPolicy(), resolver)
    assert failure(net.exchange(NetRequest("http://mixed.test/"))).error is ErrorClass.REFUSED
    net.close()


@pytest.mark.fault("S5")
def test_a_name_is_looked_up_once_a_connection_so_that_what_is_checked_is_what_is_dialled():
    resolver, asked = names({"site.test": ["127.0.0.1"]})
    net = Net(NetPolicy(LOOPBACK), resolver)
    with Site(lambda _: reply("ok", Connection="close")) as site:
        answer_of(net.exchange(NetRequest(site.url(host="site.test"))))
        assert asked == ["site.test"]
    net.close()


@pytest.mark.fault("N10")
def test_a_dead_first_address_leaves_time_for_the_second():
    resolver, _ = names({"dual.test": ["127.9.9.9", "127.0.0.1"]})
    net = Net(NetPolicy(LOOPBACK), resolver)
    with Site(lambda _: reply("ok")) as site:
        assert answer_of(net.exchange(NetRequest(site.url(host="dual.test")))).body == b"ok"
    net.close()


@pytest.mark.fault("N9")
def test_an_unknown_name_is_dns_trouble():
    resolver, _ = names({})
    net = Net(NetPolicy(), resolver)
    got = failure(net.exchange(NetRequest("http://nowhere.test/")))
    assert (got.error, "nowhere.test" in got.message) == (ErrorClass.DNS, True)
    net.close()


@pytest.mark.fault("N9")
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


@pytest.mark.fault("N12")
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


@pytest.mark.fault("N12")
def test_the_host_name_must_be_in_the_certificate(server_tls):
    resolver, _ = names({"other.test": ["127.0.0.1"]})
    net = Net(NetPolicy(LOOPBACK, ca_file=PEM), resolver)
    with Site(lambda _: reply("x"), server_tls) as site:
        assert failure(net.exchange(NetRequest(site.url(host="other.test")))).error is ErrorClass.TLS
    net.close()


@pytest.mark.fault("N12")
def test_a_source_that_checks_no_certificate_spoils_none_of_the_others(net, server_tls):
    with Site(lambda _: reply("x"), server_tls) as site:
        assert answer_of(net.exchange(NetRequest(site.url(), verify=False))).status == 200
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.TLS
        assert answer_of(net.exchange(NetRequest(site.url(), verify=PEM))).status == 200
        assert failure(net.exchange(NetRequest(site.url()))).error is ErrorClass.TLS


def test_the_bundle_is_read_once_for_all_connections(server_tls, monkeypatch):
    real, made = ssl.create_default_context, []
    monkeypatch.setattr(ssl, "create_default_context", lambda **options: made.append(1) or real(**options))
    net = Net(NetPolicy(LOOPBACK, ca_file=PEM))
    with Site(lambda _: reply("x", Connection="close"), server_tls) as site:
        for _ in range(4):
            answer_of(net.exchange(NetRequest(site.url())))
        assert (site.connections, len(made)) == (4, 1)
    net.close()


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


@pytest.mark.fault("N12")
def test_plain_http_on_a_tls_port_is_tls_trouble(net):
    with Site(lambda _: reply("x")) as site:
        got = failure(net.exchange(NetRequest(site.url().replace("http:", "https:"), deadline=SHORT)))
        assert got.error is ErrorClass.TLS


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
