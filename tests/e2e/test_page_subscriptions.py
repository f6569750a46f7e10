"""Subscriptions and deliveries by their pages: made, previewed, paused, sent again, read in the archive."""

from typing import Any

import pytest
from browsing import heading, visitor
from newsroom import Newsroom
from offices import CAR_T, FINAL, Document

NEW = Document(
    "potency", "FDA issues draft guidance on gene therapy potency", "Comments by 1 July 2026 on gene therapy potency assays."
)


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.chaos)])
def test_a_subscription_is_made_and_its_next_digest_seen_before_it_is_sent(
    chromium: Any, room: Newsroom, home: str, script: bool
) -> None:
    with visitor(chromium, home, java_script_enabled=script) as page:
        page.goto("/subscriptions")
        page.get_by_role("link", name="New subscription").click()
        page.get_by_label("Name", exact=True).fill("london")
        page.get_by_label("Way", exact=True).select_option(label="local mailbox")
        page.get_by_label("United States", exact=True).check()
        page.get_by_label("How often").select_option("now")
        page.get_by_label("Language").select_option("en")
        page.get_by_role("button", name="Try the filter").click()
        assert "Would have brought 2 events" in page.get_by_role("status").first.inner_text()
        page.get_by_role("button", name="Subscribe", exact=True).click()
        page.get_by_role("heading", level=1, name="london").wait_for()
        room.bench.pass_time(hours=7)
        room.publish(("fda", NEW))
        room.bench.poll("fda")
        page.get_by_role("link", name="Preview").click()
        assert NEW.title in page.frame_locator("iframe.letter").locator("body").inner_text()
        before = len(room.letters())
        room.ask("digest")
        room.ask("send")
        assert len(room.letters()) > before
        page.goto("/digests?subscription=london")
        page.locator("main").get_by_role("link").filter(has_text="FDA").first.click()
        assert NEW.title in page.frame_locator("iframe").first.locator("body").inner_text()


def test_a_subscription_is_paused_resumed_and_removed_only_for_sure(page: Any, room: Newsroom) -> None:
    page.goto("/subscriptions/mei")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_text("Remove it").click()
    page.get_by_label("Yes, remove mei").check()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_url("**/subscriptions?*")
    assert "mei" not in {one.name for one in room.bench.app.store.subscriptions()}


def test_a_failed_delivery_shows_its_attempts_and_goes_out_again_at_a_click(page: Any, room: Newsroom) -> None:
    store = room.bench.app.store
    room.site.page("/nowhere", "gone", status=410)
    room.bench.pass_time(hours=2)
    room.ask("send")
    dead = [one.key for one in store.deliveries(limit=None) if one.state == "dead"]
    assert dead
    room.site.page("/nowhere", "taken")
    room.ask("subscriptions.resume", name="hook")
    page.goto(f"/deliveries/{dead[0]}")
    assert "410" in page.locator("main").inner_text()
    page.get_by_role("button", name="Send again").first.click()
    page.wait_for_load_state()
    room.bench.pass_time(minutes=5)
    room.ask("send")
    assert store.delivery(dead[0]).state == "sent"
    page.goto("/deliveries?state=sent")
    assert page.locator("ul.ledger").get_by_role("link", name="hook", exact=True).first.is_visible()


def test_the_archive_gives_every_digest_an_address_of_its_own(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/digests")
        page.locator("main").get_by_role("link").filter(has_text=FINAL.title[:12]).first.click()
        address = page.url
        said = heading(page)
        page.goto("/")
        page.goto(address)
        assert heading(page) == said
        assert FINAL.title in page.frame_locator("iframe").first.locator("body").inner_text()


def test_a_letter_of_the_local_mailbox_is_read_on_the_first_page(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/")
        page.locator("summary", has_text="Local mailbox").or_(page.locator("summary", has_text="本地邮箱")).click()
        page.locator("a[href^='/mail/']").first.click()
        assert CAR_T.title[:3] in page.frame_locator("iframe").first.locator("body").inner_text() or heading(page)
