"""The hostile peer's faults through the whole door in: each ends in its class, in time, and in little memory."""

import resource
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cgtwatch.acquire.http import HttpAcquirer
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.model.fetch import Failed, Fetched, NotModified
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from hostile_peer import hostile_peer
from loopback import LOOPBACK
from shared import needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

DEADLINE = 2.0
SLACK = 1.5  # seconds over the deadline, on a busy machine

EXPECTED = {
    "ok": "fetched", "grow": "fetched",
    "slow-headers": "timeout", "slow-body": "timeout", "stall-mid-body": "timeout", "endless-100": "timeout",
    "endless-body": "too-big", "endless-headers": "protocol", "huge-header": "protocol", "many-headers": "protocol",
    "cl-long": "protocol", "cl-short": "fetched", "cl-negative": "fetched", "cl-huge": "too-big", "cl-two": "protocol",
    "chunked-trunc": "protocol", "chunked-bad": "protocol", "chunked-huge-size": "protocol",
    "no-status": "protocol", "bad-status": "protocol", "early-close": "connect", "rst": "connect", "rst-mid": "connect",
    "header-inject": "fetched",
    "gzip-bomb": "too-big", "gzip-bomb-nested?mb=64": "too-big", "gzip-chain": "protocol", "br-bomb": "protocol",
    "redirect-bomb": "fetched", "gzip-lie": "protocol", "deflate-raw": "fetched", "deflate-lie": "fetched",
    "gzip-unasked": "fetched", "gzip-trunc": "protocol", "gzip-trailing": "fetched", "encoding-unknown": "protocol",
    "429-seconds": "blocked", "503-retry": "http-5xx", "status?code=410": "gone", "status?code=404": "http-4xx",
    "empty-200": "empty", "204": "empty", "206": "protocol", "304-always": "protocol", "401-basic": "blocked",
    "cookie-wall": "fetched", "js-wall": "blocked", "412-wall": "blocked",
    "redirect-loop": "redirect", "redirect-chain": "redirect", "redirect-none": "redirect", "redirect-empty": "redirect",
    "redirect-garbage": "redirect", "redirect-port-bad": "redirect", "redirect-308-moved": "fetched",
    "redirect-file": "refused", "redirect-metadata": "refused", "redirect-metadata-v6": "refused",
    "redirect-rfc1918": "refused", "redirect-cgnat": "refused", "redirect-zero": "refused", "redirect-backslash": "refused",
    "redirect-userinfo": "refused", "redirect-idn-dot": "refused", "redirect-gopher": "refused", "redirect-unix": "refused",
    "xml-huge-title": "too-big",
}  # fmt: skip
PORTS = {
    "tcp-refused": "connect", "tcp-rst": "connect", "tcp-banner": "protocol", "tcp-silent": "timeout", "tcp-blackhole": "timeout",
    "tls-ok": "fetched", "tls-expired": "tls", "tls-not-yet": "tls", "tls-wrong-host": "tls", "tls-self-signed": "tls",
    "tls-other-ca": "tls", "tls-weak-rsa1024": "tls", "tls-1.0-only": "tls", "tls-plaintext": "tls", "tls-stall": "tls",
    "tls-rst": "tls", "tls-alert": "tls",
}  # fmt: skip


@pytest.fixture(scope="module")
def peer():
    with hostile_peer() as found:
        yield found


def most_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MiB


@pytest.fixture(scope="module")
def net(peer):
    made = Net(NetPolicy(LOOPBACK, "cgtwatch/test", peer.ca))
    before = most_memory()
    yield made
    made.close()
    assert most_memory() - before < 64  # bombs of up to 512 MiB were among the faults


@pytest.fixture
def acquirer(net):
    """One for each fault: the peer asks for rest in one of them."""
    return HttpAcquirer(AcquireParts(net, lambda: datetime.now(UTC), Pacing()))


def patience(url):
    """Seconds: the peer needs some to make a bomb, and the cap shall be what ends it."""
    return 6 * DEADLINE if "bomb" in url else DEADLINE


def source(url):
    plain = Source("fault", Kind.FEED, url, Names("", ""), gap=timedelta(), robots="ignore")
    return replace(plain, timeout=timedelta(seconds=patience(url)))


def outcome(acquirer, url):
    began = time.monotonic()
    visit = acquirer.visit(source(url), SourceState("fault"))
    assert time.monotonic() - began < patience(url) + SLACK
    if isinstance(visit, Failed):
        assert visit.message
        assert visit.hint
        return str(visit.error)
    return "fetched" if isinstance(visit, Fetched) else "unchanged"


@pytest.mark.promise("P8")
@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.fault("N1", "N2", "N4", "N5", "N6", "N7", "N11", "H1", "H2", "H3", "H8", "H11", "H15", "H16", "H17", "S4")
def test_a_fault_ends_in_its_class_and_in_time(acquirer, peer, fault):
    assert outcome(acquirer, peer.url(fault)) == EXPECTED[fault]


@pytest.mark.promise("P8")
@pytest.mark.parametrize("port", PORTS)
@pytest.mark.fault("N8", "N12")
def test_a_fault_below_http_ends_in_its_class_and_in_time(acquirer, peer, port):
    scheme = "https" if port.startswith("tls") else "http"
    assert outcome(acquirer, f"{scheme}://127.0.0.1:{peer.ports[port]}/ok") == PORTS[port]


def test_validators_work_against_a_healthy_server(acquirer, peer):
    first = acquirer.visit(source(peer.url("ok")), SourceState("ok"))
    state = SourceState("ok", validators=first.validators, full_fetch_at=datetime.now(UTC))
    second = acquirer.visit(source(peer.url("ok")), state)
    assert isinstance(second, NotModified)
    assert second.status == 304


@pytest.mark.fault("S4")
def test_no_spelling_of_loopback_is_reached_when_it_is_not_allowed(peer):
    net = Net(NetPolicy())
    strict = HttpAcquirer(AcquireParts(net, lambda: datetime.now(UTC), Pacing()))
    peer.control("reset")
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0"):
        url = f"http://{host}:{peer.ports['http']}/canary"
        assert outcome(strict, url) == "refused", host
    net.close()
    assert peer.control("stats")["canary"] == 0
