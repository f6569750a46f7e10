"""A subscription that is read as a feed."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import Site, serving

from cgtwatch.deliver.feed import Item
from cgtwatch.deliver.tokens import sign
from cgtwatch.web.public.feed_formats import FORMS, Channel
from web.watched import DRAFT, FEED, Watched, newsworthy, tell, watched

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Watched, dict[str, str]]]:
    """A watch one of whose readers reads a feed; two events and then a revision were told."""
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("feeds"), site, FEED) as watch:
        [row] = watch.ask("subscriptions.add", name="wire", to="feed:", lang="en")
        newsworthy(watch)
        yield watch, row["feeds"]


def path(address: str) -> str:
    assert address.startswith("https://watch.example.org/feeds/")
    return urlsplit(address).path


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_feed_is_read_by_a_feed_reader(told: tuple[Watched, dict[str, str]], form: str) -> None:
    watch, feeds = told
    answer = watch.page.get(path(feeds[form]))
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert found.version == {"rss": "rss20", "atom": "atom10"}[form]
    assert found.feed.title == "CGT Policy Watch: wire"
    assert {link.href for link in found.feed.links if link.rel == "self"} == {feeds[form]}
    newest = found.entries[0]
    assert newest.title == f"[Deadline extended] {DRAFT}"
    assert len({entry.id for entry in found.entries}) == 3
    assert newest.link.startswith(watch.site.url)
    assert newest.published_parsed[:3] == (2026, 3, 2)
    assert "CAR-T" in newest.summary or "car_t" in {tag.term for tag in newest.tags}
    assert answer.headers["content-type"].startswith(FORMS[form][0])


def test_the_json_feed_keeps_the_rules_of_its_version(told: tuple[Watched, dict[str, str]]) -> None:
    watch, feeds = told
    answer = watch.page.get(path(feeds["json"]))
    assert answer.headers["content-type"].startswith("application/feed+json")
    assert wrong_in_json_feed(answer.json()) == []
    assert answer.json()["feed_url"] == feeds["json"]


def test_nothing_in_a_feed_is_markup_of_a_source(told: tuple[Watched, dict[str, str]]) -> None:
    watch, feeds = told
    for entry in feedparser.parse(watch.page.get(path(feeds["rss"])).content, sanitize_html=False).entries:
        assert not re.search(r"<(?!/?p>)", entry.summary)
    for item in watch.page.get(path(feeds["json"])).json()["items"]:
        assert not re.search(r"<(?!/?p>)", item["content_html"])


def test_a_reader_who_has_it_already_gets_nothing_again(told: tuple[Watched, dict[str, str]]) -> None:
    watch, feeds = told
    first = watch.page.get(path(feeds["rss"]))
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"x", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = watch.page.get(path(feeds["rss"]), headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    for headers in (
        {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]},
        {"If-Modified-Since": "never"},
    ):
        assert watch.page.get(path(feeds["rss"]), headers=headers).status_code == 200


def test_an_entry_stays_the_same_entry_when_others_come(watch: Watched) -> None:
    [row] = watch.ask("subscriptions.add", name="wire", to="feed:", lang="en", since="2020-01-01T00:00:00+00:00")
    tell(watch)
    before = feedparser.parse(watch.page.get(path(row["feeds"]["rss"])).content)
    watch.bench.pass_time(hours=7)
    watch.publish("more", "Agency issues guideline on stem cell therapy", "The agency has issued a guideline on stem cells.")
    tell(watch)
    after = feedparser.parse(watch.page.get(path(row["feeds"]["rss"])).content)
    assert len(after.entries) == len(before.entries) + 1
    assert [entry.id for entry in after.entries[1:]] == [entry.id for entry in before.entries]
    assert [entry.published for entry in after.entries[1:]] == [entry.published for entry in before.entries]


def test_a_feed_is_told_at_once_where_nobody_says_otherwise_and_its_deliveries_are_in_the_ledger(
    told: tuple[Watched, dict[str, str]],
) -> None:
    watch, _ = told
    assert watch.bench.app.store.subscription("wire").cadence.every == "now"
    kept = watch.bench.app.store.in_feed("wire", 10)
    assert [str(one.state) for one in kept] == ["sent", "sent"]


def test_a_feed_is_found_by_nobody_who_does_not_know_its_address(told: tuple[Watched, dict[str, str]]) -> None:
    watch, feeds = told
    good = path(feeds["rss"])
    key, wire = watch.bench.app.secret_key, watch.bench.app.store.subscription("wire")
    assert wire.created_at
    who = f"wire {int(wire.created_at.timestamp())}"
    for bad in (
        good.replace("/feeds/", "/feeds/A"),
        good[:-8] + ".rss",
        f"/feeds/{sign(key, 'unsubscribe', who)}.rss",
        "/feeds/x.json",
        good.removesuffix(".rss"),
    ):
        assert watch.page.get(bad).status_code == 404


def test_a_feed_of_a_removed_subscription_is_gone(watch: Watched) -> None:
    [row] = watch.ask("subscriptions.add", name="wire", to="feed:")
    empty = watch.page.get(path(row["feeds"]["atom"]))
    assert (empty.status_code, feedparser.parse(empty.content).entries) == (200, [])
    watch.ask("subscriptions.remove", name="wire")
    assert watch.page.get(path(row["feeds"]["atom"])).status_code == 410


texts = st.text(max_size=60)


@given(title=texts, line=texts, tag=texts, language=st.sampled_from(["zh", "en"]))
def test_any_text_makes_a_sound_feed(title: str, line: str, tag: str, language: str) -> None:
    item = Item("urn:cgtwatch:e:1", title, "https://example.org/a", (line,), line, (tag,), AT, language)
    addresses = {form: f"https://watch.example.org/feeds/t.{form}" for form in FORMS}
    channel = Channel(title, line, "https://watch.example.org", addresses, "en", AT, [item])
    for form in ("rss", "atom"):
        assert not feedparser.parse(FORMS[form][1](channel)).bozo
    assert wrong_in_json_feed(json.loads(FORMS["json"][1](channel))) == []


def wrong_in_json_feed(feed: dict[str, Any]) -> list[str]:
    """What breaks JSON Feed 1.1, in words."""
    wrong = [] if feed.get("version") == "https://jsonfeed.org/version/1.1" else ["version"]
    texts_of = ("title", "description", "home_page_url", "feed_url", "language")
    wrong += [name for name in texts_of if not isinstance(feed.get(name, ""), str)]
    wrong += [name for name in feed if name not in {"version", "items", *texts_of}]
    wrong += [name for name in ("home_page_url", "feed_url") if not feed[name].startswith("http")]
    for item in feed["items"]:
        known = {"id", "url", "title", "content_html", "summary", "date_published", "tags", "language"}
        wrong += [name for name in item if name not in known]
        wrong += ["id"] if not (isinstance(item.get("id"), str) and item["id"]) else []
        wrong += ["content"] if not isinstance(item.get("content_html"), str) else []
        wrong += ["tags"] if not all(isinstance(tag, str) for tag in item.get("tags", [])) else []
        at = datetime.fromisoformat(item["date_published"])
        wrong += ["date"] if at.utcoffset() != timedelta() else []
    return wrong
