"""First visit, first password, log-in and its limits, log-out, and what a reader's role may not do."""

from typing import Any

import pytest
from browsing import PHONE, heading, visitor
from newsroom import Newsroom
from soundness import faults

OPERATORS = ("Subscriptions", "Sources", "Deliveries", "Events")


def log_in(page: Any, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_on_this_machine_all_is_open_without_a_password_and_the_page_says_so(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/")
        assert "because no password is set" in page.get_by_role("contentinfo").inner_text()
        assert page.get_by_role("link", name="Set a password").is_visible()
        for place in OPERATORS:
            assert page.get_by_role("navigation").get_by_role("link", name=place, exact=True).is_visible()


def test_the_first_password_is_set_on_the_page_and_shuts_everybody_else_out(page: Any, home: str, chromium: Any) -> None:
    page.goto("/")
    page.get_by_role("link", name="Set a password").click()
    page.get_by_label("Your name").fill("jing")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("The same once more").fill("short")
    page.watch.expected.add(422)
    page.get_by_role("button", name="Set the password and log in").click()
    page.get_by_text("At least 12 characters.").first.wait_for()
    assert page.get_by_label("Your name").input_value() == "jing"
    page.get_by_label("Password", exact=True).fill("quiet river lantern 7")
    page.get_by_label("The same once more").fill("quiet river lantern 7")
    page.get_by_role("button", name="Set the password and log in").click()
    page.wait_for_url(f"{home}/")
    assert page.get_by_role("link", name="jing").is_visible()
    with visitor(chromium, home) as other:
        other.goto("/deliveries?state=sent")
        assert heading(other) == "Log in"
        log_in(other, "jing", "quiet river lantern 7")
        other.wait_for_url("**/deliveries?state=sent")


def test_a_wrong_password_is_refused_and_after_five_nobody_may_try_for_a_while(page: Any, room: Newsroom, home: str) -> None:
    password = room.user("jing")
    page.watch.expected |= {401, 429}
    page.goto("/events")
    for _ in range(5):
        log_in(page, "jing", "wrong wrong wrong")
        page.get_by_text("Name or password is wrong.").wait_for()
        assert page.get_by_label("Name").input_value() == "jing"
        assert page.get_by_label("Password").input_value() == ""
    log_in(page, "jing", password)
    page.get_by_text("Too many wrong attempts").wait_for()
    room.bench.pass_time(minutes=16)
    log_in(page, "jing", password)
    page.wait_for_url(f"{home}/events")


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.chaos)])
def test_who_logs_out_is_out_whatever_was_kept_of_the_log_in(chromium: Any, room: Newsroom, home: str, script: bool) -> None:
    password = room.user("jing")
    with visitor(chromium, home, width=PHONE, java_script_enabled=script) as page:
        page.goto("/login")
        assert faults(page, "en", axe=script) == []
        log_in(page, "jing", password)
        page.wait_for_url(f"{home}/")
        kept = [one for one in page.context.cookies() if one["name"] == "cgtwatch"]
        assert [(one["httpOnly"], one["sameSite"]) for one in kept] == [(True, "Lax")]
        page.get_by_role("link", name="jing").click()  # on a phone the bar has no room for the button
        page.wait_for_url("**/account")
        assert faults(page, "en", axe=script) == []
        page.get_by_role("button", name="Log out", exact=True).click()
        page.wait_for_url("**/login")
        page.context.add_cookies(kept)
        page.goto("/")
        assert heading(page) == "Log in"
        page.go_back()
        page.reload()
        assert heading(page) == "Log in"


def test_a_reader_sees_everything_and_changes_nothing(page: Any, room: Newsroom, home: str) -> None:
    room.user("jing")
    page.goto("/login")
    log_in(page, "li", room.user("li", "reader"))
    page.wait_for_url(f"{home}/")
    event = room.event("FDA issues")
    for address in ("/", "/events", f"/events/{event}", "/deliveries", "/subscriptions", "/sources"):
        page.goto(address)
        posting = page.eval_on_selector_all("main form[method=post]", "all => all.map(one => one.action)")
        assert set(posting) <= {f"{home}/seen"}, address  # what somebody has seen is their own
    # And by hand, with the token of their own log-out form:
    csrf = page.locator("form[action='/logout'] input[name=csrf]").input_value()
    before = room.bench.app.store.event(event)
    page.watch.expected.add(403)
    answer = page.evaluate(
        "([url, csrf]) => fetch(url, {method: 'POST', body: new URLSearchParams({csrf, relevant: 'no'})}).then(one => one.status)",
        [f"{home}/events/{event}/mark", csrf],
    )
    assert answer == 403
    assert room.bench.app.store.event(event) == before


def test_a_page_of_before_the_log_in_can_post_nothing_after_it(page: Any, room: Newsroom, home: str) -> None:
    event = room.event("FDA issues")
    page.goto(f"/events/{event}")
    room.user("jing")
    page.watch.expected |= {401, 403}
    page.get_by_role("button", name="Not relevant").click()
    page.wait_for_load_state()
    assert room.bench.app.store.event(event).labels.relevant
