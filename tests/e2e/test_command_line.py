"""The command line as a newcomer meets it: help, errors that name the mend, exit codes, JSON."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from place import PROGRAM, Place, Site
from typer.testing import CliRunner

from cgtwatch.cli.main import app

README = Path(__file__).resolve().parents[2] / "README.md"
GROUPS = {
    "events": ("mark",),
    "sources": ("check", "list", "test", "release"),
    "subscriptions": (
        *("add", "apply", "change", "confirm", "erase", "export", "list", "pause", "resume", "remove", "rotate-secret", "show"),
        "test",
    ),
    "deliveries": ("list", "redeliver", "resolve", "show"),
    "db": ("upgrade", "backup", "check"),
}
ALONE = (
    "run",
    "poll",
    "digest",
    "send",
    "items",
    "events",
    "explain",
    "diff",
    "classify",
    "evaluate",
    "replay",
    "report",
    "demo",
    "doctor",
)
COMMANDS = [(name,) for name in ALONE] + [(group, name) for group, names in GROUPS.items() for name in names]
READS = [("items",), ("events",), ("subscriptions", "list"), ("deliveries", "list"), ("sources", "list")]
HEAVY = ("requests", "sqlmodel", "alembic", "lxml", "jinja2", "rich", "yaml", "feedparser", "apscheduler", "starlette")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"]).stdout
    assert "Usage:" in shown
    summary = shown.split("\n\n")[1] if "\n\n" in shown else ""
    assert len(summary.strip()) > 10


def test_every_command_is_listed(place: Place) -> None:
    shown = place.run("--help").stdout
    assert all(command[0] in shown for command in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    lines = [
        "import sys",
        "sys.argv = ['cgtwatch', '--help']",
        "from cgtwatch.cli.main import app",
        "try: app()",
        "except SystemExit: pass",
    ]
    code = "\n".join([*lines, "print(sorted(sys.modules), file=sys.stderr)"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in HEAVY if f"'{name}'" in done.stderr]


def test_version_is_told(place: Place) -> None:
    assert place.run("--version").stdout.startswith("cgtwatch 0.")


def test_an_unknown_command_is_wrong_use(place: Place) -> None:
    assert place.run("frobnicate", code=2).stderr


@pytest.mark.parametrize("command", READS[:4], ids=" ".join)
def test_reading_before_anything_is_stored_says_how_to_begin(place: Place, command: tuple[str, ...]) -> None:
    assert "cgtwatch poll" in place.run(*command, code=1).stderr


def test_wrong_options_are_told_all_at_once(place: Place, site: Site) -> None:
    place.sources(f"sources:\n  - {{id: one, name: One, kind: feed, url: '{site.url}/f.xml'}}\n")
    place.run("poll", "--all", code=1)
    said = place.run("events", "--since", "yesterday", "--stage", "ready", "--importance", "huge", code=2).stderr
    assert all(option in said for option in ("--since", "--stage", "--importance"))
    said = place.run(
        "subscriptions", "add", "x y", "--to", "ftp://a", "--cadence", "sometimes", "--tz", "Mars/Base", "--lang", "xx", code=2
    ).stderr
    assert all(option in said for option in ("NAME", "--to", "--cadence", "--tz", "--lang"))


@pytest.mark.fault("C1")
@pytest.mark.promise("P17")
def test_a_wrong_sources_file_is_told_whole_with_lines_and_mends(place: Place) -> None:
    place.sources(
        "sources:\n"
        "  - {id: one, name: One, kind: fed, url: 'http://example.org/'}\n"
        "  - {id: two, name: Two, kind: list, url: 'http://example.org/', list: {item: 'li[['}, every: 6x}\n"
        "  - {id: one, name: Again, kind: feed, url: 'http://example.org/a', colour: red}\n"
    )
    for command in (("sources", "check"), ("poll", "--all"), ("run", "--no-web")):
        said = place.run(*command, code=2).stderr
        assert all(
            part in said for part in ("sources.yaml:2", "sources.yaml:3", "sources.yaml:4", "fed", "6x", "colour", "li[[", "one")
        )


def test_an_unknown_setting_is_told_with_a_suggestion(place: Place) -> None:
    place.extra["CGTWATCH_DATADIR"] = "/tmp/x"
    assert "CGTWATCH_DATA_DIR" in place.run("doctor", code=2).stderr


def test_poll_ends_with_1_only_when_no_source_could_be_read(place: Place, site: Site) -> None:
    site.page(
        "/good.xml",
        "<rss version='2.0'><channel><title>t</title><item><title>a</title><link>http://127.0.0.1/a</link></item></channel></rss>",
        "application/rss+xml",
    )
    line = "  - {{id: {0}, name: {0}, kind: feed, url: '{1}/{0}.xml', gap: 0s, robots: ignore}}\n"
    place.sources("sources:\n" + line.format("good", site.url) + line.format("bad", site.url))
    assert place.poll("--all", code=0)["bad"]["outcome"] == "failed"
    assert place.poll("bad", code=1)["bad"]["error"]


def test_a_feed_that_is_no_feed_is_marked_and_others_go_on(place: Place, site: Site) -> None:
    site.page(
        "/page.xml",
        "<html><head><title>Welcome</title></head><body><p>No feed here any more, we moved to a new portal.</p></body></html>",
    )
    site.page(
        "/good.xml",
        "<rss version='2.0'><channel><title>t</title><item><title>a</title><link>http://127.0.0.1/a</link></item></channel></rss>",
        "application/rss+xml",
    )
    line = "  - {{id: {0}, name: {0}, kind: feed, url: '{1}/{0}.xml', gap: 0s, robots: ignore}}\n"
    place.sources("sources:\n" + line.format("page", site.url) + line.format("good", site.url))
    rows = place.poll("--all")
    assert rows["good"]["outcome"] == "ok"
    assert rows["page"]["error"].startswith("parse")
    health = {row["id"]: row for row in place.rows("sources", "list")}
    assert health["page"]["health"] not in {"ok", "unverified"}
    assert health["page"]["hint"]


def test_classify_reads_a_document_from_standard_input(place: Place) -> None:
    text = "国家药监局关于发布《细胞治疗产品生产检查指南》的通告（2026年第8号）\n发布时间：2026-02-03\n现予发布，自2026年3月1日起施行。"
    record = json.loads(place.run("classify", "--json", stdin=text.encode()).stdout)
    assert record["labels"]["relevant"] is True
    assert record["labels"]["issuers"] == ["nmpa"]
    assert record["labels"]["effective_date"] == "2026-03-01"
    whole = text.split("\n", 1)
    document = f"{whole[0]}\n{whole[1]}"
    for spans in record["evidence"].values():
        for span in spans:
            assert span.get("of") == "source" or span["text"] in document
    assert [event["main"] for event in record["events"]] == [True]


def test_classify_of_nothing_readable_is_one_clear_line(place: Place) -> None:
    assert "expected a text" in place.run("classify", code=1, stdin=b"\x89PNG\r\n\x1a\n" + bytes(4000)).stderr


def test_evaluate_scores_a_labelled_file(place: Place) -> None:
    lines = [
        {
            "id": "1",
            "title": "FDA approves new CAR-T cell therapy",
            "text": "",
            "url": "",
            "source": "",
            "lang": "en",
            "published": None,
            "labels": {"relevant": True},
        },
        {
            "id": "2",
            "title": "Solar cells become cheaper",
            "text": "",
            "url": "",
            "source": "",
            "lang": "en",
            "published": None,
            "labels": {"relevant": False},
        },
    ]
    (place.root / "labels.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = place.rows("evaluate", "labels.jsonl", "--predictions", "out.jsonl")[-1]
    assert found["n"] == 2
    assert found["fields"]["relevant"]["f1"] == 1.0
    assert [json.loads(line)["id"] for line in (place.root / "out.jsonl").read_text(encoding="utf-8").splitlines()] == ["1", "2"]


def test_single_mistakes_of_a_check_file_are_refused(place: Place) -> None:
    (place.root / "check-x.jsonl").write_text('{"id": "1", "title": "t", "labels": {"relevant": true}}', encoding="utf-8")
    assert place.run("evaluate", "check-x.jsonl", "--mistakes", "3", code=2).stderr


def test_doctor_finds_a_fresh_place_well(place: Place) -> None:
    assert all(row["ok"] for row in place.rows("doctor"))


def test_readme_names_every_command_group() -> None:
    text = README.read_text(encoding="utf-8")
    assert all(
        f"cgtwatch {command[0]}" in text or f"make {command[0]}" in text
        for command in COMMANDS
        if command[0] not in {"send", "items", "db", "run"}
    )
    assert PROGRAM


@pytest.mark.fault("D9")
def test_health_from_a_database_of_a_newer_version_is_refused(place: Place, site: Site) -> None:
    place.sources(f"sources:\n  - {{id: one, name: One, kind: feed, url: '{site.url}/f.xml'}}\n")
    place.run("poll", "--all", code=1)
    with closing(sqlite3.connect(place.data / "cgtwatch.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    assert "newer" in place.run("sources", "list", code=1).stderr
