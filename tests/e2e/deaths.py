"""Rounds of work that end in death: a program that forks the command and kills it, what it starts from, and what must hold afterwards."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from attack import feed, sources
from inside import inside
from place import Site, serving
from receivers import Receivers, receiving

from cgtwatch.store import open_store

CHANNELS = ("hook", "mail", "room")
FIRST, SECOND = 3, 6  # acts told by a message that is queued already, and by one that is still to be composed
WORK = (("digest",), ("send",))


@dataclass
class Deaths:
    """The program that forks and kills, what its children start from, and where their messages go."""

    process: subprocess.Popen[str]
    template: Path
    receivers: Receivers
    site: Site
    root: Path
    rounds: int = 0
    calls: int = 0  # that digest and send make where nobody dies
    last: str = ""  # the last system call that was counted

    def run(self, place: Path, die: dict[str, Any] | None = None, *commands: tuple[str, ...]) -> tuple[int, int]:
        """The commands (else a digest and a send): how they ended, and how many calls that took."""
        asked = {"cwd": str(place), "env": self.env, "commands": commands or WORK, "die": die}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ended = json.loads(self.process.stdout.readline())
        said = (place / "commands.log").read_text() if (place / "commands.log").exists() else ""
        assert "Traceback" not in said, said
        self.last = "".join(ended["last"])
        return ended["code"], ended["calls"]

    @cached_property
    def composed(self) -> Path:
        """The template after a digest."""
        place = self.place(*CHANNELS)
        assert self.run(place, None, ("digest",))[0] == 0
        return place

    @property
    def env(self) -> dict[str, str]:
        return {"CGTWATCH_SMTP_URL": self.receivers.smtp, "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}

    def place(self, *channels: str, composed: bool = False) -> Path:
        """A fresh copy of the data in which only these channels are served; `composed`: with the second message queued too."""
        self.rounds += 1
        place = self.root / str(self.rounds)
        shutil.copytree(self.composed if composed else self.template, place)
        with database(place) as db:
            for other in set(CHANNELS) - set(channels):
                db.execute("UPDATE subscription SET status = 'paused' WHERE name = ?", [other])
        self.receivers.clear()
        return place

    def drain(self, place: Path, *commands: tuple[str, ...]) -> None:
        """Start again and work until nothing waits; what waits for its hour goes at once."""
        for _ in range(12):
            assert self.run(place, None, *commands)[0] == 0
            with database(place) as db:
                db.execute("UPDATE delivery SET due_at = created_at WHERE state IN ('queued', 'retry')")
                waiting = (
                    "SELECT count(*) FROM delivery d JOIN subscription s ON s.id = d.subscription_id WHERE s.status = 'active'"
                )
                if not db.execute(f"{waiting} AND d.state NOT IN ('sent', 'unknown', 'cancelled')").fetchone()[0]:
                    return
        raise AssertionError("something waits for ever")


@contextmanager
def database(place: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(place / "data" / "cgtwatch.db", timeout=10)
    try:
        with db:
            yield db
    finally:
        db.close()


def prepare(root: Path, site: Site, receivers: Receivers) -> None:
    """Data with one message queued for each channel, and news that is not composed yet."""
    site.page("/feed", feed([1]), "application/rss+xml")
    with inside(root, sources(one=f"{site.url}/feed"), smtp_url=receivers.smtp) as bench:
        bench.poll()
        targets = (f"{receivers.url}/hook", "mailto:mei@reader.example", f"slack:{receivers.url}/room")
        for name, to in zip(CHANNELS, targets, strict=True):
            bench.ask("subscriptions.add", name=name, to=to, cadence="now", lang="en")
        for acts in (FIRST, SECOND):
            site.page("/feed", feed(range(1 + acts, 0, -1)), "application/rss+xml")
            bench.pass_time(hours=1)
            bench.poll()
            if acts == FIRST:
                with pytest.MonkeyPatch.context() as narrow:  # the room's first message is split
                    narrow.setattr("cgtwatch.deliver.rooms.slack._MOST_BLOCKS", 2)
                    bench.engine.digest_due()
    shutil.rmtree(root / "data" / "archive", ignore_errors=True)


@contextmanager
def deaths_in(template: Path, root: Path) -> Iterator[Deaths]:
    """The program, with its receivers and a template made in `template`; each round lives below `root`."""
    with serving(Site()) as site, receiving() as receivers:
        prepare(template, site, receivers)
        env = {name: value for name, value in os.environ.items() if not name.startswith("CGTWATCH_")}
        program = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("dying.py"))]
        with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["ready"]
            yield Deaths(process, template, receivers, site, root)
            assert process.stdin is not None
            process.stdin.close()


def check(place: Path, receivers: Receivers, *channels: str, acts: int = SECOND) -> None:
    """What is promised of so many announced acts, by what the receivers took and what the ledger says."""
    with database(place) as db:
        ledger = "SELECT d.key, d.state, d.subscription, group_concat(a.result), count(a.id) FROM delivery d LEFT JOIN attempt a ON a.delivery = d.id"
        rows = db.execute(f"{ledger} GROUP BY d.id ORDER BY d.id").fetchall()
        announced = {seq for (seq,) in db.execute("SELECT seq FROM announcement")}
        assert len(announced) == acts
        for name in channels:
            chosen = db.execute(
                "SELECT c.seq FROM choice c JOIN digest d USING (selection) JOIN subscription s ON s.id = d.subscription WHERE s.name = ? AND c.wanted",
                [name],
            )
            assert Counter(seq for (seq,) in chosen) == Counter(announced), f"{name}: each announcement is in one message"
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    taken = copies(receivers)
    store = open_store(f"sqlite:///{place}/data/cgtwatch.db", readonly=True)
    for key, state, subscription, results, attempts in rows:
        if subscription not in channels:
            assert attempts == 0
            continue
        bodies = taken.pop(key if subscription != "room" else store.delivery(key).payload.filled, [])
        unknown = (results or "").split(",").count("unknown")
        assert len(set(bodies)) <= 1, f"{key}: the same bytes at every attempt"
        if subscription == "room":
            assert len(bodies) <= 1, "a room is never sent a repeat"
            assert state == ("sent" if not unknown else "unknown"), "what is unknown is listed"
            assert len(bodies) == 1 or state == "unknown", "nothing is lost in silence"
        else:
            assert state == "sent"
            assert 1 <= len(bodies) <= 1 + unknown, f"{key}: {len(bodies)} copies after {results}"
    store.close()
    assert not taken, "nothing goes out beside the ledger"


def copies(receivers: Receivers) -> dict[Any, list[bytes]]:
    """Everything taken, by its id: a hook's, a mail's; what a room takes has none but its bytes."""
    found: dict[Any, list[bytes]] = defaultdict(list)
    for post in receivers.posts:
        found[post.id if post.path == "/hook" else post.body].append(post.body)
    for mail in receivers.mails:
        found[mail.id.removeprefix("<").partition(".")[0]].append(mail.raw)
    return found
