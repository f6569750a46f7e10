"""A webhook gets another signing secret, and its receiver time to change over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inside import Inside, inside

from cgtwatch.deliver.webhook import Webhook
from cgtwatch.errors import ConfigError

HOOK = "https://hook.example.org/a"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path, "sources: []\n") as made:
        yield made


def asked(bench: Inside, operation: str, **args: Any) -> dict[str, Any]:
    return bench.ask(f"subscriptions.{operation}", name="hook", **args)[-1]


def signing(bench: Inside) -> tuple[str, ...]:
    """The secrets that sign a message to the hook now."""
    channel = bench.app.channel("webhook")
    assert isinstance(channel, Webhook)
    return channel.secrets_for("hook", bench.now)


@pytest.mark.fault("W8")
def test_the_new_secret_signs_at_once_and_the_old_one_for_as_long_as_is_asked(bench: Inside) -> None:
    first = asked(bench, "add", to=HOOK)["secret"]
    assert signing(bench) == (first,)
    row = asked(bench, "rotate", keep="2h")
    second = row["secret"]
    assert second != first
    assert row["old_secret_until"]
    assert asked(bench, "show")["old_secret_until"] == row["old_secret_until"]
    assert asked(bench, "show", secret=True)["secret"] == second
    assert signing(bench) == (second, first)
    bench.pass_time(hours=3)
    assert (signing(bench), asked(bench, "show")["old_secret_until"]) == ((second,), None)


def test_a_secret_that_has_leaked_is_good_no_longer(bench: Inside) -> None:
    asked(bench, "add", to=HOOK)
    second = asked(bench, "rotate")["secret"]
    with pytest.raises(ConfigError, match="--keep 0s"):
        asked(bench, "rotate")
    third = asked(bench, "rotate", keep="0s")["secret"]
    assert third != second
    assert signing(bench) == (third,)


def test_other_wishes_and_a_file_leave_the_secret_alone(bench: Inside) -> None:
    text = f"subscriptions: [{{name: hook, to: {HOOK!r}}}]"
    bench.ask("subscriptions.apply", text=text)
    second = asked(bench, "rotate", keep="0s")["secret"]
    asked(bench, "change", importance="high")
    bench.ask("subscriptions.apply", text=text)
    assert asked(bench, "show")["filter"] == {}
    assert signing(bench) == (second,)


def test_a_namesake_made_later_begins_with_the_first_secret(bench: Inside) -> None:
    first = asked(bench, "add", to=HOOK)["secret"]
    asked(bench, "rotate", keep="0s")
    asked(bench, "remove")
    assert asked(bench, "add", to=HOOK)["secret"] == first
    assert signing(bench) == (first,)


@pytest.mark.parametrize("keep", ["soon", "31d", 5])
def test_an_overlap_that_is_none_is_refused(bench: Inside, keep: Any) -> None:
    asked(bench, "add", to=HOOK)
    with pytest.raises(ConfigError, match="such as 24h"):
        asked(bench, "rotate", keep=keep)


def test_only_webhooks_have_a_secret(bench: Inside) -> None:
    asked(bench, "add", to="mailto:mei@example.org")
    with pytest.raises(ConfigError, match="goes to email"):
        asked(bench, "rotate")
