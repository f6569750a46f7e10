"""What was left out is said aloud; in CI leaving anything out is a failure."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest


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
