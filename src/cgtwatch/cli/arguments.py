"""Arguments read into values, with every mistake told at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from cgtwatch.errors import ConfigError
from cgtwatch.model.item import Revision
from cgtwatch.model.taxonomy import DocType, Importance, Modality, Stage
from cgtwatch.store.records import EventQuery

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


def event_query(given: Mapping[str, Any]) -> EventQuery:
    """The query that the options of `items` and `events` ask. Raises `ConfigError` with every mistake."""
    problems: list[str] = []
    query = EventQuery(
        query=given["query"] or "",
        since=_moment(given["since"], "--since", problems),
        until=_moment(given["until"], "--until", problems),
        jurisdictions=_some(given["jurisdiction"] and given["jurisdiction"].upper()),
        issuers=_some(given["issuer"]),
        doc_types=_some(_word(DocType, given["doc_type"], "--doc-type", problems)),
        stages=_some(_word(Stage, given["stage"], "--stage", problems)),
        topics=(*_some(_word(Modality, given["modality"], "--modality", problems)), *_some(given["topic"])),
        importance=_word(Importance, given["importance"], "--importance", problems),
        relevant=given["relevant"],
        sources=_some(given["source"]),
        limit=given["limit"] or None,
    )
    if problems:
        raise ConfigError(problems)
    return query


def two_revisions(known: Sequence[Revision], asked: str | None) -> tuple[Revision, Revision]:
    """The two revisions that `A:B` names, or the last two. Raises `ConfigError` where there are no such ones."""
    if asked is None:
        return known[-2], known[-1]
    numbers = {revision.number: revision for revision in known}
    first, _, second = asked.partition(":")
    if first.isdigit() and second.isdigit() and int(first) in numbers and int(second) in numbers:
        return numbers[int(first)], numbers[int(second)]
    raise ConfigError([f"--revisions {asked!r}: write two of {', '.join(map(str, numbers))} as A:B"])


def moment(text: str | None, option: str) -> str | None:
    """`text` as an ISO time with its zone. Raises `ConfigError`."""
    problems: list[str] = []
    found = _moment(text, option, problems)
    if problems:
        raise ConfigError(problems)
    return found.isoformat() if found else None


def word(kind: type[Word], text: str | None, option: str) -> Word | None:
    """`text` as a word of `kind`. Raises `ConfigError` that lists the known ones."""
    problems: list[str] = []
    found = _word(kind, text, option, problems)
    if problems:
        raise ConfigError(problems)
    return found


def _some(value: Value | None) -> tuple[Value, ...]:
    return () if value is None else (value,)


def _moment(text: str | None, option: str, problems: list[str]) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        problems.append(
            f"{option} {text!r} is no time; write 2026-11-22 or 2026-11-22T08:00+08:00 (ISO 8601, UTC where no zone is given)"
        )
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _word(kind: type[Word], text: str | None, option: str, problems: list[str]) -> Word | None:
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError:
        problems.append(f"{option} {text!r} is not known; known: {', '.join(word.value for word in kind)}")
        return None
