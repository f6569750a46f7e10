"""A clock that is wrong for a while neither silences the service afterwards nor tells anything twice."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from attack import feed, sources
from inside import Inside, inside
from place import Site


@pytest.fixture
def bench(tmp_path: Path, site: Site) -> Iterator[Inside]:
    site.page("/feed", feed([1]), "application/rss+xml")
    with inside(tmp_path, sources(one=f"{site.url}/feed")) as found:
        found.ask("subscriptions.add", name="mei", to="local:", cadence="daily@08:00", tz="Asia/Shanghai")
        found.poll()
        yield found


@pytest.mark.fault("T1")
@pytest.mark.promise("P18")
@pytest.mark.parametrize("days", [1, 366])
def test_a_source_visited_under_a_clock_that_was_ahead_is_visited_when_it_is_right_again(bench: Inside, days: int) -> None:
    bench.pass_time(days=days)
    bench.poll()
    bench.pass_time(days=-days, minutes=2)
    assert bench.app.store.due(bench.now, ["one"]) == ["one"]
    bench.poll()
    assert bench.app.store.due(bench.now, ["one"]) == []


@pytest.mark.fault("T1")
@pytest.mark.promise("P18")
@pytest.mark.parametrize("days", [1, 366])
def test_a_digest_composed_under_a_clock_that_was_ahead_is_followed_by_one_at_the_next_right_hour(
    bench: Inside, days: int
) -> None:
    bench.engine.digest_due()  # the welcome
    bench.pass_time(days=days)
    bench.engine.digest_due()
    bench.pass_time(days=-days)
    bench.engine.digest_due()
    due = bench.app.store.subscription("mei").next_due
    assert due is not None
    assert timedelta() < due - bench.now <= timedelta(days=1)


def test_each_announcement_is_in_one_digest_however_the_clock_jumps(bench: Inside, site: Site) -> None:
    bench.engine.digest_due()
    told = []
    for number, jump in enumerate([1, 400, -400, -1, 2, -366, 367, 3], start=2):
        site.page("/feed", feed(range(number, 0, -1)), "application/rss+xml")
        bench.poll()
        bench.pass_time(days=jump, hours=1)
        told += [(row.from_seq, row.to_seq) for row in bench.engine.digest_due() if row.outcome == "queued"]
    bench.pass_time(days=2)
    told += [(row.from_seq, row.to_seq) for row in bench.engine.digest_due() if row.outcome == "queued"]
    assert told[0][0] == 0
    assert told[-1][1] == bench.app.store.last_seq() == 8
    assert all(before[1] == after[0] for before, after in pairwise(told)), "ranges touch"


def test_a_delivery_put_off_under_a_clock_that_was_ahead_is_not_put_off_by_as_much(bench: Inside, site: Site) -> None:
    site.page("/hook", "", status=500)
    bench.ask("subscriptions.add", name="hook", to=f"{site.url}/hook", cadence="now")
    site.page("/feed", feed([2, 1]), "application/rss+xml")
    bench.poll()
    bench.engine.digest_due()
    bench.pass_time(days=400)
    bench.ask("send")
    bench.pass_time(days=-400)
    assert any(one.subscription == "hook" for one in bench.app.store.due_deliveries(bench.now))
