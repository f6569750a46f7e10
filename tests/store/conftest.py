"""A store on each database, in memory and on a server, and one in a file; all with one source."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cgtwatch.store import Store, open_store
from store.store_kit import NOW, source, url_of


@pytest.fixture(scope="session")
def filled_template(postgres_of_the_run: Any) -> str:
    """The name of a database on the server that has the schema and the source; others are made as copies of it."""
    url = postgres_of_the_run.create()
    opened = open_store(url)
    opened.sync_sources([source()], NOW)
    opened.close()
    return url.rpartition("/")[2]


@pytest.fixture
def server_url(postgres_of_the_run: Any, filled_template: str) -> Iterator[str]:
    """The address of a database on the server with the schema and the source."""
    url = postgres_of_the_run.create(filled_template)
    yield url
    postgres_of_the_run.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database, of a file or on the server; the one on the server has its schema and source."""
    return str(request.getfixturevalue("server_url")) if request.param == "postgres" else url_of(tmp_path / "cgtwatch.db")


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def store_of_the_module(request: pytest.FixtureRequest, postgres_of_the_run: Any) -> Iterator[Store]:
    """One store for tests that only look at it."""
    url = "sqlite://"
    if request.param == "postgres":
        url = postgres_of_the_run.create(request.getfixturevalue("filled_template"))
    opened = open_store(url)
    if request.param == "sqlite":
        opened.sync_sources([source()], NOW)
    yield opened
    opened.close()
    if request.param == "postgres":
        postgres_of_the_run.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    opened = open_store(request.getfixturevalue("server_url") if request.param == "postgres" else "sqlite://")
    if request.param == "sqlite":
        opened.sync_sources([source()], NOW)
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cgtwatch.db"


@pytest.fixture
def filed(path: Path) -> Iterator[Store]:
    opened = open_store(url_of(path))
    opened.sync_sources([source()], NOW)
    yield opened
    opened.close()
