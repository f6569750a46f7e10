"""docs/subscriptions.md is true: its example can be read, and every key of a file stands in it."""

import inspect
import re
from pathlib import Path

import pytest

from cgtwatch.cli.subscriptions import add
from cgtwatch.config.packaged import example_subscriptions
from cgtwatch.config.sources import Vocabulary
from cgtwatch.config.subscriptions import Readers, SubscriptionFile, parse_subscriptions
from cgtwatch.select import parse_cadence, parse_quiet, parse_target, query_problem

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "subscriptions.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def read(text: str) -> SubscriptionFile:
    known = Vocabulary(frozenset(), frozenset(), frozenset(), lambda _: None)
    hook = "https://hooks.slack.com/services/T/B/x"
    readers = Readers(parse_cadence, parse_quiet, parse_target, query_problem, {}, (), {"CGT_ROOM": hook}.get)
    return parse_subscriptions(text.encode(), Path("subscriptions.yaml"), known, readers)


@pytest.mark.parametrize("text", [*BLOCKS, example_subscriptions().read_text("utf-8")])
def test_every_example_can_be_read(text):
    found = read(text)
    assert [one.subscription.name for one in found.asked] == ["mei", "desk", "room"]
    assert found.warnings == ()


def test_every_wish_stands_in_the_page_and_may_stand_in_a_file():
    wishes = set(inspect.signature(add).parameters) - {"json"}
    assert {name for name in wishes if not re.search(rf"`{name}`|\b{name}: |--{name}\b", PAGE)} == set()
    with pytest.raises(Exception, match="unknown key") as told:
        read("subscriptions: [{name: a, to: 'local:', wrong: 1}]")
    keys = set(re.search(r"known: (.*)", str(told.value))[1].split(", "))
    assert keys == wishes | {"agreed", "paused"}
