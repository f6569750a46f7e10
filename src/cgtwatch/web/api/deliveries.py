"""`/api/deliveries`: the ledger, and what the commands `deliveries …` do."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.errors import BusyError, ConfigError, NotFound
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.model.user import Grant, Scope
from cgtwatch.store.records import Attempt
from cgtwatch.web.account.access import Access
from cgtwatch.web.api.endpoint import Given, endpoint, number
from cgtwatch.web.forms import Refused
from cgtwatch.web.parts import Perform

MOST_ROWS = 1000


def delivery_routes(app: App, perform: Perform | None, access: Access) -> list[Route]:
    """The addresses of deliveries."""
    api = Deliveries(app, perform)
    writing = Scope.DELIVERIES
    return [
        Route("/api/deliveries", endpoint(access, Scope.READ, api.list), methods=["GET"]),
        Route("/api/deliveries/{key}", endpoint(access, Scope.READ, api.show), methods=["GET"]),
        Route("/api/deliveries/{key}/redeliver", endpoint(access, writing, api.redeliver), methods=["POST"]),
        Route("/api/deliveries/{key}/resolve", endpoint(access, writing, api.resolve), methods=["POST"]),
    ]


class Deliveries:
    """What is done. Rows have the fields of `deliveries list --json`; none holds a target."""

    def __init__(self, app: App, perform: Perform | None) -> None:
        self._app, self._perform = app, perform

    def list(self, request: Request, _grant: Grant, _given: Given) -> Mapping[str, Any]:
        """`deliveries` newest first, in `state` where one is given; `next` is the `cursor` of the following page, or null."""
        limit = number(request, "limit", 100, MOST_ROWS)
        try:
            found = self._app.store.ledger(
                state_of(request.query_params.get("state")), request.query_params.get("cursor"), limit + 1
            )
        except NotFound:
            raise Refused(400, "cursor: no such delivery; begin again without it") from None
        rows = [row_of(one) for one in found[:limit]]
        return {"deliveries": rows, "next": rows[-1]["key"] if len(found) > limit else None}

    def show(self, request: Request, _grant: Grant, _given: Given) -> Mapping[str, Any]:
        """One delivery with all its `tries`."""
        key = request.path_params["key"]
        return {**row_of(self._app.store.delivery(key)), "tries": [_try(one) for one in self._app.store.attempts(key)]}

    def redeliver(self, request: Request, _grant: Grant, _given: Given) -> Mapping[str, Any]:
        """Queue it again, same id and bytes."""
        return self._run("deliveries.redeliver", {"key": request.path_params["key"]})

    def resolve(self, request: Request, _grant: Grant, given: Given) -> Mapping[str, Any]:
        """Say what became of it: `{"as": "sent"}`, `cancelled` or `dead`."""
        said = given.get("as")
        if set(given) != {"as"} or said not in {"sent", "cancelled", "dead"}:
            raise ConfigError(['write {"as": "sent"}, or cancelled, or dead'])
        return self._run("deliveries.resolve", {"key": request.path_params["key"], "state": said})

    def _run(self, operation: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._perform is None:
            raise BusyError("nothing runs here; this page only shows what is stored")
        return list(self._perform(operation, args))[-1]


def state_of(text: str | None) -> DeliveryState | None:
    """A state by its name, None for none. Raises `ConfigError`."""
    if not text:
        return None
    known = [state.value for state in DeliveryState]
    if text not in known:
        raise ConfigError([f"state {text[:40]!r} is not known; known: {', '.join(known)}"])
    return DeliveryState(text)


def row_of(one: Delivery) -> dict[str, Any]:
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
