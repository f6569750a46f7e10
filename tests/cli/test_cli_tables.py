"""Tables for people: readable at any width, no header ever folded."""

from datetime import UTC, datetime

import pytest

from cgtwatch.cli import show

COLUMNS = ("id", "date", "title", "stage", "comment_deadline", "doc_type", "issuers", "jurisdiction", "importance")
ROW = (
    "e0123456789abcdef",
    "2026-03-02",
    "Draft guideline on the potency testing of cell-based therapies, second revision",
    "draft",
    "2026-04-30",
    "guideline",
    ["nmpa", "cde", "nhc", "most"],
    "CN",
    "high",
)


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_a_table_keeps_its_first_columns_whole_and_leaves_the_last_away(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    show.table(COLUMNS, [ROW] * 3, empty="nothing")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].split()[:3] == ["id", "date", "title"]
    assert "e0123456789abcdef" in lines[1]
    assert ("importance" in lines[0]) == (width == 200)


def test_an_empty_table_says_so(capsys):
    show.table(COLUMNS, [], empty="No such event.")
    assert capsys.readouterr().out.strip() == "No such event."


def test_columns_that_hold_nothing_are_left_away(capsys):
    show.table(("id", "note"), [("a", None), ("b", "")], empty="")
    assert "note" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, "–"), ([], "–"), (["a", "b", "c", "d"], "a, b +2"), ("\x1b[31mred", "�[31mred"), (True, "True")],
)
def test_cells_are_plain(value, cell):
    assert show.shown(value) == cell


def test_times_are_shown_to_the_minute_in_the_readers_zone():
    at = datetime(2026, 3, 2, 8, 5, 59, tzinfo=UTC)
    assert show.shown(at) == show.shown("2026-03-02T08:05:59Z") == at.astimezone().strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(("width", "columns"), [(80, "key state subject"), (120, "key state subscription subject answer")])
def test_two_columns_of_prose_do_not_push_out_what_is_short(width, columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    row = ("msg_0123456789abcdef0123456789abcdef", "dead", "ding", "A subject " * 8, "200 errcode 310000: keywords " * 4, 3)
    show.table(("key", "state", "subscription", "subject", "answer", "attempts"), [row] * 3, empty="")
    assert capsys.readouterr().out.splitlines()[0].split() == columns.split()
