"""Webhooks and Slack through the real guarded session, against a receiver that checks signatures and fails in chosen ways."""

import json
import urllib.request
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from cgtwatch.compose.messages import digest
from cgtwatch.deliver import post
from cgtwatch.deliver.rooms.slack import Slack
from cgtwatch.deliver.webhook import Webhook, secret_for
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from compose.samples import ANNOUNCEMENTS, CONTEXT, reader
from deliver import senders
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]
DIGEST = digest(reader(), ANNOUNCEMENTS, CONTEXT, senders.NOW)


@pytest.fixture(scope="module")
def sink():
    with senders.running(
        SHARED / "hostile" / "webhook_sink.py", "--secret", secret_for(senders.SECRET_KEY, "reader"), "--log", "/dev/null"
    ) as facts:
        yield f"http://127.0.0.1:{facts['port']}"


@pytest.fixture
def net():
    session = Net(NetPolicy(allow_private=(ip_network("127.0.0.0/8"),), user_agent="cgtwatch tests", ca_file=None))
    yield session
    session.close()


def tries(channel, url, times, key):
    payload = channel.freeze(DIGEST, reader(), key)[0]
    return [channel.send(url, payload, key, datetime.now(UTC)) for _ in range(times)]


def seen(sink, key):
    for _ in range(100):  # it answers first and writes down afterwards
        with urllib.request.urlopen(f"{sink}/_stats") as stats:
            subscribers = json.load(stats)["subscribers"]
        if key in subscribers:
            break
    return subscribers[key]


@pytest.mark.fault("W1")
@pytest.mark.parametrize(
    ("mode", "results"),
    [
        ("strict?", ["sent"]),
        ("fail-first?n=2&", ["retry", "retry", "sent"]),
        ("too-many?n=1&", ["retry", "sent"]),
        ("retry-date?", ["retry", "sent"]),
        ("gone?", ["gone"]),
        ("redirect?", ["retry"]),
        ("drop-after?", ["unknown", "sent"]),
        ("reset-after?", ["unknown", "sent"]),
        ("huge-response?", ["sent"]),
    ],
)
def test_a_hostile_receiver_sees_one_id_the_same_bytes_and_good_signatures(sink, net, tmp_path, mode, results):
    name = mode.partition("?")[0]
    outcomes = tries(Webhook(senders.parts(tmp_path, net=net)), f"{sink}/{mode}key={name}", len(results), f"k-{name}")
    assert [outcome.result for outcome in outcomes] == results
    stats = seen(sink, name)
    assert (stats["bad_signature"], stats["body_changed"]) == (0, 0)
    assert stats["unique"] <= 1


@pytest.mark.fault("W5")
@pytest.mark.parametrize(
    ("mode", "result"), [("timeout", "unknown"), ("half-response", "unknown"), ("slow-response", "sent"), ("garbage", "unknown")]
)
def test_a_receiver_that_does_not_finish_is_left_at_the_deadline(sink, net, tmp_path, monkeypatch, mode, result):
    monkeypatch.setattr(post, "_DEADLINE", post._DEADLINE / 20)
    (outcome,) = tries(Webhook(senders.parts(tmp_path, net=net)), f"{sink}/{mode}?key={mode}&s=3", 1, "k-slow")
    assert outcome.result == result


@pytest.mark.fault("W7")
def test_a_receiver_that_closes_before_reading_may_or_may_not_have_seen_it(sink, net, tmp_path):
    (outcome,) = tries(Webhook(senders.parts(tmp_path, net=net)), f"{sink}/drop-before?key=db", 1, "k-db")
    assert outcome.result in {"retry", "unknown"}


@pytest.mark.promise("P10")
@pytest.mark.fault("S6")
def test_a_private_address_is_refused_unless_allowed(sink, tmp_path):
    guarded = Net(NetPolicy(allow_private=(), user_agent="cgtwatch tests", ca_file=None))
    (outcome,) = tries(Webhook(senders.parts(tmp_path, net=guarded)), f"{sink}/ok?key=private", 1, "k-private")
    guarded.close()
    assert outcome.result == "permanent"


@pytest.mark.parametrize(
    ("fail", "result"),
    [("", "sent"), ("fail=rate&s=7", "retry"), ("fail=invalid_blocks", "permanent"), ("fail=no_service", "gone")],
)
def test_slack_answers_are_read_as_slack_means_them(sink, net, tmp_path, fail, result):
    (outcome,) = tries(Slack(senders.parts(tmp_path, net=net)), f"{sink}/slack?{fail}", 1, "k-slack")
    assert outcome.result == result
