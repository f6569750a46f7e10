"""The calendar as a page and as a file."""

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from cgtwatch.web.pages.calendar_days import days, grid, month_before, month_of, next_month, span_of
from cgtwatch.web.words import page_words
from web.watched import DRAFT, Watched

TODAY = date(2026, 3, 2)
MONTHS = st.dates(date(1990, 1, 1), date(2099, 12, 1)).map(lambda day: day.replace(day=1))


def entries(answer) -> list:
    return Calendar.from_ical(answer.content).walk("VEVENT")


# --- months


@given(MONTHS)
def test_a_month_is_shown_in_whole_weeks_and_all_of_it(month: date) -> None:
    span = span_of(month)
    assert (span.first.weekday(), span.last.weekday()) == (0, 6)
    assert span.first <= month < next_month(month) <= span.last + timedelta(days=1)
    assert (span.last - span.first).days + 1 in (28, 35, 42)


@given(MONTHS)
def test_the_month_before_the_next_one_is_this_one(month: date) -> None:
    assert month_before(next_month(month)) == month
    assert month_of(f"{month:%Y-%m}") == month


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-1", "26-01", "1989-12", "2100-01", "2026-1x", "２０２６-01", "2026/01"]
)
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_of(text) is None


@given(MONTHS)
def test_every_day_of_a_month_has_one_cell(month: date) -> None:
    weeks = grid(span_of(month), days([], TODAY, page_words("en")), TODAY, page_words("en"))
    inside = [cell.day.on for week in weeks for cell in week if cell.inside]
    assert inside == [month + timedelta(days=n) for n in range((next_month(month) - month).days)]
    assert {len(week) for week in weeks} == {7}


# --- the page


def test_the_calendar_shows_a_deadline_on_its_day_and_leads_to_the_event(news: Watched) -> None:
    page = news.get("/calendar?month=2026-07&lang=en")
    cell = page[page.index('datetime="2026-07-01"') : page.index('datetime="2026-07-02"')]
    assert DRAFT in cell
    assert f'href="/events/{news.event("CAR-T")}"' in cell
    assert 'id="d-2026-07-01"' in page
    assert DRAFT not in news.get("/calendar?month=2026-09&lang=en")


def test_a_view_that_is_chosen_leaves_the_other_out(news: Watched) -> None:
    assert "<table" not in news.get("/calendar?view=list&month=2026-07")
    page = news.get("/calendar?view=month&month=2026-07")
    assert '<table class="month">' in page
    assert 'class="agenda"' not in page
    both = news.get("/calendar?month=2026-07")
    assert "<table" in both
    assert 'class="agenda"' in both


def test_the_calendar_keeps_what_was_asked_for_from_month_to_month(news: Watched) -> None:
    page = news.get("/calendar?month=2026-07&jurisdiction=US&view=list&kind=deadline")
    assert 'href="/calendar?jurisdiction=US&amp;view=list&amp;kind=deadline&amp;month=2026-08" rel="next"' in page
    assert '<input type="hidden" name="kind" value="deadline">' in page
    assert '<option value="US" selected>' in page


def test_the_calendar_is_narrowed_as_every_page_is(news: Watched) -> None:
    assert DRAFT in news.get("/calendar?view=list&month=2026-07&jurisdiction=US")
    assert DRAFT not in news.get("/calendar?view=list&month=2026-07&jurisdiction=JP")
    assert DRAFT not in news.get("/calendar?view=list&month=2026-07&kind=effective")
    assert DRAFT in news.get("/calendar?view=list&month=2026-07&query=CAR-T")


def test_the_calendar_says_what_it_did_not_understand(news: Watched) -> None:
    assert "Not understood, and left out: importance." in news.get("/calendar?importance=vast&lang=en")


# --- the file


def test_the_file_is_a_calendar_that_programs_read(news: Watched) -> None:
    answer = news.page.get("/calendar.ics?lang=en")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    [entry] = entries(answer)
    assert entry.decoded("dtstart") == date(2026, 7, 1)
    assert str(entry["summary"]) == f"Comments close: {DRAFT}"
    assert str(entry["uid"]) == f"{news.event('CAR-T')}@cgtwatch"
    assert list(entry.walk("VALARM")) == []
    for line in answer.content.split(b"\r\n"):
        assert len(line) <= 75


def test_the_file_rings_only_where_that_was_asked_for(news: Watched) -> None:
    [entry] = entries(news.page.get("/calendar.ics?alarm=1"))
    assert len(entry.walk("VALARM")) == 1


def test_the_file_of_a_filter_holds_what_the_page_of_the_filter_shows(news: Watched) -> None:
    assert entries(news.page.get("/calendar.ics?jurisdiction=JP")) == []
    assert entries(news.page.get("/calendar.ics?kind=effective")) == []
    assert len(entries(news.page.get("/calendar.ics?jurisdiction=US&kind=deadline&query=CAR-T"))) == 1


def test_a_program_that_has_the_file_already_is_told_so(news: Watched) -> None:
    first = news.page.get("/calendar.ics")
    again = news.page.get("/calendar.ics", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert news.page.get("/calendar.ics").content == first.content


def test_a_filter_that_is_not_understood_is_no_calendar_of_everything(news: Watched) -> None:
    answer = news.page.get("/calendar.ics?importance=vast")
    assert (answer.status_code, answer.text) == (400, "not understood: importance\n")


def test_the_page_names_the_address_of_its_own_filter(news: Watched) -> None:
    page = news.get("/calendar?jurisdiction=US&month=2026-07&view=list&lang=en")
    [address] = set(re.findall(r'<link rel="alternate" type="text/calendar" href="([^"]+)"', page))
    assert address.startswith("https://watch.example.org/calendar.ics?jurisdiction=US&amp;lang=en")


def test_an_act_that_comes_into_force_has_an_entry_beside_its_deadline(tmp_path, watch: Watched) -> None:
    text = "The agency has adopted a guideline on stem cell therapy. It comes into force on 1 September 2026."
    watch.bench.pass_time(hours=7)
    watch.publish("force", "Guideline on stem cell therapy adopted", text)
    watch.bench.poll()
    every = entries(watch.page.get("/calendar.ics?lang=en"))
    found = {str(one["uid"]).partition("@")[0]: one.decoded("dtstart") for one in every}
    event = watch.event("stem cell")
    assert found[f"{event}-effective"] == date(2026, 9, 1)
    assert str(entries(watch.page.get("/calendar.ics?lang=en&kind=effective"))[0]["summary"]).startswith("In force: ")
    assert len({str(one["uid"]) for one in every}) == len(every)
    assert all(isinstance(one.decoded("dtstamp"), datetime) for one in every)
