"""`digest --preview`: the browser for a person, JSON for a program, and file and line of a mistake in a template of one's own."""

import json
import os
import re
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from cgtwatch.app import App
from cgtwatch.cli import templates
from cgtwatch.cli.work import digest
from cgtwatch.config.settings import load_settings
from cgtwatch.errors import ConfigError
from cgtwatch.model.subscription import Cadence, Every, Subscription
from store.store_kit import NOW, news


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with one event and one reader, and a person's terminal."""
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  - {id: cde, name: CDE, kind: list, url: 'https://cde.example/', list: {item: li, title: a, link: 'a@href'}}\n"
    )
    (tmp_path / "own").mkdir()
    given = {"CGTWATCH_DATA_DIR": str(tmp_path / "data"), "CGTWATCH_SOURCES": str(tmp_path / "sources.yaml")}
    for name, value in {**given, "CGTWATCH_TEMPLATES": str(tmp_path / "own")}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "data").mkdir()
    with App(load_settings(given, tmp_path)) as app:
        app.store.sync_sources(app.sources, NOW)
        app.store.add_subscription(Subscription("mei", "maildir", "local:", Cadence(Every.DAILY), language="en"), NOW)
        app.store.record_visit(news("a"))
    return tmp_path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", found.append)
    return found


@pytest.fixture
def preview(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, str]]:
    """Runs the command on a person's terminal, or (`tty=False`) in a pipe: what it printed, and what it said beside."""

    def run(*, tty: bool = True, **rest: Any) -> tuple[str, str]:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: tty)
        digest(**{"subscription": None, "at": None, "preview": True, "html": None, "last": None, "json": False, **rest})
        return capsys.readouterr()

    return run


def test_a_person_sees_the_mail_in_the_browser_and_where_it_lies(place, opened, preview):
    out, _ = preview(subscription="mei")
    [address] = opened
    page = Path(unquote(urlsplit(address).path))
    assert "Guideline e-a" in page.read_text("utf-8")
    assert out.rstrip().endswith(str(page))
    assert "Why do I get this?" in out


def test_a_program_reads_json_and_no_browser_opens(place, opened, preview):
    out, _ = preview(tty=False)
    row = json.loads(out)
    assert (row["subscription"], row["events"], opened) == ("mei", 1, [])
    assert row["why"].startswith("You asked for")


@pytest.fixture
def told(place: Path) -> Path:
    """The reader knows it all."""
    with App(load_settings(dict(os.environ), place)) as app:
        app.store.update_subscription("mei", sent_upto=app.store.last_seq())
    return place


def test_who_previews_when_nothing_waits_is_told_so(told, opened, preview):
    _, said = preview(subscription="mei")
    assert said.startswith("mei: nothing new waits, nothing would be sent")


def test_who_writes_templates_sees_what_was_told_already(told, opened, preview):
    out, said = preview(subscription="mei", last=5)
    assert ("Guideline e-a" in out, said) == (True, "")


def test_one_file_takes_one_digest(place, opened, preview):
    with App(load_settings(dict(os.environ), place)) as app:
        app.store.add_subscription(Subscription("lee", "maildir", "local:", Cadence(Every.DAILY)), NOW)
    with pytest.raises(ConfigError, match="there are 2 subscriptions; name one"):
        preview(html=str(place / "one.html"))


def test_a_mistake_in_a_template_of_ones_own_is_said_with_file_and_line(place, opened, preview):
    (place / "own" / "digest.html.j2").write_text("one\n{{ nobody }}\n")
    out, said = preview(subscription="mei")
    assert "digest.html.j2:2: 'nobody' is undefined" in said
    assert "Guideline e-a" in out


def test_what_export_writes_is_not_written_over_edits(place, capsys):
    (place / "own" / "style.css").write_text(".mine {}")
    templates.export(place / "own")
    assert re.search(r"style\.css: is there already", capsys.readouterr().out)
    assert (place / "own" / "style.css").read_text() == ".mine {}"
    assert (place / "own" / "digest.html.j2").exists()
