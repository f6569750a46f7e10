"""Sources changed by command: alone, and through the running service, which obeys at once."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from place import Place, Site, free_port, serving

LISTED = "<html lang='en'><title>Notices</title><ul>" + "".join(
    f"<li><a href='/n/{i}'>Notice {i} on gene therapy products</a> 2026-02-{i:02}</li>" for i in range(1, 13)
)
FILE = "# ours\nsources:\n  # ---- Japan ----\n  - {id: jp, kind: feed, url: SITE/feed, jurisdiction: JP, every: 6h} # first\n  # the end\n"
OPML = "<opml version='2.0'><body><outline text='Known' xmlUrl='SITE/feed'/><outline text='PMDA' xmlUrl='https://x.example.go.jp/rss'/></body></opml>"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with serving(Site()) as site:
        site.page("/list", LISTED)
        site.page("/feed", "<rss version='2.0'><channel><title>t</title></channel></rss>", "application/rss+xml")
        made = Place(tmp_path, {"SITE": site.url})
        made.sources(FILE.replace("SITE", site.url))
        yield made


def file_of(place: Place) -> str:
    return (place.root / "sources.yaml").read_text("utf-8")


def test_the_file_is_changed_by_command_and_keeps_its_comments(place: Place) -> None:
    before, site = file_of(place), place.extra["SITE"]
    [row] = place.rows("sources", "pause", "jp")
    assert (row["enabled"], row["changed"]) == (False, True)
    assert file_of(place) == before.replace("{id: jp,", "{id: jp, enabled: false,")
    place.run("sources", "resume", "jp")
    place.run("sources", "change", "jp", "--every", "2h", "--name", "日本", "--name-en", "Japan")
    assert "every: 2h" in file_of(place)
    place.run("sources", "add", f"{site}/list", "--id", "notices", "--jurisdiction", "JP", "--off")
    assert file_of(place).index("# first") < file_of(place).index("- id: notices") < file_of(place).index("# the end")
    place.run("sources", "remove", "notices")
    assert "notices" not in file_of(place)
    assert place.run("sources", "pause", "nobody", code=1).stderr
    assert "id of another" in place.run("sources", "add", f"{site}/list", "--id", "jp", code=2).stderr


def test_feeds_go_out_and_come_in(place: Place, tmp_path: Path) -> None:
    assert 'xmlUrl="' in place.run("sources", "export", "--opml").stdout
    (tmp_path / "feeds.opml").write_text(OPML.replace("SITE", place.extra["SITE"]))
    assert "watched already as jp" in place.run("sources", "import", "feeds.opml", "--dry-run").stderr
    [row] = place.rows("sources", "import", "feeds.opml", "--on")
    assert row["enabled"] is True
    assert "jurisdiction: JP" in file_of(place).partition("PMDA")[2]


def test_a_running_service_obeys_at_once_and_outlives_a_wrong_file(place: Place) -> None:
    port = free_port()
    place.extra["CGTWATCH_LISTEN"] = f"127.0.0.1:{port}"

    def health() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/sources", timeout=10) as answer:
            return str(json.load(answer)["sources"][0]["health"])

    with place.service() as service:
        service.until(lambda: "started" in service.text)
        place.run("sources", "pause", "jp")
        assert health() == "off"
        place.run("sources", "resume", "jp")
        assert health() != "off"
        place.sources(file_of(place) + "  - {id: broken\n")
        assert "sources.yaml" in place.run("sources", "pause", "jp", code=2).stderr
        assert health() != "off"
        assert service.stop() == 0
