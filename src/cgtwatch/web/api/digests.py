"""`/api/digests`: what was sent, and the whole of what a webhook was told in short."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from cgtwatch.compose.records import instant
from cgtwatch.model.delivery import Digest
from cgtwatch.web.api.asked import Limit
from cgtwatch.web.api.described import reads, router
from cgtwatch.web.api.here import Here, Reads
from cgtwatch.web.api.shapes import deliveries as shapes
from cgtwatch.web.api.shapes.webhook import Body
from cgtwatch.web.pages.digests import whole_data


def digest_routes() -> APIRouter:
    """The addresses of digests."""
    to = router("digests", "/digests")
    to.add_api_route("", every, **reads("Digests, newest first.", shapes.Digests))
    to.add_api_route("/{key}", whole, **reads("All that a message told.", Body))
    return to


def every(
    here: Here,
    _grant: Reads,
    subscription: Annotated[str | None, Query(description="Of this one alone.", max_length=64)] = None,
    limit: Limit = 50,
) -> Response:
    """Also those that told nothing, with the reason."""
    return JSONResponse({"digests": [_row(one) for one in here.app.store.digests(subscription, limit)]})


def whole(here: Here, key: str) -> Response:
    """What a webhook was told in short (its `next`). The key is made for one message and opens it without a token."""
    return JSONResponse(whole_data(here.app, key))


def _row(one: Digest) -> dict[str, Any]:
    return {
        "id": one.id, "subscription": one.subscription, "from_seq": one.from_seq, "to_seq": one.to_seq, "subject": one.subject,
        "created_at": instant(one.created_at), "events": list(one.events), "reason": one.reason,
    }  # fmt: skip
