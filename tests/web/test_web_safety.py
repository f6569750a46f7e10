"""What every answer carries, and who gets one."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import anyio
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from cgtwatch.errors import BusyError
from cgtwatch.web import server
from cgtwatch.web.bounds import MOST, Bounds
from cgtwatch.web.site import make_site
from cgtwatch.web.static_files import asset
from web.watched import HOME, TestClient, Watched

PATHS = (
    "/",
    "/page.css",
    "/icon.svg",
    "/healthz",
    "/nothing",
    "/events/x",
    "/mail/x",
    "/api/digests/x",
    "/api/sources",
    "/unsubscribe/x",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_allows_own_scripts_alone_and_no_frame_of_others(news: Watched, path: str) -> None:
    headers = news.page.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; base-uri 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    for part in policy.split(";"):
        assert set(part.split()[1:]) <= {"'self'", "'none'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in {"no-referrer", "same-origin"}
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


def test_over_https_a_browser_is_told_to_stay_there(news: Watched) -> None:
    page = TestClient(news.page.app, base_url="https://watch.example.org", follow_redirects=False)
    assert page.get("/login").headers["strict-transport-security"].startswith("max-age=")
    behind = TestClient(news.page.app, base_url="http://watch.example.org", follow_redirects=False)  # a proxy that is not named
    assert behind.get("/login").headers["strict-transport-security"]


def test_only_what_is_the_same_for_all_is_kept_by_a_browser(news: Watched) -> None:
    for kind in ("css", "js"):
        assert "immutable" in news.page.get(asset(kind).address).headers["cache-control"]
        assert news.page.get(f"/page.{kind}").headers["cache-control"] == "no-cache"
    for path in ("/", "/account", "/login", "/nothing", "/deliveries"):
        assert news.page.get(path, follow_redirects=False).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_a_head_is_answered_like_a_get_without_its_body(news: Watched, path: str) -> None:
    asked, got = news.page.head(path), news.page.get(path)
    assert asked.status_code == got.status_code
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert asked.content == b""


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8710", 200), ("localhost", 200), ("LocalHost:1", 200), ("[::1]:8710", 200), ("192.168.1.20:8710", 200),
        ("watch.example.org", 200), ("evil.example", 400), ("127.0.0.1.evil.example", 400), ("localhost.evil.example", 400),
        ("", 400), ("[::1", 400), ("watch.example.org@evil.example", 400),
    ],
)  # fmt: skip
def test_only_known_names_are_answered(news: Watched, host: str, status: int) -> None:
    answer = news.page.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_wrong_method_is_refused_with_the_right_one(news: Watched) -> None:
    answer = news.page.post("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_a_wrong_address_is_a_page_in_the_readers_language(news: Watched) -> None:
    news.page.cookies.clear()  # another test may have chosen a language
    answer = news.page.get("/nothing", headers={"Accept-Language": "zh"})
    assert answer.status_code == 404
    assert "此处没有内容" in answer.text


class Like:
    """An app like another but for something."""

    def __init__(self, app, **changed) -> None:
        vars(self).update(_app=app, **changed)

    def __getattr__(self, name: str):
        return getattr(self._app, name)


class Broken(Like):
    """An app whose store fails."""

    def __init__(self, app, error: Exception) -> None:
        super().__init__(app, error=error)

    @property
    def store(self):
        raise self.error


def test_a_fault_of_ours_shows_no_trace_of_it(news: Watched, caplog: pytest.LogCaptureFixture) -> None:
    broken = Broken(news.bench.app, RuntimeError("/secret/path went wrong"))
    with TestClient(make_site(broken), base_url=HOME, raise_server_exceptions=False) as page:
        answer = page.get("/healthz")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_locked_store_asks_to_come_again(news: Watched) -> None:
    broken = Broken(news.bench.app, BusyError("/secret/path is locked"))
    with TestClient(make_site(broken), base_url=HOME) as page:
        answer = page.get("/api/health")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "secret" not in answer.text


def test_every_page_is_whole_without_inline_scripts_and_outside_addresses(news: Watched) -> None:
    for path in ("/", f"/events/{news.event('CAR-T')}"):
        page = news.get(path)
        assert re.findall(r"<script[^>]*>[^<]", page) == []
        assert re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(?!/)', page) == []
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<main") == page.count("</main>") == 1


# --- bounds


async def taken(request: Request) -> Response:
    return Response(str(len(await request.body())))


def bounded(patience: float = 60.0) -> TestClient:
    routes = [Route(path, taken, methods=["POST"]) for path in ("/x", "/api/inbox")]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Bounds, patience=patience)]))


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 100_000):
        yield b"x" * 100_000


def test_a_body_is_taken_up_to_its_bound_announced_or_not() -> None:
    page = bounded()
    assert page.post("/x", content=b"x" * MOST).text == str(MOST)
    assert page.post("/x", content=b"x" * (MOST + 1)).status_code == 413
    assert page.post("/x", content=pieces(MOST + 200_000)).status_code == 413
    assert page.post("/api/inbox", content=pieces(MOST + 200_000)).status_code == 200
    assert page.post("/x", content=b"x", headers={"Content-Length": "9" * 40}).status_code == 413


def test_a_body_that_never_ends_is_given_up() -> None:
    waits = anyio.Event

    async def ask() -> list[Message]:
        sent: list[Message] = []

        async def receive() -> Message:
            await waits().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/x",
            "raw_path": b"/x",
            "query_string": b"",
            "headers": [],
            "root_path": "",
        }
        await bounded(0.01).app(scope, receive, send)
        return sent

    assert anyio.run(ask)[0]["status"] == 408


def test_a_site_refuses_a_form_that_is_too_large_without_reading_it(news: Watched) -> None:
    answer = news.page.post("/account", content=b"x" * (6 << 20), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413
    assert answer.headers["x-content-type-options"] == "nosniff"


@contextmanager
def listening(news: Watched) -> Iterator[int]:
    """The site on a port of its own, by the real server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = Like(news.bench.app, settings=replace(news.bench.app.settings, listen=("127.0.0.1", port)))
    stop = server.serve(app)
    try:
        yield port
    finally:
        stop()


ASKED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


def answer_of(connection: socket.socket) -> bytes:
    """The whole of a short answer."""
    said = b""
    while b"}" not in said and (piece := connection.recv(2000)):
        said += piece
    return said


def test_a_connection_that_says_nothing_is_closed(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEADERS_WITHIN", 0.05)
    with listening(news) as port:
        with socket.create_connection(("127.0.0.1", port), 5) as slow:
            slow.sendall(b"GET /healthz HT")
            assert slow.recv(100) == b""
        with socket.create_connection(("127.0.0.1", port), 5) as quick:
            quick.sendall(ASKED + b"\r\n")
            assert quick.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("first", "then"),
    [(b"\r\n", b"GET /healthz HT"), (b"Content-Length: 1000\r\n\r\n", b"x")],
    ids=["the next request never ends", "the body that nobody waits for never ends"],
)
def test_a_connection_that_was_answered_once_is_closed_when(
    news: Watched, monkeypatch: pytest.MonkeyPatch, first: bytes, then: bytes
) -> None:
    monkeypatch.setattr(server, "HEADERS_WITHIN", 0.2)
    with listening(news) as port, socket.create_connection(("127.0.0.1", port), 2) as slow:
        slow.sendall(ASKED + first)
        assert answer_of(slow).startswith(b"HTTP/1.1 200")
        slow.sendall(then)
        assert slow.recv(100) == b""


def test_a_connection_whose_answers_nobody_takes_in_is_closed(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "READ_WITHIN", 0.1)
    with listening(news) as port, socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(5)
        deaf.connect(("127.0.0.1", port))
        asked = f"GET {asset('css').address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 100
        with pytest.raises(ConnectionError):
            deaf.sendall(asked * 1000)
