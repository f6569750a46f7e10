"""The Events page: search, facets, paging, and what a filter leads to."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest
from place import Site, serving

from web.watched import FEED, HOSTILE, Watched, watched

ZH = "国家药监局关于发布《细胞治疗产品生产检查指南》的通告"
ZH_TEXT = "为规范细胞治疗产品的生产，现予发布。" + "说明文字。" * 200 + "附件中另有干细胞的要求。"
GENE = "FDA issues draft guidance on gene therapy products"
GENE_TEXT = "The agency invites comments on potency assays for gene therapies. Comments until 1 July 2026."
MANY = 30


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch with some thirty events: one Chinese, one draft, a hostile title, and many alike."""
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("shelf"), site, FEED) as watch:
        for n in range(MANY):
            watch.publish(
                f"n{n}", f"Agency approves CAR-T cell therapy number {n:02}", f"Approval {n:02} of a CAR-T cell therapy product."
            )
        watch.publish("zh", ZH, ZH_TEXT)
        watch.publish("gene", GENE, GENE_TEXT)
        watch.publish(
            "hostile", f"Agency approves gene therapy {HOSTILE} \u202egnitirw desrever", f"Gene therapy {'x' * 50_000} {HOSTILE}"
        )
        watch.publish("meeting", "Board meeting minutes", "The minutes of the spring meeting.")
        watch.bench.poll()
        yield watch


def titles(page: str) -> list[str]:
    found = re.findall(r'<h3 class="title"><a href="/events/[^"]+" lang="[^"]+">(.*?)</a>', page, re.DOTALL)
    return [unescape(re.sub(r"</?mark>", "", one)) for one in found]


def chips(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<li><a class="off" href="([^"]+)"><span class="hidden">[^<]*</span>([^<]+)</a>', page)
    return [(unescape(link), unescape(text)) for link, text in found]


@pytest.mark.parametrize("query", ["细胞", "细胞治疗产品", "生产检查", "細胞治療"])
def test_a_chinese_word_is_found_inside_a_run_of_text_and_marked(shelf: Watched, query: str) -> None:
    page = shelf.get(f"/events?lang=zh&query={quote(query)}")
    assert titles(page) == [ZH]
    assert "<mark>" in page[page.index('class="title"') :]


def test_a_word_deep_in_a_text_is_shown_where_it_stands(shelf: Watched) -> None:
    page = shelf.get(f"/events?lang=zh&query={quote('干细胞')}")
    assert "附件中另有<mark>干细胞</mark>的要求" in page


def test_forms_of_a_word_are_marked_as_they_stand(shelf: Watched) -> None:
    page = shelf.get("/events?lang=en&query=therapies+potency")
    assert titles(page) == [GENE]
    assert "gene <mark>therapies</mark>" in page
    assert "<mark>potency</mark>" in page


def test_the_list_counts_its_hits_and_leads_through_them_once_each(shelf: Watched) -> None:
    page = shelf.get("/events?lang=en&query=number")
    assert f"{MANY} events" in page
    seen = titles(page)
    assert len(seen) == 25
    link = re.search(r'href="([^"]+)" rel="next"', page)
    assert link is not None
    rest = shelf.get(unescape(link[1]))
    assert len(titles(rest)) == MANY - 25
    assert len({*seen, *titles(rest)}) == MANY
    assert "First page" in rest
    assert 'rel="next"' not in rest


def test_what_is_chosen_stands_above_the_hits_and_comes_off_by_a_click(shelf: Watched) -> None:
    page = shelf.get("/events?lang=en&query=therapy&jurisdiction=US&stage=draft&importance=low")
    found = chips(page)
    assert [text for _, text in found] == ["“therapy”", "United States", "draft for comment", "at least low"]
    assert 'name="jurisdiction" value="US" form="filter" checked' in page
    without = {text: link for link, text in found}["draft for comment"]
    assert "stage" not in without
    assert "jurisdiction=US" in without
    assert titles(page) == [GENE]
    assert len(titles(shelf.get(without))) > 1


def test_facets_count_what_each_value_would_leave(shelf: Watched) -> None:
    page = shelf.get("/events?lang=en&query=number")
    assert re.search(rf'value="approval" form="filter"><span>approval</span><b>{MANY}</b>', page)
    assert 'value="draft"' not in page


def test_only_what_is_relevant_is_listed_until_all_is_asked_for(shelf: Watched) -> None:
    draft = shelf.event("gene therapy products")
    shelf.ask("events.mark", event=draft, relevant=False, fields=[], note="", by="mei")
    try:
        assert titles(shelf.get("/events?lang=en&query=potency")) == []
        page = shelf.get("/events?lang=en&query=potency&relevant=any")
        assert titles(page) == [GENE]
        assert "not relevant" in page
    finally:
        shelf.ask("events.clear", event=draft)


def test_an_empty_result_says_what_to_try(shelf: Watched) -> None:
    page = shelf.get("/events?lang=en&query=zzzz&jurisdiction=JP")
    assert "Nothing matches all of this." in page
    assert 'href="/events?jurisdiction=JP"' in page
    assert "relevant=any" in page


def test_what_an_address_says_wrongly_is_told_and_left_out(shelf: Watched) -> None:
    page = shelf.get("/events?lang=en&stage=finished&since=yesterday&query=potency&after=nobody")
    assert "Left out, because it is not understood: stage: finished" in page
    assert "from: yesterday" in page
    assert titles(page) == [GENE]


def test_the_same_filter_leads_to_files_feed_calendar_and_a_subscription(shelf: Watched) -> None:
    page = unescape(shelf.get("/events?lang=en&query=gene+therapy&jurisdiction=US"))
    query = "query=gene+therapy&jurisdiction=US"
    for place in ("/events.csv", "/events.json", "/events.xlsx", "/feed.atom", "/calendar", "/subscriptions/new"):
        assert f'href="{place}?{query}' in page, place


def test_a_year_is_chosen_by_a_click_and_left_by_another(shelf: Watched) -> None:
    event = shelf.event("gene therapy products")
    shelf.ask("events.mark", event=event, fields=["document_date=2025-03-04"], note="", by="mei")
    try:
        page = unescape(shelf.get("/events?lang=en"))
        assert 'href="/events?since=2025-01-01&until=2025-12-31"' in page
        year = unescape(shelf.get("/events?lang=en&since=2025-01-01&until=2025-12-31"))
        assert titles(year) == [GENE]
        assert 'href="/events?since=2025-03-01&until=2025-03-31"' in year
        assert '<a href="/events" aria-current="true">2025' in year
    finally:
        shelf.ask("events.clear", event=event)


@pytest.mark.parametrize("sort", ["date", "deadline", "importance"])
def test_the_order_is_chosen_and_kept_by_what_follows(shelf: Watched, sort: str) -> None:
    page = shelf.get(f"/events?lang=en&sort={sort}")
    assert f'<option value="{sort}" selected>' in page
    assert f"sort={sort}" in page[page.index('rel="next"') - 200 :]
    if sort == "deadline":
        assert titles(page)[0] == GENE


@pytest.mark.parametrize("address", ["/events?lang=en&query=gene", "/events?lang=zh&query=alert"])
def test_a_hostile_title_is_only_text_and_of_bounded_length(shelf: Watched, address: str) -> None:
    page = shelf.get(address)
    shown = page[page.index('<ol class="rows hits">') :]
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\u202e" not in page
    assert "onmouseover=" not in re.sub(r">[^<]*<", "><", shown)
    assert len(page) < 120_000


def test_a_hostile_query_is_only_text(shelf: Watched) -> None:
    page = shelf.get("/events?lang=en&query=" + quote('"><script>alert(1)</script>'))
    assert "<script>alert" not in page
    for query in ("%22open", "OR", "-", "NEAR(", "*", "a" * 3000, "%00", "%EF%BF%BD%ED%A0%80"):
        assert shelf.page.get(f"/events?lang=en&query={query}").status_code == 200, query


def test_a_store_without_events_says_so(outage: Watched) -> None:
    assert "No policy event is stored yet." in outage.get("/events?lang=en")
