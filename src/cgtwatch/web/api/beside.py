"""What the description says of the addresses that stand beside the API's own: what others hand over, and feeds."""

from collections.abc import Mapping, Sequence
from typing import Any

from cgtwatch.web.api.described import JSON

_FEEDS = {"atom": "application/atom+xml", "json": "application/feed+json", "rss": "application/rss+xml"}
_MENDED = {"schema": {"$ref": "#/components/schemas/Mended"}}
_REFUSALS: Mapping[str, str] = {
    "400": "Empty, or not understood.", "401": "Not its token.", "413": "Too big.", "415": "Another content type than is taken.",
    "422": "It holds nothing to keep.", "429": "Too much at once.", "503": "Nothing can be stored now.", "507": "There is no room.",
}  # fmt: skip


def paths_beside(filters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Path → item of the description; `filters` are the parameters of what is asked for as events are."""
    return {
        **{f"/feed.{form}": {"get": _feed(form, kind, filters)} for form, kind in _FEEDS.items()},
        "/calendar.ics": {"get": _feed("ics", "text/calendar", filters)},
        "/api/inbox": {"post": _inbox()},
        "/api/bounces": {"post": _bounces()},
    }


def _feed(form: str, kind: str, filters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    lang = {
        "name": "lang",
        "in": "query",
        "schema": {"enum": ["zh", "en"]},
        "description": "Language of what is said beside the documents.",
    }
    whole = {"type": "object"} if kind.endswith("json") else {"type": "string"}
    calendar = form == "ics"
    return {
        "tags": ["feeds"],
        "operationId": f"feeds_{form}",
        "summary": "The days of what a filter finds, for calendar programs."
        if calendar
        else "What a filter finds, newest change first.",
        "description": "Opened by the `key` of a user for this address, as the pages print it; by a token; or by a log-in. "
        + (
            "Ids stay, so that a calendar moves what is moved."
            if calendar
            else "Ids stay when an event changes; its time of change says so."
        ),
        "security": [{"key": []}, {"token": ["read"]}, {"session": []}],
        "parameters": [*filters, lang],
        "responses": {
            "200": {"description": "The file.", "content": {kind: {"schema": whole}}},
            "303": {"description": "Nobody that is known: to the log-in."},
            "304": {"description": "What was asked for is as `If-None-Match` or `If-Modified-Since` has it."},
            "400": {
                "description": "The address asks for what there is not.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            },
            "401": {"description": "A wrong token.", "content": {JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
            "429": {
                "description": "Too many wrong tokens.",
                "content": {JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }


def _inbox() -> dict[str, Any]:
    document = {
        "type": "object",
        "properties": {
            "title": {"type": "string"}, "text": {"type": "string"}, "url": {"type": "string"}, "published": {"type": "string", "format": "date"},
        },
        "required": ["title"],
        "examples": [{"title": "Notice on cell therapy products", "text": "…", "url": "https://www.example.org/notice"}],
    }  # fmt: skip
    kept = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "source": {"type": "string"}, "name": {"type": "string"}},
        "required": ["id", "source", "name"],
    }
    name = {"name": "name", "in": "query", "schema": {"type": "string"}, "description": "Name of the file, where a file is sent."}
    return {
        "tags": ["incoming"],
        "operationId": "push_document",
        "summary": "Push a document: JSON, or a file as it is.",
        "description": "It becomes an item of the source `inbox`. The same document again stays one. Only where CGTWATCH_INBOX_TOKEN is set.",
        "security": [{"inbox": []}],
        "parameters": [name],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": document}, "*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
        "responses": {
            "202": {"description": "Kept.", "content": {JSON: {"schema": kept}}},
            "200": {"description": "It is there already.", "content": {JSON: {"schema": kept}}},
            **_refusals(),
        },
    }


def _bounces() -> dict[str, Any]:
    said = {
        "type": "object",
        "properties": {
            "outcome": {"enum": ["counted", "paused", "known", "unknown", "ignored"]},
            "why": {"type": "string"},
        },
        "required": ["outcome", "why"],
    }
    return {
        "tags": ["incoming"],
        "operationId": "hand_over_report",
        "summary": "Hand over what came back about a mail.",
        "description": "The whole mail, by a mail server's pipe or a sending service. Only where CGTWATCH_BOUNCE_TOKEN is set.",
        "security": [{"bounces": []}],
        "requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}},
        "responses": {"202": {"description": "What came of it.", "content": {JSON: {"schema": said}}}, **_refusals()},
    }


def _refusals() -> dict[str, Any]:
    return {status: {"description": said, "content": {JSON: _MENDED}} for status, said in _REFUSALS.items()}
