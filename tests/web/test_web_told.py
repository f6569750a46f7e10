"""The page to which messages link: what one of them told, for whoever has its address, whenever it is opened."""

import email
import email.policy
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from place import Site, serving

from cgtwatch.model.event import AnnouncementKind
from web.watched import DRAFT, FEED, Watched, tell, watched

PAST = "关于细胞治疗产品检查指南第{0}部分的通告"
ACTS = """\
  - {{id: acts, kind: list, url: "SITE/list", issuer: nmpa, jurisdiction: CN, language: zh, gap: 0s, list: {{item: ul li, date: span}}}}
"""


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watched]:
    """A watch that stored three acts in silence at its first look."""
    with serving(Site()) as site:
        rows = (f"<li><a href='/act/{n}.html'>{PAST.format(n)}</a><span>2026-02-{10 + n}</span></li>" for n in range(3))
        site.page("/list", f"<html><body><ul>{''.join(rows)}</ul></body></html>")
        with watched(tmp_path, site, FEED, ACTS.format()) as made:
            made.publish("old", "Board meeting minutes", "The minutes of the spring meeting.")
            made.bench.poll()
            made.ask("subscriptions.add", name="mei", to="local:", lang="zh", cadence="now")
            made.bench.pass_time(hours=7)
            yield made


def publish(watch: Watched, end: date) -> None:
    text = f"The agency invites comments on a draft guideline on CAR-T cell therapy. Comments until {end.day} {end:%B %Y}."
    watch.publish("draft", DRAFT, text)
    tell(watch)


def linked(watch: Watched, name: str) -> str:
    """The page that the latest mail to a reader names, without its host."""
    store = watch.bench.app.store
    raw = store.delivery(next(one.key for one in store.deliveries() if one.subscription == name)).payload.filled
    address = email.message_from_bytes(raw, policy=email.policy.default)["Archived-At"]
    assert address.startswith("<https://watch.example.org/told?")
    return str(address).removeprefix("<https://watch.example.org").removesuffix(">")


def test_an_alert_leads_to_its_page(watch: Watched) -> None:
    publish(watch, watch.bench.now.date() + timedelta(days=20))
    assert DRAFT in watch.get(linked(watch, "mei"))


def test_the_page_shows_an_act_whose_reminder_has_lost_its_point(watch: Watched) -> None:
    publish(watch, watch.bench.now.date() + timedelta(days=20))
    for _ in range(8):
        watch.bench.pass_time(days=1)
        watch.bench.engine.housekeep()
    [seq] = [one.seq for one in watch.bench.app.store.announcements(0) if one.kind is AnnouncementKind.REMINDER]
    address = f"/told?after={seq - 1}&upto={seq}&lang=en"
    assert "Reminder: " in watch.get(address)
    watch.bench.pass_time(days=30)
    assert "Reminder: " not in (page := watch.get(address))
    assert DRAFT in page


def test_the_page_holds_nothing_of_readers_and_says_that_it_is_one(watch: Watched) -> None:
    publish(watch, watch.bench.now.date() + timedelta(days=20))
    seq = watch.bench.app.store.last_seq()
    for language, said in (("en", "This page shows"), ("zh", "本页列出")):
        page = watch.get(f"/told?after=0&upto={seq}&lang={language}")
        assert said in page
        assert [word for word in ("mei", "/unsubscribe/", "/manage/", "Why do I get", "为什么收到") if word in page] == []


def test_the_first_digest_of_a_reader_who_asked_for_the_past_has_a_page(watch: Watched) -> None:
    watch.ask("subscriptions.add", name="late", to="local:", lang="en", most=1, since="2026-02-11T00:00:00+08:00")
    tell(watch)
    page = watch.get(linked(watch, "late"))
    assert [n for n in range(3) if PAST.format(n) in page] == [1, 2]
