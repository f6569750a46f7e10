"""The public pages in a real browser, from the sign-up to the last click."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from browsing import overflow, served, visitor

from cgtwatch.model.subscription import Status
from web.readers import PUBLIC, link_in, readers


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that tests only look at."""
    with readers(tmp_path_factory.mktemp("standing")) as made, served(made.site) as home:
        made.bench.ask("subscriptions.add", name="wire", to="feed:", jurisdiction=["CN-GD"])
        yield home


def test_a_reader_signs_up_on_a_phone_confirms_reads_and_leaves_with_one_click(chromium: Any, tmp_path: Path) -> None:
    with (
        readers(tmp_path) as made,
        served(made.site) as home,
        visitor(chromium, home, width=360, java_script_enabled=False) as page,
    ):
        page.goto(f"{home}/subscribe")
        page.get_by_label("Your mail address").fill("mei@example.org")
        page.get_by_label("CAR-T", exact=True).check()
        page.get_by_label("How often").select_option("daily")
        page.get_by_label("Time zone").select_option("Europe/London")
        page.get_by_role("button", name="Send me the confirmation").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Look into your mailbox"

        [letter] = made.letters()
        page.goto(home + link_in(letter, "confirm"))
        page.get_by_role("button", name="Yes, subscribe me").click()
        assert page.get_by_role("heading", level=1).inner_text() == "You are subscribed"
        [one] = made.subscriptions()
        assert (one.status, one.filter.topics, one.timezone) == (Status.ACTIVE, ("car_t",), "Europe/London")

        page.get_by_role("link", name="See or change the subscription").click()
        page.get_by_label("How often").select_option("weekly")
        page.get_by_role("button", name="Save").click()
        assert page.get_by_role("status").inner_text() == "Saved."
        assert made.subscriptions()[0].cadence.every == "weekly"

        assert [row["outcome"] for row in made.bench.ask("digest")] == ["welcome"]
        *_, digest = made.letters()
        link = digest["List-Unsubscribe"].strip("<>").replace(PUBLIC, home)
        page.goto(link)
        assert made.subscriptions()
        with urlopen(Request(link, b"List-Unsubscribe=One-Click", method="POST"), timeout=10) as answer:
            assert answer.status == 200
        assert made.subscriptions() == []


def test_the_form_is_walked_through_by_keyboard_in_the_order_in_which_it_is_read(chromium: Any, standing: str) -> None:
    with visitor(chromium, standing) as page:
        page.goto("/subscribe")
        met = []
        for _ in range(40):
            page.keyboard.press("Tab")
            met.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
        names = list(dict.fromkeys(met))
        assert names[0] == "A"  # past the bar to the form
        assert names.index("address") < names.index("topic") < names.index("jurisdiction") < names.index("importance")
        assert names.index("importance") < names.index("query") < names.index("every") < names.index("at") < names.index("tz")
        assert "website" not in names
        bare = "[...document.querySelectorAll('input:not([type=hidden]), select')].filter(one => !one.labels.length).length"
        assert page.evaluate(bare) == 0


@pytest.mark.parametrize("width", [360, 800])
def test_no_page_is_wider_than_the_screen(chromium: Any, standing: str, width: int) -> None:
    with visitor(chromium, standing, width=width, expected=[404]) as page:
        for path in ("/subscribe?lang=en", "/subscribe?lang=zh", "/deliveries?lang=en", "/confirm/x", "/manage/x"):
            page.goto(path)
            assert overflow(page) == 0, path
