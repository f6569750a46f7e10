"""`users …` at the command line: passwords that are typed, and where the first is set."""

import io
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from inside import Inside
from typer.testing import CliRunner

from cgtwatch.cli.main import app
from cgtwatch.ops.passwords import Passwords
from cgtwatch.store import open_store

PASSWORD = "three green lanterns"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an empty database."""
    made = Inside(tmp_path)
    made.engine.stop()
    made.app.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CGTWATCH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    return tmp_path


def run(*arguments: str, typed: str = "") -> str:
    """What the command prints, or why it does nothing; rows are JSON, since nobody sits at a terminal."""
    done = CliRunner().invoke(app, list(arguments), input=typed)
    return str(done.exception) if done.exception else done.stdout


def test_a_password_is_read_from_a_line_and_only_its_hash_is_kept(place: Path) -> None:
    added = json.loads(run("users", "add", "mei", "--role", "operator", "--password", typed=f"{PASSWORD}\n"))
    assert (added["name"], added["role"], added["password"]) == ("mei", "operator", True)
    store = open_store(f"sqlite:///{place}/data/cgtwatch.db", readonly=True)
    try:
        account = store.account("mei")
        assert account is not None
        assert Passwords().matches(PASSWORD, account.password)
        assert PASSWORD not in str(account)
        assert str(account.password) not in repr(account)
    finally:
        store.close()
    assert json.loads(run("users", "list", "--json"))["password"] is True


def test_a_weak_password_is_refused(place: Path) -> None:
    assert "fewer than 12" in run("users", "add", "mei", "--password", typed="short\n")
    assert run("users", "list") == ""


def test_a_typed_password_is_asked_for_twice(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, "something else", PASSWORD, PASSWORD])

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    from cgtwatch.cli.users import _asked_hash
    from cgtwatch.errors import ConfigError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    with pytest.raises(ConfigError, match="differ"):
        _asked_hash("mei")
    assert _asked_hash("mei").startswith("$argon2id$")


def test_the_set_up_address_is_printed_until_there_is_a_password(place: Path) -> None:
    told = run("users", "set-up")
    assert urlsplit(told.strip()).path.startswith("/setup/")
    run("users", "add", "mei", "--password", typed=f"{PASSWORD}\n")
    assert "set already" in run("users", "set-up")


def test_a_role_and_the_log_ins_of_a_user_are_changed(place: Path) -> None:
    run("users", "add", "mei")
    assert json.loads(run("users", "role", "mei", "operator")) == {"name": "mei", "role": "operator"}
    assert json.loads(run("users", "log-out", "mei")) == {"name": "mei", "logged_out": True}
    assert json.loads(run("users", "password", "mei", typed=f"{PASSWORD}\n")) == {"name": "mei", "password": True}
    assert "is not known" in run("users", "role", "mei", "king")
