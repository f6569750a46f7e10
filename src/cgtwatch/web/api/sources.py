"""`/api/sources`: what is watched, how it is, and its visits."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from cgtwatch.compose.records import instant
from cgtwatch.ops.sources import health_rows
from cgtwatch.store.records import FetchFacts
from cgtwatch.web.api.asked import Limit
from cgtwatch.web.api.described import reads, router
from cgtwatch.web.api.here import Here, Reads
from cgtwatch.web.api.shapes import sources as shapes


def source_routes() -> APIRouter:
    """The addresses of sources."""
    to = router("sources", "/sources")
    to.add_api_route("", every, **reads("The health of every source.", shapes.Sources))
    to.add_api_route("/{id}", one, **reads("The health of one source.", shapes.Source))
    to.add_api_route("/{id}/visits", visits, **reads("Its last visits, newest first.", shapes.Visits))
    return to


def every(here: Here, _grant: Reads) -> Response:
    """With the fields of `sources list --json`, in the order of the file."""
    return JSONResponse({"sources": [*health_rows(here.app, stored=True)]})


def one(here: Here, _grant: Reads, id: str) -> Response:
    """With the fields of `sources list --json`."""
    here.app.source(id)
    return JSONResponse(next(row for row in health_rows(here.app, stored=True) if row["id"] == id))


def visits(here: Here, _grant: Reads, id: str, limit: Limit = 50) -> Response:
    """What each visit got, and why it failed where it did."""
    here.app.source(id)
    return JSONResponse({"source": id, "visits": [_visit(facts) for facts in here.app.store.fetch_log(id, limit)]})


def _visit(facts: FetchFacts) -> dict[str, Any]:
    return {
        "at": instant(facts.at), "requested": facts.requested, "url": facts.url, "outcome": facts.outcome.value, "status": facts.status,
        "error": facts.error.value if facts.error else None, "message": facts.message, "size": facts.size,
        "seconds": round(facts.duration.total_seconds(), 3), "requests": facts.requests, "new": facts.new, "updated": facts.updated,
        "gone": facts.gone,
    }  # fmt: skip
