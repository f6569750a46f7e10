"""The calendar and the policy review, as pages and as files."""

from typing import Any

import pytest
from browsing import PHONE, heading, visitor
from icalendar import Calendar
from newsroom import Newsroom
from offices import CAR_T, DRAFT, FINAL, STEM


def test_deadlines_and_effective_dates_stand_in_their_month_and_in_the_list(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/calendar?month=2026-05")
        assert on(page, "2026-05-15") == [f"Comments close: {DRAFT.title}"]  # the longer deadline, and that one alone
        assert on(page, "2026-05-01") == [f"In force: {STEM.title}"]
        with page.expect_navigation():
            page.get_by_role("link", name="Next month").click()
        assert f"In force: {FINAL.title}" in on(page, "2026-06-01")
        with page.expect_navigation():
            page.get_by_role("link", name="List", exact=True).click()
        assert page.locator(".agenda").get_by_role("link", name=FINAL.title).is_visible()


def on(page: Any, day: str) -> list[str]:
    """What stands on a day of the month that is shown."""
    cell = page.locator("table.month td").filter(has=page.locator(f"time[datetime='{day}']"))
    return list(cell.locator("li a").evaluate_all("all => all.map(one => one.title)"))


def test_a_phone_shows_the_days_as_a_list(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home, width=PHONE) as page:
        page.goto("/calendar?month=2026-05")
        assert page.locator(".agenda").get_by_role("link", name=DRAFT.title).is_visible()


def test_a_calendar_program_gets_what_the_filtered_page_shows(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/calendar?jurisdiction=US")
        page.get_by_text("Subscribe in your calendar program").click()
        address = page.locator("p.address-line a").first.get_attribute("href")
        assert address is not None
        path = address.partition("watch.example.org")[2] or address
        said = page.request.get(path)
        entries = Calendar.from_ical(said.body()).walk("VEVENT")
        assert [str(one["DTSTART"].dt) for one in entries] == ["2026-06-01"]
        assert CAR_T.title in str(entries[0]["SUMMARY"])


@pytest.mark.parametrize(("form", "begins"), [("HTML", b"<!doctype html"), ("Markdown", b"# "), ("Word", b"PK")])
def test_the_review_of_a_period_is_read_on_the_page_and_saved(page: Any, room: Newsroom, form: str, begins: bytes) -> None:
    page.goto("/report")
    page.get_by_label("From").fill("2026-02-01")
    page.get_by_label("To", exact=True).fill("2026-03-31")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("article").get_by_role("link", name=FINAL.title).first.is_visible()
    assert heading(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name=form, exact=True).click()
    assert saved.value.path().read_bytes().lower().startswith(begins.lower())
