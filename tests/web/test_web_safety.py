"""What every answer carries, and who gets one."""

import pytest

from cgtwatch.errors import BusyError
from cgtwatch.web.site import make_site
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
def test_every_answer_forbids_scripts_and_frames_of_others(news: Watched, path: str) -> None:
    headers = news.page.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; base-uri 'none';")
    assert "script-src" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


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
    answer = news.page.get("/nothing", headers={"Accept-Language": "zh"})
    assert answer.status_code == 404
    assert "此处没有内容" in answer.text


class Broken:
    """An app whose store fails."""

    def __init__(self, app, error: Exception) -> None:
        self.settings, self.clock, self.secret_key = app.settings, app.clock, app.secret_key
        self._error = error

    @property
    def store(self):
        raise self._error


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
        answer = page.get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "secret" not in answer.text


def test_every_page_is_whole_without_scripts_or_outside_addresses(news: Watched) -> None:
    for path in ("/", f"/events/{news.event('CAR-T')}"):
        page = news.get(path)
        assert "<script" not in page
        assert "style=" not in page
        assert page.count("<main>") == page.count("</main>") == 1
