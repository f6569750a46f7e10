"""The choices beside a list of events: every value with how many it would leave, what is chosen, and the addresses of both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.words import Words
from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.records import EventQuery
from cgtwatch.text.clean import one_line
from cgtwatch.web.filter_words import chip, label_of
from cgtwatch.web.filters import NAMES, address, chosen, minus, plus

PATH = "/events"
# Facets in the order of the page, and how many values of each stand there before "more".
SHOWN = {"jurisdiction": 8, "modality": 8, "doc_type": 8, "stage": 7, "issuer": 8, "level": 5, "source": 6}
FOLDED = frozenset({"level", "source"})  # fewer look for these; they open by a click, or where something of them is chosen
_MOST = 80  # values of a facet on the page at all
_LEAST = (Importance.HIGH, Importance.MEDIUM, Importance.LOW)
_YEARS = 8
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that can be chosen. `count` is None where it is not known, `inner` are the provinces of a country."""

    value: str
    label: str
    count: int | None
    on: bool
    inner: tuple["Value", ...] = ()


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of values under a heading: those shown, and those behind "more"."""

    name: str
    label: str
    values: tuple[Value, ...]
    more: tuple[Value, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A year or a month that a click leads to; leads out of it where it is chosen."""

    label: str
    count: int
    link: str
    on: bool


def facets(query: EventQuery, counts: Counts, context: DigestContext, said: Words) -> list[Facet]:
    """All groups of values; none without any value."""
    made = (_facet(name, query, counts.get(name, {}), context, said) for name in SHOWN)
    return [facet for facet in made if facet.values]


def leasts(query: EventQuery, counts: Counts, said: Words) -> list[Value]:
    """The degrees of importance: each takes what is more important too."""
    known = counts.get("importance", {})
    return [Value(str(one), said.name("importances", one), known.get(str(one)), query.importance is one) for one in _LEAST]


def spans(query: EventQuery, counts: Counts, said: Words, today: date) -> tuple[list[Span], list[Span]]:
    """The latest years with events, and the months of the one that is chosen or half chosen."""
    months = counts.get("month", {})
    years: dict[int, int] = {}
    for month, number in months.items():
        years[int(month[:4])] = years.get(int(month[:4]), 0) + number
    first, last = query.first, query.last
    year = first.year if first and last and first.year == last.year else None
    shown = [
        _span(str(one), years[one], query, (date(one, 1, 1), date(one, 12, 31)), today)
        for one in sorted(years, reverse=True)[:_YEARS]
    ]
    if year is None:
        return shown, []
    inner = [
        _span(said.tables["months"][number - 1], months.get(f"{year}-{number:02}", 0), query, _month(year, number), today)
        for number in range(1, 13)
    ]
    return shown, [one for one in inner if one.count or one.on]


def unset(query: EventQuery, context: DigestContext, said: Words) -> list[tuple[str, str]]:
    """What is chosen, each as the address without it and its name."""
    return [
        (address(minus(query, name, value), PATH), chip(name, value, context, said))
        for name in NAMES
        for value in chosen(query, name)
    ]


def _facet(name: str, query: EventQuery, counts: Mapping[str, int], context: DigestContext, said: Words) -> Facet:
    on = frozenset(chosen(query, name))
    known = {**dict.fromkeys(on, 0), **counts}
    values = _nested(known, on, said) if name == "jurisdiction" else _flat(name, known, on, context, said)
    first = [one for place, one in enumerate(values) if place < SHOWN[name] or one.on or any(each.on for each in one.inner)]
    more = [one for one in values if one not in first]
    return Facet(name, said.name("facets", name), tuple(first), tuple(more[:_MOST]), name in FOLDED and not on)


def _flat(name: str, known: Mapping[str, int], on: Iterable[str], context: DigestContext, said: Words) -> list[Value]:
    order = sorted(known, key=lambda value: (-known[value], value))
    return [
        Value(value, one_line(label_of(name, value, context, said), 80), known[value], value in frozenset(on))
        for value in order
        if value != "none"
    ]


def _nested(known: Mapping[str, int], on: frozenset[str], said: Words) -> list[Value]:
    """Countries with their provinces beneath them."""
    places = {code.partition("-")[0]: 0 for code in known}
    whole = {**places, **{code: number for code, number in known.items() if "-" not in code}}
    found = []
    for country in sorted(whole, key=lambda code: (-whole[code], code)):
        inside = [code for code in known if code.startswith(f"{country}-")]
        inner = tuple(
            Value(code, said.place(code), known[code], code in on)
            for code in sorted(inside, key=lambda code: (-known[code], code))
        )
        found.append(Value(country, said.place(country), whole[country], country in on, inner))
    return found


def _span(label: str, count: int, query: EventQuery, days: tuple[date, date], today: date) -> Span:
    on = (query.first, query.last) == days
    bare = minus(minus(query, "since"), "until")
    wanted = bare if on else plus(plus(bare, "since", days[0].isoformat(), today), "until", days[1].isoformat(), today)
    return Span(label, count, address(replace(wanted, after=None), PATH), on)


def _month(year: int, number: int) -> tuple[date, date]:
    after = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), date.fromordinal(after.toordinal() - 1)


def frame(query: EventQuery) -> dict[str, Any]:
    """What the form of the page fills in again."""
    return {
        "query": query.query,
        "since": query.first,
        "until": query.last,
        "open": query.open_on is not None,
        "relevant": query.relevant,
    }
