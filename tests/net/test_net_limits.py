"""Deadlines, caps and broken HTTP."""

import gzip
import threading
import time
from datetime import timedelta

import pytest

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetRequest
from exchanges import SHORT, SLOW, answer_of, failure
from loopback import Site, Slowly, reply


@pytest.mark.promise("P8")
@pytest.mark.parametrize("what", SLOW)
@pytest.mark.fault("N1")
def test_a_trickle_ends_at_the_deadline(net, what):
    with Site(lambda _: SLOW[what]) as site:
        began = time.monotonic()
        got = failure(net.exchange(NetRequest(site.url(), deadline=SHORT)))
        assert got.error is ErrorClass.TIMEOUT
        assert 0.5 < time.monotonic() - began < 1.4


@pytest.mark.fault("N1")
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


@pytest.mark.promise("P9")
@pytest.mark.parametrize(
    "bytes_",
    [
        reply(b"x" * 5000),
        reply(gzip.compress(bytes(4 << 20), mtime=0), Content_Encoding="gzip"),
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\nConnection: close\r\n\r\nx",
    ],
    ids=["with its length", "packed", "until the end", "with a length that is a lie"],
)
@pytest.mark.fault("N5")
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
        reply(gzip.compress(b"x" * 999, mtime=0)[:20], Content_Encoding="gzip"),
        reply("plain", Content_Encoding="gzip"),
        reply("br", Content_Encoding="br"),
    ],
    ids=[
        "no head",
        "no status",
        "a field too long",
        "too many fields",
        "cut short",
        "a chunk without size",
        "two lengths",
        "packed and cut short",
        "packed by name only",
        "packed in a way nobody asked for",
    ],
)
@pytest.mark.fault("N6", "H1", "H2", "H3")
def test_broken_http_is_told_as_such(net, bytes_):
    def answer(asked):
        return Slowly(bytes_, b"") if b"close" not in bytes_ and b"Encoding: gzip" not in bytes_ else bytes_

    with Site(answer) as site:
        assert failure(net.exchange(NetRequest(site.url(), deadline=timedelta(seconds=2)))).error is ErrorClass.PROTOCOL
