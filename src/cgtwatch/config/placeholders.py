"""Placeholders in what is asked of a site: `{term}`, `{since:FORMAT}`, `{now:FORMAT}` and the names that `preload` sets."""

import re
from collections.abc import Collection, Iterator

from cgtwatch.config.suggest import did_you_mean

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)(?::([^{}]*))?\}", re.ASCII)
TIMES = frozenset({"since", "now"})
TERM = "term"
RESERVED = TIMES | {TERM, "n", "url", "origin"}  # names that `preload` cannot set
_DIRECTIVES = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")  # of strftime, as far as every platform has them


def placeholder_names(text: str) -> Iterator[str]:
    """The names of the placeholders in `text`."""
    return (match[1] for match in PLACEHOLDER.finditer(text)) if "{" in text else iter(())


def placeholder_problem(text: str, names: Collection[str]) -> str | None:
    """What is wrong with the placeholders of `text`, with the mend; `names` are those that `preload` sets."""
    if "{" not in text:
        return None
    for match in PLACEHOLDER.finditer(text):
        name, form = match[1], match[2]
        if name not in TIMES and (name != TERM and name not in names):
            return _unknown(match[0], name, names)
        if form is not None and name not in TIMES:
            return f"holds {match[0]}, but only {{since}} and {{now}} take a format; write {{{name}}}"
        if form is not None and (problem := _format_problem(form)):
            return f"holds {match[0]}: {problem}; write {{{name}:%Y-%m-%d}} or {{{name}:%Y%m%d}}"
    return None


def _format_problem(form: str) -> str | None:
    directives = re.findall(r"%(.?)", form)
    if not directives:
        return "its format holds no %"
    wrong = next((sign for sign in directives if sign not in _DIRECTIVES or not sign), None)
    return None if wrong is None else f"%{wrong} is no part of a date"


def _unknown(found: str, name: str, names: Collection[str]) -> str:
    if name == "n":
        return "holds {n}, which stands in paging.path only; write the address of the first page"
    known = [TERM, *sorted(TIMES), *names]
    hint = did_you_mean(name, known).replace("'", "{", 1).replace("'", "}", 1)
    return f"holds {found}, which nothing fills in{hint}; known: {', '.join(f'{{{one}}}' for one in known)}"
