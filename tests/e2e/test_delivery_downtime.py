"""Targets that are down for a day hold their own queue only; afterwards everything arrives once, oldest first."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from desk import desk
from place import Site, free_port
from receivers import Post, Receivers, receiving

NUMBER = re.compile(rb"FDA-2026-D-1(\d\d\d)")
NEWS, EVERY = 12, 2  # hours: one day
TROUBLES = ("delivery:hook", "delivery:room", "channel:email")  # one mail server serves all readers


def numbers(bodies: list[bytes]) -> list[int]:
    """The acts that messages tell, in the order in which the messages came."""
    return [number for body in bodies for number in sorted({int(found) for found in NUMBER.findall(body)})]


@pytest.fixture
def away() -> tuple[int, int]:
    """Ports of a web server and a mail server that do not run."""
    return free_port(), free_port()


@pytest.mark.fault("W9")
@pytest.mark.promise("P14")
def test_a_day_without_receivers_loses_doubles_and_delays_nothing_but_their_own(
    tmp_path: Path, site: Site, receivers: Receivers, away: tuple[int, int]
) -> None:
    web, mail = away
    with desk(tmp_path, site, smtp_url=f"smtp://127.0.0.1:{mail}", operator=f"{receivers.url}/operator") as at:
        gone = f"http://127.0.0.1:{web}"
        at.subscribe(up=f"{receivers.url}/up", talk=f"slack:{receivers.url}/talk")
        at.subscribe(hook=f"{gone}/hook", room=f"slack:{gone}/room", mei="mailto:mei@reader.example")
        rows = []
        for _ in range(NEWS):
            at.publish()
            rows += at.live(EVERY)
            assert numbers([post.body for post in receivers.at("/up")])[-1] == at.acts, "others are served on time"
        assert len(receivers.at("/up")) == len(receivers.at("/talk")) == NEWS
        for name in ("hook", "room", "mei"):
            assert [one.attempts for one in at.ledger(name)][1:] == [0] * (NEWS - 1), f"{name}: only the oldest is tried"
        assert Counter(at.told()) == {("opened", one): 1 for one in TROUBLES}
        with receiving(web, mail) as back:
            at.live(16, timedelta(hours=1))
            told = {"hook": [post.body for post in back.at("/hook")], "room": [post.body for post in back.at("/room")]}
            told["mei"] = [mail.parsed.get_body(["plain"]).get_content().encode() for mail in back.mails]
        for name, bodies in told.items():
            assert numbers(bodies) == list(range(2, NEWS + 2)), f"{name}: each once, oldest first"
        assert not at.waiting()
        assert {one.state for one in at.ledger()} == {"sent"}
        assert Counter(at.told()) == {(what, one): 1 for what in ("opened", "closed") for one in TROUBLES}
        assert all(row["state"] in {"retry", "sent"} for row in rows)


@pytest.mark.fault("W2")
def test_a_receiver_that_asks_for_rest_is_left_alone_as_long_as_it_wished(
    tmp_path: Path, site: Site, receivers: Receivers
) -> None:
    asked = []

    def busy(post: Post) -> tuple[int, dict[str, str], bytes]:
        if post.path == "/up":
            return 200, {}, b"ok"
        asked.append((post.path, at.now))
        rests = sum(path == post.path for path, _ in asked) == 1
        return (503, {"Retry-After": "21600"}, b"") if rests else (200, {}, b"ok")

    receivers.answer = busy
    with desk(tmp_path, site) as at:
        at.subscribe(hook=f"{receivers.url}/hook", room=f"slack:{receivers.url}/room", up=f"{receivers.url}/up")
        at.publish()
        at.work()
        at.publish()
        at.live(8)
    for path in ("/hook", "/room"):
        first, second, third = (when for which, when in asked if which == path)
        assert timedelta(hours=6) <= second - first <= timedelta(hours=7.5)
        assert third - second < timedelta(seconds=4), "what had waited behind it goes at once, at the pace of its room"
    assert len(receivers.at("/up")) == 2


def test_a_split_message_stays_whole_and_in_order_when_its_middle_fails_once(
    tmp_path: Path, site: Site, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.deliver.rooms.slack._MOST_BLOCKS", 2)
    failing = [b"2/"]

    def second_fails_once(post: Post) -> tuple[int, dict[str, str], bytes]:
        if failing and failing[0] in post.body:
            failing.clear()
            return 500, {}, b"sorry"
        return 200, {}, b"ok"

    receivers.answer = second_fails_once
    with desk(tmp_path, site) as at:
        at.subscribe(room=f"slack:{receivers.url}/room")
        at.publish(5)
        at.work()
        at.publish(5)
        at.live(1)
        written = [at.bench.app.store.delivery(one.key).payload.filled for one in at.ledger("room")]
        assert len(written) > 4, "both messages were split"
        assert sorted(one.attempts for one in at.ledger("room"))[-2:] == [1, 2]
    assert [post.body for post in receivers.at("/room")] == written
