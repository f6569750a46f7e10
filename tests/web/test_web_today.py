"""What is new since one looked, and the picture of the weeks."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.web.pages.pictures import GROUPS, WEEKS, weeks_picture, weeks_until
from cgtwatch.web.pages.seen import Seen, all_seen, seen_from
from cgtwatch.web.words import page_words
from web.watched import DRAFT, Watched, tell

TODAY = date(2026, 3, 2)
SINCE = "New since you looked"
NUMBERS = st.integers(0, 10**9)


def marked(page: str) -> dict[str, str]:
    """What the form of the page posts."""
    return dict(re.findall(r'<input type="hidden" name="(csrf|upto)" value="([^"]+)">', page))


# --- the mark


def test_somebody_who_comes_first_has_seen_nothing_of_late() -> None:
    assert seen_from(None, 40, TODAY, 33) == Seen(33, 40, TODAY)


def test_what_came_in_the_last_days_is_news_to_who_looks_for_the_first_time(watch: Watched) -> None:
    watch.bench.pass_time(days=6)
    page = watch.get("/?lang=en")
    assert page.index("New in the last seven days") < page.index(DRAFT)


def test_what_is_older_than_a_week_is_no_news_to_who_looks_for_the_first_time(watch: Watched) -> None:
    watch.bench.pass_time(days=8)
    assert "New in the last seven days" not in watch.get("/?lang=en")


def test_opening_the_page_again_on_the_same_day_keeps_the_mark() -> None:
    later = seen_from("10.30.2026-03-02", 40, TODAY)
    assert later == Seen(10, 40, TODAY)
    assert seen_from(str(later), 44, TODAY).mark == 10


def test_a_new_day_takes_for_seen_what_was_shown_the_day_before_and_nothing_more() -> None:
    assert seen_from("10.30.2026-03-01", 40, TODAY) == Seen(30, 40, TODAY)


def test_saying_that_all_is_seen_leaves_new_what_came_while_one_read() -> None:
    assert all_seen("10.30.2026-03-02", 30, 33, TODAY) == Seen(30, 33, TODAY)


@pytest.mark.parametrize(
    "cookie", ["", "x", "1.2", "1.2.2026-02-31", "9.5.2026-03-02", "5.99.2026-03-02", "1.2.2026-03-02 ", "-1.2.2026-03-02"]
)
def test_a_cookie_that_cannot_be_of_this_store_counts_for_none(cookie: str) -> None:
    assert seen_from(cookie, 40, TODAY) == Seen(40, 40, TODAY)


@given(NUMBERS, NUMBERS, NUMBERS, st.integers(-3, 3))
def test_the_mark_never_passes_what_there_is(mark: int, shown: int, last: int, days: int) -> None:
    kept = seen_from(f"{mark}.{shown}.{TODAY + timedelta(days=days)}", last, TODAY)
    assert kept.mark <= kept.shown == last
    assert seen_from(str(kept), last, TODAY) == kept


def test_the_page_tells_what_came_since_until_one_says_it_is_seen(watch: Watched) -> None:
    watch.page.post("/seen", data=marked(watch.get("/?lang=en")))
    assert SINCE not in watch.get("/?lang=en")
    watch.bench.pass_time(hours=1)
    watch.publish("fresh", "Guideline on stem cell therapy adopted", "The agency has adopted a guideline on stem cell therapy.")
    watch.bench.pass_time(hours=6)
    tell(watch)
    page = watch.get("/?lang=en")
    assert (
        page.index(SINCE) < page.index("Guideline on stem cell therapy adopted") < page.index("Seen before") < page.index(DRAFT)
    )
    assert SINCE in watch.get("/?lang=en")
    answer = watch.page.post("/seen", data=marked(page), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert re.search(r"HttpOnly.*SameSite=lax", answer.headers["set-cookie"])
    assert SINCE not in watch.get("/?lang=en")
    assert "Guideline on stem cell therapy adopted" in watch.get("/?lang=en")


def test_a_page_fetched_beforehand_moves_no_mark(news: Watched) -> None:
    answer = news.page.get("/", headers={"Sec-Purpose": "prefetch;prerender"})
    assert "seen=" not in answer.headers.get("set-cookie", "")


def test_a_strangers_page_cannot_say_what_was_seen(news: Watched) -> None:
    answer = news.page.post("/seen", data={"upto": "1", "csrf": "x"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert news.page.post("/seen", data={"upto": "1", "csrf": "x"}).status_code == 403


# --- the picture


COUNTS = st.lists(
    st.tuples(
        st.integers(-20, 26 * 7 + 20).map(lambda back: TODAY - timedelta(days=back)),
        st.sampled_from(["", "CN", "CN-BJ", "US", "EU", "JP", "GB", "KR", "AU", "CA", "XX"]), st.integers(0, 5000),
    ),
    max_size=60,
)  # fmt: skip


@given(COUNTS)
def test_bars_stand_on_the_floor_and_stay_inside_the_picture(counts: list[tuple[date, str, int]]) -> None:
    picture = weeks_picture(counts, TODAY, page_words("en"))
    assert len(picture.groups) <= GROUPS + 1
    for bar in picture.bars:
        edge = float(picture.floor)
        for piece in bar.pieces:
            assert piece.height >= 0
            assert abs(piece.y + piece.height - edge) < 0.2
            edge = piece.y
        assert edge >= 0
        assert 0 <= bar.x <= 100 - picture.width


@given(COUNTS)
def test_every_act_of_the_weeks_is_counted_once(counts: list[tuple[date, str, int]]) -> None:
    picture = weeks_picture(counts, TODAY, page_words("zh"))
    mondays = weeks_until(TODAY)
    inside = sum(number for day, _, number in counts if mondays[0] <= day < mondays[-1] + timedelta(days=7))
    assert sum(bar.total for bar in picture.bars) == sum(group.total for group in picture.groups) == inside
    assert all(sum(bar.numbers) == bar.total for bar in picture.bars)


def test_the_weeks_end_with_this_one() -> None:
    mondays = weeks_until(date(2026, 3, 8))
    assert (len(mondays), mondays[-1], {day.weekday() for day in mondays}) == (WEEKS, date(2026, 3, 2), {0})


def test_provinces_count_for_their_country_and_what_is_rare_for_the_others() -> None:
    counts = [(TODAY, place, 9 - n) for n, place in enumerate(["CN-BJ", "US", "EU", "JP", "GB", "KR", "AU"])]
    picture = weeks_picture(counts, TODAY, page_words("en"))
    assert (picture.groups[0].name, picture.groups[0].total) == ("China", 9)
    assert (picture.groups[-1].place, picture.groups[-1].total) == ("", 3)


def test_the_picture_has_words_and_a_table_for_who_cannot_see_it(news: Watched) -> None:
    page = news.get("/?lang=en")
    picture = page[page.index("<svg role=") : page.index("</svg>", page.index("<svg role="))]
    assert 'aria-labelledby="weeks-title weeks-about"' in picture
    assert '<title id="weeks-title">Policy acts per week</title>' in picture
    assert re.search(r"\d+ acts? from ", picture)
    assert "The same as a table" in page
    assert " style=" not in page
