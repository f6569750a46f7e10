"""`/api/deliveries`: the ledger, and what the commands `deliveries …` do."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.model.user import Scope
from cgtwatch.store.records import Attempt
from cgtwatch.web.api.asked import Limit
from cgtwatch.web.api.described import reads, router, writes
from cgtwatch.web.api.here import Delivers, Here, Reads, Sent
from cgtwatch.web.api.shapes import deliveries as shapes
from cgtwatch.web.forms import Refused


def delivery_routes() -> APIRouter:
    """The addresses of deliveries."""
    to = router("deliveries", "/deliveries")
    to.add_api_route("", every, **reads("Deliveries, newest first.", shapes.Deliveries))
    to.add_api_route("/{key}", one, **reads("One delivery with all its tries.", shapes.DeliveryWhole))
    to.add_api_route("/{key}/redeliver", redeliver, **writes("Send it again.", shapes.Stands, Scope.DELIVERIES))
    said = writes("Say what became of it.", shapes.Stands, Scope.DELIVERIES, body=shapes.Resolution)
    to.add_api_route("/{key}/resolve", resolve, **said)
    return to


def every(
    here: Here,
    _grant: Reads,
    state: DeliveryState | None = None,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=200)] = None,
) -> Response:
    """In `state` where one is given; `next` is the `cursor` of the following page, or null."""
    try:
        found = here.app.store.ledger(state, cursor, limit + 1)
    except NotFound:
        raise Refused(400, "cursor: no such delivery; begin again without it") from None
    rows = [_row(each) for each in found[:limit]]
    return JSONResponse({"deliveries": rows, "next": rows[-1]["key"] if len(found) > limit else None})


def one(here: Here, _grant: Reads, key: str) -> Response:
    """What was tried when, and what the receiver said."""
    return JSONResponse({**_row(here.app.store.delivery(key)), "tries": [_try(each) for each in here.app.store.attempts(key)]})


def redeliver(here: Here, _grant: Delivers, key: str) -> Response:
    """Queued with the same id and the same bytes; it goes where its subscription goes now."""
    return JSONResponse(here.run("deliveries.redeliver", {"key": key}))


def resolve(here: Here, _grant: Delivers, key: str, given: Sent) -> Response:
    """`{"as": "sent"}`, `cancelled` or `dead`."""
    said = given.get("as")
    if set(given) != {"as"} or said not in ("sent", "cancelled", "dead"):
        raise ConfigError(['write {"as": "sent"}, or cancelled, or dead'])
    return JSONResponse(here.run("deliveries.resolve", {"key": key, "state": said}))


def _row(one: Delivery) -> dict[str, Any]:
    """A delivery as the API shows it."""
    return {
        "key": one.key, "subscription": one.subscription, "kind": one.kind, "state": one.state.value, "subject": one.subject,
        "channel": one.channel, "attempts": one.attempts, "answer": one.answer, "created_at": one.created_at.isoformat(),
        "due_at": one.due_at.isoformat() if one.due_at else None, "sent_at": one.sent_at.isoformat() if one.sent_at else None,
    }  # fmt: skip


def _try(one: Attempt) -> dict[str, Any]:
    return {
        "number": one.number,
        "started_at": one.started_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "result": one.result.value if one.result else None,
        "answer": one.answer,
    }
