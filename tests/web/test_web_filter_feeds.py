"""A filter read as a feed, by programs that know nothing but its address."""

import feedparser
import pytest

from cgtwatch.model.user import Role
from cgtwatch.web.account.keys import own_address
from cgtwatch.web.account.viewer import Viewer
from cgtwatch.web.public.feed_formats import FORMS
from web.api_kit import PUBLIC, Programs
from web.watched import DRAFT


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_reader_reads_what_the_filter_finds(news_api: Programs, form: str) -> None:
    asked = f"/feed.{form}?modality=car_t&lang=en"
    answer = news_api.root.get(asked)
    assert answer.headers["content-type"].startswith(FORMS[form][0])
    found = feedparser.parse(answer.content)
    assert not found.bozo
    [entry] = found.entries
    assert (entry.id, entry.title) == (f"urn:cgtwatch:{news_api.watch.event('CAR-T')}", DRAFT)
    assert entry.published_parsed[:5] == (2026, 3, 2, 8, 0)
    assert found.feed.title.startswith("CGT Policy Watch: topic")
    assert [link.href for link in found.feed.links if link.rel == "self"] == [PUBLIC + asked]
    assert not [link for link in found.feed.links if link.rel == "hub"]


def test_an_entry_that_changed_keeps_its_id_and_says_when(news_api: Programs) -> None:
    feed = news_api.root.get("/feed.json?modality=car_t&lang=en").json()
    [item] = feed["items"]
    assert (item["date_published"], item["date_modified"]) == ("2026-03-02T08:00:00Z", "2026-03-02T15:00:00Z")
    assert feed["home_page_url"] == f"{PUBLIC}/events?modality=car_t"


def test_who_has_the_feed_already_gets_nothing_again(news_api: Programs) -> None:
    first = news_api.root.get("/feed.atom")
    for name, value in (("If-None-Match", first.headers["etag"]), ("If-Modified-Since", first.headers["last-modified"])):
        assert news_api.root.get("/feed.atom", headers={name: value}).status_code == 304
    assert news_api.root.head("/feed.atom").headers["etag"] == first.headers["etag"]


def test_a_filter_that_means_nothing_is_no_feed_of_everything(news_api: Programs) -> None:
    answer = news_api.root.get("/feed.atom?stage=nonsense")
    assert (answer.status_code, answer.text) == (400, "not understood: stage\n")


@pytest.mark.parametrize("form", list(FORMS))
def test_a_stranger_reads_no_feed(news_api: Programs, form: str) -> None:
    for key in ("", "?key=x", f"?key={'A' * 60}.{'B' * 24}"):
        answer = news_api.open.get(f"/feed.{form}{key}", follow_redirects=False)
        assert answer.status_code in {303, 401}


def test_the_key_of_a_user_opens_the_feed_and_no_other_address(news_api: Programs) -> None:
    somebody = Viewer("root", Role.OPERATOR, "", 1, "")
    asked = own_address(news_api.app, somebody, "/feed.atom?modality=car_t")
    answer = news_api.open.get(asked)
    assert (answer.status_code, len(feedparser.parse(answer.content).entries)) == (200, 1)
    assert asked.partition("key=")[2] not in feedparser.parse(answer.content).feed.id
    for other in ("/feed.json", "/api/events", "/calendar.ics"):
        assert news_api.open.get(asked.replace("/feed.atom", other), follow_redirects=False).status_code in {303, 401}
