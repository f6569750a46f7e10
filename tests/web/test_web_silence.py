"""The page and the list say when a source that answers brings nothing any more, and when news is to be expected."""

from collections.abc import Iterator

import pytest
from place import Site, serving

from cgtwatch.ops.sources import health_rows
from web.watched import FEED, Watched, watched


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch whose only source brought something every day for three weeks and then nothing for two months."""
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("frozen"), site, FEED) as made:
        made.publish("first", "Board meeting minutes", "The minutes of the spring meeting.")
        made.bench.poll()
        for day in range(21):
            made.bench.pass_time(days=1)
            made.publish(f"n{day}", f"Minutes of meeting {day}", "The minutes of a meeting.")
            made.bench.poll()
        made.bench.pass_time(days=60)
        made.bench.poll()
        made.bench.engine.housekeep()
        yield made


def test_a_source_that_brings_nothing_any_more_is_silent_and_says_since_when(frozen: Watched) -> None:
    (row,) = health_rows(frozen.bench.app, stored=True)
    assert row["health"] == "silent"
    assert "nothing new since" in row["what"]
    assert row["hint"]
    assert row["expected_next"] > row["last_new"]


def test_the_operator_is_told_once(frozen: Watched) -> None:
    frozen.bench.engine.housekeep()
    assert [alarm.key for alarm in frozen.bench.app.store.open_alarms()] == [f"silence:{frozen.bench.app.sources[0].id}"]


def test_the_page_shows_the_reason(frozen: Watched) -> None:
    assert "nothing new since" in frozen.get("/?lang=en")
