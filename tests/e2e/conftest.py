"""Places and sites for tests that run the real command, and a newsroom for those that read its pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import MISSING, missing, served, visitor
from newsroom import Lived, Newsroom, lived, reopened
from place import Place, Site, serving
from receivers import Receivers, receiving


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    """A mail server and a web server that keep what comes."""
    with receiving() as found:
        yield found


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """A watch that has lived for two weeks, to be copied."""
    with lived(tmp_path_factory.mktemp("weeks")) as made:
        yield made


@pytest.fixture
def room(weeks: Lived, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom of its own for a test that changes something."""
    with reopened(weeks, tmp_path) as made:
        yield made


@pytest.fixture
def home(room: Newsroom) -> Iterator[str]:
    """The address of the room's page."""
    with served(room.asgi) as address:
        yield address


@pytest.fixture
def page(chromium: Any, home: str) -> Iterator[Any]:
    """A visitor at the room's page, who reads English on a wide screen."""
    with visitor(chromium, home) as made:
        yield made


@pytest.fixture(scope="session")
def standing(weeks: Lived, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A newsroom that tests only look at."""
    with reopened(weeks, tmp_path_factory.mktemp("standing"), signup="on", public_url="https://watch.example.org") as made:
        yield made


@pytest.fixture(scope="session")
def quiet_home(standing: Newsroom) -> Iterator[str]:
    """The address of its page."""
    if missing():
        pytest.skip(MISSING)
    with served(standing.asgi) as address:
        yield address
