"""`/api`: the API for people: every operation with what it takes and answers, from the same description that programs read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.web.api.app import described
from cgtwatch.web.api.openapi import operations
from cgtwatch.web.parts import Site

_REFERENCES = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name of the query or a header. `values` are the words that it takes, where they are known."""

    name: str
    needed: bool
    about: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `scopes` are what a token needs; empty: it is open to everybody."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    scopes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    sends: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of a noun."""

    name: str
    about: str
    operations: tuple[Operation, ...]


def api_page_routes(site: Site) -> list[Route]:
    """The page, under both of its addresses."""

    def page(request: Request) -> Response:
        home = (site.app.settings.public_url or str(request.base_url)).rstrip("/")
        return site.answers.page(request, "api", {"groups": groups(), "home": home})

    return [Route("/api", page), Route("/api/docs", page)]


@cache
def groups() -> tuple[Group, ...]:
    """All operations by noun, in the order of the description."""
    made = json.loads(described())
    every = [(operation["tags"][0], _operation(path, method, operation)) for path, method, operation in operations(made)]
    return tuple(
        Group(tag["name"], tag["description"], tuple(one for name, one in every if name == tag["name"])) for tag in made["tags"]
    )


def _operation(path: str, method: str, said: Mapping[str, Any]) -> Operation:
    body: Mapping[str, Any] = said.get("requestBody", {}).get("content", {})
    statuses: Mapping[str, Any] = said["responses"]
    good = next(answer for status, answer in statuses.items() if status.startswith("2"))
    return Operation(
        id=said["operationId"],
        method=method,
        path=path,
        summary=said["summary"],
        about=said.get("description", ""),
        scopes=tuple(
            scope
            for one in said.get("security", ())
            for name, scopes in one.items()
            for scope in scopes or (name,)
            if name != "session"
        ),
        parameters=tuple(_parameter(one) for one in said.get("parameters", ()) if one["in"] != "path"),
        sends=", ".join(dict.fromkeys(_named(kind, one) for kind, one in body.items())),
        answers=tuple(dict.fromkeys(_named(kind, one) for kind, one in good.get("content", {}).items())),
    )


def _parameter(said: Mapping[str, Any]) -> Parameter:
    schema = said.get("schema", {})
    return Parameter(said["name"], said.get("required", False), said.get("description", ""), _values(schema))


def _values(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The words that a value may be, wherever in its schema they stand."""
    if "$ref" in schema:
        return _values(json.loads(described())["components"]["schemas"][schema["$ref"].removeprefix(_REFERENCES)])
    if "enum" in schema:
        return tuple(map(str, schema["enum"]))
    inner: Sequence[Mapping[str, Any]] = schema.get("anyOf") or (
        [schema["items"]] if isinstance(schema.get("items"), dict) else []
    )
    return tuple(value for one in inner for value in _values(one))


def _named(kind: str, said: Mapping[str, Any]) -> str:
    name = said.get("schema", {}).get("$ref", "").removeprefix(_REFERENCES)
    return name if name and kind == "application/json" else kind
