"""Who is served when: what broke rests ever longer and is told once, and nobody who is not due is read."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cgtwatch.engine.digests import Digests
from cgtwatch.model.subscription import Cadence, Every, Status
from pipeline.digest_kit import NOW, Rooms, Wire, act, announce, reader


@pytest.fixture
def rooms() -> Iterator[Rooms]:
    made = Rooms()
    announce(made.store, [act(number) for number in range(1, 4)])
    yield made
    made.store.close()


@pytest.fixture
def digests(rooms: Rooms) -> Digests:
    app: Any = SimpleNamespace(store=rooms.store, clock=lambda: rooms.now, sources=(), digest_parts=rooms.parts)
    return Digests(app)


def served(digests: Digests) -> dict[str, str]:
    return {row.subscription: row.outcome for row in digests.due()}


def test_a_digest_that_broke_is_tried_again_ever_more_seldom(rooms: Rooms, digests: Digests) -> None:
    rooms.add(reader("bad", next_due=NOW), reader("good", next_due=NOW))
    rooms.wire.broken = frozenset({"bad"})
    tried = []
    for minute in range(30):
        rooms.now = NOW + timedelta(minutes=minute)
        tried += [minute] * ("bad" in served(digests))
    assert tried == [0, 1, 6, 21]


def test_the_operator_hears_once_what_cannot_be_composed_and_once_when_it_can(rooms: Rooms, digests: Digests) -> None:
    rooms.add(*(reader(f"r{number}", next_due=NOW) for number in range(5)))
    rooms.wire.broken = frozenset({f"r{number}" for number in range(5)})
    served(digests)
    rooms.now += timedelta(minutes=2)
    served(digests)
    (alarm,) = rooms.store.open_alarms()
    assert alarm.subject == "digests cannot be composed for r0, r1, r2 and 2 more"
    rooms.wire.broken = frozenset()
    rooms.now += timedelta(minutes=10)
    assert set(served(digests).values()) == {"queued"}
    assert rooms.store.open_alarms() == ()


def test_a_broken_reader_who_left_keeps_no_alarm_open(rooms: Rooms, digests: Digests) -> None:
    rooms.add(reader("bad", next_due=NOW), reader("good", next_due=NOW + timedelta(hours=2)))
    rooms.wire = Wire(frozenset({"bad"}))
    digests.app.digest_parts = rooms.parts
    served(digests)
    rooms.store.remove_subscription("bad", NOW)
    rooms.now += timedelta(hours=3)
    assert served(digests) == {"good": "queued"}
    assert rooms.store.open_alarms() == ()


@pytest.mark.parametrize(
    ("rest", "read"),
    [
        ({"next_due": NOW}, True),
        ({"next_due": NOW + timedelta(hours=1)}, False),
        ({"next_due": None}, True),
        ({"next_due": NOW + timedelta(hours=1), "welcomed": False}, True),
        ({"next_due": NOW, "cadence": Cadence(Every.NOW), "sent_upto": 3}, False),
        ({"next_due": NOW, "cadence": Cadence(Every.NOW), "sent_upto": 2}, True),
        ({"next_due": NOW, "status": Status.PAUSED}, False),
    ],
)
def test_only_those_are_read_whose_turn_may_have_come(rooms: Rooms, rest: dict[str, Any], read: bool) -> None:
    rooms.add(reader("mei", **rest))
    assert bool(rooms.store.due_subscriptions(3, NOW)) is read
