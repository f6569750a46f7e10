"""The other services, by Apprise: handed over in a child, split to their limits, nothing told of the target."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cgtwatch.compose.messages import digest
from cgtwatch.deliver.rooms import apprise as channel
from cgtwatch.deliver.rooms.apprise import Others
from cgtwatch.deliver.rooms.apprise_child import Limits, hand_over, limits
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import Payload
from compose.samples import ANNOUNCEMENTS, CONTEXT, announce, event, reader
from deliver.rooms_server import LIVE
from deliver.senders import NOW, parts
from deliver.test_deliver_rooms import HOSTILE
from loopback import Site, reply

# Apprise loads all its services, and some of them load what Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
FEW = digest(reader("en"), ANNOUNCEMENTS, CONTEXT, NOW)
PAYLOAD = Payload(b'{"title":"t","body":"b"}', "application/json")


def way():
    return Others(parts(Path("unused")))


def frozen(message, monkeypatch, most, title=0):
    monkeypatch.setattr("cgtwatch.deliver.rooms.apprise_child.limits", lambda _url: Limits(title, most))
    return [json.loads(one.body) for one in way().freeze(message, reader(), "msg_1")]


def test_a_real_child_hands_a_digest_to_a_real_service():
    with Site(lambda _: reply("ok")) as site:
        target = f"json://127.0.0.1:{site.port}/s3cret-topic"
        (payload,) = way().freeze(FEW, replace(reader("en"), channel="apprise", target=target), "msg_1")
        outcome = way().send(target, payload, "k", NOW)
        assert outcome.result == "sent"
        told = json.loads(site.asked[0].body)
    assert told["title"].startswith("CGT policy: 6 events")
    assert told["message"].splitlines()[0] == "— Open for comment —"
    assert "https://cgt.example/told?after=10&upto=18&" in told["message"]


@pytest.mark.parametrize(
    ("status", "result"), [(500, "retry"), (429, "retry"), (401, "permanent"), (404, "permanent"), (410, "gone")]
)
def test_a_refusal_is_sorted_by_its_status(monkeypatch, status, result):
    with Site(lambda _: reply("no", status)) as site:
        target = f"json://127.0.0.1:{site.port}/s3cret"
        handed = hand_over(target, "t", "b")
    assert not handed.taken
    said = json.dumps({"taken": False, "log": handed.log, "unreached": handed.unreached}).encode()
    monkeypatch.setattr(channel.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, said))
    outcome = way().send(target, PAYLOAD, "k", NOW)
    assert outcome.result == result
    assert "s3cret" not in outcome.answer


def test_a_service_that_was_never_reached_is_tried_again_and_one_that_broke_off_is_unknown():
    closed = hand_over("json://127.0.0.1:9/x", "t", "b")
    assert (closed.taken, closed.unreached) == (False, True)
    with Site(lambda _: b"") as site:
        broke = hand_over(f"json://127.0.0.1:{site.port}/x", "t", "b")
    assert (broke.taken, broke.unreached) == (False, False)
    assert channel._refused(broke.log).result == "unknown"


@pytest.mark.parametrize(
    ("ended", "result"),
    [
        (subprocess.TimeoutExpired("x", 30), "unknown"),
        (OSError(11, "Resource temporarily unavailable"), "retry"),
        (subprocess.CompletedProcess([], -11, b""), "unknown"),
    ],
)
def test_a_child_that_fails_leaves_the_truth(monkeypatch, ended, result):
    def run(*_, **asked):
        assert not [name for name in asked["env"] if name.startswith("CGTWATCH")]
        if isinstance(ended, Exception):
            raise ended
        return ended

    monkeypatch.setattr(channel.subprocess, "run", run)
    assert way().send("json://h/s3cret", PAYLOAD, "k", NOW).result == result


@pytest.mark.parametrize(("most", "title"), [(120, 0), (300, 100), (700, 0), (2000, 250), (7800, 0)])
def test_a_digest_is_split_to_what_the_service_takes(monkeypatch, most, title):
    told = digest(reader(), [announce(n, event(f"e{n}", f"第{n}号{'长' * 150}")) for n in range(1, 31)], CONTEXT, NOW)
    posts = frozen(told, monkeypatch, most, title)
    assert all(len(post["body"]) + (0 if title else len(post["title"]) + 2) <= max(most, 400) for post in posts)
    assert all(len(post["body"]) <= most for post in posts)
    assert [found for post in posts for found in re.findall(r"第(\d+)号", post["body"])] == [
        each["id"].removeprefix("e") for each in told.data["events"]
    ]


def test_nothing_a_source_wrote_is_live(monkeypatch):
    told = digest(reader(), [announce(n, event(f"e{n}", text)) for n, text in enumerate(HOSTILE, 1)], CONTEXT, NOW)
    body = "\n".join(post["body"] for post in frozen(told, monkeypatch, 4000, 250))
    bare = re.sub(r"(?m)^(查看完整摘要: )?https://c\S+$", "", body)
    assert LIVE.findall(bare) == []
    assert not set("[]<>*_`|") & set(bare)


def test_what_apprise_does_not_understand_is_told_when_composing():
    assert limits("nonsense://x") is None
    with pytest.raises(ConfigError, match="Apprise"):
        way().freeze(FEW, replace(reader(), channel="apprise", target="nonsense://x"), "k")


def test_without_the_package_the_mend_is_told(monkeypatch):
    monkeypatch.setattr(channel, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="extra `apprise`"):
        way()
