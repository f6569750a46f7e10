"""A store in memory, and one in a file, both with one source."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cgtwatch.store import Store, open_store
from store.store_kit import NOW, source, url_of


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("sqlite://")
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
