"""`deliveries`: what may be said of an outcome, and nothing else; one of them shown with its attempts, without its secret."""

import json

import pytest
import typer
from inside import inside

from cgtwatch.cli import show
from cgtwatch.cli.deliveries import redeliver, resolve, show_one
from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.delivery import SendOutcome, SendResult


@pytest.mark.parametrize("word", ["gone", "queued"])
def test_a_word_that_is_no_outcome_is_answered_with_those_there_are(word):
    with pytest.raises(ConfigError, match=r"known: sent, cancelled, dead$"):
        resolve("msg_1", word)


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """A delivery to a room that refused it."""
    monkeypatch.setenv("CGTWATCH_DATA_DIR", str(tmp_path / "data"))
    with inside(tmp_path, "sources: []\n") as bench:
        bench.ask("subscriptions.add", name="room", to="mattermost:http://127.0.0.1:9/hooks/geheim")
        key = bench.ask("subscriptions.test", name="room")[0]["delivery"]
        bench.app.store.redeliver(key, bench.now)
        bench.app.store.begin_attempt(key, bench.now)
        bench.app.store.settle(key, SendOutcome(SendResult.PERMANENT, "404 no such hook"), None, bench.now)
        yield key


def test_one_delivery_is_shown_with_every_attempt_and_its_answer(refused, capsys):
    show_one(refused, json=True)
    row = json.loads(capsys.readouterr().out)
    assert (row["key"], row["state"], row["subscription"], row["to"]) == (refused, "dead", "room", "http://127.0.0.1:9/…")
    last = row["tries"][-1]
    assert (last["result"], last["answer"], last["started_at"]) == ("permanent", "404 no such hook", "2026-03-02T01:00:00+00:00")
    assert "due_at" in row


def test_a_person_reads_one_delivery_without_its_secret(refused, capsys, monkeypatch):
    monkeypatch.setattr(show, "as_json", lambda _: False)
    show_one(refused)
    said = capsys.readouterr().out
    assert "state         dead" in said
    assert "404 no such hook" in said
    assert "geheim" not in said


def test_a_key_that_there_is_not_is_no_delivery(refused):
    with pytest.raises(NotFound):
        show_one("msg_none")


def test_all_that_was_given_up_is_queued_again_by_one_command(refused, capsys):
    redeliver(dead=True, subscription="room", json=True)
    assert json.loads(capsys.readouterr().out) == {"delivery": refused, "state": "queued", "answer": ""}
    redeliver(dead=True, json=True)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("given", [{}, {"key": "msg_1", "dead": True}, {"key": "msg_1", "since": "2026-01-01"}])
def test_either_one_delivery_is_named_or_all_that_were_given_up(given):
    with pytest.raises(typer.BadParameter):
        redeliver(**given)


def test_dead_letters_of_an_unknown_subscription_are_not_found(refused):
    with pytest.raises(NotFound):
        redeliver(dead=True, subscription="nobody")
