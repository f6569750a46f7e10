"""Thousands of new rows at once cost time in proportion to their number."""

from importlib import import_module
from pathlib import Path

import pytest
from attack import feed, sources
from inside import inside
from place import Site

from cgtwatch.link.relation import relation
from cgtwatch.pipeline.recognise import NEIGHBOURS

ROWS = 400


def test_a_flood_of_relevant_rows_is_compared_with_its_neighbours_alone(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = []
    monkeypatch.setattr(import_module("cgtwatch.link.relate"), "relation", lambda a, b: pairs.append(1) or relation(a, b))
    site.page("/feed", feed(range(ROWS, 0, -1)), "application/rss+xml")
    with inside(tmp_path, sources(one=f"{site.url}/feed")) as bench:
        assert bench.poll()["one"]["new"] == ROWS
        assert len(bench.app.store.announcements(0)) == 0
    assert len(pairs) <= ROWS * (2 * NEIGHBOURS)
