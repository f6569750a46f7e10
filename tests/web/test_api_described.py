"""The description of the API is whole: every address stands in it, with who may, what goes wrong and what it is for."""

import re
from pathlib import Path
from typing import Any

import pytest

from cgtwatch.web.account.doors import known, templates
from web.api_kit import Programs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
UNDESCRIBED = {"/api", "/api/docs", "/api/openapi.json"}


@pytest.fixture(scope="module")
def described(news_api: Programs) -> Any:
    return news_api.open.get("/api/openapi.json").json()


def operations(described: Any) -> dict[str, Any]:
    return {f"{method.upper()} {path}": one for path, item in described["paths"].items() for method, one in item.items()}


def test_every_address_of_the_api_is_described_and_no_other(news_api: Programs, described: Any) -> None:
    served = {
        path
        for path in templates(known(news_api.site.routes))
        if path.startswith(("/api", "/feed.", "/calendar.ics")) and "{path}" not in path
    }
    assert served - UNDESCRIBED <= set(described["paths"])
    assert set(described["paths"]) - served <= {"/api/inbox", "/api/bounces"}  # where their tokens are set


def test_every_operation_says_what_it_is_for_and_who_may(described: Any) -> None:
    every = operations(described)
    assert described["openapi"].startswith("3.1")
    assert len({one["operationId"] for one in every.values()}) == len(every)
    assert [
        label for label, one in every.items() if not one.get("summary") or not one.get("description") or "security" not in one
    ] == []
    schemes = set(described["components"]["securitySchemes"])
    assert {name for one in every.values() for choice in one["security"] for name in choice} <= schemes


def test_what_changes_something_needs_a_scope_and_says_what_goes_wrong(described: Any) -> None:
    for label, one in operations(described).items():
        if not label.startswith("GET"):
            assert {} not in one["security"], label
            assert {"400", "401", "413", "415"} <= set(one["responses"]), label


def test_every_reference_leads_somewhere(described: Any) -> None:
    known = described["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', str(described).replace("'", '"'))) <= set(known)


@pytest.mark.parametrize("path", ["/api", "/api/docs"])
def test_people_read_every_operation_on_a_page(news_api: Programs, described: Any, path: str) -> None:
    page = news_api.watch.page.get(f"{path}?lang=en")
    assert page.status_code == 200
    assert [one["operationId"] for one in operations(described).values() if f'id="{one["operationId"]}"' not in page.text] == []
    assert "<script>" not in page.text


def test_the_page_for_engineers_names_every_address(described: Any) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [path for path in described["paths"] if path not in text] == []


def test_an_address_that_is_none_is_told_as_json(news_api: Programs) -> None:
    for method, path, status in (("GET", "/api/nothing", 404), ("POST", "/api/events", 405), ("GET", "/api/events/x/", 404)):
        answer = news_api.root.request(method, path)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])
