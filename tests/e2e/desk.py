"""A desk at which time passes as the test says: a feed publishes, digests are composed, deliveries go out, the operator is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attack import feed, sources
from inside import Inside, inside
from place import Site
from sqlalchemy import select

from cgtwatch.model.delivery import Delivery
from cgtwatch.store.tables import ALARM

STEP = timedelta(minutes=15)
APART = timedelta(seconds=4)  # the longest that a room wants between two posts


class Desk:
    """The service's own steps, by hand."""

    def __init__(self, bench: Inside, site: Site) -> None:
        self.bench, self.site, self.acts = bench, site, 1

    @property
    def now(self) -> datetime:
        return self.bench.now

    def subscribe(self, **targets: str) -> None:
        """Who gets everything at once, by name; `_` in a name stands for `-`."""
        for name, to in targets.items():
            self.bench.ask("subscriptions.add", name=name.replace("_", "-"), to=to, cadence="now", lang="en")

    def publish(self, acts: int = 1) -> None:
        """So many new acts, seen at once."""
        self.acts += acts
        self.site.page("/feed", feed(range(self.acts, 0, -1)), "application/rss+xml")
        assert self.bench.poll("one")["one"]["announced"] == acts

    def work(self) -> list[dict[str, Any]]:
        """What the ticks of the service do; the rows of the attempts."""
        self.bench.engine.digest_due()
        rows = self._sent()
        self.bench.engine.housekeep()
        return rows + self._sent()

    def _sent(self) -> list[dict[str, Any]]:
        """What is due now, and what is seconds later because its room wants its posts apart."""
        rows = self.bench.ask("send")
        while soon := [one.due_at for one in self.waiting() if one.due_at and timedelta() < one.due_at - self.now <= APART]:
            self.bench.now = min(soon)
            rows += self.bench.ask("send")
        return rows

    def live(self, hours: float, step: timedelta = STEP) -> list[dict[str, Any]]:
        """Let so much time pass, working at every step; the rows of the attempts with the time at which they were made."""
        end, rows = self.now + timedelta(hours=hours), []
        while self.now < end:
            self.bench.now = min(end, self.now + step)
            rows += [row | {"at": self.now} for row in self.work()]
        return rows

    def live_on(self, hours: float) -> list[dict[str, Any]]:
        """As `live`, going straight from one due delivery to the next."""
        end, rows = self.now + timedelta(hours=hours), []
        while True:
            rows += [row | {"at": self.now} for row in self.work()]
            due = [one.due_at for one in self.waiting() if one.due_at is not None and one.due_at > self.now]
            if not due or min(due) > end:
                return rows
            self.bench.now = min(due)

    def ledger(self, name: str | None = None) -> list[Delivery]:
        """Deliveries, oldest first; `name` empty: the operator's."""
        found = reversed(self.bench.app.store.deliveries(limit=None))
        return [one for one in found if name is None or one.subscription == name]

    def waiting(self) -> list[Delivery]:
        return [one for one in self.ledger() if one.state in {"queued", "retry"}]

    def told(self) -> list[tuple[str, str]]:
        """What the operator heard, in order: `opened` or `closed`, and the alarm's key."""
        every = self.bench.app.store._alarms(select(ALARM))  # nothing else reads what is over
        begun = [(one.told_at, "opened", one.key) for one in every if one.told_at]
        ended = [(one.end_told_at, "closed", one.key) for one in every if one.end_told_at]
        return [(what, key) for _, what, key in sorted(begun + ended)]


@contextmanager
def desk(root: Path, site: Site, **settings: str) -> Iterator[Desk]:
    """A desk whose feed has been seen once."""
    site.page("/feed", feed([1]), "application/rss+xml")
    with pytest.MonkeyPatch.context() as hurry, inside(root, sources(one=f"{site.url}/feed"), **settings) as bench:
        hurry.setattr("cgtwatch.engine.sends._MOMENT", timedelta())  # a room's rest passes by our clock, not by the real one
        bench.poll()
        yield Desk(bench, site)


def events_of(body: bytes) -> list[str]:
    """The ids of the events that a webhook's body tells."""
    return [event["id"] for event in json.loads(body)["data"]["events"]]


def until(what: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what threads of the service do."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        threading.Event().wait(0.02)


def once(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, act: Callable[[], object], *, after: bool = False) -> None:
    """Do `act` once before (or after) `where.name` is called for the first time."""
    first, before = [True], getattr(where, name)

    def later(*args: Any, **kwargs: Any) -> Any:
        if first and not after:
            first.clear()
            act()
        done = before(*args, **kwargs)
        if first:
            first.clear()
            act()
        return done

    monkeypatch.setattr(where, name, later)
