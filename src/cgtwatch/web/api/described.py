"""How each address is described (OpenAPI 3.1): what it answers, what it takes, what may go wrong, and who may."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel

from cgtwatch.model.user import Scope
from cgtwatch.web.api.shapes.common import Problem

JSON = "application/json"
_ERRORS: Mapping[int, str] = {
    400: "No JSON object, or a page that is none.",
    401: "No token, or one that is wrong, revoked or expired.",
    403: "The token has not that scope, or its user not that role.",
    404: "There is none of that name.",
    409: "The name is taken, or its state does not allow that now.",
    413: "More than may be sent.",
    415: "Another content type than is taken.",
    422: "A field or a value is wrong: `problems` has a line for each mistake.",
    429: "Too many wrong tokens, or too much at once; `Retry-After` says when to come back.",
    503: "Nothing can be stored or read now; `Retry-After` says when to come back.",
}
_READING, _WRITING = (400, 401, 403, 404, 422, 429, 503), tuple(_ERRORS)
READS: Sequence[Mapping[str, Any]] = ({"token": ["read"]}, {"session": []}, {})


def router(tag: str, prefix: str = "") -> APIRouter:
    """Where the addresses of a noun are put down. An operation is called by its noun and its function: `events_list`."""
    return APIRouter(prefix=prefix, tags=[tag], generate_unique_id_function=_called)


def _called(route: APIRoute) -> str:
    name = {"every": "list", "one": "get"}.get(route.name, route.name)
    return f"{route.tags[0]}_{name}" if route.tags else name


def reads(summary: str, model: type[BaseModel] | None, *, media: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What `add_api_route` is told of an address that is read. `media` are further content types of the same answer."""
    answer: dict[str, Any] = (
        {"description": summary} | ({"model": model} if model else {}) | ({"content": media} if media else {})
    )
    unchanged = {304: {"description": "What was asked for is as `If-None-Match` or `If-Modified-Since` has it."}}
    return {
        "methods": ["GET"],
        "summary": summary,
        "responses": {200: answer, **unchanged, **_problems(_READING)},
        "openapi_extra": {"security": [dict(one) for one in READS]},
    }


def writes(
    summary: str,
    model: type[BaseModel] | None,
    scope: Scope,
    *,
    body: type[BaseModel] | None = None,
    method: str = "POST",
    status: int = 200,
) -> dict[str, Any]:
    """The same of an address that changes something: `scope` is what a token needs, `body` what is sent."""
    extra: dict[str, Any] = {"security": [{"token": [scope.value]}, {"session": []}]}
    if body is not None:
        needed = any(field.is_required() for field in body.model_fields.values())
        extra["requestBody"] = {"required": needed, "content": {JSON: {"schema": ref(body)}}}
    return {
        "methods": [method],
        "summary": summary,
        "status_code": status,
        "responses": {status: {"description": summary, "model": model}, **_problems(_WRITING)},
        "openapi_extra": extra,
    }


def ref(model: type[BaseModel]) -> dict[str, str]:
    """A reference to a shape among the components."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def also(kind: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A content type whose answer is a text or a file, or of that schema."""
    return {kind: {"schema": schema or {"type": "string"}}}


def _problems(statuses: Sequence[int]) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": _ERRORS[status], "model": Problem} for status in statuses}
