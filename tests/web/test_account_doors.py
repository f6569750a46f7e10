"""Which addresses open to whom: every route of the site, and every way of writing a path."""

from collections.abc import Iterator

import pytest

from cgtwatch.web.account.doors import MAILED, OWN, PUBLIC, STILL, Door, door_of, known, templates
from web.accounts import House, house

OPEN = STILL | PUBLIC


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A watch with a password, that tests only knock at."""
    with house(tmp_path_factory.mktemp("closed"), inbox_token="x" * 16, bounce_token="y" * 16) as made:
        made.user("mei")
        yield made


def filled(template: str) -> str:
    return template.replace("{", "").replace("}", "")


def test_every_route_is_meant_for_strangers_or_asks_them_who_they_are(closed: House) -> None:
    found = sorted(set(templates(known(closed.site.routes))))
    assert len(found) > 40
    stranger = closed.browser()
    for template in found:
        if template in OPEN:
            continue
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            answer = stranger.request(method, filled(template))
            wanted = 401 if template.startswith(("/api", "/mcp", "/metrics")) else 303
            assert answer.status_code == wanted, (method, template, answer.status_code)
            if wanted == 303:
                assert answer.headers["location"].startswith("/login")


def test_the_table_names_no_address_that_is_not_there(closed: House) -> None:
    there = set(templates(known(closed.site.routes)))
    later = {"/setup/{token}", *OWN}  # of which some come with parts that are switched on
    assert (OPEN | set(MAILED)) - there <= later


@pytest.mark.parametrize(
    "path",
    [
        "//", "//events", "/events/", "/./events", "/page.css/../deliveries", "/page.css/..%2fdeliveries", "/%2e%2e/deliveries", "/login/../deliveries",
        "/deliveries%00", "/deliveries;a=b", "/DELIVERIES", "/%64eliveries", "/healthz/../deliveries", "/subscribe//", "/feeds/x.rss/../../deliveries",
        "/deliveries?x=/page.css", "/deliveries%3f/page.css", "/nothing", "/events/x/told", "/login/x", "/static/../deliveries",
    ],
)  # fmt: skip
def test_no_way_of_writing_a_path_leads_around_the_log_in(closed: House, path: str) -> None:
    answer = closed.browser().get(path)
    assert answer.status_code == 303, (path, answer.status_code)
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    "header",
    ["X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-For", "Authorization"],
)
def test_no_header_leads_around_the_log_in(closed: House, header: str) -> None:
    for value in ("/page.css", "GET", "127.0.0.1", "Bearer cgt_x"):
        assert closed.browser().get("/deliveries", headers={header: value}).status_code == 303


def test_a_program_is_answered_in_json_wherever_it_asks(closed: House) -> None:
    for path in ("/api/subscriptions", "/api/nothing", "/api"):
        answer = closed.browser().get(path)
        assert answer.status_code == 401
        assert "token" in answer.json()["error"]
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_new_route_that_nobody_thought_of_asks_for_a_log_in() -> None:
    assert door_of("/brand/new/{page}") is Door.PAGES
    assert door_of("/api/brand-new") is Door.PROGRAMS


def test_public_pages_need_nobody(closed: House) -> None:
    stranger = closed.browser()
    for path, status in {
        "/healthz": 200,
        "/page.css": 200,
        "/login": 200,
        "/subscribe": 404,
        "/unsubscribe/x": 404,
        "/feeds/x.rss": 404,
    }.items():
        assert stranger.get(path).status_code == status
    assert stranger.post("/api/inbox").json()["mend"]
