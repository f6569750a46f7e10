"""Whether the lines of a labelled file have the shape that scoring them takes; what cannot be scored is told and not guessed."""

from collections.abc import Iterator, Mapping
from typing import Any

from cgtwatch.evaluate.files import LabelKind

_YES_NO = ("relevant", "cgt", "policy")
_LISTS = ("modalities", "issuers")


def problems(kind: LabelKind, line: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a line of a file of `kind`, each with its mend. Keys that a line leaves away are no mistake, but for a pair."""
    if kind is LabelKind.LINKS:
        yield from (
            f"{key!r} is no object; write both items of the pair as objects" for key in "ab" if not _object(line.get(key))
        )
    elif kind is LabelKind.DATES:
        accepted = line.get("accept") or {}
        if line.get("gold") is not None and not _object(line["gold"]):
            yield '\'gold\' is no object; write days by field, such as {"effective_date": "2026-11-22"}'
        if not _object(accepted) or not all(value is None or isinstance(value, list) for value in accepted.values()):
            yield "'accept' is no object of lists; write a list of days for each field"
    elif kind is LabelKind.ROUNDUPS:
        yield from _events(line.get("events") or [])
    else:
        yield from _labels(line.get("labels"))


def _events(events: object) -> Iterator[str]:
    if not isinstance(events, list) or not all(_object(event) for event in events):
        yield "'events' is no list of objects; write a list, empty where the page has none"
    elif not all(_texts(event.get("issuers")) for event in events):
        yield "'issuers' of an event is no list of ids; write a list such as [\"nmpa\"]"


def _labels(labels: object) -> Iterator[str]:
    if labels is None:
        return
    if not isinstance(labels, Mapping):
        yield "'labels' is no object; write each label under its field"
        return
    yield from (f"label {name!r} is a text; write true or false" for name in _YES_NO if isinstance(labels.get(name), str))
    yield from (f"label {name!r} is no list of words; write a list" for name in _LISTS if not _texts(labels.get(name)))


def _object(value: object) -> bool:
    return isinstance(value, Mapping)


def _texts(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))
