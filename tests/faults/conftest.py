"""Places and sites for tests that hurt the real command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from place import Place, Site, serving


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running
