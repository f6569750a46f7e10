"""SIGKILL at random instants: nothing is lost, and what goes out twice had an unknown outcome, the same id and the same bytes."""

import json
import mailbox
import random
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attack import feed, sources
from place import Answer, Place, Site
from receivers import Receivers, receiving

from cgtwatch.engine.control import ask
from cgtwatch.errors import CgtwatchError

WINDOW = 60  # rows that the feed shows


class Publisher:
    """A feed that grows at every look, and a receiver that takes its time and refuses now and then."""

    def __init__(self, site: Site, chance: random.Random) -> None:
        self.site, self.chance, self.last = site, chance, 1
        site.pages["/feed"] = self.show
        site.pages["/hook"] = self.take

    def show(self, _headers: Mapping[str, str]) -> Answer:
        return 200, {"Content-Type": "application/rss+xml"}, feed(range(self.last, max(0, self.last - WINDOW), -1)).encode()

    def take(self, _headers: Mapping[str, str]) -> Answer:
        time.sleep(self.chance.uniform(0, 0.25))  # a kill must be able to fall between taking and answering
        return 503 if self.chance.random() < 0.2 else 200, {}, b""


def work_and_die(place: Place, publisher: Publisher, starts: int) -> None:
    chance = publisher.chance
    with place.service("--no-web") as service:
        service.until(lambda: service.text.count("started sources") == starts)
        end = time.monotonic() + chance.uniform(0.1, 2.6)
        while time.monotonic() < end:
            publisher.last += chance.choice([0, 1, 2])
            asking = threading.Thread(target=poll_through, args=(place.data,))
            asking.start()
            asking.join(max(0.0, end - time.monotonic()))
        service.process.kill()
        service.process.wait(10)


def poll_through(data: Path) -> None:
    with suppress(CgtwatchError, OSError, ValueError):
        list(ask(data, "poll", {"ids": ["one"]}) or ())


def let_it_finish(place: Place, publisher: Publisher, starts: int) -> None:
    site = publisher.site
    site.pages["/hook"] = (200, {}, b"")
    with place.service("--no-web") as service:
        service.until(lambda: service.text.count("started sources") == starts)
        poll_through(place.data)

        def quiet() -> bool:
            with sqlite3.connect(place.data / "cgtwatch.db", timeout=10) as db:
                db.execute("UPDATE delivery SET due_at = created_at WHERE state IN ('queued', 'retry')")
                behind = db.execute("SELECT count(*) FROM subscription WHERE sent_upto < (SELECT max(seq) FROM announcement)")
                waiting = db.execute(
                    "SELECT count(*) FROM delivery WHERE state != 'sent' AND (state, channel) != ('unknown', 'slack')"
                )
                return behind.fetchone()[0] + waiting.fetchone()[0] == 0

        service.until(quiet, 60)
        assert service.stop() == 0
    assert "Traceback" not in service.text


def survive(place: Place, site: Site, kills: int, seed: int) -> None:
    with receiving() as receivers:
        place.extra["CGTWATCH_SMTP_URL"] = receivers.smtp
        die_and_live(place, site, receivers, kills, seed)


def die_and_live(place: Place, site: Site, receivers: Receivers, kills: int, seed: int) -> None:
    publisher = Publisher(site, random.Random(seed))
    place.sources(sources(one=f"{site.url}/feed"))
    place.poll()
    to = {"hook": f"{site.url}/hook", "box": "local:", "mei": "mailto:mei@reader.example", "room": f"slack:{receivers.url}/room"}
    for name, target in to.items():
        place.run("subscriptions", "add", name, "--to", target, "--cadence", "now")
    for number in range(kills):
        work_and_die(place, publisher, number + 1)
    let_it_finish(place, publisher, kills + 1)
    with sqlite3.connect(place.data / "cgtwatch.db") as db:
        check(db, publisher)
        check_people(db, receivers)
    mails = [mail["Message-ID"] for mail in mailbox.Maildir(place.data / "mailbox")]
    assert len(mails) == len(set(mails))
    assert place.rows("db", "check") == [{"problems": []}]


def check(db: sqlite3.Connection, publisher: Publisher) -> None:
    assert db.execute("SELECT count(*) FROM item").fetchone()[0] == publisher.last, "every published row is stored once"
    announced = [event for (event,) in db.execute("SELECT event FROM announcement")]
    assert len(announced) == publisher.last - 1, "all but the first look are told"
    bodies = defaultdict(list)
    for headers, body in publisher.site.posts:
        bodies[{name.lower(): value for name, value in headers.items()}["webhook-id"]].append(body)
    assert all(len(set(copies)) == 1 for copies in bodies.values()), "the same bytes under the same id"
    told = Counter(event for key, copies in bodies.items() for event in events_of(db, key, json.loads(copies[0])["data"]))
    assert told == Counter(announced), "each event in one message"
    allowed = "SELECT d.key, count(*) FROM attempt a JOIN delivery d ON d.id = a.delivery GROUP BY d.key"
    attempts = dict(db.execute(allowed).fetchall())
    assert all(len(copies) <= attempts[key] for key, copies in bodies.items()), "no message goes out beside the ledger"


def check_people(db: sqlite3.Connection, receivers: Receivers) -> None:
    """Mail is repeated only after an unknown outcome and with the same bytes; a room never is, and what is unknown is listed."""
    outcomes = "SELECT d.key, d.state, sum(a.result = 'unknown') FROM delivery d JOIN attempt a ON a.delivery = d.id WHERE d.channel = ? GROUP BY d.key"
    mails = defaultdict(list)
    for mail in receivers.mails:
        mails[mail.id.removeprefix("<").partition(".")[0]].append(mail.raw)
    letters = db.execute(outcomes, ["email"]).fetchall()
    assert {key for key, _, _ in letters} == set(mails)
    assert all(len(set(mails[key])) == 1 and len(mails[key]) <= 1 + unknown for key, _, unknown in letters)
    said = Counter(post.body for post in receivers.posts)
    assert set(said.values()) <= {1}, "nothing is said twice"
    posts = Counter(state for _, state, _ in db.execute(outcomes, ["slack"]))
    assert posts["sent"] <= len(said) <= posts["sent"] + posts["unknown"]


def events_of(db: sqlite3.Connection, key: str, data: Mapping[str, Any]) -> list[str]:
    """The events of a message; one over 20 kB holds only the first of them, and its digest all."""
    shown = [event["id"] for event in data["events"]]
    if not data.get("truncated"):
        return shown
    whole = "SELECT e.events FROM delivery d JOIN digest g ON g.id = d.digest JOIN edition e ON e.id = g.edition WHERE d.key = ?"
    every: list[str] = json.loads(db.execute(whole, [key]).fetchone()[0])
    assert set(shown) <= set(every)
    return every


@pytest.mark.chaos
@pytest.mark.fault("K2")
@pytest.mark.promise("P1", "P3")
def test_service_loses_and_doubles_nothing_when_it_is_killed_again_and_again(place: Place, site: Site) -> None:
    survive(place, site, kills=1, seed=20261122)


@pytest.mark.fault("K2")
@pytest.mark.promise("P1", "P3")
@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(3))
def test_service_loses_and_doubles_nothing_over_many_kills(place: Place, site: Site, seed: int) -> None:
    survive(place, site, kills=25, seed=seed)
