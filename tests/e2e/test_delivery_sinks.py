"""Webhooks and chat rooms that fail in every way they know: what the ledger, the subscription and the operator are told of each."""

import json
import re
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from place import Site
from verdicts import KEY, Verdict, alarmed, judged, names, served

from cgtwatch.deliver.webhook import secret_for
from deliver.senders import running
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

ALWAYS = 1_000_000_000  # seconds: the sink's own clock does not move with ours

# fault → state, attempts, copies taken, and what became of the subscription. Ten attempts are all that the schedule has.
HOOKS: dict[str, Verdict] = {
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
# Faults that cost a time-out of real seconds each: what they have come to after three attempts.
SLOW: dict[str, Verdict] = {
    "timeout?s=3": ("retry", 3, 0, "active"),
    "late-ok?s=3": ("retry", 3, 3, "active"),
    "half-response?s=3": ("retry", 3, 0, "active"),
    "slow-response": ("sent", 1, 1, "active"),
}
# A room has no ids: what may have been taken is listed, and not sent again.
ROOMS: dict[str, Verdict] = {
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
# The other rooms, each with what its vendor says of a failure, mostly inside of a 200.
VENDORS: dict[str, Verdict] = {
    "feishu": ("sent", 1, 1, "active"),
    "feishu?fail=sign": ("dead", 1, 0, "active"),
    "feishu?fail=rate": ("dead", 10, 0, "active"),
    "feishu?fail=bad": ("dead", 1, 0, "active"),
    "dingtalk": ("sent", 1, 1, "active"),
    "dingtalk?fail=sign": ("dead", 1, 0, "active"),
    "dingtalk?fail=keyword": ("dead", 1, 0, "active"),
    "dingtalk?fail=rate": ("dead", 10, 0, "active"),
    "wecom": ("sent", 1, 1, "active"),
    "wecom?fail=rate": ("dead", 10, 0, "active"),
    "wecom?fail=key": ("dead", 1, 0, "disabled"),
    "wecom?fail=long": ("dead", 1, 0, "active"),
    "discord": ("sent", 1, 1, "active"),
    "discord?fail=rate": ("sent", 2, 1, "active"),
    "teams": ("sent", 1, 1, "active"),
    "teams?fail=1": ("dead", 10, 0, "active"),
}


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


@pytest.mark.fault("W1", "W2", "W3", "W4", "W5", "W6", "W7")
@pytest.mark.promise("P3")
def test_every_fault_of_a_webhook_leads_where_it_should(tmp_path: Path, site: Site, sink: str, hooks: dict[str, str]) -> None:
    with served(tmp_path, site, {name: address(sink, name, fault) for name, fault in hooks.items()}) as at:
        stats = seen(sink)
        wanted = {name: (fault, HOOKS[fault]) for name, fault in hooks.items()}
        assert judged(at, wanted, {name: stats[name]["delivered"] for name in hooks}) == {}
        assert {name for name in hooks if stats[name]["bad_signature"] or stats[name]["body_changed"]} == set()
        lasting = {name for name, fault in hooks.items() if HOOKS[fault][0] in {"dead", "unknown"}}
        late = {name for name, fault in hooks.items() if HOOKS[fault][0] == "sent" and at.ledger(name)[0].attempts > 4}
        assert alarmed(at) == lasting | late


@pytest.mark.chaos
@pytest.mark.fault("W5", "W6")
def test_receivers_that_take_too_long_are_left_in_time(
    tmp_path: Path, site: Site, sink: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.deliver.post._DEADLINE", timedelta(seconds=1))
    slow = names(SLOW, "slow")
    with served(tmp_path, site, {name: address(sink, name, fault) for name, fault in slow.items()}, hours=0.2) as at:
        stats = seen(sink)
        wanted = {name: (fault, SLOW[fault]) for name, fault in slow.items()}
        assert judged(at, wanted, {name: stats[name]["delivered"] for name in slow}) == {}


@pytest.mark.fault("W5")
@pytest.mark.chaos
def test_receivers_are_left_after_our_own_patience_and_not_before(tmp_path: Path, site: Site, sink: str) -> None:
    """15 s in all: who answers after 10 is heard, who would after 20 is left."""
    wanted: dict[str, Verdict] = {
        "slow?s=10": ("sent", 1, 1, "active"),
        "timeout?s=20": ("retry", 1, 0, "active"),
        "late-ok?s=20": ("retry", 1, 1, "active"),
        "half-response?s=20": ("retry", 1, 0, "active"),
    }
    slow = names(wanted, "patient")
    with served(tmp_path, site, {name: address(sink, name, fault) for name, fault in slow.items()}, hours=0) as at:
        stats = seen(sink)
        came = {name: stats[name]["delivered"] for name in slow}
        assert judged(at, {name: (fault, wanted[fault]) for name, fault in slow.items()}, came) == {}


@pytest.mark.fault("W6", "W12")
@pytest.mark.promise("P4")
def test_every_fault_of_a_room_leads_where_it_should(tmp_path: Path, site: Site, sink: str) -> None:
    rooms = names(ROOMS, "room")
    with served(tmp_path, site, {name: f"slack:{address(sink, name, fault)}" for name, fault in rooms.items()}) as at:
        stats = seen(sink)
        wanted = {name: (fault, ROOMS[fault]) for name, fault in rooms.items()}
        assert judged(at, wanted, {name: stats[name]["delivered"] for name in rooms}) == {}
        assert alarmed(at) == {name for name, fault in rooms.items() if ROOMS[fault][0] in {"dead", "unknown"}}


@pytest.mark.fault("W11", "W12")
def test_every_failure_of_a_vendor_leads_where_it_should(tmp_path: Path, site: Site, sink: str) -> None:
    rooms = names(VENDORS, "vendor")
    where = {name: f"{address(sink, name, fault)}&access_token=t" for name, fault in rooms.items()}
    targets = {name: f"{fault.partition('?')[0]}:{where[name]}" for name, fault in rooms.items()}
    with served(tmp_path, site, targets) as at:
        stats = seen(sink)
        wanted = {name: (fault, VENDORS[fault]) for name, fault in rooms.items()}
        assert judged(at, wanted, {name: stats[name]["delivered"] for name in rooms}) == {}
        assert alarmed(at) == {name for name, fault in rooms.items() if VENDORS[fault][0] == "dead"}


def test_no_fault_that_the_sink_offers_is_without_a_row() -> None:
    """By its help, and by its code: what it would do of which its help is silent."""
    assert SHARED is not None
    program = (SHARED / "hostile" / "webhook_sink.py").read_text(encoding="utf-8")
    help_text = program.split('"""')[1].split("POST to", 1)[1].split("GET /_stats")[0].split("\n", 1)[1]
    named = set(re.findall(r"^  ([a-z][a-z-]*)(?=  )|(?<=   )([a-z][a-z-]*)(?=  )", help_text, re.MULTILINE))
    modes = {one or other for one, other in named} | {one.replace("_", "-") for one in re.findall(r"def m_(\w+)", program)}
    rows = {*HOOKS, *SLOW, *ROOMS, *VENDORS}
    assert len(modes) > 25
    assert modes - {"unknown"} - {row.partition("?")[0] for row in rows} == set()
    told = (line.split(maxsplit=1) for line in help_text.splitlines() if "?fail=" in line)
    assert {f"{room}?fail={failure}" for room, said in told for failure in re.findall(r"\?fail=(\w+)", said)} - rows == set()
