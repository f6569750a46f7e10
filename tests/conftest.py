"""What all tests share: one browser and one PostgreSQL a run, how many examples a property gets, and what was left out said aloud."""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import is_hypothesis_test, settings


@pytest.fixture(scope="session")
def chromium_of_the_run() -> Iterator[Any]:
    """The one browser of this run; see `chromium`."""
    from browsing import MISSING, missing, started

    if missing():
        pytest.skip(MISSING)
    with started() as running:
        yield running


@pytest.fixture
def chromium(chromium_of_the_run: Any) -> Iterator[Any]:
    """A real browser, for as long as one test speaks to it."""
    with chromium_of_the_run.awake() as browser:
        yield browser


@pytest.fixture(scope="session")
def postgres_of_the_run() -> Iterator[Any]:
    """The one PostgreSQL of this run; see `postgres_url`."""
    from postgres import MISSING, programs, running

    if programs() is None:
        pytest.skip(MISSING)
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_of_the_run: Any) -> Iterator[str]:
    """The address of an empty database on a real PostgreSQL, for one test."""
    url = postgres_of_the_run.create()
    yield url
    postgres_of_the_run.drop(url)


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A command that ran inside a test has set up its log; the next test hears everything again."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    if (root.level, root.handlers) != (level, handlers):
        root.setLevel(level)
        root.handlers[:] = handlers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each property `TEST_EXAMPLES` times the examples that it names; `make test` a part, but ten at least."""
    share = float(os.environ.get("TEST_EXAMPLES", "0.4"))
    seen = set()
    for item in items:
        test: Any = getattr(item, "obj", None)
        if not is_hypothesis_test(test):
            continue
        machine = getattr(item, "cls", None) if hasattr(getattr(item, "cls", None), "settings") else None
        place, name = (machine, "settings") if machine else (getattr(test, "__func__", test), "_hypothesis_internal_use_settings")
        if place not in seen:
            seen.add(place)
            named = getattr(place, name, None) or settings.default
            most = named.max_examples
            setattr(place, name, settings(named, max_examples=max(min(10, most), round(most * share))))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and _left_out(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = _left_out(config)
    for reason, count in left_out.most_common():
        terminalreporter.write_line(f"LEFT OUT: {count} tests: {reason}", yellow=True)
    if left_out and os.environ.get("CI"):
        terminalreporter.write_line("CI: nothing may be left out; this run fails", red=True)


def _left_out(config: pytest.Config) -> Counter[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker of a parallel run: its controller counts
        return Counter()
    reasons = (report.longrepr[2] for report in reporter.stats.get("skipped", ()) if isinstance(report.longrepr, tuple))
    return Counter(str(reason).removeprefix("Skipped: ") for reason in reasons)
