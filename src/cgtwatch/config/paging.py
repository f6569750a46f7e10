"""The `paging` key: each way to further pages, what it needs, and what does not go with it."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cgtwatch.config import checks
from cgtwatch.config.ledger import Check, Shape, Spot, WrongError, read_keys
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node
from cgtwatch.model.source import Kind, Paging, RequestRule

MOST_PAGES = 1000


class Way(NamedTuple):
    """What one way must have, and what it may have besides."""

    needs: tuple[str, ...]
    takes: tuple[str, ...]


WAYS: Mapping[str, Way] = {
    "path": Way(("path",), ("start", "size", "total")),
    "query": Way(("param",), ("start", "size", "total")),
    "form": Way(("param",), ("start", "size", "total")),
    "offset": Way(("param", "size"), ("start", "total")),
    "window": Way(("param", "size"), ("start", "total")),
    "cursor": Way(("param", "next"), ("total",)),
    "next": Way(("next",), ()),
}
_ALL = ("path", "param", "start", "size", "next", "total")
_FIRST = {"path": 1, "query": 2, "form": 2, "offset": 0, "window": 1}  # where the request itself does not say


def _by(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found not in WAYS:
        raise WrongError(f"{shown(found)} is not known{did_you_mean(found, WAYS)}; known: {', '.join(WAYS)}")
    return found


def _path(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found.count("{n}") != 1 or re.search(r"[{}]", found.replace("{n}", "")) or "\\" in found or re.search(r"\s", found):
        raise WrongError(f"{shown(found)} must hold {{n}} once, where the page's number stands; write index_{{n}}.html")
    return found


def _shape(expression: Check) -> Shape:
    return Shape(
        {
            "by": _by,
            "path": _path,
            "param": checks.text,
            "next": expression,
            "total": expression,
            "start": checks.count(0, 1_000_000),
            "size": checks.count(1, 100_000),
            "max_pages": checks.count(1, MOST_PAGES),
        },
        required=("by",),
    )


SHAPES: Mapping[Kind, Shape] = {Kind.LIST: _shape(checks.expression), Kind.API: _shape(checks.jmespath)}
PAGING = SHAPES[Kind.LIST]


def read_paging(kind: Kind) -> Check:
    """A check for the `paging` of a source of this kind; the values by key, since the first number depends on the request."""

    def check(node: Node, spot: Spot) -> dict[str, Any]:
        found = read_keys(node, SHAPES[kind], spot)
        given = node.pairs if isinstance(node, Map) else {}
        by = found.get("by")
        if by is None:
            return found
        way = WAYS[by]
        for name in way.needs:
            if name not in given:
                spot.at(name).wrong(node.line, f"is missing; by: {by} needs it")
        for name in _ALL:
            if name in given and name not in way.needs and name not in way.takes:
                spot.at(name).wrong(given[name][0].line, f"does not go with by: {by}; take it away")
        if by == "window" and not re.fullmatch(r"[^,\s]+,[^,\s]+", found.get("param", "a,b")):
            message = f"{shown(found['param'])} must name two parameters; write startrecord,endrecord"
            spot.at("param").wrong(given["param"][1].line, message)
        return found

    return check


def paging_rule(found: dict[str, Any], request: RequestRule | None) -> Paging:
    """The rule; where no start is given it follows from what the first request has there, or is the usual one."""
    by = found["by"]
    if "start" in found or by not in _FIRST:
        return Paging(**found)
    fixed = dict((*request.params, *request.form)) if request else {}
    first = fixed.get(str(found.get("param", "")).partition(",")[0], "")
    if not re.fullmatch(r"\d{1,6}", first):
        return Paging(**found, start=_FIRST[by])
    return Paging(**found, start=int(first) + (by in {"query", "form"}))
