"""Receivers that fail in every way they know: what the ledger, the subscription and the operator are told of each."""

import json
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, desk
from place import Site

from cgtwatch.deliver.webhook import secret_for
from deliver.senders import running
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

KEY = "a key for tests that is long enough"
ALWAYS = 1_000_000_000  # seconds: the sink's own clock does not move with ours

# fault → state, attempts, copies taken, and what became of the subscription. Ten attempts are all that the schedule has.
HOOKS: dict[str, tuple[str, int, int, str]] = {
    "ok": ("sent", 1, 1, "active"),
    "strict": ("sent", 1, 1, "active"),
    "fail-first?n=3": ("sent", 4, 1, "active"),
    "fail-first?n=9": ("sent", 10, 1, "active"),
    "fail-s?s=0.1": ("sent", 1, 1, "active"),
    "flaky?p=0.5&seed=4": ("sent", 0, 1, "active"),
    "status?code=500": ("dead", 10, 0, "active"),
    "status?code=400": ("dead", 10, 0, "active"),
    "status?code=202": ("sent", 1, 1, "active"),
    "slow?s=0.1": ("sent", 1, 1, "active"),
    "drop-before": ("unknown", 10, 0, "active"),
    "drop-after": ("sent", 2, 2, "active"),
    "reset-after": ("sent", 2, 2, "active"),
    "garbage": ("unknown", 10, 0, "active"),
    "huge-response": ("sent", 1, 1, "active"),
    "gone": ("dead", 1, 0, "disabled"),
    "too-many?n=2": ("sent", 3, 1, "active"),
    "retry-date?n=1": ("sent", 2, 1, "active"),
    "redirect": ("dead", 10, 0, "active"),
    "auth?want=x": ("dead", 10, 0, "active"),
}
# Faults that cost a time-out of real seconds each: what they have come to after three attempts. `late-*` of the mail server wait
# for longer than a test may, so they are left to `chaos`.
SLOW: dict[str, tuple[str, int, int, str]] = {
    "timeout?s=3": ("retry", 3, 0, "active"),
    "late-ok?s=3": ("retry", 3, 3, "active"),
    "half-response?s=3": ("retry", 3, 0, "active"),
    "slow-response": ("sent", 1, 1, "active"),
}
# A room has no ids: what may have been taken is listed, and not sent again.
ROOMS: dict[str, tuple[str, int, int, str]] = {
    "slack": ("sent", 1, 1, "active"),
    "slack?fail=invalid_blocks": ("dead", 1, 0, "active"),
    "slack?fail=no_service": ("dead", 1, 0, "disabled"),
    "slack?fail=rate": ("dead", 10, 0, "active"),
    "status?code=500": ("dead", 10, 0, "active"),
    "gone": ("dead", 1, 0, "disabled"),
    "drop-before": ("unknown", 1, 0, "active"),
    "drop-after": ("unknown", 1, 1, "active"),
    "reset-after": ("unknown", 1, 1, "active"),
    "garbage": ("unknown", 1, 0, "active"),
}
MAILS: dict[str, tuple[str, int, int, str]] = {
    "mei": ("sent", 1, 1, "active"),
    "grey": ("sent", 3, 1, "active"),
    "temp3": ("sent", 4, 1, "active"),
    "refuse": ("dead", 1, 0, "active"),
    "nouser": ("dead", 1, 0, "paused"),  # nobody of that name: asking on is rude
    "full": ("dead", 1, 0, "active"),
    "spam": ("dead", 1, 0, "active"),
    "temp": ("retry", 0, 0, "active"),  # hourly, for three days
    "rate": ("retry", 0, 0, "active"),
    "tempdata": ("retry", 0, 0, "active"),
    "drop-rcpt": ("retry", 0, 0, "active"),
    "drop-mid-data": ("unknown", 2, 0, "active"),
    "drop-after-data": ("unknown", 2, 2, "active"),
    "rst-after-data": ("unknown", 2, 2, "active"),
}


def names(table: dict[str, Any], prefix: str) -> dict[str, str]:
    """A subscription for each fault of a table."""
    return {f"{prefix}{number}": fault for number, fault in enumerate(table)}


def secrets(hooks: dict[str, str]) -> list[str]:
    return [part for name in hooks for part in ("--secret", secret_for(KEY.encode(), name))]


@pytest.fixture(scope="module")
def hooks() -> dict[str, str]:
    return names(HOOKS, "hook")


@pytest.fixture(scope="module")
def sink(hooks: dict[str, str]) -> Iterator[str]:
    assert SHARED is not None
    program = SHARED / "hostile" / "webhook_sink.py"
    with running(program, *secrets(hooks), "--tolerance", str(ALWAYS), "--log", "/dev/null") as facts:
        yield f"http://127.0.0.1:{facts['port']}"


def seen(sink: str) -> dict[str, dict[str, int]]:
    with urllib.request.urlopen(f"{sink}/_stats", timeout=10) as stats:
        found: dict[str, dict[str, int]] = json.load(stats)["subscribers"]
    return defaultdict(lambda: dict.fromkeys(("attempts", "delivered", "bad_signature", "body_changed"), 0), found)


def address(sink: str, name: str, fault: str) -> str:
    return f"{sink}/{fault}{'&' if '?' in fault else '?'}key={name}"


@contextmanager
def served(root: Path, site: Site, targets: dict[str, str], hours: float = 96, **settings: str) -> Iterator[Desk]:
    """A desk at which one event was announced to all targets and some time has passed."""
    with desk(root, site, secret_key=KEY, **settings) as at:
        at.bench.now = datetime.now(UTC)  # what receivers say of time is said by the real clock
        at.bench.poll()
        at.subscribe(**targets)
        at.publish()
        at.live_on(hours)
        yield at


def judged(at: Desk, wanted: dict[str, tuple[str, tuple[str, int, int, str]]], taken: dict[str, int]) -> dict[str, Any]:
    """What differs from the table: by name, the fault, what was expected and what came."""
    wrong = {}
    status = {one.name: one.status.value for one in at.bench.app.store.subscriptions()}
    for name, (fault, expected) in wanted.items():
        (delivery,) = at.ledger(name)
        came = (delivery.state.value, delivery.attempts if expected[1] else 0, taken.get(name, 0), status[name])
        if came != expected:
            wrong[name] = (fault, "expected", expected, "came", came, delivery.answer)
    return wrong


def alarmed(at: Desk) -> set[str]:
    return {key.partition(":")[2] for what, key in at.told() if what == "opened"}


def test_every_fault_of_a_webhook_leads_where_it_should(tmp_path: Path, site: Site, sink: str, hooks: dict[str, str]) -> None:
    with served(tmp_path, site, {name: address(sink, name, fault) for name, fault in hooks.items()}) as at:
        stats = seen(sink)
        wanted = {name: (fault, HOOKS[fault]) for name, fault in hooks.items()}
        assert judged(at, wanted, {name: stats[name]["delivered"] for name in hooks}) == {}
        assert {name for name in hooks if stats[name]["bad_signature"] or stats[name]["body_changed"]} == set()
        lasting = {name for name, fault in hooks.items() if HOOKS[fault][0] in {"dead", "unknown"}}
        late = {name for name, fault in hooks.items() if HOOKS[fault][0] == "sent" and at.ledger(name)[0].attempts > 4}
        assert alarmed(at) == lasting | late


def test_receivers_that_take_too_long_are_left_in_time(
    tmp_path: Path, site: Site, sink: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.deliver.post._DEADLINE", timedelta(seconds=1))
    slow = names(SLOW, "slow")
    with served(tmp_path, site, {name: address(sink, name, fault) for name, fault in slow.items()}, hours=0.2) as at:
        stats = seen(sink)
        wanted = {name: (fault, SLOW[fault]) for name, fault in slow.items()}
        assert judged(at, wanted, {name: stats[name]["delivered"] for name in slow}) == {}


def test_every_fault_of_a_room_leads_where_it_should(tmp_path: Path, site: Site, sink: str) -> None:
    rooms = names(ROOMS, "room")
    with served(tmp_path, site, {name: f"slack:{address(sink, name, fault)}" for name, fault in rooms.items()}) as at:
        stats = seen(sink)
        wanted = {name: (fault, ROOMS[fault]) for name, fault in rooms.items()}
        assert judged(at, wanted, {name: stats[name]["delivered"] for name in rooms}) == {}
        assert alarmed(at) == {name for name, fault in rooms.items() if ROOMS[fault][0] in {"dead", "unknown"}}


def test_every_fault_of_a_mail_server_leads_where_it_should(tmp_path: Path, site: Site) -> None:
    assert SHARED is not None
    log = tmp_path / "mails.jsonl"
    with running(SHARED / "hostile" / "smtp_sink.py", "--log", str(log)) as facts:
        to = {name: f"mailto:{name}@reader.example" for name in MAILS}
        with served(tmp_path, site, to, hours=6, smtp_url=f"smtp://127.0.0.1:{facts['port']}") as at:
            taken = [mail for mail in map(json.loads, log.read_text().splitlines()) if mail["event"] == "message"]
            copies = {name: max((mail["copies"].get(f"{name}@reader.example", 0) for mail in taken), default=0) for name in MAILS}
            assert judged(at, {name: (name, expected) for name, expected in MAILS.items()}, copies) == {}
            assert alarmed(at) == {name for name, expected in MAILS.items() if expected[0] != "sent"}
            assert [
                mail for mail in taken if mail["injected"] or mail["repeated"] or mail["markup"] or mail["bare_cr_or_lf"]
            ] == []
            assert len({mail["message_id"] for mail in taken}) == len({mail["rcpts"][0] for mail in taken})
