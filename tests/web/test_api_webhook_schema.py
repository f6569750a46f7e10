"""The published schema of webhooks takes every body that is frozen for one, and nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cgtwatch.compose.alarms import alarm
from cgtwatch.compose.messages import digest, welcome
from cgtwatch.compose.thread import Step
from cgtwatch.deliver.webhook import Webhook
from cgtwatch.model.delivery import Message
from cgtwatch.model.health import Alarm
from cgtwatch.model.subscription import Cadence, Every
from cgtwatch.web.api.shapes.webhook import Body
from compose.samples import ANNOUNCEMENTS, CONTEXT, DRAFT, LAW, NOW, REMINDER, announce, event, reader
from deliver.senders import parts
from web.api_kit import Programs

HOOK = replace(reader(), channel="webhook", target="https://hook.example.org/x")
MANY = [announce(n, event(f"m{n}", f"第{n}号文件", summary="说明" * 200)) for n in range(20, 60)]
TROUBLE = Alarm("source:nmpa", "timeout", "nmpa", "no answer in 20 s", "open the address", NOW)
STEPS = {DRAFT.id: (Step("finalises_by", LAW),)}


MESSAGES: dict[str, Message] = {
    "digest": digest(HOOK, ANNOUNCEMENTS, replace(CONTEXT, steps=STEPS), NOW),
    "english": digest(replace(HOOK, language="en"), ANNOUNCEMENTS, CONTEXT, NOW),
    "at once": digest(replace(HOOK, cadence=Cadence(Every.NOW)), ANNOUNCEMENTS[:1], CONTEXT, NOW),
    "reminder": digest(HOOK, [announce(9, DRAFT, REMINDER)], CONTEXT, NOW),
    "in short": digest(HOOK, MANY, CONTEXT, NOW),
    "nothing new": digest(HOOK, (), CONTEXT, NOW),
    "welcome": welcome(HOOK, CONTEXT, NOW),
    "alarm": alarm((TROUBLE,), (replace(TROUBLE, closed_at=NOW),), "zh", NOW),
    "alarms in short": alarm([replace(TROUBLE, key=f"source:{n}", detail="x" * 900) for n in range(60)], (), "en", NOW),
}


def frozen(message: Message, where: Path, **changes: Any) -> Any:
    [payload] = Webhook(parts(where, **changes)).freeze(message, HOOK, "msg_1")
    return json.loads(payload.filled)


@pytest.fixture(scope="module")
def schema(news_api: Programs) -> Any:
    answer = news_api.open.get("/api/schema/webhook.json")
    assert answer.headers["content-type"] == "application/schema+json"
    return answer.json()


@pytest.fixture(scope="module")
def check(schema: Any) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_schema_is_one_of_its_dialect_and_knows_its_own_address(schema: Any) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "https://watch.example.org/api/schema/webhook.json"


@pytest.mark.parametrize("kind", list(MESSAGES))
def test_every_body_that_is_sent_is_taken(check: Draft202012Validator, tmp_path: Path, kind: str) -> None:
    for public_url in ("https://cgt.example", None):
        body = frozen(MESSAGES[kind], tmp_path, public_url=public_url)
        assert [error.message for error in check.iter_errors(body)] == []
    assert ("truncated" in body["data"]) is kind.endswith("in short")


@pytest.mark.parametrize("kind", list(MESSAGES))
def test_no_field_of_a_body_is_unknown_to_the_schema(tmp_path: Path, kind: str) -> None:
    Body.model_validate_json(json.dumps(frozen(MESSAGES[kind], tmp_path)), strict=True, extra="forbid")


def without(*path: str) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        *steps, last = path
        for step in steps:
            body = body[int(step) if step.isdigit() else step]
        del body[last]

    return change


def other(value: object, *path: str) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        *steps, last = path
        for step in steps:
            body = body[int(step) if step.isdigit() else step]
        body[last] = value

    return change


WRONG: list[tuple[str, Callable[[Any], None]]] = [
    ("digest", without("type")), ("digest", without("timestamp")), ("digest", without("data")), ("digest", other("news", "type")),
    ("digest", other(7, "timestamp")), ("digest", other([], "data")), ("digest", without("data", "events")),
    ("digest", other("5", "data", "count")), ("digest", other(-1, "data", "count")), ("digest", other("fr", "data", "language")),
    ("digest", without("data", "events", "0", "id")), ("digest", other("nonsense", "data", "events", "0", "stage")),
    ("digest", other(None, "data", "events", "0", "issuers")), ("digest", other("tomorrow", "data", "events", "0", "published")),
    ("digest", without("data", "events", "0", "words", "title")), ("in short", other(False, "data", "truncated")),
    ("in short", without("data", "next")), ("alarm", without("data", "opened")), ("alarm", other("digest.created", "type")),
    ("alarm", other(1, "data", "opened", "0", "key")), ("digest", other("source.alarm", "type")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change"), WRONG)
def test_a_body_that_is_none_is_refused(
    check: Draft202012Validator, tmp_path: Path, kind: str, change: Callable[[Any], None]
) -> None:
    body = frozen(MESSAGES[kind], tmp_path)
    change(body)
    assert not check.is_valid(body)
