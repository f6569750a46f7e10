"""Alarms in their reader's words: every kind that the code opens is called something in both languages."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import cgtwatch
from cgtwatch.compose.messages import alarm
from cgtwatch.compose.words import words
from cgtwatch.diff.health import Word
from cgtwatch.model.health import Alarm

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NAMED = {"delivery", "gone", "template", "network", *(word.value for word in Word if word is not Word.OK)}  # by variables


def kinds() -> set[str]:
    """What stands as `kind` where an alarm is made, and what the variables there hold."""
    texts = [path.read_text(encoding="utf-8") for path in Path(cgtwatch.__file__).parent.rglob("*.py")]
    trees = [ast.parse(text) for text in texts if "Alarm(" in text]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [call.args[1] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Alarm" and len(call.args) > 1]
    assert made
    return NAMED | {kind.value for kind in made if isinstance(kind, ast.Constant)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_alarm_is_called_something_in_the_reader_s_language(language):
    assert kinds() - words(language).tables["troubles"].keys() == set()


@pytest.mark.parametrize(
    ("key", "kind", "told"),
    [
        ("delivery:mei", "delivery", "mei：投递失败"),
        ("delivery:mei", "gone", "mei：接收地址已不存在，订阅已停用"),
        ("channel:email", "channel", "email：无法发送，消息在等待"),
        ("bounce:all readers", "bounces", "许多读者的邮件被退回"),
        ("bounce:the mailbox", "mailbox", "退信邮箱无法读取"),
        ("digests", "digest", "简报无法生成"),
        ("source:cn-cde", "blocked", "cn-cde：被对方拦截"),
        ("x", "brand new", "what it is"),
    ],
)
def test_an_alarm_carries_its_reader_s_words_beside_what_is_stored(key, kind, told):
    data = alarm([Alarm(key, kind, "what it is", "403 came", "look", NOW)], (), "zh", NOW).data
    [one] = data["opened"]
    assert (one["subject"], one["kind"]) == ("what it is", kind)
    assert one["words"] == {"subject": told, "detail": "403 came", "hint": "look", "span": "自2026-03-02 08:00 UTC起"}
