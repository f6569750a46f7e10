"""What adapting intervals gain, on a small world; `benchmarks/freshness.py` has the whole one."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "freshness.py"


@pytest.fixture(scope="module")
def freshness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("freshness", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["freshness"] = made  # dataclasses look their module up
    spec.loader.exec_module(made)
    return made


def test_news_is_found_sooner_with_as_many_requests_and_rare_sources_are_not_starved(freshness):
    five_weeks = freshness.START + 5 * freshness.WEEK
    later = freshness.Case("", end=five_weeks)
    first = freshness.Case("", begin=freshness.START, end=later.begin)
    (whole, young) = (freshness.ratios(*each) for each in freshness.compare([later, first], 1, 0.15))
    assert whole.visits == pytest.approx(1, abs=0.03)
    assert whole.mean <= 0.65
    assert whole.p95 <= 0.9
    assert whole.rare_mean <= 1.0
    assert whole.rare_p95 <= 1.15
    assert young.mean <= 0.9  # without any history


def test_a_worked_weekend_that_is_in_the_table_is_no_worse_than_with_fixed_intervals(freshness):
    begin, end = freshness.WEEKEND
    case = replace(freshness.Case("", holiday=True, calendars=freshness.TABLE), begin=begin, end=end)
    (scores,) = freshness.compare([case], 1, 0.15)
    assert freshness.ratios(*scores).mean <= 1.0
