"""The public pages in a real browser, from the sign-up to the last click."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import uvicorn

from cgtwatch.acquire.browser_api import installed
from cgtwatch.acquire.browser_rules import program, sandboxed
from cgtwatch.model.subscription import Status
from web.readers import PUBLIC, Readers, link_in, readers

pytestmark = pytest.mark.skipif(
    not installed() or program(None) is None, reason="no Chromium or no Playwright on this machine: apt-get install chromium"
)


@contextmanager
def served(made: Readers) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(made.site, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(None), chromium_sandbox=sandboxed())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that tests only look at."""
    with readers(tmp_path_factory.mktemp("standing")) as made, served(made) as home:
        made.bench.ask("subscriptions.add", name="wire", to="feed:", jurisdiction=["CN-GD"])
        yield home


def test_a_reader_signs_up_on_a_phone_confirms_reads_and_leaves_with_one_click(chromium: Any, tmp_path: Path) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False, "locale": "en-GB"}
    with readers(tmp_path) as made, served(made) as home, chromium.new_context(**phone) as context:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
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
        assert said == []


def test_the_form_is_walked_through_by_keyboard_in_the_order_in_which_it_is_read(chromium: Any, standing: str) -> None:
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{standing}/subscribe?lang=en")
        met = []
        for _ in range(40):
            page.keyboard.press("Tab")
            met.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
        names = list(dict.fromkeys(met))
        assert names[:4] == ["A", "address", "topic", "jurisdiction"]
        assert names.index("importance") < names.index("query") < names.index("every") < names.index("at") < names.index("tz")
        assert "website" not in names
        bare = "[...document.querySelectorAll('input:not([type=hidden]), select')].filter(one => !one.labels.length).length"
        assert page.evaluate(bare) == 0


@pytest.mark.parametrize("width", [360, 800])
def test_no_page_is_wider_than_the_screen(chromium: Any, standing: str, width: int) -> None:
    with chromium.new_context(viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        for path in ("/subscribe?lang=en", "/subscribe?lang=zh", "/deliveries?lang=en", "/confirm/x", "/manage/x"):
            page.goto(standing + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
