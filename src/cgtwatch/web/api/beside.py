"""What the description says of the addresses that stand beside the API's own: what others hand over, and feeds."""

from collections.abc import Mapping
from typing import Any

from cgtwatch.web.api.described import JSON

_MENDED = {"schema": {"$ref": "#/components/schemas/Mended"}}
_REFUSALS: Mapping[str, str] = {
    "400": "Empty, or not understood.", "401": "Not its token.", "413": "Too big.", "415": "Another content type than is taken.",
    "422": "It holds nothing to keep.", "429": "Too much at once.", "503": "Nothing can be stored now.", "507": "There is no room.",
}  # fmt: skip


def paths_beside() -> dict[str, Any]:
    """Path → item of the description."""
    return {"/api/inbox": {"post": _inbox()}, "/api/bounces": {"post": _bounces()}}


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
