"""What was said of an event, as lines for people."""

import os
import pwd
from collections.abc import Iterator, Mapping
from typing import Any

from cgtwatch.cli.show import shown


def login_name() -> str:
    """Who runs this command."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a number that has no name
        return f"user {os.getuid()}"


def mark_lines(row: Mapping[str, Any]) -> Iterator[str]:
    """The answer of `events mark`."""
    event, mark = row["event"], row["mark"]
    yield shown(event["title"])
    if mark is None:
        yield "  as it was read; nothing is said of it any more" if row["cleared"] else "  nothing had been said of it"
        return
    yield from (f"  {line}" for line in said_lines(mark))


def said_lines(mark: Mapping[str, Any]) -> Iterator[str]:
    """Each field that was said, with what was read in its place; then who, when and why."""
    for name, value in mark["labels"].items():
        read = mark["read"].get(name)
        yield f"{name:<17}{spoken(value)}" + (f"  (read: {spoken(read)})" if read != value else "  (as read)")
    yield f"said by {shown(mark['by'])} {shown(mark['at'])}" + (f": {shown(mark['note'])}" if mark["note"] else "")


def spoken(value: object) -> str:
    """A value of a label as a person says it."""
    return "yes" if value is True else "no" if value is False else shown(value)
