"""What a message's links open to readers who have no account, and what they do not."""

import email
import email.policy
import html
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from place import Site, serving

from cgtwatch.deliver.tokens import digest_page, view_page
from cgtwatch.web.account.keys import own_address
from web.accounts import PUBLIC, House, csrf
from web.watched import FEED, newsworthy, watched


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A watch that told two events, and has a password."""
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("told"), site, FEED) as watch:
        newsworthy(watch)
        made = House(watch.bench)
        made.user("mei")
        yield SimpleNamespace(
            watch=watch, house=made, event=f"/events/{watch.event('CAR-T')}", other=f"/events/{watch.event('gene therapy')}"
        )


def links(told: SimpleNamespace) -> list[str]:
    """The pages of ours that the newest mail names."""
    store = told.watch.bench.app.store
    raw = store.delivery(next(one.key for one in store.deliveries() if one.subscription == "mei")).payload.filled
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    part = mail.get_body(("html",))
    assert part is not None
    found = [html.unescape(one) for one in re.findall(rf'href="{PUBLIC}(/[^"]*)"', part.get_content())]
    return [*found, str(mail["Archived-At"]).removeprefix(f"<{PUBLIC}").removesuffix(">")]


def keyed(told: SimpleNamespace, page: str) -> str:
    return view_page(told.watch.bench.app.secret_key, page)


def stranger(told: SimpleNamespace) -> Any:
    return told.house.browser()


def test_every_page_that_a_mail_links_opens_without_a_log_in(told: SimpleNamespace) -> None:
    found = [one for one in links(told) if one != "/"]
    assert any(one.startswith("/events/") for one in found)
    assert any(one.startswith("/told?") for one in found)
    for page in found:
        assert stranger(told).get(page).status_code == 200, page


def test_a_page_opened_by_its_link_shows_the_act_and_nothing_of_readers_and_no_buttons(told: SimpleNamespace) -> None:
    page = stranger(told).get(f"{keyed(told, told.event)}&lang=en").text
    assert "CAR-T" in page
    for hidden in ("mei", "picky", 'method="post"', 'name="csrf"', 'href="/deliveries"', 'href="/account"', "/digests/"):
        assert hidden not in page


def test_a_digest_opened_by_its_link_is_the_digest_alone(told: SimpleNamespace) -> None:
    app = told.watch.bench.app
    delivery = next(one for one in app.store.deliveries() if one.digest is not None)
    browser = stranger(told)
    page = browser.get(digest_page("", app.secret_key, delivery.key) or keyed(told, f"/digests/{delivery.key}"))
    assert page.status_code == 200
    assert "/api/digests/" not in page.text
    assert browser.get(f"/digests/{delivery.key}/html").status_code == 200  # its frame, by the cookie
    assert browser.get(keyed(told, f"/digests/{delivery.key}").replace("/digests/", "/api/digests/")).json()["data"]
    assert browser.get("/digests").status_code == 303


def test_a_link_opens_its_page_and_nothing_beside_it(told: SimpleNamespace) -> None:
    browser = stranger(told)
    assert browser.get(keyed(told, told.event)).status_code == 200
    assert browser.get(told.event).status_code == 200  # its own links need no key
    assert browser.get(f"{told.event}?field=stage").status_code == 200
    key = keyed(told, told.event).partition("?")[2]
    for closed in (told.other, "/", "/events", "/deliveries", "/told?after=0&upto=3", f"{told.other}/copy"):
        answer = browser.get(f"{closed}{'&' if '?' in closed else '?'}{key}")
        assert answer.status_code == 303, closed
    assert browser.post(f"{told.event}/mark?{key}", data={"csrf": ""}).status_code == 303
    assert browser.post(f"{told.event}?{key}").status_code == 303
    assert browser.get(f"/api/subscriptions?{key}").status_code == 401


def test_the_key_of_a_range_opens_that_range_and_filter_alone(told: SimpleNamespace) -> None:
    page = next(one for one in links(told) if one.startswith("/told?"))
    browser = stranger(told)
    assert browser.get(page).status_code == 200
    for changed in (re.sub(r"after=\d+", "after=0", page), f"{page}&query=x", page.replace("lang=zh", "lang=en")):
        if changed != page:
            assert stranger(told).get(changed).status_code == 303
            assert browser.get(changed).status_code == 303


@pytest.mark.parametrize("key", ["", "x", "a" * 24, "é", "a" * 5000, "../../x"])
def test_a_wrong_key_leads_to_the_log_in(told: SimpleNamespace, key: str) -> None:
    assert stranger(told).get(told.event, params={"key": key}).status_code == 303


def test_a_link_of_an_old_mail_leads_to_a_log_in_that_says_why(told: SimpleNamespace) -> None:
    answer = stranger(told).get(told.event)
    assert answer.headers["location"].endswith("from=message")
    page = stranger(told).get(f"{answer.headers['location']}&lang=en").text
    assert "before this watch had a log-in" in page
    assert told.event in page


def test_readers_of_one_digest_share_its_links(told: SimpleNamespace) -> None:
    app = told.watch.bench.app
    assert keyed(told, told.event) == keyed(told, told.event)
    assert digest_page(None, app.secret_key, "msg_1") == ""


def test_the_cookie_of_a_link_goes_to_its_page_alone(told: SimpleNamespace) -> None:
    cookie = stranger(told).get(keyed(told, told.event)).headers["set-cookie"]
    assert f"Path={told.event}" in cookie
    assert "HttpOnly" in cookie
    assert "Secure" in cookie


def test_a_feed_readers_address_is_its_users_own_and_ends_with_them(told: SimpleNamespace) -> None:
    made = told.house
    made.user("ben", "reader")
    browser = made.logged_in("ben")
    assert csrf(browser)
    account = made.bench.app.store.account("ben")
    viewer = SimpleNamespace(account=account.id, name="ben")
    address = own_address(made.bench.app, viewer, "/calendar.ics?jurisdiction=US")
    assert own_address(made.bench.app, viewer, "/deliveries") == "/deliveries"
    assert own_address(made.bench.app, None, "/calendar.ics") == "/calendar.ics"
    assert stranger(told).get(address).status_code == 200
    key = address.rpartition("key=")[2]
    assert stranger(told).get(f"/calendar.ics?key={key}").status_code == 200
    for other in ("/deliveries", "/feed.atom", "/api/subscriptions"):
        assert stranger(told).get(f"{other}?key={key}").status_code in {303, 401}
    made.bench.ask("users.remove", name="ben")
    assert stranger(told).get(address).status_code == 303


def test_the_pages_stay_open_to_their_links_whoever_is_logged_in(told: SimpleNamespace, tmp_path: Path) -> None:
    browser = told.house.logged_in("mei")
    assert 'name="csrf"' in browser.get(keyed(told, told.event)).text
