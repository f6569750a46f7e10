"""Events are found: Chinese words of two characters and long runs of them, facets with counts, files of what was found."""

import csv
import io
import json
import re
from typing import Any

import pytest
from browsing import PHONE, overflow, visitor
from newsroom import Newsroom
from offices import APPROVAL, CAR_T, DRAFT, FINAL, LICENCE, QUALITY, STEM


def titles(page: Any) -> set[str]:
    return {one.strip() for one in page.locator("ol.hits h3 a").all_inner_texts()}


def search(page: Any, words: str) -> None:
    box = page.locator("main").get_by_role("searchbox")
    box.fill(words)
    with page.expect_navigation():
        box.press("Enter")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("细胞", {DRAFT, FINAL, STEM}),
        ("细胞治疗产品", {DRAFT, FINAL}),
        ("干细胞 备案", {STEM}),
        ("再生医療", {QUALITY}),
        ("gene therapy", {APPROVAL, LICENCE}),
        ("没有这样的词", set()),
    ],
)
def test_words_of_any_script_are_found_inside_a_run_of_text(
    chromium: Any, quiet_home: str, words: str, expected: set[Any]
) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/events")
        search(page, words)
        assert titles(page) == {one.title for one in expected}
        assert page.locator("main").get_by_role("searchbox").input_value() == words
        if expected:
            assert page.locator("ol.hits mark").count() >= len(expected)


def test_the_bar_of_any_page_searches_too(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home, lang="zh") as page:
        page.goto("/deliveries")
        page.locator("header").get_by_role("searchbox").fill("细胞")
        with page.expect_navigation():
            page.locator("header").get_by_role("searchbox").press("Enter")
        assert len(titles(page)) == 3


@pytest.mark.parametrize("script", [True, False])
def test_a_facet_narrows_to_as_many_as_it_promises_and_is_taken_off_again(chromium: Any, quiet_home: str, script: bool) -> None:
    with visitor(chromium, quiet_home, java_script_enabled=script) as page:
        page.goto("/events")
        every = titles(page)
        assert len(every) == 7
        open_facets(page)
        place = page.locator("label.value").filter(has_text="United States")
        promised = int(place.locator("b").inner_text())
        with page.expect_navigation():
            place.get_by_role("checkbox").check()
            if not script:
                page.get_by_role("button", name="Apply").click()
        assert titles(page) == {CAR_T.title, LICENCE.title}
        assert (len(titles(page)), "jurisdiction=US" in page.url) == (promised, True)
        assert "lang=" not in page.url
        with page.expect_navigation():
            page.get_by_role("navigation", name="Chosen filters").get_by_role("link").first.click()
        assert titles(page) == every


def open_facets(page: Any) -> None:
    """On a narrow screen the facets are folded."""
    folded = page.locator("details.facets > summary")
    if folded.is_visible() and page.locator("details.facets:not([open])").count():
        folded.click()


def test_facets_can_be_used_on_a_phone(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home, width=PHONE, has_touch=True) as page:
        page.goto("/events")
        open_facets(page)
        assert overflow(page) == 0
        with page.expect_navigation():
            page.locator("label.value").filter(has_text="Japan").tap()
        assert titles(page) == {QUALITY.title}


def test_a_search_is_saved_as_a_subscription_that_asks_for_the_same(page: Any, room: Newsroom) -> None:
    page.goto("/events?query=CAR-T&jurisdiction=US&stage=draft")
    page.get_by_role("link", name="Save as subscription").click()
    assert page.get_by_label("Only with these words").input_value() == "CAR-T"
    page.get_by_label("Name", exact=True).fill("car-t-drafts")
    page.get_by_label("Way", exact=True).select_option(label="local mailbox")
    page.get_by_role("button", name="Subscribe", exact=True).click()
    page.get_by_role("heading", name="car-t-drafts").wait_for()
    kept = room.bench.app.store.subscription("car-t-drafts")
    assert (kept.filter.query, kept.filter.jurisdictions, kept.filter.stages) == ("CAR-T", ("US",), ("draft",))


def test_what_was_found_is_saved_as_a_file_of_each_form(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home, accept_downloads=True) as page:
        page.goto("/events?jurisdiction=US")
        rows = {}
        for form in ("CSV", "JSON", "XLSX"):
            with page.expect_download() as saved:
                page.locator("p.exports").get_by_role("link", name=re.compile(form)).click()
            rows[form] = saved.value.path().read_bytes()
        found = {row["title"] for row in json.loads(rows["JSON"])["events"]}
        assert found == {CAR_T.title, LICENCE.title}
        assert {
            next(value for value in row if value in found)
            for row in list(csv.reader(io.StringIO(rows["CSV"].decode("utf-8-sig"))))[1:]
        } == found
        assert rows["XLSX"].startswith(b"PK")
