"""What an address asks for, in the reader's words: a chip for each part, a title for all, a sentence for what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cgtwatch.compose.words import Words
from cgtwatch.model.source import Names
from cgtwatch.store.records import EventQuery
from cgtwatch.text.clean import one_line
from cgtwatch.web.filters import Asked, address, day_of, minus, pairs

_TABLES = {"doc_type": "doc_types", "stage": "stages", "level": "levels", "importance": "importances"}
_NO_NAMES: Mapping[str, Names] = {}


@dataclass(frozen=True, slots=True)
class Called:
    """Names of what has one of its own: issuers, topics of the user's own, sources, each by id."""

    issuers: Mapping[str, Names] = field(default_factory=dict)
    topics: Mapping[str, Names] = field(default_factory=dict)
    sources: Mapping[str, Names] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of what is asked for: what it is about, its value in words, and the address without it."""

    name: str
    value: str
    about: str
    said: str
    without: str


def chips(query: EventQuery, said: Words, called: Called, path: str = "") -> list[Chip]:
    """Every part of the query but its order."""
    return [
        Chip(
            name,
            value,
            said.name("filters", name),
            value_words(name, value, said, called),
            address(minus(query, name, value), path),
        )
        for name, value in pairs(query)
        if name != "sort"
    ]


def title(query: EventQuery, said: Words, called: Called) -> str:
    """All that is asked for in one line, for headings, feeds and calendars; empty where nothing is."""
    found: dict[str, list[str]] = {}
    for chip in chips(query, said, called):
        found.setdefault(chip.about, []).append(chip.said)
    parts = (said.say("colon", a=about, b=said.say("comma").join(values)) for about, values in found.items())
    return said.say("separator").join(parts)


def value_words(name: str, value: str, said: Words, called: Called) -> str:
    """A value of an address as the reader calls it."""
    if name in _TABLES:
        shown = said.name(_TABLES[name], value)
        return said.say("why_at_least", importance=shown) if name == "importance" else shown
    if name == "modality":
        return said.pick(called.topics.get(value), said.name("modalities", value))
    if name == "issuer":
        return said.issuers([value], called.issuers)
    if name == "source":
        return said.pick(called.sources.get(value), value)
    if name == "jurisdiction":
        return said.place(value)
    if name == "relevant":
        return said.name("filter_relevant", value)
    if name in ("since", "until", "open"):
        return said.say("filter_today") if value == "1" else _day(value, said)
    return one_line(value, 80)


def wrong_words(asked: Asked, said: Words) -> list[str]:
    """A sentence for each part of the address that was not understood, and so left out."""
    return [
        said.say(
            "filter_wrong",
            about=said.name("filters", name),
            value=said.say("comma").join(one_line(value, 40) for value in values),
        )
        for name, values in asked.wrong.items()
    ]


def _day(value: str, said: Words) -> str:
    found: date | None = day_of(value, last=False)
    return said.day(found) if found else value
