"""Both languages: chosen by the browser, changed by a link that keeps the page, remembered."""

from typing import Any

import pytest
from browsing import visitor

SPOKEN = {"zh": "zh-CN", "en": "en"}


def spoken(page: Any) -> str:
    return str(page.evaluate("document.documentElement.lang"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_first_visitor_is_spoken_to_in_the_language_of_the_browser(chromium: Any, quiet_home: str, lang: str) -> None:
    with visitor(chromium, quiet_home, lang=lang) as page:
        page.goto("/")
        assert spoken(page) == SPOKEN[lang]


@pytest.mark.parametrize("address", ["/deliveries?state=sent", "/events?query=CAR-T&jurisdiction=US&jurisdiction=CN"])
def test_the_other_language_shows_the_same_page_with_its_filter(chromium: Any, quiet_home: str, address: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto(address)
        page.get_by_role("link", name="中文").click()
        page.wait_for_url("**lang=zh")
        assert spoken(page) == "zh-CN"
        asked = address.partition("?")
        assert page.url.startswith(f"{quiet_home}{asked[0]}?")
        assert all(part in page.url for part in asked[2].split("&"))


def test_the_language_chosen_is_remembered_and_stands_in_no_link(chromium: Any, quiet_home: str) -> None:
    with visitor(chromium, quiet_home) as page:
        page.goto("/")
        page.get_by_role("link", name="中文").click()
        page.wait_for_url("**lang=zh")
        page.get_by_role("navigation").get_by_role("link", name="投递").click()
        page.wait_for_url("**/deliveries")
        assert spoken(page) == "zh-CN"
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        assert [link for link in links if "lang=" in link and "lang=en" not in link] == []


def test_what_a_source_wrote_is_marked_with_its_own_language(chromium: Any, quiet_home: str) -> None:
    """A screen reader reads a Japanese title with a Japanese voice (WCAG 3.1.2)."""
    with visitor(chromium, quiet_home) as page:
        page.goto("/events")
        for word, lang in {"再生医療": "ja", "细胞治疗产品生产": "zh", "FDA approves": "en"}.items():
            title = page.locator("main").get_by_role("link").filter(has_text=word).first
            assert title.evaluate("one => one.closest('[lang]').lang").startswith(lang), word
