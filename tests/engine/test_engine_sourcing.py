"""Sources switched, added, changed and removed while the watch runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inside import Inside, inside

from cgtwatch.config.packaged import packaged_sources
from cgtwatch.config.settings import load_settings
from cgtwatch.errors import ConfigError, NotFound

FILE = """\
# ours
sources:
  - id: agency   # the first
    kind: feed
    url: https://agency.example.org/feed
    hints: [other]
  - {id: other, kind: feed, url: "https://other.example.org/feed", every: 2h}
"""
NEW = {"id": "third", "kind": "feed", "url": "https://third.example.org/feed", "name": "Third: one"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path, FILE) as made:
        yield made


def text(bench: Inside) -> str:
    return bench.app.settings.sources.read_text("utf-8")


def test_a_paused_source_is_off_in_the_file_and_in_the_watch(bench: Inside) -> None:
    [row] = bench.ask("sources.pause", ids=["other"])
    assert (row["source"], row["enabled"], row["changed"]) == ("other", False, True)
    assert text(bench) == FILE.replace("{id: other,", "{id: other, enabled: false,")
    assert not bench.app.source("other").enabled
    [again] = bench.ask("sources.resume", ids=["other"])
    assert again["enabled"]
    assert text(bench) == FILE.replace("{id: other,", "{id: other, enabled: true,")


def test_what_is_off_already_is_left_alone(bench: Inside) -> None:
    assert [row["changed"] for row in bench.ask("sources.resume", ids=["other", "agency"])] == [False, False]
    assert text(bench) == FILE


def test_an_added_source_is_watched_at_once(bench: Inside) -> None:
    bench.ask("sources.add", entries=[NEW])
    assert bench.app.source("third").name.en == "Third: one"
    assert "third" in bench.app.store.states()
    assert text(bench).startswith(FILE)


def test_names_and_rhythm_are_changed(bench: Inside) -> None:
    bench.ask("sources.change", id="other", values={"name": {"zh": "其他"}, "every": "1h"})
    source = bench.app.source("other")
    assert (source.name.zh, source.name.en, source.every.total_seconds()) == ("其他", "other", 3600)


def test_a_removed_source_keeps_its_history(bench: Inside) -> None:
    bench.ask("sources.add", entries=[NEW])
    bench.ask("sources.remove", id="third")
    assert text(bench) == FILE
    with pytest.raises(NotFound):
        bench.app.source("third")


@pytest.mark.parametrize(
    ("operation", "args", "why"),
    [
        ("sources.add", {"entries": [NEW | {"id": "other"}]}, "id of another"),
        ("sources.add", {"entries": [NEW | {"jurisdiction": "UK"}]}, "GB"),
        ("sources.add", {"entries": [NEW | {"headers": {"X-Key": "env:SECRET"}}]}, "headers"),
        ("sources.add", {"entries": [{"id": "x", "kind": "folder", "page": {}}]}, "by hand"),
        ("sources.add", {"entries": [NEW | {"kind": ["feed"]}]}, "kind"),
        ("sources.add", {"entries": []}, "1 to"),
        ("sources.change", {"id": "other", "values": {"proxy": "http://p.example.org"}}, "proxy"),
        ("sources.change", {"id": "other", "values": {"every": "soon"}}, "soon"),
        ("sources.remove", {"id": "other"}, "hints"),
        ("sources.pause", {"ids": []}, "name a source"),
    ],
)
def test_a_change_that_would_be_wrong_changes_nothing_and_is_told(bench: Inside, operation: str, args: dict, why: str) -> None:
    before = bench.app.sources
    with pytest.raises(ConfigError, match=why) as caught:
        bench.ask(operation, **args)
    assert ".new" not in str(caught.value)
    assert text(bench) == FILE
    assert bench.app.sources == before


def test_a_file_that_somebody_has_broken_is_left_alone_and_the_last_good_one_stays(bench: Inside) -> None:
    bench.app.settings.sources.write_text(FILE + "  - {id: broken\n")
    with pytest.raises(ConfigError):
        bench.ask("sources.pause", ids=["other"])
    assert bench.app.source("other").enabled


def test_the_shipped_file_is_copied_before_its_first_change_and_the_copy_is_used_from_then_on(tmp_path: Path) -> None:
    shipped = packaged_sources().read_bytes()
    bench = Inside(tmp_path)
    name = bench.app.sources[0].id
    bench.ask("sources.pause", ids=[name])
    assert packaged_sources().read_bytes() == shipped
    assert bench.app.settings.sources == tmp_path / "data" / "sources.yaml"
    assert load_settings({}, tmp_path).sources == tmp_path / "data" / "sources.yaml"
    assert not bench.app.source(name).enabled
    bench.engine.stop()
    bench.app.close()
