"""The API over subscriptions and deliveries: who may do what, and how mistakes are told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cgtwatch.errors import BusyError, StoreFull
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.web.site import make_site
from web.readers import PUBLIC, Readers, readers
from web.watched import HOME, TestClient

ALL = ("read", "subscriptions", "deliveries")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """For tests that leave nothing behind that others could trip over."""
    with readers(tmp_path_factory.mktemp("api")) as made:
        for name, role in (("root", "operator"), ("app", "reader")):
            made.bench.ask("users.add", name=name, role=role)
        made.new_reader(name="steady")
        yield made


def bearer(readers: Readers, user: str = "root", *scopes: str) -> dict[str, str]:
    [row] = readers.bench.ask("users.token", name=user, scope=list(scopes or ALL))
    return {"Authorization": f"Bearer {row['token']}"}


@pytest.fixture(scope="module")
def root(shared: Readers) -> dict[str, str]:
    return bearer(shared)


@pytest.fixture(scope="module")
def app(shared: Readers) -> dict[str, str]:
    return bearer(shared, "app")


def test_a_subscription_is_made_changed_paused_and_ended(shared: Readers, root: dict[str, str]) -> None:
    made = shared.page.post(
        "/api/subscriptions",
        headers=root,
        json={"name": "walk", "to": "mailto:walk@example.org", "topic": ["car_t"], "cadence": "weekly@mon-09:00", "lang": "en"},
    )
    assert (made.status_code, made.headers["location"]) == (201, "/api/subscriptions/walk")
    assert made.json()["filter"] == {"topic": ["car_t"]}
    assert "secret" not in made.json()
    there = "/api/subscriptions/walk"
    changed = shared.page.patch(there, headers=root, json={"cadence": "now", "quiet": "22:00-07:00", "topic": []})
    assert changed.json()["changed"]["cadence"] == ["weekly@mon-09:00", "now"]
    assert shared.page.post(f"{there}/pause", headers=root).json()["status"] == "paused"
    assert shared.page.get(there, headers=root).json()["status"] == "paused"
    assert shared.page.post(f"{there}/resume", headers=root).json()["status"] == "active"
    assert shared.page.post(f"{there}/test", headers=root).json()["state"] == "sent"
    assert shared.page.delete(there, headers=root).json()["removed"] is True
    assert shared.page.get(there, headers=root).status_code == 404
    assert shared.page.delete(there, headers=root).status_code == 404


def test_rows_have_the_fields_of_the_command(shared: Readers, root: dict[str, str]) -> None:
    from cgtwatch.engine.readers.subscribing import listed

    row = shared.page.get("/api/subscriptions/steady", headers=root).json()
    assert [row] == [one for one in listed(shared.bench.app) if one["name"] == "steady"]
    assert row["bounces"] == {"hard": 0, "soft": 0, "complaint": 0}


def test_a_webhooks_secret_is_told_once(shared: Readers, root: dict[str, str]) -> None:
    made = shared.page.post(
        "/api/subscriptions", headers=root, json={"name": "hook", "to": "https://hook.example.org/secret/path"}
    )
    assert made.json()["secret"].startswith("whsec_")
    for answer in (shared.page.get("/api/subscriptions/hook", headers=root), shared.page.get("/api/subscriptions", headers=root)):
        assert "whsec_" not in answer.text
        assert "secret/path" not in answer.text
    shared.page.delete("/api/subscriptions/hook", headers=root)


@pytest.mark.parametrize("to", ["local:", "apprise:ntfy://topic", "telegram:env:TOKEN@-100123"])
def test_only_an_operator_names_the_operators_targets(shared: Readers, app: dict[str, str], to: str) -> None:
    for asking, path in ((shared.page.post, "/api/subscriptions"), (shared.page.patch, "/api/subscriptions/steady")):
        assert asking(path, headers=app, json={"to": to}).status_code == 403
    assert shared.bench.app.store.subscription("steady").channel == "email"


def test_a_reader_may_subscribe_and_sees_no_address_of_others(shared: Readers, app: dict[str, str]) -> None:
    made = shared.page.post("/api/subscriptions", headers=app, json={"name": "own", "to": "mailto:own@example.org"})
    assert (made.status_code, made.json()["to"]) == (201, "own@example.org")
    rows = shared.page.get("/api/subscriptions", headers=app).json()["subscriptions"]
    assert {row["name"]: row["to"] for row in rows} == {"own": "o…@example.org", "steady": "m…@example.org"}
    shared.page.delete("/api/subscriptions/own", headers=app)


WRITES = [
    ("POST", "/api/subscriptions"), ("PATCH", "/api/subscriptions/steady"), ("DELETE", "/api/subscriptions/steady"),
    ("POST", "/api/subscriptions/steady/pause"), ("POST", "/api/subscriptions/steady/resume"), ("POST", "/api/subscriptions/steady/test"),
    ("POST", "/api/deliveries/x/redeliver"), ("POST", "/api/deliveries/x/resolve"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_writing_needs_a_token_with_its_scope_also_on_this_machine(shared: Readers, method: str, path: str) -> None:
    for page in (shared.page, shared.here):
        answer = page.request(method, path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "cgtwatch users token" in answer.json()["error"]
    other = "subscriptions" if "deliveries" in path else "deliveries"
    assert shared.page.request(method, path, headers=bearer(shared, "root", "read", other)).status_code == 403


@pytest.mark.parametrize("path", ["/api/subscriptions", "/api/subscriptions/steady", "/api/deliveries"])
def test_reading_needs_a_token_except_on_this_machine(shared: Readers, root: dict[str, str], path: str) -> None:
    assert shared.page.get(path).status_code == 401
    assert shared.page.get(path, headers=root).status_code == 200
    assert shared.here.get(path).status_code == 200
    assert "mei@example.org" not in shared.here.get(path).text


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({"X-Forwarded-For": "203.0.113.7"}, HOME), ({"Forwarded": "for=203.0.113.7"}, HOME), ({"Via": "1.1 proxy"}, HOME),
        ({"X-Real-IP": "203.0.113.7"}, HOME), ({"Host": "watch.example.org"}, HOME),
    ],
)  # fmt: skip
def test_what_a_proxy_on_this_machine_hands_on_is_not_of_this_machine(
    shared: Readers, headers: dict[str, str], host: str
) -> None:
    assert shared.here.get("/api/subscriptions", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer cgt_", "Bearer x", "Basic cm9vdDpyb290", f"Bearer cgt_{'A' * 43}", "Bearer cgt_é"]
)
def test_a_wrong_token_opens_nothing_not_even_here(shared: Readers, given: str) -> None:
    headers = {"Authorization": given.encode()}
    assert shared.here.get("/api/subscriptions", headers=headers).status_code == 401


def test_revoked_and_expired_tokens_open_nothing(shared: Readers) -> None:
    headers = bearer(shared, "app")
    assert shared.page.get("/api/subscriptions", headers=headers).status_code == 200
    [token] = shared.bench.app.store.users()[0].tokens[-1:]
    shared.bench.ask("users.revoke", name="app", ids=[token.id])
    assert shared.page.get("/api/subscriptions", headers=headers).status_code == 401


def test_guessing_is_slowed_down_and_good_tokens_are_not(tmp_path: Path) -> None:
    with readers(tmp_path) as made:
        made.bench.ask("users.add", name="root", role="operator")
        good, bad = bearer(made), {"Authorization": f"Bearer cgt_{'A' * 43}"}
        answers = [made.page.get("/api/deliveries", headers=bad).status_code for _ in range(22)]
        assert answers == [401] * 20 + [429] * 2
        assert made.page.get("/api/deliveries", headers=good).status_code == 200
        made.bench.pass_time(minutes=1)
        assert made.page.get("/api/deliveries", headers=bad).status_code == 401


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "to"), ({"to": "mei"}, "to"), ({"to": 7}, "to"), ({"to": "mailto:a@b.example", "cadence": "yearly"}, "cadence"),
        ({"to": "mailto:a@b.example", "doc_type": ["x"]}, "doc_type"), ({"to": "mailto:a@b.example", "topic": 7}, "topic"),
        ({"to": "mailto:a@b.example", "since": "soon"}, "since"), ({"to": "mailto:a@b.example", "nothing_new": "yes"}, "nothing_new"),
        ({"to": "mailto:a@b.example", "name": "a b"}, "a b"), ({"to": "mailto:a@b.example", "nonsense": 1}, "nonsense"),
        ({"to": "mailto:a@b.example", "pending": True}, "pending"), ({"to": "mailto:a@b.example", "origin": "file"}, "origin"),
        ({"to": "mailto:a@b.example", "name": ["x"]}, "['x']"), ({"to": "mailto:a@b.example", "tz": "Mars"}, "tz"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_with_the_names_of_its_fields(
    shared: Readers, root: dict[str, str], body: dict[str, Any], named: str
) -> None:
    answer = shared.page.post("/api/subscriptions", headers=root, json=body)
    assert answer.status_code == 422
    assert any(named in problem for problem in answer.json()["problems"])
    assert "--" not in answer.text


def test_all_mistakes_are_told_at_once(shared: Readers, root: dict[str, str]) -> None:
    body = {"to": "mei", "cadence": "yearly", "tz": "Mars", "lang": "fr"}
    assert len(shared.page.post("/api/subscriptions", headers=root, json=body).json()["problems"]) == 4


def test_a_name_that_is_taken_is_a_conflict(shared: Readers, root: dict[str, str]) -> None:
    body = {"name": "steady", "to": "mailto:b@example.org"}
    assert shared.page.post("/api/subscriptions", headers=root, json=body).status_code == 409


def test_a_body_that_is_no_small_json_object_is_refused(shared: Readers, root: dict[str, str]) -> None:
    post = shared.page.post
    assert post("/api/subscriptions", headers=root, data={"to": "x"}).status_code == 415
    assert post("/api/subscriptions", headers=root, json=[1]).status_code == 400
    assert post("/api/subscriptions", headers=root, json={"query": "x" * 70_000}).status_code == 413
    deep = b"[" * 60_000
    assert post("/api/subscriptions", headers={**root, "Content-Type": "application/json"}, content=deep).status_code == 400


def test_lists_are_read_page_by_page(tmp_path: Path) -> None:
    with readers(tmp_path) as made:
        made.bench.ask("users.add", name="root", role="operator")
        headers = bearer(made)
        for number in range(5):
            made.new_reader(name=f"r{number}", to=f"mailto:r{number}@example.org")
            made.bench.ask("subscriptions.test", name=f"r{number}")
        for noun, key in (("subscriptions", "name"), ("deliveries", "key")):
            pages, cursor = [], None
            while cursor is not None or not pages:
                found = made.page.get(
                    f"/api/{noun}", headers=headers, params={"limit": 2, **({"cursor": cursor} if cursor else {})}
                )
                pages.append([row[key] for row in found.json()[noun]])
                cursor = found.json()["next"]
            assert [len(page) for page in pages] == [2, 2, 1]
            assert len({row for page in pages for row in page}) == 5


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1001", "limit=-1", "cursor=nonsense", "limit=²"])
def test_a_wrong_page_is_refused(shared: Readers, root: dict[str, str], query: str) -> None:
    assert shared.page.get(f"/api/deliveries?{query}", headers=root).status_code == 400


def test_a_dead_letter_is_found_and_sent_again(tmp_path: Path) -> None:
    with readers(tmp_path) as made:
        made.bench.ask("users.add", name="root", role="operator")
        headers = bearer(made)
        made.new_reader()
        [row] = made.bench.ask("subscriptions.test", name="mei")
        made.bench.app.store.redeliver(row["delivery"], made.bench.now)
        made.bench.app.store.resolve(row["delivery"], DeliveryState.DEAD, made.bench.now)
        [dead] = made.page.get("/api/deliveries?state=dead", headers=headers).json()["deliveries"]
        assert (dead["key"], dead["subscription"]) == (row["delivery"], "mei")
        assert "mei@example.org" not in str(dead)
        there = f"/api/deliveries/{dead['key']}"
        assert [one["result"] for one in made.page.get(there, headers=headers).json()["tries"]] == ["sent"]
        assert made.page.post(f"{there}/redeliver", headers=headers).json() == {"delivery": dead["key"], "state": "queued"}
        assert made.page.post(f"{there}/resolve", headers=headers, json={"as": "cancelled"}).json()["state"] == "cancelled"
        assert made.page.post(f"{there}/resolve", headers=headers, json={"as": "lost"}).status_code == 422
        made.page.post(f"{there}/redeliver", headers=headers)
        list(made.runner("send", {}))
        assert made.page.post(f"{there}/resolve", headers=headers, json={"as": "dead"}).status_code == 409
        assert made.page.post("/api/deliveries/nothing/redeliver", headers=headers).status_code == 404


@pytest.mark.parametrize("trouble", [StoreFull("/secret/place: full"), BusyError("/secret/place is locked")])
def test_what_cannot_be_stored_now_is_asked_for_later(shared: Readers, root: dict[str, str], trouble: Exception) -> None:
    def broken(*_):
        raise trouble
        yield

    page = TestClient(make_site(shared.bench.app, broken), base_url=PUBLIC)
    answer = page.post("/api/subscriptions", headers=root, json={"to": "mailto:a@example.org"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "secret" not in answer.text


FILE = """\
defaults: {lang: en}
subscriptions:
  - {name: desk, to: "mailto:desk@example.org", cadence: "weekly@mon-08:00"}
  - {name: hook, to: "https://hook.example.org/a"}
"""


def test_a_file_is_applied_by_an_operator_once_planned(shared: Readers, root: dict[str, str]) -> None:
    there, yaml = "/api/subscriptions/apply", {**root, "content-type": "application/yaml"}
    plan = shared.page.post(f"{there}?dry_run=1", headers=yaml, content=FILE).json()
    assert [(step["name"], step["action"]) for step in plan["steps"]] == [("desk", "add"), ("hook", "add")]
    assert plan["summary"]["applied"] is False
    assert shared.page.get("/api/subscriptions/desk", headers=root).status_code == 404
    done = shared.page.post(there, headers=yaml, content=FILE).json()
    assert done["summary"]["applied"] is True
    assert [step["secret"][:6] for step in done["steps"] if "secret" in step] == ["whsec_"]
    same = {"subscriptions": [{"name": "desk", "to": "mailto:desk@example.org", "lang": "en", "cadence": "weekly@mon-08:00"}]}
    again = shared.page.post(f"{there}?prune=1", headers=root, json=same).json()
    assert [(step["name"], step["action"]) for step in again["steps"]] == [("desk", "unchanged"), ("hook", "remove")]
    assert shared.page.get("/api/subscriptions/hook", headers=root).status_code == 404


def test_the_mistakes_of_a_file_are_told_all_at_once_and_nothing_is_done(shared: Readers, root: dict[str, str]) -> None:
    wrong = {
        "subscriptions": [{"name": "one", "to": "mailto:one@example.org"}, {"name": "two", "to": "nowhere", "cadence": "yearly"}]
    }
    answer = shared.page.post("/api/subscriptions/apply", headers=root, json=wrong)
    assert (answer.status_code, len(answer.json()["problems"])) == (422, 2)
    assert shared.page.get("/api/subscriptions/one", headers=root).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ("{", "application/json", 400),
        (b"\xff", "application/yaml", 400),
        (FILE, "text/plain", 415),
        (" " * 4_200_000, "text/yaml", 413),
    ],
)
def test_what_is_no_file_is_refused(shared: Readers, root: dict[str, str], content: str, kind: str, status: int) -> None:
    answer = shared.page.post("/api/subscriptions/apply", headers={**root, "content-type": kind}, content=content)
    assert answer.status_code == status


def test_a_person_is_told_everything_and_forgotten(shared: Readers, root: dict[str, str]) -> None:
    shared.page.post("/api/subscriptions", headers=root, json={"name": "leaver", "to": "mailto:leaver@example.org"})
    told = shared.page.get("/api/subscriptions/leaver@example.org/export", headers=root).json()
    assert [one["name"] for one in told["subscriptions"]] == ["leaver"]
    assert shared.page.delete("/api/subscriptions/leaver?erase=perhaps", headers=root).status_code == 400
    gone = shared.page.delete("/api/subscriptions/leaver?erase=1", headers=root).json()
    assert (gone["subscriptions"], gone["traces"]) == (1, 0)
    assert shared.page.get("/api/subscriptions/leaver/export", headers=root).status_code == 404


def test_only_an_operator_applies_exports_and_erases(shared: Readers, app: dict[str, str]) -> None:
    for method, path in (("POST", "apply"), ("GET", "steady/export"), ("DELETE", "steady?erase=1")):
        answer = shared.page.request(
            method, f"/api/subscriptions/{path}", headers=app, **({"json": {}} if method == "POST" else {})
        )
        assert (answer.status_code, "operator" in answer.json()["error"]) == (403, True), path
    assert shared.page.get("/api/subscriptions/steady", headers=app).status_code == 200
