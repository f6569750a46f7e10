"""What rooms answer, sorted into taken, passing, final, gone and unknown; signatures; waits; nothing secret told."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cgtwatch import registry
from cgtwatch.deliver import CHANNELS
from cgtwatch.deliver.rooms.dingtalk import signature
from cgtwatch.deliver.rooms.discord import confirmed
from cgtwatch.deliver.rooms.feishu import signed
from cgtwatch.model.delivery import Message, Payload
from cgtwatch.model.fetch import ErrorClass
from compose.samples import reader
from deliver.rooms_server import SECRET, TOKEN, target
from deliver.senders import NOW, FakeNet, answer, failure, parts

BASE = "https://room.example"
PAYLOAD = Payload(b'{"text":"x"}', "application/json")


def channel(room, **changes):
    return registry.load(CHANNELS, room, what="channel")(parts(Path("unused"), **changes))


def attempt(room, *answers, where=None, **changes):
    net = FakeNet(list(answers))
    return channel(room, net=net, **changes).send(where or target(room, BASE), PAYLOAD, "k", NOW), net


def said(status=200, _headers=None, **body):
    return replace(answer(status, json.dumps(body).encode()), headers=_headers or {})


FAILED = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {} with ContextId x"
TABLE = [
    # room, answer, result, wait in seconds, part of the word
    ("feishu", said(code=0, msg="success"), "sent", None, ""),
    ("feishu", said(StatusCode=0), "unknown", None, "without code"),
    ("feishu", said(code=9499, msg="Bad Request"), "permanent", None, "form"),
    ("feishu", said(code=11232, msg="frequency limited"), "retry", 60, ""),
    ("feishu", said(code=19001, msg="access token invalid"), "gone", None, "bot"),
    ("feishu", said(code=19021, msg="sign match fail"), "permanent", None, "#secret="),
    ("feishu", said(code=19022, msg="Ip Not Allowed"), "permanent", None, "addresses"),
    ("feishu", said(code=19024, msg="Key Words Not Found"), "permanent", None, "key word"),
    ("feishu", said(400, {"x-ogw-ratelimit-reset": "52"}, code=99991400, msg="request trigger frequency limit"), "retry", 52, ""),
    ("feishu", said(429, {"x-ogw-ratelimit-reset": "soon"}, code=99991400, msg="limit"), "retry", 60, ""),
    ("feishu", said(code=4711, msg="new"), "retry", None, "4711"),
    ("feishu", said(code=True), "unknown", None, ""),
    ("feishu", answer(200, b"<html>log in</html>"), "unknown", None, "without code"),
    ("feishu", answer(200, b"[" * 100_000), "unknown", None, ""),
    ("feishu", answer(404, b"404 page not found"), "gone", None, ""),
    ("feishu", answer(502, b"<html>"), "retry", None, ""),
    ("dingtalk", said(errcode=0, errmsg="ok"), "sent", None, ""),
    ("dingtalk", said(errcode=-1, errmsg="系统繁忙"), "retry", 60, ""),
    ("dingtalk", said(errcode=130101, errmsg="send too fast"), "retry", 600, ""),
    ("dingtalk", said(errcode=410100, errmsg="发送速度太快而限流"), "retry", 600, ""),
    ("dingtalk", said(errcode=90030, errmsg="webhook over limit"), "retry", 3600, "quota"),
    ("dingtalk", said(errcode=310000, errmsg="sign not match"), "permanent", None, "#secret="),
    ("dingtalk", said(errcode=310000, errmsg="keywords not in content"), "permanent", None, "key word"),
    ("dingtalk", said(errcode=310000, errmsg="ip 1.2.3.4 not in whitelist"), "permanent", None, "addresses"),
    ("dingtalk", said(errcode=300005, errmsg="token is not exist"), "gone", None, "robot"),
    ("dingtalk", said(errcode=400013, errmsg="群已被解散"), "gone", None, "group"),
    ("dingtalk", said(errcode=400102, errmsg="机器人已停用"), "permanent", None, "switched off"),
    ("dingtalk", said(errcode=430102, errmsg="含有不合适的文本"), "permanent", None, "censorship"),
    ("dingtalk", said(errcode=999999, errmsg="?"), "retry", None, ""),
    ("wecom", said(errcode=0, errmsg="ok"), "sent", None, ""),
    ("wecom", said(errcode=45009, errmsg="api freq out of limit"), "retry", 60, ""),
    ("wecom", said(errcode=93000, errmsg="invalid webhook url, hint: [1]"), "gone", None, "robot"),
    ("wecom", said(errcode=93000, errmsg="Invalid input : content exceed max length"), "permanent", None, "form"),
    ("wecom", said(errcode=40058, errmsg="markdown.content exceed max length 4096"), "permanent", None, ""),
    ("wecom", said(errcode=93008, errmsg="not in chat"), "gone", None, ""),
    ("wecom", said(errcode=-1, errmsg="system busy"), "retry", 60, ""),
    ("wecom", answer(200), "unknown", None, ""),
    ("teams", answer(202), "sent", None, ""),
    ("teams", answer(200, b"1"), "sent", None, ""),
    ("teams", answer(200, b""), "unknown", None, "without 1"),
    ("teams", answer(200, FAILED.format(429).encode()), "retry", 60, ""),
    ("teams", answer(200, FAILED.format(413).encode()), "permanent", None, ""),
    ("teams", answer(200, FAILED.format(404).encode()), "gone", None, "Workflows"),
    ("teams", answer(200, b"<html>"), "unknown", None, ""),
    ("teams", answer(413), "permanent", None, ""),
    ("teams", answer(404), "gone", None, ""),
    ("teams", answer(429, retry_after="7"), "retry", 7, ""),
    ("discord", answer(204), "sent", None, ""),
    ("discord", said(id="1", content="x"), "sent", None, ""),
    ("discord", answer(200, b"<html>"), "unknown", None, ""),
    ("discord", said(429, message="You are being rate limited.", retry_after=0.5), "retry", 0.5, ""),
    ("discord", said(429, {"retry-after": "65"}, retry_after=64.57), "retry", 65, ""),
    ("discord", answer(429, b"error code: 1015", retry_after="9"), "retry", 9, ""),
    ("discord", said(404, message="Unknown Webhook", code=10015), "gone", None, "deleted"),
    ("discord", said(401, message="Invalid Webhook Token", code=50027), "gone", None, ""),
    ("discord", said(400, message="Invalid Form Body", code=50035), "permanent", None, "form"),
    ("mattermost", answer(200, b"ok"), "sent", None, ""),
    ("mattermost", answer(200, b"<html>"), "unknown", None, ""),
    ("mattermost", said(400, id="web.incoming_webhook.invalid.app_error", message="x"), "gone", None, "deleted"),
    ("mattermost", said(400, id="web.incoming_webhook.text.app_error", message="x"), "permanent", None, ""),
    ("mattermost", said(501, id="web.incoming_webhook.disabled.app_error", message="x"), "retry", None, "switched off"),
    ("mattermost", said(403, id="web.incoming_webhook.permissions.app_error", message="x"), "permanent", None, "may not"),
    ("mattermost", answer(404, b"nginx"), "retry", None, ""),
    ("telegram", said(ok=True, result={"chat": {"title": "secret room"}}), "sent", None, "200 ok"),
    ("telegram", said(429, ok=False, error_code=429, description="Too Many", parameters={"retry_after": 34}), "retry", 34, ""),
    ("telegram", said(401, ok=False, error_code=401, description="Unauthorized"), "gone", None, "token"),
    ("telegram", said(404, ok=False, error_code=404, description="Not Found"), "gone", None, "token"),
    ("telegram", said(403, ok=False, error_code=403, description="Forbidden: bot was kicked"), "gone", None, "removed"),
    ("telegram", said(400, ok=False, error_code=400, description="Bad Request: chat not found"), "gone", None, "number"),
    ("telegram", said(400, ok=False, error_code=400, description="Bad Request: CHAT_WRITE_FORBIDDEN"), "permanent", None, "administrator"),
    ("telegram", said(400, ok=False, error_code=400, description="Bad Request: can't parse entities"), "permanent", None, ""),
    ("telegram", said(502, ok=False, error_code=502, description="Bad Gateway"), "retry", None, ""),
    ("telegram", answer(404, b"nginx"), "retry", None, ""),
    ("telegram", answer(200, b"{}"), "unknown", None, ""),
]  # fmt: skip
ROOMS = ["slack", "teams", "discord", "mattermost", "telegram", "feishu", "dingtalk", "wecom"]


@pytest.mark.fault("W11", "W12")
@pytest.mark.parametrize(("room", "got", "result", "wait", "word"), TABLE)
def test_an_answer_is_sorted(room, got, result, wait, word):
    outcome, _ = attempt(room, got)
    assert outcome.result == result
    assert (outcome.retry_after.total_seconds() if outcome.retry_after else None) == wait
    assert word in outcome.answer
    assert "secret room" not in outcome.answer


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    ("got", "result"),
    [
        (failure(ErrorClass.TIMEOUT, sent=True), "unknown"),
        (failure(ErrorClass.DNS, sent=False), "retry"),
        (failure(ErrorClass.REFUSED, sent=False), "permanent"),
        (failure(ErrorClass.TOO_BIG, sent=True, status=200), "unknown"),
        (failure(ErrorClass.TIMEOUT, sent=True, status=503), "retry"),
        (answer(302, location="https://else.example/"), "retry"),
    ],
)
def test_a_broken_exchange_is_sorted_without_telling_where_it_went(room, got, result):
    outcome, _ = attempt(room, got)
    assert outcome.result == result
    assert not {"s3cret", SECRET, TOKEN} & set(outcome.answer.split())


def test_feishus_signature_stands_before_the_frozen_card_and_is_made_for_the_moment():
    first, later = (signed(PAYLOAD.body, SECRET, at) for at in (NOW, NOW + timedelta(hours=5)))
    assert first.endswith(b',"text":"x"}')
    assert json.loads(first)["timestamp"] == "1784678400"
    assert json.loads(first)["sign"] != json.loads(later)["sign"]
    _, net = attempt("feishu", said(code=0))
    assert net.asked[0].body == first
    assert net.asked[0].url == f"{BASE}/feishu/signed"


def test_dingtalks_signature_stands_in_the_address_and_the_body_stays_as_it_was():
    _, net = attempt("dingtalk", said(errcode=0))
    assert net.asked[0].url == f"{BASE}/dingtalk/signed?access_token=t{signature(SECRET, NOW)}"
    assert net.asked[0].body == PAYLOAD.body
    assert "timestamp=1784678400000&sign=" in net.asked[0].url


def test_a_room_without_a_secret_is_not_signed():
    _, net = attempt("feishu", said(code=0), where=f"{BASE}/hook")
    assert net.asked[0].body == PAYLOAD.body


@pytest.mark.parametrize(
    ("room", "where"), [("feishu", f"{BASE}/hook#secret=env:BOT"), ("dingtalk", f"{BASE}/r?access_token=t#secret=env:BOT")]
)
def test_a_secret_is_looked_up_where_it_is_used_and_its_want_is_told_and_passes(room, where):
    outcome, net = attempt(room, said(code=0, errcode=0), where=where, secret={"BOT": SECRET}.get)
    assert outcome.result == "sent"
    assert "sign" in json.loads(net.asked[0].body) or "sign=" in net.asked[0].url
    missing, net = attempt(room, said(code=0, errcode=0), where=where)
    assert missing.result == "retry"
    assert "BOT" in missing.answer
    assert net.asked == []


def test_telegrams_chat_topic_and_server_come_from_the_target():
    _, net = attempt("telegram", said(ok=True), where="env:BOT@-100#api=https://bots.example/&topic=7", secret={"BOT": TOKEN}.get)
    assert net.asked[0].url == f"https://bots.example/bot{TOKEN}/sendMessage"
    assert json.loads(net.asked[0].body) == {"chat_id": "-100", "message_thread_id": 7, "text": "x"}
    _, net = attempt("telegram", said(ok=True), where=f"{TOKEN}@@channel")
    assert net.asked[0].url == f"https://api.telegram.org/bot{TOKEN}/sendMessage"


def test_a_group_that_became_a_supergroup_is_followed_within_the_attempt():
    moved = said(400, ok=False, error_code=400, description="upgraded", parameters={"migrate_to_chat_id": -1009})
    outcome, net = attempt("telegram", moved, said(ok=True))
    assert outcome.result == "sent"
    assert [json.loads(asked.body)["chat_id"] for asked in net.asked] == ["-1001234567890", -1009]


def test_discord_is_asked_to_confirm_that_a_message_was_kept():
    assert confirmed("https://d.example/api/webhooks/1/x") == "https://d.example/api/webhooks/1/x?wait=true"
    assert confirmed("https://d.example/x?thread_id=5") == "https://d.example/x?thread_id=5&wait=true"
    assert confirmed("https://d.example/x?wait=false") == "https://d.example/x?wait=false"


def test_nobody_can_be_mentioned_on_discord():
    told = Message("digest.created", "@everyone", "", "", {"events": []}, "en", NOW)
    (payload,) = channel("discord").freeze(told, reader(), "k")
    assert json.loads(payload.body)["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "mattermost"])
def test_a_target_is_left_alone_for_a_while_after_each_attempt(room):
    outcome, _ = attempt(room, answer(500))
    assert timedelta(seconds=0.4) < outcome.rest < timedelta(seconds=4)
