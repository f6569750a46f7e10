"""The generic webhook."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Reference
from standardwebhooks import WebhookVerificationError

from cgtwatch.compose.messages import digest
from cgtwatch.deliver.tokens import digest_page
from cgtwatch.deliver.webhook import LARGEST_BODY, Webhook, secret_for, signed, webhook_id
from cgtwatch.model.delivery import SendResult
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.subscription import Rotation
from compose.samples import ANNOUNCEMENTS, CONTEXT, DRAFT, LAW, announce, reader
from compose.samples import replace as changed
from deliver.senders import NOW, SECRET_KEY, FakeNet, answer, failure, parts

TARGET = "https://hook.example/s3cret"
FEW = digest(reader(), ANNOUNCEMENTS[:3], CONTEXT, NOW)


def attempt(tmp_path, *answers, message=FEW, key="k-1"):
    net = FakeNet(list(answers))
    channel = Webhook(parts(tmp_path, net=net))
    return channel.send(TARGET, channel.freeze(message, reader(), key)[0], key, NOW), net


def test_the_reference_library_accepts_our_signature(tmp_path, monkeypatch):
    _, net = attempt(tmp_path, answer(204))
    request = net.asked[0]
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _Frozen)
    body = Reference(secret_for(SECRET_KEY, "reader")).verify(request.body, dict(request.headers))
    assert body["type"] == "digest.created"
    assert request.headers["webhook-id"] == "k-1"


class _Frozen:
    """The clock of the reference library, standing at the moment of the attempt."""

    @staticmethod
    def now(tz=None):
        return NOW.astimezone(tz)

    @staticmethod
    def fromtimestamp(stamp, tz=None):
        return type(NOW).fromtimestamp(stamp, tz)


@pytest.mark.fault("W8")
@pytest.mark.parametrize(("hours", "verifying"), [(0, [1, 2]), (23, [1, 2]), (24, [2])])
def test_while_a_secret_is_replaced_receivers_with_either_accept_the_signature(tmp_path, monkeypatch, hours, verifying):
    net, at = FakeNet([answer(204)]), NOW + timedelta(hours=hours)
    channel = Webhook(parts(tmp_path, net=net, rotation=lambda name: Rotation(2, NOW + timedelta(hours=24))))
    channel.send(TARGET, channel.freeze(FEW, reader(), "k-1")[0], "k-1", at)
    [request] = net.asked
    monkeypatch.setattr(_Frozen, "now", staticmethod(lambda tz=None: at.astimezone(tz)))
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _Frozen)
    accepted = []
    for number in range(4):
        with suppress(WebhookVerificationError):
            Reference(secret_for(SECRET_KEY, "reader", number)).verify(request.body, dict(request.headers))
            accepted.append(number)
    assert accepted == verifying
    assert len(request.headers["webhook-signature"].split(" ")) == len(verifying)


def test_the_body_tells_type_time_and_events(tmp_path):
    _, net = attempt(tmp_path, answer(204))
    body = json.loads(net.asked[0].body)
    assert (body["type"], body["timestamp"]) == ("digest.created", "2026-07-22T00:00:00Z")
    assert body["data"]["subscription"] == "reader"
    assert [each["id"] for each in body["data"]["events"]] == ["d1", "e1"]
    assert body["data"]["events"][0]["comment_deadline"] == "2026-07-27"


def test_a_body_over_20_kb_holds_ids_titles_links_and_where_the_rest_is(tmp_path):
    many = [announce(n, changed(LAW, id=f"e{n}", cluster="", title=DRAFT.title)) for n in range(1, 301)]
    channel = Webhook(parts(tmp_path))
    payload = channel.freeze(digest(reader(), many, CONTEXT, NOW), reader(), "k-2")[0]
    data = json.loads(payload.filled)["data"]
    assert len(payload.filled) <= LARGEST_BODY
    assert data["count"] == 300
    assert data["next"] == digest_page("https://cgt.example", SECRET_KEY, "k-2", "/api/digests")  # with the key that opens it
    assert set(data["events"][0]) == {"id", "title", "url"}


@pytest.mark.parametrize("title", ["长" * 50_000, "\ud800 lone", "\x00\u2028"])
def test_a_hostile_title_still_makes_a_small_valid_body(tmp_path, title):
    told = digest(reader(), [announce(1, changed(LAW, title=title))], CONTEXT, NOW)
    payload = Webhook(parts(tmp_path)).freeze(told, reader(), "k")[0]
    assert len(payload.filled) <= LARGEST_BODY
    json.loads(payload.filled)


def test_a_repeat_has_the_same_id_and_bytes_and_a_new_timestamp(tmp_path):
    channel = Webhook(parts(tmp_path))
    payload = channel.freeze(FEW, reader(), "k-1")[0]
    secret = secret_for(SECRET_KEY, "reader")
    first, later = (signed([secret], "k-1", payload.filled, at) for at in (NOW, NOW.replace(hour=5)))
    assert first["webhook-id"] == later["webhook-id"]
    assert first["webhook-timestamp"] != later["webhook-timestamp"]
    assert payload == channel.freeze(FEW, reader(), "k-1")[0]


def test_receivers_of_one_message_share_its_body_and_are_told_apart_by_what_fills_it(tmp_path):
    channel = Webhook(parts(tmp_path))
    payloads = [channel.freeze(FEW, changed(reader(), name=name), f"k-{name}")[0] for name in ("mei", "tom", "")]
    assert len({id(one.body) for one in payloads}) == 1
    assert [json.loads(one.filled)["data"]["subscription"] for one in payloads] == ["mei", "tom", ""]


def test_each_subscription_has_its_own_secret_of_32_bytes():
    assert secret_for(SECRET_KEY, "a") != secret_for(SECRET_KEY, "b")
    assert secret_for(SECRET_KEY, "a").startswith("whsec_")


def test_an_id_never_holds_a_full_stop():
    assert "." not in webhook_id("li.wei-0-18")
    assert webhook_id("reader-0-18") == "reader-0-18"


@pytest.mark.fault("W4")
def test_a_post_is_bounded_and_follows_no_redirect(tmp_path):
    _, net = attempt(tmp_path, answer(204))
    request = net.asked[0]
    assert (request.deadline.total_seconds(), request.max_bytes, request.follow) == (15, 20_000, 0)
    assert "subscription" not in request.headers


@pytest.mark.parametrize(
    ("got", "result", "wait"),
    [
        (answer(200, b"thanks"), SendResult.SENT, None),
        (answer(204), SendResult.SENT, None),
        (answer(302, location="https://else.example/"), SendResult.RETRY, None),
        (answer(400, b"stale signature"), SendResult.RETRY, None),
        (answer(401), SendResult.RETRY, None),
        (answer(410), SendResult.GONE, None),
        (answer(429, retry_after="5"), SendResult.RETRY, 5),
        (answer(503, retry_after="Wed, 22 Jul 2026 00:01:00 GMT"), SendResult.RETRY, 60),
        (answer(503, retry_after="-7"), SendResult.RETRY, None),
        (answer(500), SendResult.RETRY, None),
        (failure(ErrorClass.CONNECT, sent=False), SendResult.RETRY, None),
        (failure(ErrorClass.TIMEOUT, sent=True), SendResult.UNKNOWN, None),
        (failure(ErrorClass.PROTOCOL, sent=True), SendResult.UNKNOWN, None),
        (failure(ErrorClass.TOO_BIG, sent=True, status=200), SendResult.SENT, None),
        (failure(ErrorClass.TIMEOUT, sent=True, status=500), SendResult.RETRY, None),
        (failure(ErrorClass.REDIRECT, sent=True, status=302), SendResult.RETRY, None),
        (failure(ErrorClass.REFUSED, sent=False), SendResult.PERMANENT, None),
    ],
)
def test_an_answer_is_sorted(tmp_path, got, result, wait):
    outcome, _ = attempt(tmp_path, got)
    assert outcome.result is result
    assert (outcome.retry_after.total_seconds() if outcome.retry_after else None) == wait
    assert "s3cret" not in outcome.answer


def test_an_answer_is_kept_short_and_without_addresses(tmp_path):
    outcome, _ = attempt(tmp_path, answer(500, b"user li@example.org\r\nat https://hook.example/s3cret " + b"x" * 9000))
    assert outcome.answer.startswith("500 user <address> at <link>")
    assert len(outcome.answer) <= 310
