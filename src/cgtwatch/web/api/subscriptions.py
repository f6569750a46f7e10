"""`/api/subscriptions`: what the commands `subscriptions …` do, with their field names, as JSON."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.engine.readers.persons import exported
from cgtwatch.engine.readers.subscribing import bounced, listed, shown
from cgtwatch.errors import BusyError, ConfigError
from cgtwatch.model.user import Grant, Role, Scope
from cgtwatch.select import operator_only, parse_target
from cgtwatch.web.account.access import Access
from cgtwatch.web.api.endpoint import Given, Work, endpoint, may_see, number, operators
from cgtwatch.web.forms import Refused, flag, posted_file
from cgtwatch.web.parts import Perform

MOST_ROWS = 1000
_AT = "/api/subscriptions"
_OURS = frozenset({"pending", "origin"})  # who looks after a subscription is not for its asker to say


def subscription_routes(app: App, perform: Perform | None, access: Access) -> list[Route]:
    """The addresses of subscriptions."""
    api = Subscriptions(app, perform)

    def route(path: str, method: str, work: Work, status: int = 200) -> Route:
        scope = Scope.READ if method == "GET" else Scope.SUBSCRIPTIONS
        return Route(f"{_AT}{path}", endpoint(access, scope, work, status), methods=[method])

    return [
        route("", "GET", api.list),
        route("", "POST", api.add, 201),
        Route(f"{_AT}/apply", endpoint(access, Scope.SUBSCRIPTIONS, api.apply, read=posted_file), methods=["POST"]),
        route("/{name}", "GET", api.show),
        route("/{name}/export", "GET", api.export),
        route("/{name}", "PATCH", api.change),
        route("/{name}", "DELETE", api.remove),
        route("/{name}/rotate-secret", "POST", api.rotate),
        *(route(f"/{{name}}/{what}", "POST", api.simply(what)) for what in ("pause", "resume", "test")),
    ]


class Subscriptions:
    """What is done. Rows have the fields of `subscriptions list --json`."""

    def __init__(self, app: App, perform: Perform | None) -> None:
        self._app, self._perform = app, perform

    def list(self, request: Request, grant: Grant, _given: Given) -> Mapping[str, Any]:
        """`subscriptions` by name, at most `limit` after the name `cursor`; `next` is the cursor of the following page, or null."""
        limit, after = number(request, "limit", 200, MOST_ROWS), request.query_params.get("cursor", "")
        rest = [one for one in listed(self._app) if one["name"] > after]
        rows = [_seen(one, grant) for one in rest[:limit]]
        return {"subscriptions": rows, "next": rows[-1]["name"] if len(rest) > limit else None}

    def show(self, request: Request, grant: Grant, _given: Given) -> Mapping[str, Any]:
        """One subscription."""
        one = self._app.store.subscription(request.path_params["name"])
        return _seen(shown(one) | {"bounces": bounced(self._app.store.bounce_counts().get(one.name, {}))}, grant)

    def add(self, _request: Request, grant: Grant, given: Given) -> Mapping[str, Any] | Response:
        """A new subscription; the only answer that holds the signing `secret` of a webhook or the addresses of a feed."""
        _refuse_ours(given)
        _may_name(given.get("to"), grant)
        row = self._run("subscriptions.add", {**given, "since": _moment(given.get("since"))})
        where = {"Location": f"/api/subscriptions/{row['name']}"}
        return JSONResponse(dict(_seen(row, grant, whose=str(given.get("to", "")))), 201, where)

    def change(self, request: Request, grant: Grant, given: Given) -> Mapping[str, Any]:
        """Other wishes; what is left out stays as it is."""
        _refuse_ours(given, "name", "since")
        _may_name(given.get("to"), grant)
        return _seen(self._run("subscriptions.change", {**given, "name": request.path_params["name"]}), grant)

    def remove(self, request: Request, grant: Grant, _given: Given) -> Mapping[str, Any]:
        """End it; what is queued for it is cancelled. With `erase` all that is known of its target is forgotten, for good."""
        if flag(request, "erase"):
            operators(grant, "erase a person")
            return self._run("subscriptions.erase", {"name": request.path_params["name"]})
        return _seen(self._run("subscriptions.remove", {"name": request.path_params["name"]}), grant)

    def export(self, request: Request, grant: Grant, _given: Given) -> Mapping[str, Any]:
        """Everything that is stored about a person, by a name or an address; `secrets` shows the addresses of hooks."""
        operators(grant, "export a person's data")
        return exported(self._app, request.path_params["name"], secrets=flag(request, "secrets"))

    def apply(self, request: Request, grant: Grant, given: Given) -> Mapping[str, Any]:
        """`steps`, one for each subscription of the file that was posted, and `summary`; all of it is done, or nothing."""
        operators(grant, "apply a file")
        asked = {name: flag(request, name) for name in ("dry_run", "prune", "adopt")}
        *steps, last = self._rows("subscriptions.apply", {**given, **asked})
        return {"steps": steps, **last}

    def rotate(self, request: Request, grant: Grant, given: Given) -> Mapping[str, Any]:
        """Another signing secret; the old one signs too for as long as `keep` says."""
        operators(grant, "change a signing secret")
        if wrong := sorted(given.keys() - {"keep"}):
            raise ConfigError([f"{name} cannot be given here; leave it out" for name in wrong])
        return self._run("subscriptions.rotate", {**given, "name": request.path_params["name"]})

    def simply(self, what: str) -> Work:
        """Pause, resume or try it."""

        def work(request: Request, grant: Grant, given: Given) -> Mapping[str, Any]:
            _refuse_ours(given, *given)
            return _seen(self._run(f"subscriptions.{what}", {"name": request.path_params["name"]}), grant)

        return work

    def _run(self, operation: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The last row of an operation; of a try that is what became of the last post."""
        return self._rows(operation, args)[-1]

    def _rows(self, operation: str, args: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        if self._perform is None:
            raise BusyError("nothing runs here; this page only shows what is stored")
        return [*self._perform(operation, args)]


def _seen(row: Mapping[str, Any], grant: Grant, whose: str | None = None) -> dict[str, Any]:
    """The row for whoever asks: who named the target just now may see it."""
    found = dict(row)
    if "to" in found and whose is None:
        found["to"] = may_see(str(found["to"]), grant)
    if grant.role is not Role.OPERATOR and "to" in found.get("changed", {}):
        found["changed"] = {**found["changed"], "to": [may_see(str(value), grant) for value in found["changed"]["to"]]}
    return found


def _refuse_ours(given: Given, *more: str) -> None:
    if wrong := sorted({*_OURS, *more} & given.keys()):
        raise ConfigError([f"{name} cannot be given here; leave it out" for name in wrong])


def _may_name(to: object, grant: Grant) -> None:
    """Raises `Refused` where only an operator may name that target; what is no target is told with the other mistakes."""
    if not isinstance(to, str) or grant.role is Role.OPERATOR:
        return
    try:
        channel, target = parse_target(to)
    except ValueError:
        return
    if operator_only(channel, target):
        raise Refused(403, "only an operator's token may name that kind of target")


def _moment(given: object) -> str | None:
    """An ISO time with its zone (UTC where none is given). Raises `ConfigError`."""
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise ConfigError([f"since {given!r} is no time; write 2026-11-22 or 2026-11-22T08:00+08:00"]) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()
