"""The `api` key: how the address is asked, and where the records of the answer and their parts stand."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cgtwatch.config import checks
from cgtwatch.config.asked import REQUEST
from cgtwatch.config.ledger import Check, Shape, Spot, WrongError, read_keys
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, what
from cgtwatch.model.source import ApiRule, Kind, RequestRule

_ADDRESS = re.compile(r"https?://|[/.?{]")  # what begins like this is no JMESPath that finds a link
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


class Api(NamedTuple):
    """Both halves of the key; None where it says nothing of one."""

    request: RequestRule | None
    rule: ApiRule | None


def _link(node: Node, spot: Spot) -> str:
    """A JMESPath expression, or an address with expressions in braces."""
    found = checks.text(node, spot)
    if not _ADDRESS.match(found):
        return str(checks.jmespath(node, spot))
    filled, parts = _IN_BRACES.sub("x", found), _IN_BRACES.findall(found)
    if not parts or re.search(r"[{}\s]", filled):
        raise WrongError(f"{shown(found)} is no address with an expression in braces; write https://host/path/{{id}}")
    for part in parts:
        if problem := checks.jmespath_problem(part, spot):
            raise WrongError(f"{shown(found)}: {problem}")
    return found


def _named(check: Check, example: str) -> Check:
    """A check for a mapping of names to values of one kind."""

    def check_all(node: Node, spot: Spot) -> tuple[tuple[str, str], ...]:
        if not isinstance(node, Map):
            raise WrongError(f"is {what(node)}; write a mapping such as {example}")
        return tuple(read_keys(node, Shape(dict.fromkeys(node.pairs, check)), spot).items())

    return check_all


_RECORDS: Mapping[str, Check] = {
    "format": checks.one_of(("json", "jsonp", "xml")),
    "items": checks.jmespath,
    "ok": checks.jmespath,
    "html": _named(checks.expression, "{title: a, link: a@href}"),
}
_PARTS: Mapping[str, Check] = {
    **dict.fromkeys(("key", "title", "date", "text", "attachments"), checks.jmespath),
    "link": _link,
    "date_format": checks.date_format,
    "fields": _named(checks.jmespath, "{status: field_status}"),
    "whole": checks.flag,
}
_ROWS_BY_LIST = "belongs to kind: api; here list says where the parts of a row stand, take this away"
_FEED_ONLY = "does not go with kind: feed, whose entries need no rule; write method, params, form or json only"
API = Shape({**REQUEST, **_RECORDS, **_PARTS})
SHAPES: Mapping[Kind, Shape] = {
    Kind.API: API,
    Kind.LIST: Shape({**REQUEST, **_RECORDS}, elsewhere=dict.fromkeys(_PARTS, _ROWS_BY_LIST)),
    Kind.FEED: Shape(REQUEST, elsewhere=dict.fromkeys((*_RECORDS, *_PARTS), _FEED_ONLY)),
}


def read_api(kind: Kind) -> Check:
    """A check for the `api` of a source of this kind."""

    def check(node: Node, spot: Spot) -> Api:
        found = read_keys(node, SHAPES[kind], spot)
        request = {name: value for name, value in found.items() if name in REQUEST}
        rule = {name: value for name, value in found.items() if name not in REQUEST}
        _one_body(found, node, spot)
        if kind is Kind.API:
            _identity(node, spot)
        _html_parts(rule, node, spot)
        return Api(_request(request), ApiRule(**rule) if rule or kind is Kind.API else None)

    return check


def _request(found: dict[str, Any]) -> RequestRule | None:
    if not found:
        return None
    implied = "POST" if "form" in found or "json" in found else "GET"
    return RequestRule(**{"method": implied, **found})


def _one_body(found: Mapping[str, Any], node: Node, spot: Spot) -> None:
    if "form" in found and "json" in found:
        spot.at("json").wrong(_line(node, "json"), "does not go with form: a request has one body; take one of them away")
    if found.get("method") == "GET" and ("form" in found or "json" in found):
        spot.at("method").wrong(_line(node, "method"), "GET sends no body; write POST, or params instead of form and json")


def _identity(node: Node, spot: Spot) -> None:
    if isinstance(node, Map) and not node.pairs.keys() & {"link", "key"}:
        mend = "kind: api needs it, or key where a record has no page of its own"
        spot.at("link").wrong(node.line, f"is missing; {mend}")


def _html_parts(rule: Mapping[str, Any], node: Node, spot: Spot) -> None:
    """Notes HTML of parts that there are not."""
    known = {"title", "link", "date", "text", "key", "attachments", *(name for name, _ in rule.get("fields", ()))}
    for name, _ in rule.get("html", ()):
        if name not in known:
            where = spot.at("html").at(name)
            where.wrong(
                _line(node, "html"), f"is no part of a record{did_you_mean(name, known)}; known: {', '.join(sorted(known))}"
            )


def _line(node: Node, name: str) -> int:
    pair = node.pairs.get(name) if isinstance(node, Map) else None
    return pair[0].line if pair else node.line
