"""The MCP endpoint, asked by the SDK's own client over a real HTTP server on loopback; and what it says where the SDK is missing."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from cgtwatch.model.user import Scope
from cgtwatch.web.mcp import endpoint
from cgtwatch.web.site import make_site
from web.watched import HOME, HOSTILE, TestClient, Watched

Asked = Callable[[str, dict[str, Any]], Any]
ASKS = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip
TALKS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
FROM_OUTSIDE = "https://watch.example.org"


@pytest.fixture(scope="module")
def address(news: Watched) -> Iterator[str]:
    """The site on a port of loopback, while this module runs."""
    config = uvicorn.Config(make_site(news.bench.app), host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/mcp"
    server.should_exit = True
    thread.join(5)


async def _with(address: str, headers: dict[str, str], work: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
    async with (
        create_mcp_http_client(headers=headers) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):
        return await work(client)


def talk(address: str, work: Callable[[Client], Coroutine[Any, Any, Any]], **headers: str) -> Any:
    return asyncio.run(_with(address, headers, work))


@pytest.fixture
def ask(address: str) -> Asked:
    """Call a tool and give back what it says as structured content; an error as a text."""

    def asked(tool: str, args: dict[str, Any]) -> Any:
        async def work(client: Client) -> Any:
            return await client.call_tool(tool, args)

        found = talk(address, work)
        return found.content[0].text if found.is_error else found.structured_content

    return asked


def test_four_tools_are_offered_that_only_read_and_describe_what_they_answer(address: str) -> None:
    async def work(client: Client) -> Any:
        return await client.list_tools()

    tools = {one.name: one for one in talk(address, work).tools}
    assert sorted(tools) == ["deadlines", "explain", "report", "search_events"]
    for one in tools.values():
        assert one.annotations is not None
        assert one.annotations.read_only_hint is True
        assert one.output_schema is not None
        assert one.description
    assert "jurisdiction" in tools["search_events"].input_schema["properties"]


def test_events_are_found_with_their_evidence_and_links(ask: Asked, news: Watched) -> None:
    found = ask("search_events", {"query": "CAR-T", "jurisdiction": ["US"]})
    [event] = found["events"]
    assert (event["id"], event["stage"], event["comment_deadline"]) == (news.event("CAR-T"), "draft", "2026-07-01")
    assert event["page"] == f"{FROM_OUTSIDE}/events/{event['id']}"
    assert event["url"].startswith("http")
    assert any("1 July 2026" in quote for quote in event["quotes"]["comment_deadline"])


def test_events_come_a_page_at_a_time(ask: Asked) -> None:
    first = ask("search_events", {"limit": 1})
    assert first["next"] == first["events"][0]["id"]
    second = ask("search_events", {"limit": 1, "after": first["next"]})
    assert second["events"][0]["id"] != first["next"]


def test_what_was_not_understood_is_said(ask: Asked) -> None:
    assert ask("search_events", {"stage": ["asleep"]})["not_understood"] == {"stage": ["asleep"]}


@pytest.mark.parametrize(
    "args", [{"limit": 0}, {"limit": 51}, {"importance": "huge"}, {"jurisdiction": ["X"] * 61, "doc_type": ["x"] * 61}]
)
def test_what_is_out_of_bounds_is_refused(ask: Asked, args: dict[str, Any]) -> None:
    assert isinstance(ask("search_events", args), str)


def test_an_event_is_explained_without_saying_who_was_told(ask: Asked, news: Watched) -> None:
    chain = ask("explain", {"event": news.event("CAR-T")})
    assert [step["what"] for step in chain["announcements"]] == ["new", "revised"]
    assert [step["what"] for step in chain["revisions"]] == ["revision 1", "revision 2"]
    assert chain["visits"]
    assert "mei" not in json.dumps(chain)


def test_an_unknown_event_is_told_in_a_line(ask: Asked) -> None:
    said = ask("explain", {"event": "nothing"})
    assert "nothing" in said
    assert "Traceback" not in said


def test_deadlines_come_soonest_first_and_only_where_asked(ask: Asked) -> None:
    [one] = ask("deadlines", {})["open"]
    assert one["days_left"] == 121
    assert ask("deadlines", {"within_days": 30})["open"] == []
    assert ask("deadlines", {"jurisdiction": ["JP"]})["open"] == []


def test_a_report_is_markdown_with_links_and_holds_no_live_markup(ask: Asked) -> None:
    found = ask("report", {"first": "2026-01-01", "last": "2026-12-31"})
    assert (found["acts"], found["truncated"]) == (2, False)
    assert found["markdown"].startswith("# ")
    assert HOSTILE not in found["markdown"]
    assert found["page"].startswith(f"{FROM_OUTSIDE}/report?from=2026-01-01")


def test_a_report_is_cut_at_a_line_where_it_is_too_long(ask: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgtwatch.web.mcp.tools.LONGEST_REPORT", 200)
    found = ask("report", {"first": "2026-01-01", "last": "2026-12-31"})
    assert found["truncated"] is True
    assert len(found["markdown"]) <= 200


def test_a_report_of_no_sensible_period_is_refused(ask: Asked) -> None:
    assert "not be before" in ask("report", {"first": "2026-02-01", "last": "2026-01-01"})
    assert "366 days" in ask("report", {"first": "2020-01-01", "last": "2026-01-01"})


# --- who may ask


def post(news: Watched, base: str = HOME, client: str = "127.0.0.1", **headers: str) -> Any:
    page = TestClient(make_site(news.bench.app), base_url=base, client=(client, 40000))
    return page.post("/mcp", json=ASKS, headers={**TALKS, **headers}, follow_redirects=False)


def test_this_machine_may_ask_while_no_password_is_set(news: Watched) -> None:
    answer = post(news)
    assert answer.status_code == 200
    assert answer.json()["result"]["serverInfo"]["name"] == "cgtwatch"


def test_a_stranger_needs_a_token(news: Watched) -> None:
    answer = post(news, FROM_OUTSIDE, "203.0.113.7")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="cgtwatch"')


def test_a_token_of_any_scope_may_read_until_it_ends(watch: Watched) -> None:
    watch.ask("users.add", name="robot", role="reader")
    [row] = watch.ask("users.token", name="robot", scope=[Scope.READ.value], expires_days=1)
    bearer = {"Authorization": f"Bearer {row['token']}"}
    assert post(watch, FROM_OUTSIDE, "203.0.113.7", **bearer).status_code == 200
    watch.bench.now += timedelta(days=2)
    assert post(watch, FROM_OUTSIDE, "203.0.113.7", **bearer).status_code == 401


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_a_strangers_page_is_refused(news: Watched, headers: dict[str, str]) -> None:
    assert post(news, **headers).status_code == 403


def test_a_name_that_is_not_ours_is_refused(news: Watched) -> None:
    assert post(news, Host="evil.example").status_code == 400


def test_other_methods_are_refused(news: Watched) -> None:
    page = TestClient(make_site(news.bench.app), base_url=HOME, client=("127.0.0.1", 40000))
    assert (page.get("/mcp").status_code, page.get("/mcp").headers["allow"]) == (405, "POST")
    assert page.delete("/mcp").status_code == 405


def test_without_the_extra_the_address_says_how_to_install_it(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "find_spec", lambda _: None)
    answer = post(news)
    assert answer.status_code == 501
    assert "pip install 'cgtwatch[mcp]'" in answer.json()["error"]["message"]


def test_a_body_that_is_far_too_long_is_refused(news: Watched) -> None:
    page = TestClient(make_site(news.bench.app), base_url=HOME, client=("127.0.0.1", 40000))
    assert page.post("/mcp", content=b"[" * 100_000, headers=TALKS).status_code == 413
