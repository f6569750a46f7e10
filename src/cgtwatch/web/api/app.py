"""`/api`: everything that programs may ask for, as one application that the site mounts."""

import json
from collections.abc import Callable
from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cgtwatch import __version__
from cgtwatch.app import App
from cgtwatch.web.account.access import Access
from cgtwatch.web.api.deliveries import delivery_routes
from cgtwatch.web.api.described import also, reads, router
from cgtwatch.web.api.digests import digest_routes
from cgtwatch.web.api.events import event_routes
from cgtwatch.web.api.here import Api, Here
from cgtwatch.web.api.hub import Hub
from cgtwatch.web.api.items import item_routes
from cgtwatch.web.api.live import live_routes
from cgtwatch.web.api.me import me_routes
from cgtwatch.web.api.openapi import AT, description
from cgtwatch.web.api.problems import handlers
from cgtwatch.web.api.reports import deadline_routes, report_routes
from cgtwatch.web.api.shapes.common import Health
from cgtwatch.web.api.shapes.webhook import webhook_schema
from cgtwatch.web.api.sources import source_routes
from cgtwatch.web.api.sourcing import sourcing_routes
from cgtwatch.web.api.subscriptions import subscription_routes
from cgtwatch.web.exchange import Exchange
from cgtwatch.web.parts import Perform

_SHARED = {"Cache-Control": "public, max-age=300"}  # what says nothing of anybody
_ROUTES: tuple[Callable[[], APIRouter], ...] = (
    event_routes, item_routes, live_routes, deadline_routes, report_routes,
    subscription_routes, delivery_routes, digest_routes, source_routes, sourcing_routes, me_routes,
)  # fmt: skip


def make_api(app: App, perform: Perform | None, access: Access) -> FastAPI:
    """The application over `app`; mounted at `/api`. Its errors are JSON, its description is at `openapi.json`."""
    api = FastAPI(
        title="cgtwatch", version=__version__, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
        middleware=[Middleware(Exchange)], exception_handlers=handlers(),
    )  # fmt: skip
    api.state.api = Api(app, perform, access)
    api.state.hub = Hub(lambda: app.store, app.stopping.is_set)
    api.router.routes.extend(_routes())  # not included as routers: who guards the doors reads the list of addresses
    return api


@cache  # what depends on nothing: it takes half a second to be put together
def _routes() -> tuple[BaseRoute, ...]:
    made = [route for routes in (*_ROUTES, _open_routes) for route in routes().routes]
    return (*made, Route("/openapi.json", _openapi))


@cache
def described() -> bytes:
    """The description of all of it (OpenAPI 3.1), as JSON."""
    return json.dumps(description(_routes()), ensure_ascii=False, separators=(",", ":")).encode()


def _openapi(_request: Request) -> Response:
    return Response(described(), media_type="application/json", headers=_SHARED)


def _open_routes() -> APIRouter:
    """What tells nothing that is stored, and so is told to everybody."""
    to = router("live")
    schema = reads("The shape of what is posted to webhooks.", None, media=also("application/schema+json", {"type": "object"}))
    for path, work, said in (
        ("/health", health, reads("Alive, and able to read the store.", Health)),
        ("/schema/webhook.json", webhook, schema),
    ):
        to.add_api_route(path, work, **{**said, "openapi_extra": {"security": []}})
    return to


def health(here: Here) -> Response:
    """As `/healthz` says it."""
    return JSONResponse({"ok": True, "seq": here.app.store.last_seq(), "version": __version__})


def webhook(here: Here) -> Response:
    """JSON Schema (2020-12) of the body of every type; it changes with the version of the program alone."""
    address = f"{(here.app.settings.public_url or '').rstrip('/')}{AT}/schema/webhook.json"
    body = json.dumps(webhook_schema(address), ensure_ascii=False).encode()
    return Response(body, media_type="application/schema+json", headers=_SHARED)
