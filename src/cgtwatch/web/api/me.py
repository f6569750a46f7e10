"""`/api/me` and `/api/tokens`: who asks, and one's own tokens."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cgtwatch.engine.users import shown
from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.user import Grant, Scope
from cgtwatch.web.api.described import reads, router, writes
from cgtwatch.web.api.here import Here, Reads, Sent
from cgtwatch.web.api.shapes import users as shapes
from cgtwatch.web.forms import Refused


def me_routes() -> APIRouter:
    """The addresses of whoever asks."""
    to = router("me")
    to.add_api_route("/me", me, **reads("Who asks, and what they may do.", shapes.Me))
    made = writes("A token for oneself.", shapes.NewToken, Scope.READ, body=shapes.TokenAsked, status=201)
    to.add_api_route("/tokens", add, **made)
    to.add_api_route("/tokens/{id}", revoke, **writes("End one of one's tokens.", shapes.Revoked, Scope.READ, method="DELETE"))
    return to


def me(here: Here, grant: Reads) -> Response:
    """Of tokens everything but the secret."""
    own: list[dict[str, Any]] = next((shown(one)["tokens"] for one in here.app.store.users() if one.name == grant.name), [])
    scopes = sorted(one.value for one in grant.scopes)
    return JSONResponse({"name": grant.name, "role": grant.role.value, "scopes": scopes, "tokens": own})


def add(request: Request, here: Here, grant: Reads, given: Sent) -> Response:
    """The only answer that holds it. It can do at most what you may; only somebody who is logged in makes tokens."""
    _somebody(grant)
    if "authorization" in request.headers:  # else one that was stolen, or that ends soon, would live on in others
        raise Refused(403, "a token makes no tokens; log in, or ask for `cgtwatch users token`")
    if wrong := sorted(given.keys() - {"label", "scope", "expires_days"}):
        raise ConfigError([f"{name} cannot be given here; leave it out" for name in wrong])
    asked, problems = given.get("scope") or [Scope.READ.value], []
    label, days = given.get("label", ""), given.get("expires_days")
    if not isinstance(asked, list) or not all(isinstance(one, str) for one in asked):
        problems.append("scope: write a list of names")
    if not isinstance(label, str):
        problems.append("label: write a line of text")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 0 < days <= 3660):
        problems.append("expires_days: write a whole number of days from 1 to 3660, or null")
    if problems:
        raise ConfigError(problems)
    if more := sorted({*asked} - {one.value for one in grant.scopes} - {Scope.READ.value}):
        raise Refused(403, f"you have not the scope {', '.join(one[:40] for one in more)} yourself")
    row = here.run("users.token", {"name": grant.name, "label": label, "scope": asked, "expires_days": days})
    return JSONResponse(row, 201)


def revoke(here: Here, grant: Reads, id: int) -> Response:
    """It opens nothing from now on. With the one that is used to ask, one locks oneself out."""
    _somebody(grant)
    if not 0 < id < 1 << 53:
        raise NotFound("no such token")
    return JSONResponse(here.run("users.revoke", {"name": grant.name, "ids": [id]}))


def _somebody(grant: Grant) -> None:
    """Raises `Refused` for whoever is nobody by name, and so has no tokens."""
    if not grant.name:
        raise Refused(401, "only a user has tokens; log in, or send one of yours")
