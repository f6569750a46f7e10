"""What holds around the browser, seen without one."""

import base64
import os
import re
import socket
import subprocess
import sys
import threading
import time
from asyncio import new_event_loop, run_coroutine_threadsafe
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from browser_site import NOW
from cgtwatch.acquire import browser_process
from cgtwatch.acquire.browser import BrowserAcquirer
from cgtwatch.acquire.browser_api import installed
from cgtwatch.acquire.browser_guard import Guard, Pass
from cgtwatch.acquire.browser_process import size_of
from cgtwatch.acquire.browser_rules import agent, is_document, program, wanted
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.model.fetch import ErrorClass, Failed
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from cgtwatch.text.hosts import site_of
from exchanges import names
from loopback import LOOPBACK, Site, reply

PAGE = Source("s", Kind.LIST, "http://site.test/list", Names("站", "site"), via="browser", gap=timedelta(), robots="ignore")


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.nmpa.gov.cn", "nmpa.gov.cn"),
        ("wjw.beijing.gov.cn", "beijing.gov.cn"),
        ("www.fda.gov", "fda.gov"),
        ("ec.europa.eu", "europa.eu"),
        ("www.mhlw.go.jp", "mhlw.go.jp"),
        ("gov.cn", "gov.cn"),
        ("www.gov.cn", "www.gov.cn"),
        ("localhost", "localhost"),
        ("10.0.0.1", "10.0.0.1"),
        ("[::1]", "::1"),
    ],
)
def test_a_site_is_what_one_authority_registers(host, site) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("url", "kind", "loads"),
    [
        ("http://a.fda.gov/x.js", "script", True),
        ("https://a.fda.gov/x", "xhr", True),
        ("blob:http://a.fda.gov/1", "script", True),
        ("http://a.fda.gov/x.png", "image", False),
        ("http://a.fda.gov/x.css", "stylesheet", False),
        ("http://cdn.test/x.js", "script", False),
        ("file:///etc/passwd", "document", False),
        ("ftp://a.fda.gov/x", "xhr", False),
    ],
)
def test_a_page_loads_what_its_content_needs_from_its_own_site(url, kind, loads) -> None:
    assert wanted(url, kind, {"fda.gov"}) is loads


def test_documents_are_known_by_their_address() -> None:
    assert is_document("https://a.test/b/Notice.PDF?x=1")
    assert not is_document("https://a.test/b.pdf/view.html")


def test_the_browsers_name_keeps_its_own_and_adds_ours() -> None:
    assert agent("Mozilla/5.0 HeadlessChrome/150", "cgtwatch/9 (x)") == "Mozilla/5.0 Chrome/150 cgtwatch/9 (x)"


def acquirer(**more: object) -> BrowserAcquirer:
    return BrowserAcquirer(AcquireParts(Net(NetPolicy(LOOPBACK, "cgtwatch")), lambda: NOW, Pacing(), **more))


def look(browser: BrowserAcquirer, source: Source = PAGE) -> Failed:
    came = browser.visit(source, SourceState(source.id))
    assert isinstance(came, Failed)
    return came


def test_without_playwright_the_visit_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(browser_process, "installed", lambda: False)
    came = look(acquirer())
    assert "Playwright" in came.message
    assert "cgtwatch[browser]" in came.hint


def test_without_chromium_the_visit_says_what_to_set(monkeypatch) -> None:
    monkeypatch.setattr(browser_process, "installed", lambda: True)
    monkeypatch.setattr(browser_process, "program", lambda _: None)
    came = look(acquirer())
    assert "Chromium" in came.message
    assert "CGTWATCH_BROWSER" in came.hint


def test_a_variable_that_is_not_set_is_named_and_nothing_is_asked(monkeypatch) -> None:
    monkeypatch.setattr(browser_process.Chromium, "do", lambda *_: pytest.fail("a browser was asked for"))
    came = look(
        acquirer(), Source("s", Kind.LIST, "http://site.test/", PAGE.name, via="browser", proxy="env:PROXY", verify="ca.pem")
    )
    assert came.error is ErrorClass.TLS


# --- the way out


@pytest.fixture
def way_out() -> Iterator[tuple[Guard, Site]]:
    """A guard on an event loop of its own, and a site that it may lead to."""
    resolver, _ = names({"site.test": ["127.0.0.1"], "inside.test": ["10.0.0.1"]})
    net, loop = Net(NetPolicy(LOOPBACK), resolver), new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    guard = Guard(net)
    run_coroutine_threadsafe(guard.start(), loop).result(5)
    with Site(lambda asked: reply(f"{asked.method} {asked.target} {sorted(asked.headers)}".encode())) as site:
        yield guard, site
        run_coroutine_threadsafe(guard.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    net.close()


def say(guard: Guard, request: str, token: str | None) -> str:
    """Everything that the guard answers to one request."""
    pair = base64.b64encode(f"visit:{token}".encode()).decode()
    credentials = f"Proxy-Authorization: Basic {pair}\r\n" if token else ""
    with socket.create_connection(("127.0.0.1", guard.port), timeout=5) as sock:
        sock.sendall(f"{request} HTTP/1.1\r\nHost: x\r\n{credentials}\r\n".encode())
        answer = b""
        while not whole(answer) and (piece := sock.recv(65536)):
            answer += piece
    return answer.decode("latin-1")


def whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return bool(end) and length is not None and len(body) >= int(length[1])


def test_nobody_gets_out_without_a_pass(way_out) -> None:
    guard, site = way_out
    assert say(guard, f"GET http://site.test:{site.port}/", None).startswith("HTTP/1.1 407")
    assert say(guard, f"GET http://site.test:{site.port}/", "guessed").startswith("HTTP/1.1 407")
    assert site.asked == []


def test_a_request_reaches_its_site_without_the_pass(way_out) -> None:
    guard, site = way_out
    one = guard.issue(Pass({"site.test"}, 10_000))
    said = say(guard, f"GET http://site.test:{site.port}/a?b=c", one.token)
    assert "GET /a?b=c" in said
    assert "proxy-authorization" not in said
    assert "Connection: close" in said


def test_a_third_party_is_not_reached(way_out) -> None:
    guard, site = way_out
    one = guard.issue(Pass({"other.test"}, 10_000))
    assert say(guard, f"GET http://site.test:{site.port}/", one.token) == ""
    assert say(guard, f"CONNECT site.test:{site.port}", one.token).startswith("HTTP/1.1 403")


@pytest.mark.parametrize("request_line", ["GET http://inside.test/", "GET http://169.254.169.254/", "CONNECT inside.test:443"])
def test_an_address_inside_is_not_reached(way_out, request_line) -> None:
    guard, _ = way_out
    one = guard.issue(Pass({"inside.test", "169.254.169.254"}, 10_000))
    assert " 200 " not in say(guard, request_line, one.token)
    assert {refusal.error for refusal in one.refusals.values()} == {ErrorClass.REFUSED}


def test_a_visit_reads_no_more_than_it_may(way_out) -> None:
    guard, site = way_out
    one = guard.issue(Pass({"site.test"}, 20))
    say(guard, f"GET http://site.test:{site.port}/", one.token)
    assert one.exhausted


def test_a_pass_ends_with_its_visit(way_out) -> None:
    guard, site = way_out
    one = guard.issue(Pass({"site.test"}, 10_000))
    guard.revoke(one)
    assert say(guard, f"GET http://site.test:{site.port}/", one.token).startswith("HTTP/1.1 407")


@pytest.mark.parametrize("line", ["GET /", "GET ftp://site.test/", "CONNECT", "nonsense", "GET http://"])
def test_what_is_no_request_to_a_proxy_ends_the_connection(way_out, line) -> None:
    guard, _ = way_out
    one = guard.issue(Pass({"site.test"}, 10_000))
    assert " 200 " not in say(guard, line, one.token)


def test_what_killed_browsers_left_is_swept_up_and_nothing_else(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(browser_process.tempfile, "gettempdir", lambda: str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    kept = [f"cgtwatch-browser-{os.getpid()}-abc", "cgtwatch-browser-abc-1", "other-1-2"]
    for name in (*kept, f"cgtwatch-browser-{ended.pid}-abc"):
        (tmp_path / name / "inner").mkdir(parents=True)
    browser_process.sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


ORPHAN = """
import sys
from ipaddress import ip_network
from cgtwatch.acquire.browser_process import Chromium
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
chromium = Chromium(Net(NetPolicy()), None)
async def nothing(seat):
    return None
chromium.do(nothing, 20)
print(chromium.group, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(
    not installed() or program(None) is None, reason="no Chromium or no Playwright on this machine: apt-get install chromium"
)
def test_a_killed_service_leaves_no_browser_behind() -> None:
    source = str(Path(browser_process.__file__).parents[2])
    service = subprocess.Popen(
        [sys.executable, "-c", ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": source}
    )
    assert service.stdout is not None
    assert service.stdin is not None
    group = int(service.stdout.readline())
    assert size_of(group) > 0
    service.kill()
    service.wait()
    service.stdout.close()
    service.stdin.close()
    until = time.monotonic() + 8
    while size_of(group) and time.monotonic() < until:
        time.sleep(0.05)
    assert size_of(group) == 0
