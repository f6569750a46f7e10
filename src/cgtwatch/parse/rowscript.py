"""Rows of a list that stands in a script, by a pattern with named groups."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from cgtwatch.errors import ParseError
from cgtwatch.model.source import Source
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.literals import unescaped
from cgtwatch.parse.select import compile_pattern

GROUPS = frozenset({"title", "link", "date", "text", "year", "month", "day"})
_MOST_MATCHES = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """What the groups of one match hold, with the escapes of script strings undone. Title and text may be HTML."""

    title: str
    link: str
    date: str
    text: str


def rows(source: Source, spelled: str, text: str) -> Iterator[Row]:
    """A row for each match in a page's whole text. Raises `ParseError` where the pattern cannot be used.

    Groups: `title`, `link`, `date`, `text`; `year`, `month` and `day` together are a date. The link may be wrapped by the
    template `list.link` where that holds `{link}`, as ids without an address are written.
    """
    pattern = compiled(compile_pattern, source, "list.script", spelled)
    known = sorted(GROUPS & pattern.groupindex.keys())
    if not {"title", "link"} & set(known):
        raise ParseError(f"{source.id}: list.script {spelled!r} needs a named group (?P<title>…) or (?P<link>…)")
    template = source.list.link if source.list and "{link}" in source.list.link else None
    return (_row(found, known, template) for found in islice(pattern.finditer(text), _MOST_MATCHES))


def _row(found: re.Match[str], known: list[str], template: str | None) -> Row:
    held = {name: unescaped(found[name] or "").strip() for name in known}
    day = "-".join(held[name] for name in ("year", "month", "day") if held.get(name))
    link = held.get("link", "")
    return Row(
        held.get("title", ""),
        template.replace("{link}", link) if template and link else link,
        held.get("date", "") or day,
        held.get("text", ""),
    )
