"""Slack cards."""

import json

import pytest

from cgtwatch.compose.messages import alarm, digest
from cgtwatch.deliver import DEFAULT_PROMISE
from cgtwatch.deliver.rooms.slack import Slack
from cgtwatch.model.delivery import SendResult
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Promise
from compose.samples import ANNOUNCEMENTS, CONTEXT, DRAFT, LAW, announce, reader
from compose.samples import replace as changed
from compose.test_compose_digest import HOSTILE
from deliver.senders import NOW, FakeNet, answer, failure, parts

OK = answer(200, b"ok")


def posts(message, tmp_path):
    return [json.loads(one.body) for one in Slack(parts(tmp_path)).freeze(message, reader(channel="slack"), "k")]


def texts(post):
    return [block["text"]["text"] for block in post["blocks"] if block["type"] != "context"]


def many(count, title=DRAFT.title):
    return digest(
        reader(), [announce(n, changed(DRAFT, id=f"e{n}", cluster="", title=title)) for n in range(1, count + 1)], CONTEXT, NOW
    )


def test_a_card_shows_title_issuer_stage_deadline_and_link(tmp_path):
    (post,) = posts(digest(reader("en"), ANNOUNCEMENTS, CONTEXT, NOW), tmp_path)
    header, heading, first = texts(post)[:3]
    assert header.startswith("CGT policy: 6 events")
    assert heading == "*Open for comment*"
    assert first.splitlines() == [
        f"<https://cde.example/main/news/viewInfoCommon/d1|{DRAFT.title}>",
        "Center for Drug Evaluation (CDE) · draft for comment · guideline · China",
        "药审业〔2026〕318号 · 20 Jul 2026",
        "*Comments until 27 Jul 2026 · 5 days left*",
    ]


@pytest.mark.parametrize("title", [*HOSTILE, "&" * 5000])
@pytest.mark.parametrize("count", [1, 60])
def test_slacks_limits_hold_whatever_the_title(tmp_path, title, count):
    made = posts(many(count, title), tmp_path)
    for post in made:
        assert len(post["blocks"]) <= 50
        assert len(json.dumps(post["blocks"], ensure_ascii=False)) < 15_000
        assert len(texts(post)[0]) <= 150
        assert all(0 < len(text) <= 3000 for text in texts(post))
        assert "<!" not in json.dumps(post)
    shown = [text for post in made for text in texts(post)[1:] if "viewInfoCommon" in text]
    assert len(shown) == count
    assert all(text.startswith("<https://cde.example/") and text.count("<") == 1 == text.count(">") for text in shown)


def test_a_long_digest_is_dealt_out_over_numbered_posts(tmp_path):
    made = posts(many(100), tmp_path)
    assert len(made) > 1
    assert texts(made[0])[0].endswith(f"（1/{len(made)}）")


def test_an_alarm_is_told_in_slack_too(tmp_path):
    opened = [Alarm("network", "network", "Network <down>", "no source answers", "check the line", NOW)]
    (post,) = posts(alarm(opened, (), "en", NOW), tmp_path)
    assert texts(post)[1] == f"*▲ No source can be reached*\nsince {NOW:%Y-%m-%d %H:%M} UTC\nno source answers\ncheck the line"


@pytest.mark.parametrize(
    ("got", "result"),
    [
        (OK, SendResult.SENT),
        (answer(200, b"<html>log in</html>"), SendResult.UNKNOWN),
        (answer(400, b"invalid_blocks"), SendResult.PERMANENT),
        (answer(403, b"action_prohibited"), SendResult.PERMANENT),
        (answer(404, b"no_service"), SendResult.GONE),
        (answer(410, b"channel_is_archived"), SendResult.GONE),
        (answer(403, b"invalid_token"), SendResult.GONE),
        (answer(429, b"rate_limited", retry_after="30"), SendResult.RETRY),
        (answer(500, b"rollup_error"), SendResult.RETRY),
        (failure(ErrorClass.TIMEOUT, sent=True), SendResult.UNKNOWN),
        (failure(ErrorClass.DNS, sent=False), SendResult.RETRY),
    ],
)
def test_slacks_answers_are_sorted(tmp_path, got, result):
    channel = Slack(parts(tmp_path, net=FakeNet([got])))
    payload = channel.freeze(many(1), reader(), "k")[0]
    assert channel.send("https://hooks.slack.example/services/x", payload, "k", NOW).result is result


def test_a_chat_is_never_told_twice_by_default():
    assert DEFAULT_PROMISE["slack"] is Promise.NEVER_TWICE


def test_a_law_without_deadline_or_link_has_neither_line(tmp_path):
    told = digest(reader(), [announce(1, changed(LAW, url="javascript:x"))], changed(CONTEXT, public_url=None), NOW)
    text = texts(posts(told, tmp_path)[0])[2]
    assert text.splitlines()[0] == f"*{LAW.title}*"
    assert "截止" not in text
