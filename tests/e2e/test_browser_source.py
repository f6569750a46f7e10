"""The running service reads behind a challenge with a real browser, and takes what is pushed; readers are told of both."""

import json
import urllib.request
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default

import pytest
from place import Answer, Place, Service, Site, free_port

from cgtwatch.acquire.browser_api import installed
from cgtwatch.acquire.browser_rules import program

TOKEN = "the-operators-own-token"
SOURCES = """\
sources:
  - id: walled
    kind: list
    via: browser
    url: "{url}/list"
    issuer: fda
    jurisdiction: US
    language: en
    every: {{exactly: 6h}}
    gap: 0s
    robots: ignore
    list: {{item: "ul li", title: a, link: "a@href"}}
"""
CHALLENGE = b"<html><script>document.cookie = 'pass=1; path=/'; location.reload();</script></html>"
DRAW = """<html><body><ul></ul><script>
document.querySelector('ul').innerHTML = {rows}.map((t, n) => `<li><a href="/d/${{n}}.html">${{t}}</a></li>`).join('');
</script></body></html>"""
PUSHED = {
    "title": "Draft guidance on CAR-T cell therapy opened for comment",
    "text": "The agency invites comments on its draft guidance for chimeric antigen receptor T cell therapy products until 30 June.",
    "url": "https://agency.test/notice/7",
    "language": "en",
}


def behind_a_wall(site: Site, *rows: str) -> None:
    def answer(headers: Mapping[str, str]) -> Answer:
        if "pass=1" not in headers.get("cookie", ""):
            return 412, {"Content-Type": "text/html"}, CHALLENGE
        return 200, {"Content-Type": "text/html; charset=utf-8"}, DRAW.format(rows=json.dumps(rows)).encode()

    site.pages["/list"] = answer


def push(place: Place, document: Mapping[str, str]) -> int:
    body = json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{place.extra['CGTWATCH_LISTEN']}/api/inbox", body, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def told(place: Place, service: Service, word: str) -> bool:
    letters = [path.read_bytes() for path in (place.data / "mailbox").rglob("*") if path.is_file()]
    return any(word in message_from_bytes(letter, policy=default)["Subject"] for letter in letters)


def test_what_is_pushed_to_the_service_reaches_its_readers_within_seconds(place: Place) -> None:
    place.extra |= {"CGTWATCH_LISTEN": f"127.0.0.1:{free_port()}", "CGTWATCH_INBOX_TOKEN": TOKEN}
    place.sources("sources:\n  - {id: quiet, kind: feed, url: 'http://127.0.0.1:1/', enabled: false}\n")
    with place.service() as service:
        service.until(lambda: "poll source=inbox" in service.text)
        place.rows("subscriptions", "add", "mei", "--to", "local:", "--cadence", "now", "--lang", "en")
        assert push(place, PUSHED) == 202
        service.until(lambda: "new=1" in service.text, 8)
        service.until(lambda: told(place, service, "Draft guidance on CAR-T"), 12)
        assert push(place, PUSHED) == 200
        assert [row["title"] for row in place.rows("items", "--source", "inbox")] == [PUSHED["title"]]
        assert TOKEN not in service.text
        assert service.stop() == 0


@pytest.mark.skipif(
    not installed() or program(None) is None, reason="no Chromium or no Playwright on this machine: apt-get install chromium"
)
def test_a_list_behind_a_challenge_is_watched_by_the_service(place: Place, site: Site) -> None:
    place.sources(SOURCES.format(url=site.url))
    behind_a_wall(site, "Annual report")
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=walled outcome=ok" in service.text)
        behind_a_wall(site, "FDA issues draft guidance on CAR-T cell therapy", "Annual report")
        assert place.poll("walled")["walled"]["new"] == 1
        assert place.poll("walled")["walled"]["outcome"] == "unchanged"
        assert service.stop() == 0
    assert site.asked("/list") == 4  # the challenge is passed once
