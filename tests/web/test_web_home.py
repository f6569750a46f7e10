"""The first page: news, health, letters, and trouble said plainly."""

import re

from place import Site, serving

from web.watched import APPROVAL, DRAFT, FEED, HOSTILE, Watched, watched

OWN_SCRIPT = re.compile(r'<script src="/page\.js\?[0-9a-f]{12}" defer></script>')


def test_the_page_shows_news_with_links_to_their_events(news: Watched) -> None:
    page = news.get("/?lang=en")
    assert f'href="/events/{news.event("CAR-T")}">{DRAFT}</a>' in page
    assert "Comments until 1 Jul 2026" in page
    assert "What changed" in page


def test_the_page_speaks_the_language_that_is_asked_for(news: Watched) -> None:
    assert "意见征集至2026年7月1日" in news.get("/?lang=zh")
    assert "意见征集至" in news.get("/", **{"Accept-Language": "fr, zh-CN;q=0.9, en;q=0.5"})
    assert "Comments until" in news.get("/", **{"Accept-Language": "fr"})
    assert "Comments until" in news.get("/?lang=xx", **{"Accept-Language": "en"})


def test_the_page_holds_no_markup_of_a_source(news: Watched) -> None:
    for path in ("/?lang=en", "/?lang=zh", f"/events/{news.event('gene therapy')}?lang=en"):
        page = news.get(path)
        assert "approves first gene therapy" in page
        assert not re.search(r"<script|<img|<b>bold|\sonmouseover=\"|\sonerror=alert\(2\)>", OWN_SCRIPT.sub("", page, count=1))
        assert "alert(1)" not in page or "&lt;script&gt;alert(1)" in page
    assert HOSTILE in APPROVAL


def test_the_page_tells_first_news_from_what_was_there_already(tmp_path) -> None:
    with serving(Site()) as site, watched(tmp_path, site, FEED) as watch:
        watch.publish("draft", DRAFT, "The agency invites comments on a draft guideline on CAR-T cell therapy.")
        watch.bench.poll()
        page = watch.get("/?lang=en")
    assert "Nothing new yet." in page
    assert "1 policy event was there already" in page
    assert page.index("was there already") < page.index(DRAFT)


def test_the_page_says_that_no_source_can_be_reached_before_anything_else(outage: Watched) -> None:
    early = outage.get("/?lang=en")
    assert "No source could be reached so far" in early
    outage.bench.engine.housekeep()
    page = outage.get("/?lang=en")
    assert page.index("No source can be reached") < page.index("sources watched") < page.index('id="news"')
    assert "4 never answered" in page
    assert "目前没有任何来源可以访问" in outage.get("/?lang=zh")
    assert "4个从未连通" in outage.get("/?lang=zh")


def test_the_page_names_a_source_in_trouble_and_leads_to_all_of_them(mixed: Watched) -> None:
    page = mixed.get("/?lang=en")
    assert "1 well" in page
    assert "1 in trouble" in page
    assert page.index("In trouble now") < page.index("Sick page: broken") < page.index('id="news"')
    assert '<a href="/sources?state=trouble"><b>2</b>' in page
    assert "病页：故障" in mixed.get("/?lang=zh")


def test_the_page_says_when_the_last_visit_was_and_when_the_next_one_is(mixed: Watched) -> None:
    page = mixed.get("/?lang=en")
    assert "Polling" in page
    assert re.search(r"last visit (now|\d+ s ago)", page)
    assert re.search(r"next visit in \d+ (h|min)", page)


def test_the_page_says_that_a_visit_is_overdue_when_nothing_polls_any_more(tmp_path) -> None:
    with serving(Site()) as site, watched(tmp_path, site, FEED) as watch:
        watch.publish("old", "Board meeting minutes", "The minutes.")
        watch.bench.poll()
        watch.bench.pass_time(hours=20)
        assert "a visit is overdue" in watch.get("/?lang=en")


def test_the_page_shows_where_the_first_round_stands(tmp_path) -> None:
    with serving(Site()) as site, watched(tmp_path, site, FEED) as watch:
        page = watch.get("/?lang=en")
    assert "First round: 0 of 1 sources visited" in page
    assert "1 not visited yet" in page


def test_the_page_says_so_when_nothing_is_watched(tmp_path) -> None:
    off = FEED + "    enabled: false\n"
    with serving(Site()) as site, watched(tmp_path, site, off) as watch:
        page = watch.get("/?lang=en")
    assert "No source is switched on." in page
    assert "<code>enabled: true</code>" in page


def test_the_page_shows_the_local_mailbox_and_the_ledger(news: Watched) -> None:
    page = news.get("/?lang=zh")
    assert len(re.findall(r'href="/mail/[^"]+"', page)) == 2
    assert "已发送" in page
    assert len(re.findall(r'href="/digests/msg_[0-9a-f]{32}"', page)) == 2


def test_the_page_shows_no_address_of_a_subscriber(watch: Watched) -> None:
    watch.ask("subscriptions.add", name="desk", to="mailto:somebody@example.org", lang="en")
    page = watch.get("/?lang=en")
    assert "desk" in page
    assert "somebody@example.org" not in page
