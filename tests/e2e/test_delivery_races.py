"""Wishes that change while a message is composed, waits or is under way: nobody gets what is not for them, nobody misses anything."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, desk, once
from place import Site
from receivers import Post, Receivers

NUMBER = re.compile(rb"FDA-2026-D-1(\d\d\d)")


@pytest.fixture
def at(tmp_path: Path, site: Site, receivers: Receivers) -> Iterator[Desk]:
    with desk(tmp_path, site, smtp_url=receivers.smtp) as found:
        found.subscribe(mei=f"{receivers.url}/mei", other=f"{receivers.url}/other")
        yield found


def told(receivers: Receivers, path: str) -> list[int]:
    return sorted(int(number) for post in receivers.at(path) for number in set(NUMBER.findall(post.body)))


def before_recording(at: Desk, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do `act` once, after a digest was composed and before it is stored."""
    once(monkeypatch, at.bench.app.store, "record_digests", act)


def change(at: Desk, **wishes: Any) -> None:
    at.bench.ask("subscriptions.change", name="mei", **wishes)


def test_a_target_changed_while_its_digest_is_composed_gets_it_and_the_old_one_nothing(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_recording(at, monkeypatch, lambda: change(at, to=f"{receivers.url}/moved"))
    at.publish()
    at.live(1)
    assert told(receivers, "/mei") == []
    assert told(receivers, "/moved") == told(receivers, "/other") == [2]


def test_a_namesake_made_while_a_digest_is_composed_does_not_send_to_who_left(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced() -> None:
        at.bench.ask("subscriptions.remove", name="mei")
        at.bench.app.store.add_subscription(_as_before(at, receivers), at.now)

    before_recording(at, monkeypatch, replaced)
    at.publish()
    at.live(1)
    assert told(receivers, "/mei") == []
    assert told(receivers, "/other") == [2]


def _as_before(at: Desk, receivers: Receivers) -> Any:
    from dataclasses import replace

    other = at.bench.app.store.subscription("other")
    mark = other.sent_upto
    return replace(other, name="mei", target=f"{receivers.url}/namesake", sent_upto=mark, created_at=None)


@pytest.mark.parametrize("leave", ["subscriptions.remove", "subscriptions.pause"])
def test_who_leaves_while_a_digest_is_composed_gets_nothing_and_others_theirs(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch, leave: str
) -> None:
    before_recording(at, monkeypatch, lambda: at.bench.ask(leave, name="mei"))
    at.publish()
    at.live(1)
    assert told(receivers, "/mei") == []
    assert told(receivers, "/other") == [2]


def test_who_pauses_while_a_digest_is_composed_gets_it_after_the_pause_once(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_recording(at, monkeypatch, lambda: at.bench.ask("subscriptions.pause", name="mei"))
    at.publish()
    at.live(1)
    at.bench.pass_time(days=20)
    at.publish(2)
    at.live(1)
    at.bench.ask("subscriptions.resume", name="mei")
    at.live(1)
    assert told(receivers, "/mei") == told(receivers, "/other") == [2, 3, 4]


def test_a_pause_during_an_attempt_holds_what_follows_until_it_ends(at: Desk, receivers: Receivers) -> None:
    once = [True]

    def pausing(post: Post) -> tuple[int, dict[str, str], bytes]:
        if post.path == "/mei" and once:
            once.clear()
            at.bench.ask("subscriptions.pause", name="mei")
            return 500, {}, b""
        return 200, {}, b""

    receivers.answer = pausing
    at.publish()
    at.live(3)
    assert at.ledger("mei")[0].attempts == 1
    at.publish()
    at.bench.pass_time(days=40)
    at.bench.ask("subscriptions.resume", name="mei")
    at.live(1)
    assert told(receivers, "/mei") == [2, 3]
    assert [NUMBER.findall(post.body)[0] for post in receivers.at("/mei")] == [b"002", b"003"], "in order"


def test_who_is_removed_during_an_attempt_gets_no_further_one(at: Desk, receivers: Receivers) -> None:
    def removing(post: Post) -> tuple[int, dict[str, str], bytes]:
        if post.path == "/mei":
            at.bench.ask("subscriptions.remove", name="mei")
            return 500, {}, b""
        return 200, {}, b""

    receivers.answer = removing
    at.publish()
    at.live(3)
    (mine,) = at.ledger("mei")
    assert (mine.state, mine.attempts) == ("cancelled", 1)
    assert [what for what, key in at.told() if key == "delivery:mei"] == [], "who left is no trouble"


def test_trouble_with_a_target_is_over_when_its_subscription_is_removed(at: Desk, receivers: Receivers) -> None:
    receivers.answer = lambda post: (410 if post.path == "/mei" else 200, {}, b"")
    at.publish()
    at.live(1)
    assert ("opened", "delivery:mei") in at.told()
    at.bench.ask("subscriptions.remove", name="mei")
    at.live(1)
    assert [alarm.key for alarm in at.bench.app.store.open_alarms()] == []


def test_trouble_with_a_target_is_over_when_all_that_is_open_of_it_was_resolved(at: Desk, receivers: Receivers) -> None:
    receivers.answer = lambda post: (400 if post.path == "/mei" else 200, {}, b"")
    at.publish()
    at.live_on(100)
    (mine,) = at.ledger("mei")
    assert mine.state == "dead"
    at.bench.ask("deliveries.resolve", key=mine.key, state="sent")
    at.live(1)
    assert ("closed", "delivery:mei") in at.told()


def test_what_waits_for_a_target_that_was_changed_goes_to_the_new_one(at: Desk, receivers: Receivers) -> None:
    receivers.answer = lambda post: (500 if post.path == "/mei" else 200, {}, b"")
    at.publish()
    at.live(1)
    at.publish()
    at.live(1)
    change(at, to=f"{receivers.url}/moved")
    at.publish()
    at.live_on(3)
    assert told(receivers, "/moved") == [2, 3, 4]
    assert len({post.id for post in receivers.at("/moved")}) == 3
