"""Logging in and out: who gets in, for how long, and what does not help."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.web.account.login import OF_BOTH, OF_CLIENT, safe_next
from cgtwatch.web.account.sessions import IDLE, LONGEST
from web.accounts import PASSWORD, PUBLIC, House, csrf, inhabited, is_in, log_in, post
from web.watched import HOME


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with inhabited(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same for tests that change no user; whoever comes has an address of their own."""
    with inhabited(tmp_path_factory.mktemp("standing")) as made:
        yield made


ONE = ("203.0.113.7", 40000)  # a client whose attempts are counted


# --- in


def test_a_user_logs_in_and_goes_on_to_the_page_that_was_asked_for(standing: House) -> None:
    browser = standing.browser()
    asked = browser.get("/deliveries?state=dead")
    assert asked.headers["location"] == "/login?next=%2Fdeliveries%3Fstate%3Ddead"
    form = browser.get(asked.headers["location"]).text
    assert 'name="next" value="/deliveries?state=dead"' in form
    answer = log_in(browser, "mei", next="/deliveries?state=dead")
    assert (answer.status_code, answer.headers["location"]) == (303, "/deliveries?state=dead")
    assert browser.get("/deliveries").status_code == 200
    assert browser.get("/login").headers["location"] == "/"


def test_the_cookie_is_for_us_alone(standing: House) -> None:
    cookie = log_in(standing.browser(), "mei").headers["set-cookie"]
    assert cookie.startswith("__Host-cgtwatch=")
    for part in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"):
        assert part.lower() in cookie.lower()
    assert "domain" not in cookie.lower()
    plain = standing.here().post("/login", data={"name": "mei", "password": PASSWORD}).headers["set-cookie"]
    assert plain.startswith("cgtwatch=")
    assert "secure" not in plain.lower()


def test_on_this_machine_too_a_log_in_is_needed_as_soon_as_there_is_a_password(standing: House) -> None:
    assert standing.here().get("/").status_code == 303
    assert standing.here().get("/api/subscriptions").status_code == 401


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(home: House) -> None:
    home.bench.ask("users.add", name="robot", role="operator")  # it has tokens alone
    answers = [log_in(home.browser(), name, "wrong wrong wrong") for name in ("mei", "nobody", "robot")]
    said = {re.sub(r'value="[a-z]*"', "", one.text) for one in answers}
    assert {one.status_code for one in answers} == {401}
    assert len(said) == 1
    assert "Name or password is wrong" in said.pop()


def test_a_name_that_nobody_has_costs_a_comparison_too(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bool] = []
    real = home.passwords.matches
    monkeypatch.setattr(home.passwords, "matches", lambda password, kept: compared.append(kept is None) or real(password, kept))
    for name in ("nobody", "mei"):
        log_in(home.browser(), name, "wrong wrong wrong")
    assert compared == [True, False]


@pytest.mark.parametrize("password", ["", " ", PASSWORD.upper(), PASSWORD + " ", "x" * 5000, "$argon2id$", "\x00"])
def test_only_the_password_itself_opens(standing: House, password: str) -> None:
    assert log_in(standing.browser(), "mei", password).status_code == 401


def test_a_strangers_page_logs_nobody_in(standing: House) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = standing.browser().post("/login", data={"name": "mei", "password": PASSWORD}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


# --- limits


def test_after_some_wrong_attempts_a_client_waits_for_that_name(home: House) -> None:
    browser = home.browser(client=ONE)
    for _ in range(OF_BOTH):
        assert log_in(browser, "mei", "wrong wrong wrong").status_code == 401
    answer = log_in(browser, "mei")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == 900
    assert log_in(browser, "ben").status_code == 303
    assert log_in(home.browser(client=("203.0.113.8", 1)), "mei").status_code == 303
    home.bench.pass_time(minutes=16)
    assert log_in(browser, "mei").status_code == 303


def test_a_client_that_tries_many_names_waits_for_all(home: House) -> None:
    for number in range(OF_CLIENT):
        log_in(home.browser(client=ONE), f"name-{number}", "wrong wrong wrong")
    assert log_in(home.browser(client=ONE), "mei").status_code == 429
    assert log_in(home.browser(client=ONE), "nobody-knows").status_code == 429


def test_whoever_claims_another_address_is_counted_as_who_they_are(home: House) -> None:
    for number in range(OF_BOTH):
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"}
        home.browser(client=ONE).post("/login", data={"name": "mei", "password": "wrong wrong wrong"}, headers=headers)
    assert log_in(home.browser(client=ONE), "mei").status_code == 429


def test_the_addresses_of_one_ipv6_network_count_as_one(home: House) -> None:
    for number in range(OF_BOTH):
        log_in(home.browser(client=(f"2001:db8::{number}", 1)), "mei", "wrong wrong wrong")
    assert log_in(home.browser(client=("2001:db8::ff", 1)), "mei").status_code == 429


# --- next


@pytest.mark.parametrize(
    "bad",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil.example", "",
        "/x\r\nSet-Cookie: a=b", "/login?next=/", "/logout", "/setup/x", "http:/evil.example", "/ /evil.example", "///evil.example", "/\u2215evil",
    ],
)  # fmt: skip
def test_a_log_in_leads_nowhere_else(standing: House, bad: str) -> None:
    answer = log_in(standing.browser(), "mei", next=bad)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert standing.browser().get("/login", params={"next": bad}).text.count('name="next"') == 0


@given(st.text(max_size=40))
def test_whatever_next_says_it_is_a_path_of_ours(text: str) -> None:
    for given_ in (text, f"/{text}"):
        found = safe_next(given_)
        assert re.fullmatch(r"/([\x21-\x5b\x5d-\x7e]*)", found)
        assert not found.startswith("//")


# --- out


def test_a_copy_of_the_cookie_opens_nothing_after_the_log_out(home: House) -> None:
    browser = home.logged_in("mei")
    copy = dict(browser.cookies)
    answer = post(browser, "/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert not is_in(browser)
    thief = home.browser()
    thief.cookies.update(copy)
    assert not is_in(thief)
    again = House(home.bench).browser()  # after a restart too
    again.cookies.update(copy)
    assert not is_in(again)


def test_a_log_out_asks_for_its_proof_and_for_a_post(standing: House) -> None:
    browser = standing.logged_in("mei")
    assert browser.get("/logout").status_code == 405
    assert browser.post("/logout", data={"csrf": "0" * 64}).status_code == 403
    assert is_in(browser)


def test_a_log_in_ends_after_a_week_of_absence_and_after_a_month_in_any_case(home: House) -> None:
    away, daily = home.logged_in("mei"), home.logged_in("mei")
    for _ in range(8):
        home.bench.pass_time(days=1)
        assert is_in(daily)
    assert not is_in(away)
    for _ in range(LONGEST.days - 9):
        home.bench.pass_time(days=1)
        assert is_in(daily)
    home.bench.pass_time(days=1, seconds=1)
    assert not is_in(daily)
    assert timedelta(days=7) == IDLE


@pytest.mark.parametrize(
    ("operation", "args"),
    [("password", {"password": "$argon2id$v=19$m=8,t=1,p=1$x$y"}), ("role", {"role": "reader"}), ("log-out", {}), ("remove", {})],
)
def test_what_changes_a_user_ends_their_log_ins_at_once(home: House, operation: str, args: dict[str, str]) -> None:
    browser, other = home.logged_in("mei"), home.logged_in("ben")
    home.bench.ask(f"users.{operation}", name="mei", **args)
    assert not is_in(browser)
    assert is_in(other)


def test_a_namesake_does_not_inherit_a_log_in(home: House) -> None:
    browser = home.logged_in("ben")
    home.bench.ask("users.remove", name="ben")
    home.user("ben")
    assert not is_in(browser)


# --- forged


def test_a_cookie_that_was_changed_by_one_character_opens_nothing(standing: House) -> None:
    [(name, value)] = dict(standing.logged_in("mei").cookies).items()
    for place in range(0, len(value), 19):
        forged = standing.browser()
        forged.cookies.set(name, value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :])
        assert not is_in(forged), place


@pytest.mark.parametrize("value", ["", "x", ".", "e30.x", "W10.AAAA", "a" * 5000, "%00", "null"])
def test_nonsense_for_a_cookie_is_nobody(standing: House, value: str) -> None:
    answer = standing.browser().get("/account", headers={"Cookie": f"__Host-cgtwatch={value}"})
    assert answer.status_code == 303


def test_an_id_that_was_planted_before_the_log_in_is_not_the_one_after_it(standing: House) -> None:
    attacker = standing.logged_in("ben")
    planted = dict(attacker.cookies)
    victim = standing.browser()
    victim.cookies.update(planted)
    answer = log_in(victim, "mei")
    assert answer.status_code == 303
    fresh = re.search(r"__Host-cgtwatch=([^;]+)", answer.headers["set-cookie"])
    assert fresh is not None
    assert fresh[1] not in planted.values()
    assert not is_in(attacker)  # whoever logs in over a log-in ends it


def test_a_cookie_of_the_plain_site_is_not_one_of_the_encrypted(standing: House) -> None:
    plain = standing.logged_in("mei", at=HOME.replace("127.0.0.1", "192.0.2.9"))
    [(_, value)] = dict(plain.cookies).items()
    assert standing.browser().get("/account", headers={"Cookie": f"cgtwatch={value}"}).status_code == 303


# --- forms


@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "\u00e9"}])
def test_a_form_without_its_proof_changes_nothing(standing: House, sent: dict[str, str]) -> None:
    browser = standing.logged_in("mei")
    assert browser.post("/account", data={"do": "token", "label": "stolen", **sent}).status_code == 403
    assert standing.bench.app.store.users()[1].tokens == ()


def test_the_proof_of_another_log_in_is_none(standing: House) -> None:
    mei, again, ben = standing.logged_in("mei"), standing.logged_in("mei"), standing.logged_in("ben")
    for other in (again, ben):
        assert mei.post("/account", data={"csrf": csrf(other), "do": "end"}).status_code == 403
    assert mei.post("/account", data={"csrf": csrf(mei), "do": "end"}).status_code == 303


def test_a_form_from_a_strangers_page_changes_nothing_even_with_the_proof(standing: House) -> None:
    browser = standing.logged_in("mei")
    answer = browser.post("/account", data={"csrf": csrf(browser), "do": "end"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


# --- roles and programs


def test_a_reader_sees_and_changes_nothing_of_others(standing: House) -> None:
    reader = standing.logged_in("ben")
    assert reader.get("/deliveries").status_code == 200
    answer = post(reader, "/deliveries/msg_x?lang=en", do="dead")
    assert answer.status_code == 403
    assert "Only operators" in answer.text


def test_a_page_writes_by_the_api_only_with_its_proof(home: House) -> None:
    browser = home.logged_in("mei")
    wish = {"name": "wire", "to": "feed:"}
    assert browser.get("/api/subscriptions").status_code == 200
    assert browser.post("/api/subscriptions", json=wish).status_code == 403
    assert browser.post("/api/subscriptions", json=wish, headers={"X-CSRF-Token": "0" * 64}).status_code == 403
    proof = {"X-CSRF-Token": csrf(browser)}
    assert browser.post("/api/subscriptions", json=wish, headers={**proof, "Origin": "https://evil.example"}).status_code == 403
    assert browser.post("/api/subscriptions", json=wish, headers={**proof, "Origin": PUBLIC}).status_code == 201


def test_a_readers_log_in_changes_nothing_by_the_api_either(home: House) -> None:
    home.bench.ask("subscriptions.add", name="wire", to="feed:")
    reader = home.logged_in("ben")
    proof = {"X-CSRF-Token": csrf(reader)}
    assert reader.get("/api/me").json()["scopes"] == ["read"]
    assert reader.delete("/api/subscriptions/wire", headers=proof).status_code == 403
    assert reader.post("/api/tokens", json={"scope": ["subscriptions"]}, headers=proof).status_code == 403
    assert reader.post("/api/tokens", json={"label": "desk"}, headers=proof).status_code == 201


def test_a_wrong_token_is_not_made_good_by_a_log_in(standing: House) -> None:
    browser = standing.logged_in("mei")
    assert browser.get("/api/subscriptions", headers={"Authorization": "Bearer cgt_wrong"}).status_code == 401
