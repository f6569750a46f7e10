"""Translation in the real command: off without a setting, beside the original with one, and never in the way of a digest."""

import json
import urllib.request
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default

import pytest
from place import Place, Site, free_port

FEED = """<rss version="2.0"><channel><title>News</title><link>http://127.0.0.1/</link><description>All of it</description>{}</channel></rss>"""
ENTRY = "<item><guid>{0}</guid><title>{1}</title><link>http://127.0.0.1/{0}</link><description>{2}</description></item>"
OLD = ENTRY.format("1", "Annual report", "Figures of the year.")
TITLE, SUMMARY = "国家药监局关于干细胞制剂临床试验的通知", "自2026年3月1日起三十日内征求意见。"
NEWS = ENTRY.format("2", TITLE, SUMMARY)
GOOD = {
    "title": "NMPA notice on clinical trials of stem cell preparations",
    "summary": "Comments are taken for 30 days from March 1, 2026.",
}
BAD = {**GOOD, "summary": "Comments are taken for 90 days from March 1, 2026."}
PATH, KEY = "/v1/chat/completions", "sk-never-in-a-log"
SOURCES = """\
sources:
  - {{id: one, name: One, kind: feed, url: "{url}/feed.xml", issuer: nmpa, jurisdiction: CN, language: zh,
     every: {{exactly: 60s}}, gap: 0s, robots: ignore}}
"""


def prepared(place: Place, site: Site, *, on: bool = True) -> None:
    site.page("/feed.xml", FEED.format(OLD), "application/rss+xml")
    place.sources(SOURCES.format(url=site.url))
    if on:
        place.extra |= {
            "CGTWATCH_TRANSLATE_URL": f"{site.url}/v1",
            "CGTWATCH_TRANSLATE_MODEL": "m",
            "CGTWATCH_TRANSLATE_KEY": KEY,
        }
    place.poll()
    place.rows("subscriptions", "add", "ann", "--to", "local:", "--cadence", "now", "--lang", "en")
    site.page("/feed.xml", FEED.format(NEWS + OLD), "application/rss+xml")
    assert place.poll()["one"]["announced"] == 1


def says(site: Site, content: Mapping[str, str]) -> None:
    body = {"choices": [{"message": {"content": json.dumps(content)}}]}
    site.page(PATH, json.dumps(body), "application/json")


def letter(place: Place) -> str:
    place.rows("digest", "--subscription", "ann")
    place.rows("send")
    [sent] = (place.data / "mailbox" / "new").iterdir()
    text = message_from_bytes(sent.read_bytes(), policy=default).get_body(("plain",)).get_content()
    return " ".join(text.split())


def test_without_the_setting_nobody_is_asked(place: Place, site: Site) -> None:
    prepared(place, site, on=False)
    assert "CGTWATCH_TRANSLATE_URL" in place.run("translate", code=2).stderr
    text = letter(place)
    assert TITLE in text
    assert "Machine translated" not in text
    assert site.asked(PATH) == 0


def test_a_digest_shows_a_translation_beside_the_original(place: Place, site: Site) -> None:
    prepared(place, site)
    says(site, GOOD)
    [row] = place.rows("translate")
    assert (row["outcome"], row["language"]) == ("kept", "en")
    assert place.rows("translate") == []
    text = letter(place)
    assert TITLE in text
    assert f"Machine translated: {GOOD['title']}" in text
    assert site.asked(PATH) == 1


def test_a_translation_that_changes_a_number_is_told_and_not_shown(place: Place, site: Site) -> None:
    prepared(place, site)
    says(site, BAD)
    [row] = place.rows("translate")
    assert (row["outcome"], row["reason"]) == ("refused", "90 (day) is not in its source")
    assert "Machine translated" not in letter(place)
    says(site, GOOD)
    assert place.rows("translate") == []
    assert [one["outcome"] for one in place.rows("translate", "--again")] == ["kept"]


@pytest.mark.chaos
def test_an_endpoint_in_trouble_keeps_no_digest_waiting(place: Place, site: Site) -> None:
    prepared(place, site)
    site.page(PATH, f"no {KEY}", status=500)
    done = place.run("translate", "--json", code=1)
    assert json.loads(done.stdout)["outcome"] == "trouble"
    assert TITLE in letter(place)
    assert KEY not in done.stdout + done.stderr


def test_the_service_translates_by_itself_and_its_page_says_so(place: Place, site: Site) -> None:
    prepared(place, site)
    says(site, GOOD)
    place.extra["CGTWATCH_LISTEN"] = f"127.0.0.1:{free_port()}"
    with place.service() as service:
        service.until(lambda: "outcome=kept" in service.text)
        [event] = place.rows("events", "--relevant")
        with urllib.request.urlopen(
            f"http://{place.extra['CGTWATCH_LISTEN']}/events/{event['id']}?lang=en", timeout=10
        ) as answer:
            page = answer.read().decode()
        assert TITLE in page
        assert f"Machine translated: {GOOD['title']}" in page
        assert service.stop() == 0
        assert KEY not in service.text


def test_a_model_that_is_missing_is_a_mistake(place: Place) -> None:
    place.extra["CGTWATCH_TRANSLATE_URL"] = "http://127.0.0.1:9/v1"
    assert "needs CGTWATCH_TRANSLATE_MODEL" in place.run("doctor", code=2).stderr
