"""What changed in an event, in the reader's words."""

import re
from datetime import date

from cgtwatch.compose.words import Words

_FACT = re.compile(
    r"(^|; )(comment_deadline|effective_date|stage|doc_type|document_number|title|date): (“[^”]*”|[^;→]*) → (“[^”]*”|[^;]*)"
)
_TEXT = re.compile(r"(^|; )text −\d+ \+\d+: ")
_STALLED = re.compile(r"(^|; )stalled: (\d{4}-\d\d-\d\d) → (\d{4}-\d\d-\d\d) \((\d+), (\d+)\)")
_FILE = re.compile(r"(^|; )attachments: ([+-])(.*?)(?=; (?:attachments: [+-]|text −\d+ \+\d+: )|$)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_AROUND = 8  # characters of what two titles share that are shown beside what differs
_TABLES = {"stage": "stages", "doc_type": "doc_types"}


def said_change(change: str, words: Words) -> str:
    """A stored change line with its field names, kinds, stages and days as the reader writes them; other words stay as they are."""
    between = words.say("separator")
    told = _STALLED.sub(lambda found: (between if found[1] else "") + _stalled(found, words), change)
    told = _FACT.sub(lambda found: (between if found[1] else "") + _fact(found, words), told)
    told = _FILE.sub(lambda found: (between if found[1] else "") + _file(found, words), told)
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
    before, after = found[3].strip(), found[4].strip()
    if found[2] == "title":
        before, after = _apart(before, after)
    before, after = (_value(found[2], value, words) for value in (before, after))
    return f"{words.name('changes', found[2])}{words.name('changes', ':')}{before} → {after}"


def _file(found: re.Match[str], words: Words) -> str:
    called = words.name("changes", "attachment_new" if found[2] == "+" else "attachment_gone")
    return f"{called}{words.name('changes', ':')}{found[3]}"


def _apart(before: str, after: str) -> tuple[str, str]:
    """Two quoted titles as far as they differ, with some of what they share around it."""
    if not all(title.startswith("“") and title.endswith("”") for title in (before, after)):
        return before, after
    bare = before[1:-1], after[1:-1]
    head = _shared(*bare)
    tail = _shared(*(title[head:][::-1] for title in bare))
    start, end = (shared - _AROUND if shared > 2 * _AROUND else 0 for shared in (head, tail))
    kept = [f"“{'…' if start else ''}{title[start : len(title) - end]}{'…' if end else ''}”" for title in bare]
    return kept[0], kept[1]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


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
