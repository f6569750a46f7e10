"""Older pages of a source: fetched back to a day, stored with their own dates, told to nobody."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from inside import Inside, inside
from place import Answer, Place, Site, serving

from cgtwatch.errors import BusyError, NotFound
from cgtwatch.store.records import EventQuery, ItemQuery

NEWEST, PAGES, ROWS = date(2026, 2, 27), 6, 5
HTML = {"Content-Type": "text/html; charset=utf-8"}
SOURCE = """\
sources:
  - id: acts
    kind: list
    url: {url}/list/index.html
    issuer: nmpa
    jurisdiction: CN
    language: zh
    gap: 0s
    every: {{exactly: 1h}}
    list: {{item: ul li, date: span}}
    {more}
"""
PAGED = "paging: {by: path, path: 'index_{n}.html', max_pages: 2}"
DETAIL = "detail: {body: div.article}"


def day_of(number: int) -> date:
    """Thirty acts, one every fortnight, the first of them the newest."""
    return NEWEST - timedelta(days=14 * number)


def row(number: int) -> str:
    return f"<li><a href='/act/{number}.html'>关于细胞治疗产品检查指南第{number}部分的通告</a><span>{day_of(number)}</span></li>"


def page(numbers: range) -> str:
    return f"<html><body><h1>通知公告</h1><ul>{''.join(map(row, numbers))}</ul></body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        for n in range(PAGES):
            running.page("/list/index.html" if n == 0 else f"/list/index_{n}.html", page(range(n * ROWS, (n + 1) * ROWS)))
        for n in range(PAGES * ROWS):
            running.page(f"/act/{n}.html", f"<html><body><div class='article'><p>{text(n)}</p></div></body></html>")
        yield running


def text(number: int) -> str:
    return f"国家药监局发布细胞治疗产品检查指南第{number}部分，自{day_of(number).year}年起施行，供细胞治疗产品生产企业使用。" * 3


@pytest.fixture
def bench(site: Site, tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path, SOURCE.format(url=site.url, more=f"{PAGED}\n    {DETAIL}")) as made:
        yield made


def back(bench: Inside, since: date, **args: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of the pages, and the summary."""
    *rows, last = bench.ask("sources.backfill", id="acts", since=since.isoformat(), **args)
    return rows, last["summary"]


def stored(bench: Inside) -> dict[str, date | None]:
    return {item.latest.url: item.latest.published_on for item, _ in bench.app.store.items(ItemQuery(limit=500))}


def test_everything_since_a_day_is_stored_with_its_own_date(bench: Inside, site: Site) -> None:
    bench.poll()
    assert len(stored(bench)) == 2 * ROWS
    rows, summary = back(bench, day_of(17))
    assert (summary["reached"], summary["new"], summary["pages"]) == (True, 8, 5)
    assert stored(bench) == {f"{site.url}/act/{n}.html": day_of(n) for n in range(18)}
    assert rows[-1]["oldest"] == day_of(24).isoformat()
    assert site.asked("/list/index_5.html") == 0


def test_what_is_stored_is_read_with_the_page_behind_it(bench: Inside) -> None:
    bench.poll()
    back(bench, day_of(17))
    [(item, _)] = [one for one in bench.app.store.items(ItemQuery(query="第17部分", limit=50)) if "17" in one[0].latest.title]
    assert text(17)[:40] in item.latest.text


def test_nobody_is_told_and_the_review_holds_it(bench: Inside) -> None:
    bench.poll()
    bench.ask("subscriptions.add", name="mei", to="local:", cadence="now")
    _, summary = back(bench, day_of(17))
    assert summary["relevant"] == 8
    assert bench.app.store.last_seq() == 0
    assert all(event.seq == 0 for event in bench.app.store.events(EventQuery(limit=100)))
    acts = bench.app.store.acts_between(day_of(17), day_of(10))
    assert {event.on for event in acts} == {day_of(n) for n in range(10, 18)}


def test_a_second_time_adds_nothing_and_asks_for_no_act_again(bench: Inside, site: Site) -> None:
    bench.poll()
    back(bench, day_of(17))
    site.requests.clear()
    _, summary = back(bench, day_of(17))
    assert (summary["new"], summary["completed"], summary["known"]) == (0, 0, 18)
    assert not [path for _, path, _ in site.requests if path.startswith("/act/")]


def test_the_next_visit_finds_nothing_new_nothing_gone_and_nothing_to_tell(bench: Inside, site: Site) -> None:
    bench.poll()
    back(bench, day_of(17))
    bench.pass_time(hours=1)
    site.page("/list/index.html", page(range(ROWS)).replace("<h1>", "<h1>今日"))
    row = bench.poll()["acts"]
    assert (row["outcome"], row["new"], row["updated"], row["gone"], row["announced"]) == ("ok", 0, 0, 0, 0)


def test_no_rhythm_is_learned_from_the_past(bench: Inside) -> None:
    bench.poll()
    before = bench.app.store.state("acts")
    back(bench, day_of(17))
    assert bench.app.store.arrivals(bench.now - timedelta(days=400)) == []
    assert bench.app.store.state("acts") == before


def test_news_after_it_is_told_as_ever(bench: Inside, site: Site) -> None:
    bench.poll()
    back(bench, day_of(17))
    bench.pass_time(hours=1)
    new = "<li><a href='/act/new.html'>关于基因治疗产品检查指南的通告</a><span>2026-03-02</span></li>"
    site.page("/act/new.html", f"<html><body><div class='article'><p>{text(0)}</p></div></body></html>")
    site.page("/list/index.html", page(range(ROWS - 1)).replace("<ul>", f"<ul>{new}"))
    assert bench.poll()["acts"]["announced"] == 1


def test_a_page_in_trouble_ends_it_with_all_before_kept_and_the_next_time_goes_on(bench: Inside, site: Site) -> None:
    bench.poll()
    good = site.pages["/list/index_3.html"]
    site.page("/list/index_3.html", "", status=503)
    _, summary = back(bench, day_of(25))
    assert (summary["reached"], summary["new"]) == (False, 5)
    assert "page 4" in summary["why"]
    site.pages["/list/index_3.html"] = good
    site.requests.clear()
    bench.pass_time(hours=1)
    _, summary = back(bench, day_of(25))
    assert (summary["reached"], summary["new"]) == (True, 11)
    assert not [path for _, path, _ in site.requests if path in {f"/act/{n}.html" for n in range(15)}]


def test_an_act_whose_page_failed_is_read_the_next_time_and_never_told(bench: Inside, site: Site) -> None:
    bench.poll()
    good = site.pages["/act/12.html"]
    site.page("/act/12.html", "", status=500)
    back(bench, day_of(17))
    site.pages["/act/12.html"] = good
    bench.pass_time(hours=1)
    assert bench.poll()["acts"]["announced"] == 0
    _, summary = back(bench, day_of(17))
    assert (summary["new"], summary["completed"]) == (0, 1)
    assert bench.app.store.last_seq() == 0


def test_a_stop_keeps_what_was_read(bench: Inside, site: Site) -> None:
    bench.poll()

    def stopping(_headers: object) -> Answer:
        bench.app.stopping.set()
        return 200, HTML, page(range(15, 20)).encode()

    site.pages["/list/index_3.html"] = stopping
    with pytest.raises(BusyError, match="goes on from there"):
        back(bench, day_of(25))
    assert len(stored(bench)) == 15


def test_the_end_of_the_pages_is_told_with_the_day_it_reaches(bench: Inside) -> None:
    bench.poll()
    _, summary = back(bench, date(2019, 1, 1))
    assert (summary["reached"], summary["new"]) == (True, 20)
    assert f"its pages end at {day_of(29)}" in summary["why"]


def test_no_more_pages_are_asked_for_than_allowed(bench: Inside, site: Site) -> None:
    bench.poll()
    _, summary = back(bench, date(2019, 1, 1), pages=4)
    assert (summary["reached"], summary["pages"]) == (False, 4)
    assert "--pages 8" in summary["why"]
    assert site.asked("/list/index_4.html") == 0


def test_a_source_that_was_never_looked_at_is_visited_first(bench: Inside) -> None:
    _, summary = back(bench, day_of(17))
    assert summary["reached"] is True
    assert len(stored(bench)) == 18
    bench.pass_time(hours=1)
    assert bench.poll()["acts"]["announced"] == 0


def test_what_robots_forbid_is_not_read(bench: Inside, site: Site) -> None:
    bench.poll()
    bench.pass_time(days=2)
    site.page("/robots.txt", "User-agent: *\nDisallow: /list/index_3\n", "text/plain")
    _, summary = back(bench, day_of(25))
    assert summary["reached"] is False
    assert "robots" in summary["why"]
    assert site.asked("/list/index_3.html") == 0


def test_a_list_whose_older_pages_nobody_named_says_so(site: Site, tmp_path: Path) -> None:
    with inside(tmp_path, SOURCE.format(url=site.url, more="")) as bench:
        bench.poll()
        _, summary = back(bench, day_of(17))
    assert summary["reached"] is False
    assert "give it `paging`" in summary["why"]


def test_a_page_says_where_older_documents_are(site: Site, tmp_path: Path) -> None:
    with inside(tmp_path, f"sources:\n  - {{id: acts, kind: page, url: '{site.url}/list/index.html', gap: 0s}}\n") as bench:
        rows, summary = back(bench, day_of(17))
    assert rows == []
    assert "sources discover" in summary["why"]


def test_a_feed_says_what_to_watch_instead(site: Site, tmp_path: Path) -> None:
    entry = "<item><guid>1</guid><title>干细胞通知</title><link>http://127.0.0.1/1</link></item>"
    feed = f"<rss version='2.0'><channel><title>t</title><link>http://127.0.0.1/</link><description>d</description>{entry}</channel></rss>"
    site.page("/feed.xml", feed, "application/rss+xml")
    with inside(tmp_path, f"sources:\n  - {{id: acts, kind: feed, url: '{site.url}/feed.xml', gap: 0s}}\n") as bench:
        bench.poll()
        _, summary = back(bench, day_of(17))
    assert "a feed shows its latest entries only" in summary["why"]


def test_records_of_a_window_are_asked_for_since_the_day(site: Site, tmp_path: Path) -> None:
    def records(_headers: object) -> Answer:
        since = site.requests[-1][1].rpartition("since=")[2]
        rows = [
            {"id": n, "title": f"细胞治疗指南第{n}部分", "date": str(day_of(n))} for n in range(30) if str(day_of(n)) >= since
        ]
        return 200, {"Content-Type": "application/json"}, json.dumps(rows).encode()

    site.pages["/records"] = records
    text = f"""\
sources:
  - id: acts
    kind: api
    url: {site.url}/records
    gap: 0s
    api: {{params: {{since: "{{since:%Y-%m-%d}}"}}, key: id, title: title, date: date, link: "{site.url}/r/{{id}}"}}
"""
    with inside(tmp_path, text) as bench:
        bench.poll()
        known = len(stored(bench))
        _, summary = back(bench, day_of(20))
        assert summary["new"] == 21 - known
        assert len(stored(bench)) == 21


def test_addresses_of_a_map_that_the_first_look_left_unread_are_read(site: Site, tmp_path: Path) -> None:
    rows = "".join(f"<url><loc>{site.url}/act/{n}.html</loc><lastmod>{day_of(n)}</lastmod></url>" for n in range(30))
    site.page("/map.xml", f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>", "application/xml")
    with inside(
        tmp_path, f"sources:\n  - {{id: acts, kind: sitemap, url: '{site.url}/map.xml', gap: 0s, language: zh}}\n"
    ) as bench:
        bench.poll()
        assert sum(f"/act/{n}.html" in {path for _, path, _ in site.requests} for n in range(30)) == 20
        _, summary = back(bench, day_of(25))
        assert (summary["new"], summary["completed"]) == (0, 6)
        assert bench.app.store.last_seq() == 0
        assert sum(f"/act/{n}.html" in {path for _, path, _ in site.requests} for n in range(30)) == 26


def test_the_running_service_does_it_for_the_command(site: Site, place: Place) -> None:
    place.sources(SOURCE.format(url=site.url, more=f"{PAGED}\n    {DETAIL}"))
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=acts outcome=ok" in service.text)
        *pages, last = place.rows("sources", "backfill", "acts", "--since", day_of(17).isoformat())
        assert [row["page"] for row in pages] == [1, 2, 3, 4, 5]
        assert last["summary"]["new"] == 8
    shown = place.run("sources", "backfill", "acts", "--since", "2019-01-01", "--pages", "2", code=1).stdout
    assert "--pages 4 reads on" in shown
    assert "is no day" in place.run("sources", "backfill", "acts", "--since", "soon", code=2).stderr


def test_an_unknown_source_is_a_mistake(bench: Inside) -> None:
    with pytest.raises(NotFound):
        bench.ask("sources.backfill", id="act", since="2025-01-01")
