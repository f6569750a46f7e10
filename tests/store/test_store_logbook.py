"""The log of visits, read back page by page and day by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from inside import Inside, inside

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome, Plan, SourceState
from cgtwatch.store.records import FetchFacts, VisitRecord
from cgtwatch.web.pages.rhythm import DAYS, Rhythms, rhythm

FILE = "sources:\n- {id: a, kind: feed, url: 'https://a.example.org/'}\n- {id: b, kind: feed, url: 'https://b.example.org/'}\n"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path, FILE) as made:
        made.now = START
        yield made


def visit(bench: Inside, source: str, failed: bool = False) -> None:
    outcome = Outcome.FAILED if failed else Outcome.UNCHANGED
    error = ErrorClass.TIMEOUT if failed else None
    facts = FetchFacts(f"https://{source}.example.org/", f"https://{source}.example.org/", outcome, bench.now, error=error)
    bench.app.store.record_visit(VisitRecord(source, Plan(outcome, SourceState(source, last_visit=bench.now)), facts))


def test_visits_are_paged_newest_first(bench: Inside) -> None:
    for _ in range(5):
        visit(bench, "a")
        visit(bench, "b")
        bench.pass_time(hours=1)
    first = bench.app.store.visits("a", limit=3)
    second = bench.app.store.visits("a", before=first[-1][0], limit=3)
    times = [facts.at for _, facts in (*first, *second)]
    assert times == sorted(times, reverse=True)
    assert len(times) == 5


def test_visits_are_counted_by_day_and_what_was_counted_is_not_counted_again(bench: Inside) -> None:
    visit(bench, "a")
    bench.pass_time(days=40)
    visit(bench, "a")
    visit(bench, "a", failed=True)
    since = bench.now - timedelta(days=30)
    last, days = bench.app.store.days_of_visits(since)
    assert [(day.source, day.on, day.visits, day.failed) for day in days] == [("a", date(2026, 4, 10), 2, 1)]
    visit(bench, "b")
    _, more = bench.app.store.days_of_visits(since, last)
    assert [(day.source, day.visits) for day in more] == [("b", 1)]


def test_the_picture_counts_on_from_look_to_look(bench: Inside) -> None:
    rhythms = Rhythms()
    visit(bench, "a", failed=True)
    assert rhythms.counts(bench.app)["a"] == {START.date(): (1, 1, 0)}
    visit(bench, "a")
    assert rhythms.counts(bench.app)["a"] == {START.date(): (2, 1, 0)}
    bench.pass_time(days=DAYS + 1)
    assert rhythms.counts(bench.app).get("a", {}) == {}


def test_the_picture_tells_news_failures_and_what_is_expected() -> None:
    counts = {START.date(): (2, 0, 3), START.date() - timedelta(days=1): (1, 1, 0), START.date() - timedelta(days=90): (1, 0, 1)}
    found = rhythm(counts, START, START + timedelta(days=2))
    assert (found.news.count("z"), found.good.count("z"), found.failed.count("z")) == (1, 1, 1)
    assert found.expected is not None
    assert found.expected > (DAYS - 1) * 4
    assert rhythm({}, START, None).expected is None
