"""The hostile chat rooms beside the project: their 200s that are errors, their faults of the wire, their signatures."""

import json
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cgtwatch import registry
from cgtwatch.compose.messages import digest
from cgtwatch.deliver import CHANNELS, post
from cgtwatch.net.session import Net, NetPolicy
from compose.samples import ANNOUNCEMENTS, CONTEXT, announce, event, reader
from deliver.rooms_server import SECRET
from deliver.senders import NOW, parts, running
from loopback import LOOPBACK
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]
FEW = digest(reader(), ANNOUNCEMENTS, CONTEXT, NOW)
MANY = digest(reader(), [announce(n, event(f"e{n}", "长" * 200)) for n in range(1, 41)], CONTEXT, NOW)


@pytest.fixture(scope="module")
def sink():
    assert SHARED is not None
    with running(SHARED / "hostile" / "webhook_sink.py", "--log", "/dev/null") as facts:
        yield f"http://127.0.0.1:{facts['port']}"


@pytest.fixture(scope="module")
def net():
    session = Net(NetPolicy(allow_private=LOOPBACK, user_agent="cgtwatch tests", ca_file=None))
    yield session
    session.close()


def outcomes(room, target, net, message=FEW, times=1):
    way = registry.load(CHANNELS, room, what="channel")(parts(Path("unused"), net=net))
    payloads = way.freeze(message, replace(reader(), channel=room, target=target), "k")
    return [way.send(target, payload, "k", datetime.now(UTC)) for payload in payloads for _ in range(times)]


def stats(sink, key):
    with urllib.request.urlopen(f"{sink}/_stats") as answer:
        return json.load(answer)["subscribers"][key]


ROOMS = [
    ("feishu", "feishu?key=f0", ["sent"], None),
    ("feishu", f"feishu?key=f1&secret={SECRET}#secret={SECRET}", ["sent"], None),
    ("feishu", f"feishu?key=f2&secret={SECRET}#secret=wrong", ["permanent"], None),
    ("feishu", f"feishu?key=f3&secret={SECRET}", ["permanent"], None),
    ("feishu", "feishu?key=f4&fail=sign", ["permanent"], None),
    ("feishu", "feishu?key=f5&fail=rate", ["retry"], 60),
    ("feishu", "feishu?key=f6&fail=bad", ["permanent"], None),
    ("dingtalk", "dingtalk?key=d0", ["sent"], None),
    ("dingtalk", f"dingtalk?key=d1&secret={SECRET}#secret={SECRET}", ["sent"], None),
    ("dingtalk", f"dingtalk?key=d2&secret={SECRET}#secret=wrong", ["permanent"], None),
    ("dingtalk", "dingtalk?key=d3&fail=sign", ["permanent"], None),
    ("dingtalk", "dingtalk?key=d4&fail=keyword", ["permanent"], None),
    ("dingtalk", "dingtalk?key=d5&fail=rate", ["retry"], 600),
    ("wecom", "wecom?key=w0", ["sent"], None),
    ("wecom", "wecom?key=w1&fail=rate", ["retry"], 60),
    ("wecom", "wecom?key=w2&fail=key", ["gone"], None),
    ("wecom", "wecom?key=w3&fail=long", ["permanent"], None),
    ("slack", "slack?key=s0", ["sent"], None),
    ("slack", "slack?key=s1&fail=invalid_blocks", ["permanent"], None),
    ("slack", "slack?key=s2&fail=no_service", ["gone"], None),
    ("slack", "slack?key=s3&fail=rate&s=30", ["retry"], 30),
    ("discord", "discord?key=c0", ["sent"], None),
    ("discord", "discord?key=c1&fail=rate", ["retry", "sent"], 1),
    ("teams", "teams?key=t0", ["sent"], None),
    ("teams", "teams?key=t1&fail=1", ["retry"], 60),
]


@pytest.mark.fault("W11")
@pytest.mark.parametrize(("room", "where", "results", "wait"), ROOMS)
def test_a_hostile_room_is_understood(sink, net, room, where, results, wait):
    came = outcomes(room, f"{sink}/{where}", net, times=len(results))
    assert [one.result for one in came] == results
    assert (came[0].retry_after.total_seconds() if came[0].retry_after else None) == wait
    key = where.partition("key=")[2][:2]
    assert stats(sink, key)["delivered"] == results.count("sent")
    assert all(SECRET not in one.answer for one in came)


@pytest.mark.fault("W11")
@pytest.mark.parametrize("room", ["slack", "feishu", "dingtalk", "wecom", "teams", "discord", "mattermost"])
def test_a_long_digest_reaches_a_hostile_room_whole(sink, net, room):
    mode = "ok" if room == "discord" else "status" if room in {"mattermost", "teams"} else room
    extra = "&code=200&body=ok" if room == "mattermost" else "&code=202" if room == "teams" else ""
    came = outcomes(room, f"{sink}/{mode}?key=long-{room}{extra}", net, MANY)
    assert {one.result for one in came} == {"sent"}
    assert stats(sink, f"long-{room}")["unique"] == len(came) > 1


@pytest.mark.parametrize("room", ["feishu", "telegram", "mattermost"])
@pytest.mark.parametrize(
    ("mode", "result"),
    [("timeout", "unknown"), ("half-response", "unknown"), ("garbage", "unknown"), ("drop-after", "unknown"), ("drop-before", "unknown"),
     ("reset-after", "unknown"), ("huge-response", "unknown"), ("gone", "gone"), ("redirect", "retry"), ("status", "retry")],
)  # fmt: skip
def test_faults_of_the_wire_are_listed_as_unknown_where_a_post_may_have_been_taken(sink, net, monkeypatch, room, mode, result):
    monkeypatch.setattr(post, "_DEADLINE", post._DEADLINE / 20)
    where = f"1:x@-1#api={sink}/{mode}?key={room}-{mode}%26p=" if room == "telegram" else f"{sink}/{mode}?key={room}-{mode}"
    (one,) = outcomes(room, where, net)
    assert one.result == result
