"""What faults of receivers lead to: a desk that served them for a while, and what differs from the table of expectations."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desk import Desk, desk
from place import Site

KEY = "a key for tests that is long enough"
Verdict = tuple[str, int, int, str]  # state, attempts (0: whatever), copies taken, what became of the subscription


def names(table: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """A subscription for each fault of a table."""
    return {f"{prefix}{number}": fault for number, fault in enumerate(table)}


@contextmanager
def served(root: Path, site: Site, targets: Mapping[str, str], hours: float = 96, **settings: str) -> Iterator[Desk]:
    """A desk at which one event was announced to all targets and some time has passed."""
    with desk(root, site, secret_key=KEY, **settings) as at:
        at.bench.now = datetime.now(UTC)  # what receivers say of time is said by the real clock
        at.bench.poll()
        at.subscribe(**targets)
        at.publish()
        at.live_on(hours)
        yield at


def judged(at: Desk, wanted: Mapping[str, tuple[str, Verdict]], taken: Mapping[str, int]) -> dict[str, Any]:
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
    """Whom, or which way, the operator was told to be in trouble."""
    return {key.partition(":")[2] for what, key in at.told() if what == "opened"}
