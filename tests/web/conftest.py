"""Watches for the tests of the page."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from place import Site, serving

from web.api_kit import Programs, programs
from web.watched import DEAD, FEED, SICK, Watched, newsworthy, watched


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch that has told its readers of two events; tests only look at it."""
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("news"), site, FEED) as watch:
        newsworthy(watch)
        yield watch


@dataclass(frozen=True)
class Told:
    """What a watch has left behind that told its readers of two events."""

    root: Path
    site: Site
    pages: Mapping[str, Any]
    entries: Sequence[tuple[str, str, str]]
    now: datetime


@pytest.fixture(scope="session")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """What `watch` is copied from."""
    root = tmp_path_factory.mktemp("told")
    with serving(Site()) as site:
        with watched(root, site, FEED) as made:
            newsworthy(made)
            left = Told(root, site, dict(site.pages), tuple(made.entries), made.bench.now)
        yield left


@pytest.fixture
def watch(tmp_path: Path, left_behind: Told) -> Iterator[Watched]:
    """A watch of its own for a test that changes something; it has told its readers of two events."""
    shutil.copytree(left_behind.root, tmp_path, dirs_exist_ok=True)
    site = left_behind.site
    site.pages = dict(left_behind.pages)
    site.requests.clear()
    site.posts.clear()
    with watched(tmp_path, site, FEED, now=left_behind.now) as made:
        made.entries = list(left_behind.entries)
        yield made


@pytest.fixture(scope="session")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch whose four sources are all out of reach; they were visited, and nobody was told yet."""
    dead = [DEAD.replace("NUMBER", str(number)) for number in range(4)]
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("outage"), site, *dead) as made:
        made.bench.poll()
        yield made


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch with a source that is well and one that has begun to answer with what is no feed."""
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("mixed"), site, FEED, SICK) as made:
        made.publish("old", "Board meeting minutes", "The minutes of the spring meeting.")
        feed = site.pages["/feed.xml"]
        assert isinstance(feed, tuple)
        site.pages["/sick.xml"] = feed
        made.bench.poll()
        site.page("/sick.xml", "<html><p>no feed any more</p></html>")
        made.bench.pass_time(hours=7)
        made.bench.poll()
        made.bench.engine.housekeep()
        yield made


@pytest.fixture(scope="session")
def news_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """The same watch with users and their tokens, as programs see it from outside; tests only look at it."""
    with programs(tmp_path_factory.mktemp("news-api")) as made:
        yield made
