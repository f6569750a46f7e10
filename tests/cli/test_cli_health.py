"""`sources list` on a terminal: what an operator must see is there at any width, the sick first."""

from datetime import UTC, datetime

import pytest

from cgtwatch.cli.health import away, print_health

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def row(name, health="ok", **more):
    return {
        "id": name, "enabled": health != "off", "health": health, "what": "", "hint": "", "error": None, "held": 0, "items": 12,
        "last_visit": "2026-03-02T07:00:00Z", "last_ok": "2026-03-02T07:00:00Z", "last_new": "2026-02-20T08:00:00Z",
        "expected_next": "2026-03-05T08:00:00Z", "next_poll": "2026-03-02T13:00:00Z", **more,
    }  # fmt: skip


SICK = row("cn-gd-mpa-notices", "broken", error="parse", what="no row matches 省药监局 ul.list li", hint="mend the selectors")
ROWS = [row("us-fda-press"), row("off-one", "off"), row("cn-never", "unverified", last_visit=None, last_ok=None), SICK]


@pytest.mark.parametrize("width", [72, 100, 160])
def test_a_sick_source_stands_first_with_what_was_got_and_what_to_try(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    print_health(ROWS, NOW, off=False)
    head, first, what, hint, *_ = capsys.readouterr().out.splitlines()
    assert [name in head for name in ("success", "new item", "expected")] == [True] * 3
    assert first.split()[:6] == ["cn-gd-mpa-notices", "broken", "60min", "ago", "10d", "ago"]
    assert (what.strip(), hint.strip()) == (SICK["what"], f"try: {SICK['hint']}")


def test_sources_that_are_off_are_counted_and_shown_on_demand(capsys):
    print_health(ROWS, NOW, off=False)
    told = capsys.readouterr().out
    assert "off-one" not in told
    assert told.splitlines()[-1] == "3 switched on: 1 ok, 1 waiting, 1 broken; 1 off (--off shows them)"
    print_health(ROWS, NOW, off=True)
    assert "off-one" in capsys.readouterr().out


def test_what_the_guard_holds_is_called_held(capsys):
    print_health([row("cn-held", "changed shape", held=1, error="quarantine")], NOW, off=False)
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["cn-held", "held"]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (None, "–"),
        ("2026-03-02T08:01:00Z", "now"),
        ("2026-03-02T07:15:00Z", "45min ago"),
        ("2026-03-02T13:00:00Z", "in 5h"),
        ("2026-02-20T08:00:00Z", "10d ago"),
    ],
)
def test_instants_are_told_by_their_distance(at, told):
    assert away(at, NOW) == told
