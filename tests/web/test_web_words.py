"""How the page says things."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cgtwatch
from cgtwatch.deliver import CHANNELS
from cgtwatch.diff.health import Word
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.model.event import AnnouncementKind, Relation
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome
from cgtwatch.model.subscription import Status
from cgtwatch.web.pages.event_fields import FIELDS
from cgtwatch.web.words import language_of, page_words, relative, zone

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TABLES = {
    "health": Word, "errors": ErrorClass, "outcomes": Outcome, "states": DeliveryState, "relations": Relation,
    "chosen": AnnouncementKind, "statuses": Status, "channels": CHANNELS, "labels": FIELDS,
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("table", TABLES)
def test_every_state_has_a_word_in_both_languages(table: str, language: str) -> None:
    known = page_words(language).tables[table]
    assert [str(word) for word in TABLES[table] if str(word) not in known] == []


def test_both_languages_say_the_same_phrases() -> None:
    assert page_words("zh").tables["phrases"].keys() == page_words("en").tables["phrases"].keys()


def test_every_phrase_of_a_page_is_said_somewhere() -> None:
    """By its whole name, or by one that is put together, such as `"done_" ~ done` and `f"{purpose}_gone"`."""
    there = Path(cgtwatch.__file__).parent
    texts = [one.read_text("utf-8") for kind in ("*.py", "*.j2") for one in there.rglob(kind)]
    names = {name for text in texts for name in re.findall(r"\w+", text)}
    begun = {name for text in texts for name in re.findall(r"""["']([a-z_]+_)(?:["'] ~|\{)""", text)}
    ended = {name for text in texts for name in re.findall(r"""f"\{\w+\}(_[a-z]+)\"""", text)}
    files = (there / "web/data/words").glob("*.json")
    phrases = {name for one in files for name in json.loads(one.read_text("utf-8"))["en"]["phrases"]}
    assert [one for one in sorted(phrases - names) if not one.startswith(tuple(begun)) and not one.endswith(tuple(ended))] == []


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken"),
    [
        (None, "", "en"), (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"), (None, "en-GB,zh;q=0.9", "en"), (None, "fr,zh;q=0.2", "zh"),
        (None, "zh;q=0,en", "en"), ("zh", "en", "zh"), ("xx", "zh", "zh"), (None, "zh;q=high", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_asked_for_or_the_browsers(asked: str | None, accepted: str, spoken: str) -> None:
    assert language_of(asked, accepted) == spoken


@given(st.text(max_size=200))
def test_any_header_is_survived(accepted: str) -> None:
    assert language_of(None, accepted) in {"zh", "en"}


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (timedelta(seconds=2), "now"), (timedelta(seconds=40), "40 s ago"), (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"), (timedelta(hours=50), "2 days ago"), (timedelta(hours=-3), "in 3 h"),
    ],
)  # fmt: skip
def test_times_are_told_from_now(gap: timedelta, said: str) -> None:
    assert relative(NOW - gap, NOW, page_words("en")) == said


def test_what_never_was_has_a_word() -> None:
    assert relative(None, NOW, page_words("zh")) == "从未"


def test_the_zone_is_named_by_its_distance_from_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    for name, said in (("UTC", "UTC"), ("Asia/Shanghai", "UTC+8"), ("Asia/Kolkata", "UTC+5:30"), ("America/New_York", "UTC−5")):
        monkeypatch.setenv("TZ", name)
        time.tzset()
        assert zone(NOW) == said
    monkeypatch.undo()
    time.tzset()
