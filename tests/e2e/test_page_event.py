"""The page of one event: its evidence, what changed, its copies, and what a reader says against it."""

from typing import Any

import pytest
from browsing import heading, visitor
from newsroom import Newsroom
from offices import CAR_T, DRAFT, LICENCE


def test_the_words_behind_a_field_are_marked_in_the_text(page: Any, room: Newsroom) -> None:
    page.goto(f"/events/{room.event(CAR_T.title)}")
    assert heading(page).startswith(CAR_T.title)
    page.locator("table.fields").get_by_role("link", name="Comments until").click()
    marked = page.locator(".text mark").all_inner_texts()
    assert any("1 June 2026" in one for one in marked)
    assert page.locator("#first").is_visible()


def test_two_revisions_stand_side_by_side_with_what_changed_between_them(page: Any, room: Newsroom) -> None:
    page.goto(f"/events/{room.event(DRAFT.title)}")
    table = page.locator("table.versus")
    assert table.locator("del").all_inner_texts() == ["4"]
    assert table.locator("ins").first.inner_text() == "5"
    assert "附：起草说明" in table.inner_text()


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.chaos)])
def test_what_is_marked_as_not_relevant_leaves_the_list_and_comes_back(
    chromium: Any, room: Newsroom, home: str, script: bool
) -> None:
    with visitor(chromium, home, java_script_enabled=script) as page:
        page.goto(f"/events/{room.event(LICENCE.title)}")
        page.get_by_role("button", name="Not relevant").click()
        page.get_by_text("Noted. Readers see it as you say").wait_for()
        address = page.url.partition("?")[0]
        page.goto("/events")
        assert page.locator("main").get_by_role("link", name=LICENCE.title).count() == 0
        page.goto(address)
        page.get_by_role("button", name="Take it back").click()
        page.get_by_text("Taken back.").wait_for()
        page.goto("/events")
        assert page.locator("main").get_by_role("link", name=LICENCE.title).first.is_visible()


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.chaos)])
def test_a_wrong_field_is_put_right_for_all_readers_and_taken_back(
    chromium: Any, room: Newsroom, home: str, script: bool
) -> None:
    event = room.event(LICENCE.title)
    before = room.bench.app.store.event(event)
    with visitor(chromium, home, java_script_enabled=script) as page:
        page.goto(f"/events/{event}")
        page.get_by_label("Which field").select_option("stage")
        if not script:
            page.get_by_role("button", name="Choose").click()
        page.get_by_label("what is right").select_option("draft")
        page.get_by_label("Why (optional)").last.fill("it is a draft")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Noted. Readers see it as you say").wait_for()
        assert "it is a draft" in page.locator("section[aria-labelledby=feedback]").inner_text()
        assert room.bench.app.store.event(event).labels.stage == "draft"
        page.get_by_role("button", name="Take it back").click()
        page.get_by_text("Taken back.").wait_for()
    assert room.bench.app.store.event(event).labels == before.labels


def test_a_stored_page_is_shown_shut_off_and_an_attachment_is_saved_not_opened(page: Any, room: Newsroom) -> None:
    page.goto(f"/events/{room.event(DRAFT.title)}")
    copies = page.locator("section[aria-labelledby=copies]")
    copies.get_by_role("link", name="The page as it was fetched").first.click()
    frame = page.frame_locator("iframe")
    assert "细胞治疗" in frame.locator("body").inner_text()
    assert page.locator("iframe").get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"
    page.go_back()
    copies.get_by_role("link", name="annex.pdf").first.click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the file").click()
    assert saved.value.suggested_filename.endswith(".pdf")
