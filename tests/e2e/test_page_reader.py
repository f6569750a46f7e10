"""A stranger becomes a reader in the running service: sign-up, confirmation, digest, one click to leave."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.request import Request, urlopen

import pytest
from browsing import PHONE, heading, overflow, visitor
from offices import CAR_T, OLD, SOURCES, Document
from place import Place, Service, Site, free_port

BASELINE = dict(OLD)["fda"]


@pytest.fixture
def running(place: Place, site: Site) -> Iterator[Service]:
    address = f"127.0.0.1:{free_port()}"
    place.extra |= {"CGTWATCH_LISTEN": address, "CGTWATCH_SIGNUP": "on", "CGTWATCH_PUBLIC_URL": f"http://{address}"}
    feed = SOURCES[SOURCES.index("  - id: fda") : SOURCES.index("  - id: ema")].replace("SITE", site.url)
    place.sources(f"defaults: {{every: {{exactly: 60s}}, gap: 0s}}\nsources:\n{feed}")
    publish(site, BASELINE)
    with place.service() as service:
        service.until(lambda: "poll source=fda outcome=ok" in service.text)
        yield service


def publish(site: Site, *documents: Document) -> None:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{one.name}</guid><title>{one.title}</title><link>{site.url}/{one.name}</link>"
        f"<description>{one.text}</description></item>"
        for one in documents
    )
    head = "<title>News</title><link>http://example.org/</link><description>-</description>"
    site.page("/fda/feed", f"<rss version='2.0'><channel>{head}{entries}</channel></rss>", "application/rss+xml")


def letters(place: Place) -> list[EmailMessage]:
    """What lies in the local mailbox for the reader."""
    files = (path for path in (place.data / "mailbox").rglob("*") if path.is_file() and path.parent.name in {"new", "cur"})
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return [one for one in found if "mei@" in str(one["To"])]


def told(place: Place, word: str) -> list[EmailMessage]:
    return [one for one in letters(place) if word in body(one)]


def body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    return part.get_content() if part is not None else ""


def test_a_stranger_signs_up_confirms_reads_a_digest_and_leaves_with_one_click(
    chromium: Any, running: Service, place: Place, site: Site
) -> None:
    home = f"http://{place.extra['CGTWATCH_LISTEN']}"
    with visitor(chromium, home, width=PHONE) as page:
        page.goto("/subscribe")
        assert overflow(page) == 0
        page.get_by_label("Your mail address").fill("mei@example.org")
        page.get_by_label("CAR-T", exact=True).check()
        page.get_by_label("How often").select_option("now")
        page.get_by_role("button", name="Send me the confirmation").click()
        assert heading(page) == "Look into your mailbox"
        running.until(lambda: told(place, "/confirm/"))

        found = re.search(r"http://\S+/confirm/\S+", body(told(place, "/confirm/")[0]))
        assert found is not None
        page.goto(found[0])
        page.get_by_role("button", name="Yes, subscribe me").click()
        assert heading(page) == "You are subscribed"
        running.until(lambda: told(place, "/manage/"))

        publish(site, CAR_T, BASELINE)
        place.poll("fda")
        running.until(lambda: told(place, CAR_T.title))
        digest = told(place, CAR_T.title)[0]
        with urlopen(
            Request(digest["List-Unsubscribe"].strip("<>"), b"List-Unsubscribe=One-Click", method="POST"), timeout=10
        ) as one:
            assert one.status == 200
        assert all(row["name"] != "mei" and "mei@" not in str(row) for row in place.rows("subscriptions", "list"))
        page.goto(digest["List-Unsubscribe"].strip("<>"))
        assert heading(page) == "Unsubscribed"
