"""The policy review of a period in the browser and as a file."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.compose.review import Period
from cgtwatch.web.api import reports
from cgtwatch.web.pages import report
from cgtwatch.web.pages.report_period import PRESETS, period_of, pieces, preset, within
from web.watched import DRAFT, HOSTILE, Watched

TODAY = date(2026, 3, 2)
DAYS = st.dates(date(1995, 1, 1), date(2090, 12, 31))
YEAR = "/report?from=2026-01-01&to=2026-12-31"


class Headings(HTMLParser):
    """The levels of the headings, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))


# --- which days


@given(DAYS, st.sampled_from(PRESETS))
def test_a_usual_period_is_in_order_and_does_not_look_ahead(today: date, name: str) -> None:
    period = preset(name, today)
    assert period.first <= period.last <= today


def test_the_usual_periods_are_those_of_the_calendar() -> None:
    found = [preset(name, TODAY) for name in PRESETS]
    assert found == [
        Period(date(2026, 3, 1), TODAY), Period(date(2026, 2, 1), date(2026, 2, 28)), Period(date(2025, 10, 1), date(2025, 12, 31)),
        Period(date(2026, 1, 1), TODAY), Period(date(2025, 1, 1), date(2025, 12, 31)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "period", "good"),
    [
        ("2026-01-05", "2026-02-01", (date(2026, 1, 5), date(2026, 2, 1)), True),
        ("2026-02-01", "2026-01-05", (date(2026, 1, 5), date(2026, 2, 1)), False),
        ("2026-01-05", "", (date(2026, 1, 5), TODAY), True), ("", "2025-06-30", (date(2025, 1, 1), date(2025, 6, 30)), True),
        ("soon", "2026-02-01", (date(2026, 1, 1), date(2026, 2, 1)), False), ("0001-01-01", "", (date(2026, 3, 1), TODAY), False),
        ("2027-01-01", "", (date(2027, 1, 1), date(2027, 1, 1)), True),
    ],
)  # fmt: skip
def test_days_are_taken_as_they_were_meant(first: str, last: str, period: tuple[date, date], good: bool) -> None:
    assert period_of(first, last, TODAY) == (Period(*period), good)


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_words_for_days_break_a_period(first: str, last: str) -> None:
    period, _ = period_of(first, last, TODAY)
    assert period.first <= period.last


@given(st.dictionaries(st.integers(0, 364).map(lambda n: date(2025, 1, 1) + timedelta(days=n)), st.integers(1, 60), max_size=60))
def test_pieces_follow_each_other_through_the_whole_period(counts: dict[date, int]) -> None:
    period = Period(date(2025, 1, 1), date(2025, 12, 31))
    made = pieces(period, counts, 50)
    assert (made[0].first, made[-1].last) == (period.first, period.last)
    assert all(one.last + timedelta(days=1) == after.first for one, after in pairwise(made))
    for one in made:
        inside = [number for day, number in counts.items() if one.first <= day <= one.last]
        assert one.count == sum(inside)
        assert one.count <= 50 or len(inside) == 1


def test_a_place_counts_with_its_parts_and_not_with_its_namesakes() -> None:
    counts = [(TODAY, "CN", 1), (TODAY, "CN-BJ", 2), (TODAY, "CNX", 4), (TODAY, "", 8)]
    assert within("CN", counts) == {TODAY: 3}
    assert within("", counts) == {TODAY: 15}


# --- the page


def test_the_review_is_shown_with_contents_and_leads_to_its_events(news: Watched) -> None:
    page = news.get(f"{YEAR}&lang=en")
    assert f'<a href="/events/{news.event("CAR-T")}">{DRAFT}</a>' in page
    assert 'aria-labelledby="contents"' in page
    assert '<a href="#part-national">National level</a>' in page
    assert HOSTILE not in page


def test_the_headings_of_the_review_are_in_order(news: Watched) -> None:
    for query in ("&by=level", "&by=jurisdiction"):
        levels = Headings(news.get(f"{YEAR}{query}")).levels
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_review_speaks_another_language_than_the_page_where_asked(news: Watched) -> None:
    page = news.get(f"{YEAR}&in=zh&lang=en")
    assert '<html lang="en">' in page
    assert "国家级" in page
    assert '<option value="zh" selected>' in page


def test_a_review_of_one_place_holds_no_other(news: Watched) -> None:
    assert DRAFT in news.get(f"{YEAR}&jurisdiction=US")
    assert DRAFT not in news.get(f"{YEAR}&jurisdiction=JP")


def test_days_that_are_none_are_told_and_something_is_shown(news: Watched) -> None:
    page = news.get("/report?from=2026-05-05&to=2026-01-01&lang=en")
    assert "Write two days such as" in page


def test_a_long_review_is_shown_in_pieces(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "ON_A_PAGE", 1)
    asked: list[tuple[date, str, int]] = [(date(2026, 2, 1), "US", 1), (date(2026, 5, 1), "US", 1)]
    monkeypatch.setattr(type(news.bench.app.store), "acts_by_day", lambda *_: asked)
    page = news.get(f"{YEAR}&lang=en")
    assert "2 acts, shown in 2 parts" in page
    assert (
        '<a href="/report?from=2026-01-01&amp;to=2026-12-31&amp;by=level&amp;in=en&amp;page=2">1 May 2026 to 31 Dec 2026</a>'
        in page
    )
    assert DRAFT in page
    assert DRAFT not in news.get(f"{YEAR}&lang=en&page=2")
    assert news.get(f"{YEAR}&lang=en&page=99").count("<h1>") == 1


# --- the file


@pytest.mark.parametrize(("form", "kind"), [("html", "text/html"), ("md", "text/markdown"), ("docx", "application/vnd.openxml")])
def test_the_review_is_given_as_a_file(news: Watched, form: str, kind: str) -> None:
    answer = news.page.get(f"/report/review.{form}?from=2026-01-01&to=2026-12-31&in=en")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["content-disposition"] == f'attachment; filename="policy-review-2026-01-01-2026-12-31.{form}"'
    body = answer.content if form != "docx" else ZipFile(io.BytesIO(answer.content)).read("word/document.xml")
    assert b"CAR-T cell therapy opened for consultation" in body


def test_a_file_that_would_be_too_long_is_refused_with_a_way_out(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(report.IN_A_FILE, "docx", 0)
    answer = news.page.get("/report/review.docx?from=2026-01-01&to=2026-12-31&lang=en")
    assert answer.status_code == 413
    assert "Choose fewer days or one place" in answer.text
    assert "review.docx" not in news.get(f"{YEAR}&lang=en")


def test_a_file_of_days_that_are_none_or_of_no_known_form_is_not_made(news: Watched) -> None:
    assert news.page.get("/report/review.html?from=x").status_code == 400
    assert news.page.get("/report/review.exe?from=2026-01-01").status_code == 404


@pytest.mark.parametrize(
    ("path", "module"), [("/report/review.md", report), ("/api/report", reports)], ids=["of the page", "of the API"]
)
def test_one_review_is_written_at_a_time_and_only_some_wait_for_their_turn(
    news: Watched, monkeypatch: pytest.MonkeyPatch, path: str, module: ModuleType
) -> None:
    goes_on, real = threading.Event(), module.reviewed

    def slow(*asked: Any) -> Any:
        assert goes_on.wait(10)
        return real(*asked)

    monkeypatch.setattr(module, "reviewed", slow)
    with ThreadPoolExecutor(7) as pool:
        asked = [pool.submit(news.page.get, path) for _ in range(7)]
        ended = as_completed(asked)
        refused = [next(ended).result() for _ in range(2)]  # before any other may go on, and make room
        goes_on.set()
        assert sorted(one.result().status_code for one in asked) == [200] * 5 + [503] * 2
    assert all(one.headers["retry-after"] for one in refused)
