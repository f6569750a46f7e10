"""A user's own page: another password, tokens that are shown once, and log-ins that end."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgtwatch.web.account.login import OF_BOTH
from web.accounts import PASSWORD, House, inhabited, is_in, log_in, post

NEW = "seven quiet harbours"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with inhabited(tmp_path) as made:
        yield made


def test_a_password_is_changed_and_all_other_log_ins_end(home: House) -> None:
    browser, phone = home.logged_in("ben"), home.logged_in("ben")
    answer = post(browser, "/account", do="password", now=PASSWORD, password=NEW, again=NEW)
    assert answer.headers["location"] == "/account?done=password"
    assert "all other log-ins have ended" in browser.get("/account?done=password&lang=en").text
    assert not is_in(phone)
    assert log_in(home.browser(), "ben").status_code == 401
    assert log_in(home.browser(), "ben", NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"now": "wrong wrong wrong"}, "not your present"), ({"password": "short", "again": "short"}, "At least 12"),
        ({"again": "another one here"}, "not the same"),
    ],
)  # fmt: skip
def test_a_mistake_changes_no_password(home: House, fields: dict[str, str], said: str) -> None:
    browser = home.logged_in("ben")
    answer = post(browser, "/account?lang=en", **{"do": "password", "now": PASSWORD, "password": NEW, "again": NEW, **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert NEW not in answer.text
    assert is_in(browser)
    assert log_in(home.browser(), "ben").status_code == 303


def test_a_stolen_session_cannot_guess_the_password(home: House) -> None:
    browser = home.logged_in("ben")
    guess = {"do": "password", "now": "wrong wrong wrong", "password": NEW, "again": NEW}
    found = [post(browser, "/account", **guess).status_code for _ in range(OF_BOTH + 1)]
    assert found == [422] * OF_BOTH + [429]
    assert post(browser, "/account", **{**guess, "now": PASSWORD}).status_code == 429


def test_a_token_is_shown_once_and_to_its_maker_alone(home: House) -> None:
    browser = home.logged_in("ben")
    answer = post(browser, "/account", do="token", label="our dashboard", scope=["read"], days="30")
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert home.logged_in("mei").get(where).text.count("cgt_") == 0
    page = browser.get(where).text
    [token] = re.findall(r"cgt_[A-Za-z0-9_-]{43}", page)
    assert "our dashboard" in page
    assert token not in browser.get(where).text
    program = home.browser()
    assert program.get("/api/deliveries", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    [kept] = next(one.tokens for one in home.bench.app.store.users() if one.name == "ben")
    assert (kept.label, sorted(kept.scopes)) == ("our dashboard", ["read"])
    assert kept.expires_at is not None
    assert post(browser, "/account", do="revoke", token=str(kept.id)).status_code == 303
    assert program.get("/api/deliveries", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(("name", "status"), [("ben", 403), ("mei", 303)])
def test_only_operators_make_tokens_that_change_what_others_see(home: House, name: str, status: int) -> None:
    browser = home.logged_in(name)
    assert ('value="subscriptions"' in browser.get("/account").text) is (status == 303)
    for scope in ("subscriptions", "deliveries", "events", "sources"):
        assert post(browser, "/account", do="token", label="mine", scope=["read", scope], days="30").status_code == status
    [kept] = [one.tokens for one in home.bench.app.store.users() if one.name == name]
    assert len(kept) == (4 if status == 303 else 0)


def test_a_token_of_somebody_else_is_not_found(home: House) -> None:
    home.bench.ask("users.token", name="mei")
    for number in ("1", "2", "x", "-1", ""):
        assert post(home.logged_in("ben"), "/account", do="revoke", token=number).status_code == 404
    assert home.bench.app.store.users()[1].tokens[0].revoked_at is None


def test_a_user_logs_out_everywhere_else(home: House) -> None:
    browser, phone = home.logged_in("ben"), home.logged_in("ben")
    assert post(browser, "/account", do="end").headers["location"] == "/account?done=ended"
    assert (is_in(browser), is_in(phone)) == (True, False)


def test_what_nobody_offered_is_not_done(home: House) -> None:
    browser = home.logged_in("ben")
    assert post(browser, "/account", do="explode").status_code == 400
    assert post(browser, "/account", do="token", label="x" * 101).status_code == 422
    assert post(browser, "/account", do="token", scope="everything").status_code == 422
