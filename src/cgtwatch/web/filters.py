"""The one set of names with which pages, feeds, calendars, downloads and the API are asked for events: read, written, said in words.

`query jurisdiction issuer doc_type stage modality importance since until relevant source level open sort after`: a name may stand
several times, which means "any of these"; unknown names are ignored. Days are those of the event itself, both included.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from cgtwatch.config.wishes import LONGEST_QUERY
from cgtwatch.model.subscription import Filter
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.text.words import query_problem

# Name → field of `EventQuery`; of the first ones several values are taken.
MANY: Final[Mapping[str, str]] = {
    "jurisdiction": "jurisdictions", "issuer": "issuers", "doc_type": "doc_types", "stage": "stages", "modality": "topics",
    "source": "sources", "level": "levels",
}  # fmt: skip
ONE: Final[Mapping[str, str]] = {
    "query": "query", "importance": "importance", "since": "first", "until": "last", "relevant": "relevant", "open": "open_on",
}  # fmt: skip
NAMES: Final = ("query", *MANY, "importance", "since", "until", "open", "relevant")
MOST_VALUES: Final = 60  # of one name; more is no choice
_ALSO: Final = {"topic": "modality", "q": "query"}
_KINDS: Final[Mapping[str, type[StrEnum]]] = {"doc_type": DocType, "stage": Stage, "level": Level}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]{0,79}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YES, _NO, _ANY = frozenset({"1", "yes", "true", "on"}), frozenset({"0", "no", "false", "off"}), frozenset({"any", "all"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, as far as it was understood, and what was not: name → the values that are none."""

    query: EventQuery
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(params: Iterable[tuple[str, str]], today: date, topics: Collection[str] = ()) -> Asked:
    """The query of an address; `params` in their order (`request.query_params.multi_items()`), `topics` the user's own by id.

    What is wrong is left out of the query and told in `wrong`. Without `relevant` only what is relevant is meant (`relevant=any`
    takes all); `open=1` means on `today`, whichever day that is, `open=2026-07-08` on that day; a month (`2026-07`) is its first or its last day.
    """
    given: dict[str, list[str]] = {}
    for called, value in params:
        name = _ALSO.get(called, called)
        if value.strip() and (name in MANY or name in ONE or name in ("sort", "after")):
            given.setdefault(name, []).append(value.strip())
    reading = _Reading(given, today, frozenset(topics) | frozenset(Modality))
    return Asked(reading.query(), {name: tuple(values) for name, values in reading.wrong.items()})


def pairs(query: EventQuery) -> list[tuple[str, str]]:
    """The names and values that `read` understands as this query; its page (`after`, `limit`) is left out."""
    found = [("query", query.query)] if query.query else []
    found += [(name, str(value)) for name, kept in MANY.items() for value in getattr(query, kept)]
    if query.importance:
        found.append(("importance", str(query.importance)))
    for name in ("since", "until", "open"):
        day = getattr(query, ONE[name])
        if day is not None:
            found.append((name, "1" if name == "open" and day == query.today else day.isoformat()))
    if query.relevant is not True:
        found.append(("relevant", "any" if query.relevant is None else "no"))
    return found + ([("sort", str(query.sort))] if query.sort is not Sort.CHANGED else [])


def address(query: EventQuery, path: str = "", **more: str) -> str:
    """`path` with the query behind a `?` (nothing where all is asked for); `more` are further names, such as `after`."""
    rest = urlencode([*pairs(query), *more.items()])
    return f"{path}?{rest}" if rest else path or "?"


def chosen(query: EventQuery, name: str) -> tuple[str, ...]:
    """The values that stand under a name in the query's address."""
    return tuple(value for one, value in pairs(query) if one == _ALSO.get(name, name))


def plus(query: EventQuery, name: str, value: str, today: date) -> EventQuery:
    """The query that asks for this too (of a name with one value: instead); it begins at its first page."""
    name = _ALSO.get(name, name)
    kept = [(one, old) for one, old in pairs(query) if name in MANY or one != name]
    wider = read([*kept, (name, value)], today, (*query.topics, value)).query
    return replace(wider, limit=query.limit, today=query.today)


def minus(query: EventQuery, name: str, value: str | None = None) -> EventQuery:
    """The query without this value of a name (None: without the name); it begins at its first page."""
    name, bare = _ALSO.get(name, name), replace(query, after=None)
    if name in MANY:
        left = tuple(old for old in getattr(query, MANY[name]) if value is not None and str(old) != value)
        changed: dict[str, Any] = {MANY[name]: left}
    else:
        changed = {ONE[name]: {"query": "", "relevant": True}.get(name)} if name in ONE else {}
    return replace(bare, **changed)


def is_bare(query: EventQuery) -> bool:
    """Whether nothing is asked for but the order."""
    return not any(name != "sort" for name, _ in pairs(query))


def filter_of(query: EventQuery) -> Filter:
    """What a subscription would ask for that is to bring what this query finds, as far as subscriptions can; see `not_kept`."""
    return Filter(
        topics=tuple(map(str, query.topics)), jurisdictions=query.jurisdictions, levels=query.levels, issuers=query.issuers,
        doc_types=query.doc_types, stages=query.stages, importance=query.importance, query=query.query,
    )  # fmt: skip


def not_kept(query: EventQuery) -> tuple[str, ...]:
    """The names of what no subscription can ask for: it tells what is new, whatever its source and day."""
    return tuple(dict.fromkeys(name for name, _ in pairs(query) if name in _NOT_KEPT))


_NOT_KEPT = frozenset({"source", "since", "until", "open", "relevant"})


class _Reading:
    """One address being read."""

    def __init__(self, given: Mapping[str, list[str]], today: date, topics: Collection[str]) -> None:
        self._given, self._today, self._topics = given, today, topics
        self.wrong: dict[str, list[str]] = {}

    def query(self) -> EventQuery:
        """What is asked for."""
        many: dict[str, Any] = {kept: self._many(name) for name, kept in MANY.items()}
        after = self._given.get("after", [""])[-1]
        return EventQuery(
            **many, query=self._words(), importance=self._word("importance", Importance), relevant=self._relevant(),
            first=self._day("since"), last=self._day("until"), open_on=self._open(),
            sort=self._word("sort", Sort) or Sort.CHANGED, today=self._today, after=after if _CODE.fullmatch(after) else None,
        )  # fmt: skip

    def _many(self, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for value in self._given.get(name, ()):
            known = self._known(name, value)
            if known is None or len(found) >= MOST_VALUES:
                self._refuse(name, value)
            else:
                found[known] = None
        return tuple(found)

    def _known(self, name: str, value: str) -> str | None:
        if name in _KINDS:
            kind = _KINDS[name]
            return kind(value.lower()) if value.lower() in frozenset(kind) else None
        if name == "modality":
            return value if value in self._topics else None
        if not _CODE.fullmatch(value):
            return None
        return value.upper() if name == "jurisdiction" else value

    def _words(self) -> str:
        query = " ".join(self._given.get("query", ()))
        if len(query) > LONGEST_QUERY or not query.isprintable() or query_problem(query):
            self._refuse("query", query)
        return query if len(query) <= LONGEST_QUERY and query.isprintable() else ""

    def _word(self, name: str, kind: type[Any]) -> Any:  # noqa: ANN401 - a word of `kind`, or None
        for value in self._given.get(name, ())[-1:]:
            if value.lower() in frozenset(str(word) for word in kind):
                return kind(value.lower())
            self._refuse(name, value)
        return None

    def _relevant(self) -> bool | None:
        for value in self._given.get("relevant", ())[-1:]:
            if value.lower() in _YES | _NO | _ANY:
                return None if value.lower() in _ANY else value.lower() in _YES
            self._refuse("relevant", value)
        return True

    def _day(self, name: str) -> date | None:
        for value in self._given.get(name, ())[-1:]:
            found = day_of(value, last=name == "until")
            if found is not None:
                return found
            self._refuse(name, value)
        return None

    def _open(self) -> date | None:
        for value in self._given.get("open", ())[-1:]:
            if value.lower() in _YES | _NO:
                return self._today if value.lower() in _YES else None
            found = day_of(value, last=False)
            if found is not None:
                return found
            self._refuse("open", value)
        return None

    def _refuse(self, name: str, value: str) -> None:
        self.wrong.setdefault(name, []).append(value[:80])


def day_of(text: str, *, last: bool) -> date | None:
    """A day (ISO 8601), or the first or last of a month; None for anything else."""
    month = _MONTH.fullmatch(text)
    try:
        if month:
            year, number = int(month[1]), int(month[2])
            return date(year, number, monthrange(year, number)[1] if last else 1)
        return date.fromisoformat(text)
    except (ValueError, IndexError):
        return None
