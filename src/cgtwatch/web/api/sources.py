"""`/api/sources`: what is watched, how it is, and its visits."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from cgtwatch.compose.records import instant
from cgtwatch.ops.opml import export
from cgtwatch.ops.sources import health_row, health_rows
from cgtwatch.store.records import FetchFacts
from cgtwatch.web.api.asked import Lang, Limit
from cgtwatch.web.api.described import also, reads, router
from cgtwatch.web.api.here import Here, Reads
from cgtwatch.web.api.shapes import sources as shapes

_OPML = "text/x-opml"


def source_routes() -> APIRouter:
    """The addresses of sources that are read."""
    to = router("sources")
    to.add_api_route("/sources", every, **reads("The health of every source.", shapes.Sources))
    to.add_api_route("/sources.opml", opml, **reads("The feeds among them, for feed readers.", None, media=also(_OPML)))
    to.add_api_route("/sources/{id}", one, **reads("The health of one source.", shapes.Source))
    to.add_api_route("/sources/{id}/visits", visits, **reads("Its last visits, newest first.", shapes.Visits))
    return to


def every(here: Here, _grant: Reads) -> Response:
    """With the fields of `sources list --json`, in the order of the file."""
    return JSONResponse({"sources": [*health_rows(here.app, stored=True)]})


def opml(here: Here, _grant: Reads, lang: Lang = "zh") -> Response:
    """OPML 2.0, by place; a feed that needs more than its address is left out."""
    return Response(export(here.app, lang)[0], media_type=f"{_OPML}; charset=utf-8")


def one(here: Here, _grant: Reads, id: str) -> Response:
    """With the fields of `sources list --json`."""
    return JSONResponse(health_row(here.app, here.app.source(id)))


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
