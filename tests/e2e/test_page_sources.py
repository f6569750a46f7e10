"""Sources on their page: tested, paused, discovered from an address and added; the file keeps its comments."""

import re
from pathlib import Path
from typing import Any

import pytest
from browsing import heading, visitor
from newsroom import Newsroom
from offices import CAR_T
from soundness import faults


def file_of(room: Newsroom) -> str:
    path: Path = room.bench.app.settings.sources
    return path.read_text("utf-8")


def finished(page: Any, words: str | re.Pattern[str]) -> None:
    """Wait for what runs meanwhile; the page asks again by itself (a header), and by a link."""
    said, again = page.get_by_text(words), page.get_by_role("link", name="Look again")
    for _ in range(40):
        said.or_(again).first.wait_for()
        if said.count():
            return
        page.goto(page.url)  # as the link does, which may be gone by now
    raise AssertionError(page.locator("main").inner_text())


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.chaos)])
def test_a_source_is_tested_from_its_page_and_nothing_of_it_is_stored(
    chromium: Any, room: Newsroom, home: str, script: bool
) -> None:
    before = room.bench.app.store.last_seq()
    with visitor(chromium, home, java_script_enabled=script) as page:
        page.goto("/sources")
        page.locator("main").get_by_role("link", name="FDA, news").click()
        page.get_by_role("button", name="Test now").click()
        finished(page, re.compile(r"3 items were found"))
        assert CAR_T.title in page.locator("main").inner_text()
        assert faults(page, "en", axe=script) == []
    assert room.bench.app.store.last_seq() == before


def test_a_source_in_trouble_says_what_came_and_what_to_try(page: Any, room: Newsroom) -> None:
    page.goto("/sources")
    row = page.get_by_role("row").filter(has_text="A source out of reach")
    row.get_by_role("link").first.click()
    assert "503" in page.locator("main").inner_text()
    page.get_by_role("button", name="Test now").click()
    finished(page, "That did not go well")


def test_a_pause_is_written_into_the_file_and_all_else_stays(page: Any, room: Newsroom) -> None:
    before = file_of(room)
    page.goto("/sources/fda")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused.").wait_for()
    assert set(file_of(room).splitlines()) >= set(before.splitlines())
    assert "enabled: false" in file_of(room)
    page.get_by_role("button", name="Resume").click()
    page.get_by_text("Resumed.").wait_for()
    assert "enabled: false" not in file_of(room)
    assert "# Offices that are watched here; this line is kept." in file_of(room)


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.chaos)])
def test_an_address_is_looked_at_and_what_it_offers_is_added_to_the_file(
    chromium: Any, room: Newsroom, home: str, script: bool
) -> None:
    before = file_of(room)
    feed, _kind, body = room.site.pages["/fda/feed"]  # type: ignore[misc]
    room.site.pages["/new/feed"] = (feed, _kind, body)
    with visitor(chromium, home, java_script_enabled=script) as page:
        page.goto("/sources")
        page.get_by_role("link", name="Add a source").click()
        page.get_by_label("Address").fill(f"{room.site.url}/new/feed")
        page.get_by_role("button", name="Look", exact=True).click()
        finished(page, CAR_T.title)
        assert faults(page, "en", axe=script) == []
        offer = page.locator("section.offer").first
        offer.get_by_label("Name in English").fill("New office")
        offer.get_by_label("Id", exact=True).fill("new-office")
        offer.get_by_label("Issuer").fill("no such issuer")
        page.watch.expected.add(422)
        offer.get_by_role("button", name="Add this source").click()
        page.get_by_text("Not added yet").wait_for()
        offer.get_by_label("Issuer").fill("fda")
        offer.get_by_role("button", name="Add this source").click()
        page.get_by_text("Added to the file.").wait_for()
        assert heading(page) == "New office"
    after = file_of(room)
    assert after.startswith(before.rstrip("\n"))
    assert "  - id: new-office" in after.removeprefix(before.rstrip("\n"))
    assert "new-office" in {one.id for one in room.bench.app.sources}


def test_feeds_of_another_reader_come_in_as_opml_and_go_out_again(page: Any, room: Newsroom) -> None:
    listed = (
        f"<opml version='2.0'><body><outline type='rss' text='Other agency' xmlUrl='{room.site.url}/other.xml'/></body></opml>"
    )
    page.goto("/sources/import")
    page.get_by_label("or paste it here").fill(listed)
    page.get_by_role("button", name="Show what it brings").click()
    page.get_by_role("button", name="Add the chosen feeds").wait_for()
    assert faults(page, "en") == []
    page.get_by_role("button", name="Add the chosen feeds").click()
    page.get_by_text("The feeds were added to the file.").wait_for()
    assert "/other.xml" in file_of(room)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Feeds as OPML").click()
    assert f"{room.site.url}/fda/feed" in saved.value.path().read_text("utf-8")
