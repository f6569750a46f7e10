"""The first password: open on this machine without one, closed to everybody else, and set by one alone."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cgtwatch.engine.operations import perform
from cgtwatch.errors import CgtwatchError
from cgtwatch.model.user import Role
from cgtwatch.ops.first import set_up_address
from cgtwatch.web.site import make_site
from web.accounts import PASSWORD, House, csrf, house, is_in, log_in
from web.watched import HERE, HOME, TestClient

MEI = {"name": "mei", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[House]:
    """A watch without any password."""
    with house(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same for tests that set nothing up."""
    with house(tmp_path_factory.mktemp("fresh")) as made:
        yield made


def link(made: House) -> str:
    return urlsplit(set_up_address(made.bench.app)).path


def test_on_this_machine_everything_is_open_and_every_page_says_so(standing: House) -> None:
    browser = standing.here()
    for path in ("/", "/deliveries"):
        page = browser.get(f"{path}?lang=en").text
        assert "no password is set" in page
        assert 'href="/account"' in page


@pytest.mark.parametrize(
    ("at", "client", "headers"),
    [
        ("https://watch.example.org", ("203.0.113.7", 1), {}), (HOME, ("192.168.1.20", 1), {}), ("http://192.168.1.20:8710", HERE, {}),
        ("https://watch.example.org", HERE, {}), (HOME, HERE, {"X-Forwarded-For": "127.0.0.1"}), (HOME, HERE, {"Forwarded": "for=127.0.0.1"}),
        (HOME, HERE, {"X-Real-IP": "127.0.0.1"}), (HOME, HERE, {"Via": "1.1 proxy"}), ("http://localhost.evil.example", HERE, {}),
    ],
)  # fmt: skip
def test_to_everybody_else_nothing_is_shown_but_how_to_set_the_first_password(standing: House, at, client, headers) -> None:
    browser = standing.browser(at, client)
    answer = browser.get("/", headers=headers)
    assert answer.status_code in {303, 400}
    if answer.status_code == 303:
        page = browser.get("/login?lang=en", headers=headers).text
        assert "No password is set yet" in page
        assert 'name="password"' not in page
    assert browser.get("/api/subscriptions", headers=headers).status_code in {401, 400}
    assert browser.get("/healthz").status_code in {200, 400}


def test_where_the_machine_listens_to_others_even_its_own_people_need_a_password(tmp_path: Path) -> None:
    with house(tmp_path, listen="0.0.0.0:8710") as made:
        assert made.here().get("/").status_code == 303


def test_the_first_operator_is_made_at_the_set_up_address_and_is_in_at_once(fresh: House) -> None:
    browser = fresh.browser()
    assert 'name="again"' in browser.get(link(fresh)).text
    answer = browser.post(link(fresh), data=MEI)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_in(browser)
    [user] = fresh.bench.app.store.users()
    assert (user.name, user.role, user.has_password) == ("mei", Role.OPERATOR, True)


def test_the_set_up_address_dies_with_the_first_password_and_after_a_day(fresh: House) -> None:
    old = link(fresh)
    fresh.bench.pass_time(hours=24)
    assert fresh.browser().get(old).status_code == 404
    now = link(fresh)
    fresh.user("ben", "reader")
    for answer in (fresh.browser().get(now), fresh.browser().post(now, data=MEI)):
        assert answer.status_code == 410
    assert [one.name for one in fresh.bench.app.store.users()] == ["ben"]


@pytest.mark.parametrize("token", ["x", "x.y", "a" * 5000, "fGZpcnN0.AAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_made_up_set_up_address_is_none(standing: House, token: str) -> None:
    assert standing.browser().get(f"/setup/{token}").status_code == 404
    assert standing.browser().post(f"/setup/{token}", data=MEI).status_code == 404
    assert standing.bench.app.store.users() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "short", "again": "short"}, "At least 12"), ({"again": "something else entirely"}, "not the same"),
        ({"password": "123456789012", "again": "123456789012"}, "guessed"), ({"name": "no spaces please"}, "Use letters"), ({"name": ""}, "Use letters"),
        ({"name": "lanterns-of-mei", "password": "lanterns-of-mei", "again": "lanterns-of-mei"}, "little more than the name"),
    ],
)  # fmt: skip
def test_a_form_with_a_mistake_comes_back_with_what_is_wrong(standing: House, changed: dict[str, str], said: str) -> None:
    answer = standing.browser().post(f"{link(standing)}?lang=en", data={**MEI, **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert PASSWORD not in answer.text
    assert standing.bench.app.store.users() == []


def test_a_strangers_page_sets_nothing_up(standing: House) -> None:
    assert standing.browser().post(link(standing), data=MEI, headers={"Origin": "https://evil.example"}).status_code == 403
    here = standing.here()
    assert here.post("/account", data={**MEI, "csrf": csrf(here)}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert here.post("/account", data=MEI).status_code == 403


def test_of_two_who_set_up_at_once_one_is_first(fresh: House) -> None:
    outcomes: list[str] = []
    kept = fresh.passwords.hashed(PASSWORD)
    start = threading.Barrier(4)

    def be_first(name: str) -> None:
        start.wait()
        try:
            [row] = perform(fresh.bench.engine, "users.first", {"name": name, "password": kept})
            outcomes.append(row["name"])
        except CgtwatchError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=be_first, args=(f"user-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fresh.bench.app.store.users()) == 1
    assert sum("already" in one for one in outcomes) == 3


def test_on_this_machine_the_first_password_is_set_on_the_account_page(fresh: House) -> None:
    browser = fresh.here()
    answer = browser.post("/account", data={**MEI, "csrf": csrf(browser)})
    assert answer.status_code == 303
    assert is_in(browser)
    assert not is_in(fresh.here())


def test_what_a_page_knew_before_the_first_password_is_worth_nothing_after_it(fresh: House) -> None:
    browser = fresh.here()
    before = csrf(browser)
    fresh.user("mei")
    assert browser.post("/account", data={**MEI, "csrf": before}).status_code == 303
    log_in(browser, "mei")
    assert browser.post("/account", data={"do": "end", "csrf": before}).status_code == 403


def test_a_site_that_only_reads_sets_nothing_up(fresh: House) -> None:
    page = TestClient(make_site(fresh.bench.app), base_url=HOME, client=HERE)
    assert page.post(link(fresh), data=MEI).status_code == 503
    full = TestClient(
        make_site(fresh.bench.app, partial(perform, fresh.bench.engine), fresh.passwords), base_url=HOME, client=HERE
    )
    assert full.get(link(fresh)).status_code == 200
