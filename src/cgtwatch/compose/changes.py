"""What changed in an event, in the reader's words."""

import re
from datetime import date

from cgtwatch.compose.words import Words

_FACT = re.compile(r"(^|; )(comment_deadline|effective_date|stage|doc_type|document_number|title|date): ([^;→]*) → ([^;]*)")
_TEXT = re.compile(r"(^|; )text −\d+ \+\d+: ")
_STALLED = re.compile(r"(^|; )stalled: (\d{4}-\d\d-\d\d) → (\d{4}-\d\d-\d\d) \((\d+), (\d+)\)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TABLES = {"stage": "stages", "doc_type": "doc_types"}


def said_change(change: str, words: Words) -> str:
    """A stored change line with its field names, kinds, stages and days as the reader writes them; other words stay as they are."""
    between = words.say("separator")
    told = _STALLED.sub(lambda found: (between if found[1] else "") + _stalled(found, words), change)
    told = _FACT.sub(lambda found: (between if found[1] else "") + _fact(found, words), told)
    return _TEXT.sub(
        lambda found: (between if found[1] else "") + words.name("changes", "text") + words.name("changes", ":"), told
    )


def extends(change: str) -> bool:
    """Whether a stored change line moves the end of a consultation to a later day."""
    return any(
        found[2] == "comment_deadline" and _DAY.fullmatch(found[3].strip()) and found[3].strip() < found[4].strip()
        for found in _FACT.finditer(change)
    )


def _fact(found: re.Match[str], words: Words) -> str:
    before, after = (_value(found[2], value.strip(), words) for value in (found[3], found[4]))
    return f"{words.name('changes', found[2])}{words.name('changes', ':')}{before} → {after}"


def _stalled(found: re.Match[str], words: Words) -> str:
    """A draft that waits too long: when its final form was to be expected, and on what that rests."""
    due, since = (words.day(date.fromisoformat(day)) for day in (found[2], found[3]))
    rests = words.count("stalled_known", int(found[5]))
    return words.say("stalled", due=due, since=since, days=found[4], rests=rests)


def _value(field: str, value: str, words: Words) -> str:
    if field in _TABLES:
        return words.name(_TABLES[field], value)
    try:
        return words.day(date.fromisoformat(value))
    except ValueError:
        return value
