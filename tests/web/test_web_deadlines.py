"""A page that moves its deadline is an update to readers, and they are reminded of the new day and not of the old one."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from place import Site, serving

from cgtwatch.model.event import AnnouncementKind
from web.watched import DRAFT, FEED, Watched, tell, watched


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watched]:
    with serving(Site()) as site, watched(tmp_path, site, FEED) as made:
        made.publish("old", "Board meeting minutes", "The minutes of the spring meeting.")
        made.bench.poll()
        made.ask("subscriptions.add", name="mei", to="local:", lang="zh", cadence="now")
        made.bench.pass_time(hours=7)
        yield made


def publish(watch: Watched, end: date) -> None:
    text = f"The agency invites comments on a draft guideline on CAR-T cell therapy. Comments until {end.day} {end:%B %Y}."
    watch.publish("draft", DRAFT, text)
    tell(watch)


def letters(watch: Watched) -> list[str]:
    """The subjects of what was sent, oldest first."""
    return [one.subject for one in reversed(watch.bench.app.store.digests("mei")) if one.subject]


def test_an_extension_is_one_update_and_leads_to_new_reminders(watch: Watched) -> None:
    today = watch.bench.now.date()
    first, later = today + timedelta(days=20), today + timedelta(days=50)
    publish(watch, first)
    watch.bench.pass_time(days=7)
    watch.bench.engine.housekeep()
    publish(watch, later)
    for _ in range(42):
        watch.bench.pass_time(days=1)
        watch.bench.engine.housekeep()
    tell(watch)
    store = watch.bench.app.store
    told = store.announcements(0)
    kinds = [one.kind for one in told if one.event.title == DRAFT]
    assert kinds == [AnnouncementKind.NEW, AnnouncementKind.REMINDER, AnnouncementKind.REVISED, *[AnnouncementKind.REMINDER] * 3]
    causes = [one.cause for one in told if one.kind is AnnouncementKind.REMINDER]
    assert causes == [f"deadline:{first}:14", *(f"deadline:{later}:{days}" for days in (14, 7, 2))]
    assert len({one.event.id for one in told if one.event.title == DRAFT}) == 1
    [extended] = [one for one in store.digests("mei") if "已延期" in one.html]
    assert f"{first.day}日" in extended.text
    assert "提醒：还剩" in letters(watch)[-1]


def test_what_a_shortened_digest_counts_stands_on_its_page(watch: Watched) -> None:
    publish(watch, watch.bench.now.date() + timedelta(days=20))
    seq = watch.bench.app.store.last_seq()
    page = watch.get(f"/told?after=0&upto={seq}&lang=en&tz=Europe/London&jurisdiction=US")
    assert DRAFT in page
    assert "20 days left" in page
    assert DRAFT not in watch.page.get(f"/told?after=0&upto={seq}&lang=en&jurisdiction=JP").text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "after=0",
        "after=x&upto=1",
        "after=5&upto=1",
        "after=0&upto=999999",
        "after=0&upto=9&stage=odd",
        "after=0&upto=9&tz=../etc",
        "after=0&upto=0",
        "after=0&upto=0&since=yesterday",
    ],
)
def test_an_address_that_is_not_ours_is_not_found(watch: Watched, query: str) -> None:
    assert watch.page.get(f"/told?{query}").status_code == 404
