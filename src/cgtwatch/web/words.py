"""How the page says things: the wording of messages with the page's own tables beside it, and times as people read them."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from cgtwatch.compose.words import Words, words

LANGUAGES = ("zh", "en")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@cache
def page_words(language: str) -> Words:
    """The wording for `language`: everything that messages can say, and what only the page says."""
    said = words(language)
    own = [json.loads(one.read_text("utf-8"))[said.language] for one in _files()]
    tables: dict[str, Any] = {name: table for part in own for name, table in part.items()}
    phrases = {phrase: form for part in (said.tables, *own) for phrase, form in part["phrases"].items()}
    return Words(said.language, {**said.tables, **tables, "phrases": phrases})


def _files() -> list[Traversable]:
    """A file of words for each group of pages; a phrase stands in one of them."""
    folder = files("cgtwatch.web").joinpath("data/words")
    return sorted((one for one in folder.iterdir() if one.name.endswith(".json")), key=lambda one: one.name)


def language_of(asked: str | None, accepted: str) -> str:
    """`asked` where it is spoken, else the first of `accepted` (an Accept-Language header, RFC 9110 12.5.4) that is, else English."""
    if asked in LANGUAGES:
        return asked
    ranked = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.partition(";q=")
        with_weight = _number(weight) if weight else 1.0
        if (spoken := tag.strip().lower().partition("-")[0]) in LANGUAGES and with_weight > 0:
            ranked.append((-with_weight, place, spoken))
    return min(ranked)[2] if ranked else "en"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def relative(at: datetime | None, now: datetime, said: Words) -> str:
    """How long ago, or how long until: `5 min ago`, `in 2 h`; a word where it never was."""
    if at is None:
        return said.say("never")
    gap = abs(now - at)
    if gap < timedelta(seconds=5):
        return said.say("now")
    return said.say("ago" if at <= now else "in", span=_span(gap, said))


def _span(gap: timedelta, said: Words) -> str:
    if gap < 2 * _MINUTE:
        return said.say("seconds", n=int(gap.total_seconds()))
    if gap < 2 * _HOUR:
        return said.say("minutes", n=gap // _MINUTE)
    if gap < 2 * _DAY:
        return said.say("hours", n=gap // _HOUR)
    return said.count("days", gap // _DAY)


def clock(at: datetime | None) -> str:
    """An instant to the minute in this machine's zone, which is the reader's own where the page is read at home."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "–"


def zone(now: datetime) -> str:
    """The name of the zone of `clock`: `UTC`, or its distance from it."""
    offset = now.astimezone().utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // _MINUTE, 60)
    sign = "+" if offset > timedelta() else "−"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if offset else "UTC"


def utc(at: datetime | None) -> str:
    """An instant for machines (RFC 3339)."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""
