"""What HTTP itself promises of the API's answers: validators, 304, HEAD, gzip."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from cgtwatch.web.exchange import Exchange, takes_gzip
from web.api_kit import Programs
from web.watched import TestClient

BIG = {"rows": ["细胞治疗产品 cell therapy"] * 200}
READ = [
    "/api/events",
    "/api/items",
    "/api/sources",
    "/api/subscriptions",
    "/api/report",
    "/api/openapi.json",
    "/api/deadlines.ics",
]


@pytest.fixture
def api(news_api: Programs) -> Programs:
    return news_api


def small(_request: Request) -> Response:
    return JSONResponse({"small": True})


def big(_request: Request) -> Response:
    return JSONResponse(BIG)


def secret(_request: Request) -> Response:
    return JSONResponse(BIG, headers={"Cache-Control": "no-store"})


def stream(_request: Request) -> Response:
    return StreamingResponse((b"line\n" for _ in range(1000)), media_type="application/x-ndjson")


def dated(_request: Request) -> Response:
    return Response("x", headers={"Last-Modified": "Mon, 02 Mar 2026 08:00:00 GMT"})


@pytest.fixture(scope="module")
def plain() -> TestClient:
    paths = {"/small": small, "/big": big, "/secret": secret, "/stream": stream, "/dated": dated}
    routes = [Route(path, work, methods=["GET"]) for path, work in paths.items()]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Exchange)]))


@pytest.mark.parametrize("path", READ)
def test_who_has_it_already_gets_nothing_again(api: Programs, path: str) -> None:
    first = api.root.get(path)
    assert first.status_code == 200
    again = api.root.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "authorization" in again.headers["vary"].lower()


@pytest.mark.parametrize("path", READ)
def test_a_head_is_a_get_without_its_body(api: Programs, path: str) -> None:
    got, head = api.root.get(path), api.root.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


def test_what_changed_has_another_validator(plain: TestClient) -> None:
    assert plain.get("/small").headers["etag"] != plain.get("/big").headers["etag"]


def test_a_weak_or_any_validator_counts_where_bytes_are_read(plain: TestClient) -> None:
    tag = plain.get("/small").headers["etag"]
    for given in (f"W/{tag}", "*"):
        assert plain.get("/small", headers={"If-None-Match": given}).status_code == 304
    assert plain.get("/small", headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_date_counts_where_no_validator_is_sent(plain: TestClient) -> None:
    for since, status in (("Mon, 02 Mar 2026 08:00:00 GMT", 304), ("Mon, 02 Mar 2026 07:59:59 GMT", 200), ("soon", 200)):
        assert plain.get("/dated", headers={"If-Modified-Since": since}).status_code == status
    both = {"If-Modified-Since": "Mon, 02 Mar 2026 08:00:00 GMT", "If-None-Match": '"x"'}
    assert plain.get("/dated", headers=both).status_code == 200


@pytest.mark.parametrize(("path", "packed"), [("/big", True), ("/small", False), ("/stream", True)])
def test_what_is_large_is_packed_for_who_takes_it(plain: TestClient, path: str, packed: bool) -> None:
    taken, refused = (plain.get(path, headers={"Accept-Encoding": accepted}) for accepted in ("gzip", "identity"))
    assert (taken.headers.get("content-encoding") == "gzip") is packed
    assert "content-encoding" not in refused.headers
    assert taken.content == refused.content
    if path != "/stream":
        assert (taken.headers["etag"] == refused.headers["etag"]) is not packed


def test_packed_bytes_are_whole_and_the_same_each_time(plain: TestClient) -> None:
    with plain.stream("GET", "/big", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert len(raw) == int(answer.headers["content-length"])
    assert gzip.decompress(raw) == plain.get("/big", headers={"Accept-Encoding": "identity"}).content


def test_what_may_not_be_kept_gets_no_validator(plain: TestClient) -> None:
    assert "etag" not in plain.get("/secret").headers


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("", False), ("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.000", False), ("*", True),
        ("br", False), ("identity, *;q=0", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_to_who_names_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes
