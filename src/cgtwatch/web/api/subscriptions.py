"""`/api/subscriptions`: what the commands `subscriptions …` do, with their field names, as JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from cgtwatch.engine.readers.persons import exported
from cgtwatch.engine.readers.subscribing import bounced, listed, shown
from cgtwatch.errors import ConfigError
from cgtwatch.model.user import Grant, Role, Scope
from cgtwatch.select import operator_only, parse_target
from cgtwatch.web.api.asked import Flag, Limit
from cgtwatch.web.api.described import JSON, reads, router, writes
from cgtwatch.web.api.here import Given, Here, Reads, Sent, SentFile, Subscribes, may_see, operators
from cgtwatch.web.api.shapes import subscriptions as shapes
from cgtwatch.web.forms import Refused

_OURS = frozenset({"pending", "origin"})  # who looks after a subscription is not for its asker to say
_WRITE = Scope.SUBSCRIPTIONS


def subscription_routes() -> APIRouter:
    """The addresses of subscriptions."""
    to = router("subscriptions", "/subscriptions")
    to.add_api_route("", every, **reads("Subscriptions by name, a page of them.", shapes.Subscriptions))
    to.add_api_route("", add, **writes("Make a subscription.", shapes.Made, _WRITE, body=shapes.NewSubscription, status=201))
    filed = writes("Apply a file of subscriptions, all of it or nothing.", shapes.Applied, _WRITE, body=shapes.File)
    taken = filed["openapi_extra"]["requestBody"]["content"]
    taken["application/yaml"] = taken[JSON]
    to.add_api_route("/apply", apply, **filed)
    to.add_api_route("/{name}", one, **reads("One subscription.", shapes.Subscription))
    change_it = writes(
        "Change what is named and nothing else.", shapes.Changed, _WRITE, body=shapes.ChangedWishes, method="PATCH"
    )
    to.add_api_route("/{name}", change, **change_it)
    to.add_api_route("/{name}", remove, **writes("End it, or forget its person.", shapes.Removed, _WRITE, method="DELETE"))
    to.add_api_route("/{name}/export", export, **reads("Everything that is stored about a person.", shapes.Person))
    to.add_api_route("/{name}/pause", pause, **writes("Pause it.", shapes.Resumed, _WRITE))
    to.add_api_route("/{name}/resume", resume, **writes("Let it go on.", shapes.Resumed, _WRITE))
    to.add_api_route("/{name}/test", test, **writes("Send a greeting to its target now.", shapes.Tried, _WRITE))
    rotated = writes("Another signing secret for a webhook.", shapes.Rotated, _WRITE, body=shapes.Rotation)
    to.add_api_route("/{name}/rotate-secret", rotate, **rotated)
    return to


def every(
    here: Here,
    grant: Reads,
    limit: Limit = 200,
    cursor: Annotated[str, Query(description="`next` of the page before.", max_length=200)] = "",
) -> Response:
    """At most `limit` after the name `cursor`; `next` is the cursor of the following page, or null."""
    rest = [each for each in listed(here.app) if each["name"] > cursor]
    rows = [_seen(each, grant) for each in rest[:limit]]
    return JSONResponse({"subscriptions": rows, "next": rows[-1]["name"] if len(rest) > limit else None})


def one(here: Here, grant: Reads, name: str) -> Response:
    """One subscription with what came back of its mails; readers see of a mail address its first letter and its host."""
    found = here.app.store.subscription(name)
    return JSONResponse(_seen(shown(found) | {"bounces": bounced(here.app.store.bounce_counts().get(name, {}))}, grant))


def add(here: Here, grant: Subscribes, given: Sent) -> Response:
    """The only answer that holds the signing `secret` of a webhook or the addresses of a feed."""
    _refuse_ours(given)
    _may_name(given.get("to"), grant)
    row = here.run("subscriptions.add", {**given, "since": _moment(given.get("since"))})
    where = {"Location": f"/api/subscriptions/{row['name']}"}
    return JSONResponse(_seen(row, grant, whose=str(given.get("to", ""))), 201, where)


def change(here: Here, grant: Subscribes, name: str, given: Sent) -> Response:
    """Other wishes; what is left out stays as it is, an empty list or `any` takes a part of the filter away."""
    _refuse_ours(given, "name", "since")
    _may_name(given.get("to"), grant)
    return JSONResponse(_seen(here.run("subscriptions.change", {**given, "name": name}), grant))


def remove(here: Here, grant: Subscribes, name: str, *, erase: Flag = False) -> Response:
    """What is queued for it is cancelled. With `erase` all that is known of its target is forgotten, for good (operators only)."""
    if erase:
        operators(grant, "erase a person")
        return JSONResponse(here.run("subscriptions.erase", {"name": name}))
    return JSONResponse(_seen(here.run("subscriptions.remove", {"name": name}), grant))


def export(here: Here, grant: Reads, name: str, *, secrets: Flag = False) -> Response:
    """By a name or a mail address (operators only); `secrets` shows the addresses of hooks."""
    operators(grant, "export a person's data")
    return JSONResponse(exported(here.app, name, secrets=secrets))


def apply(
    here: Here, grant: Subscribes, given: SentFile, *, dry_run: Flag = False, prune: Flag = False, adopt: Flag = False
) -> Response:
    """JSON or YAML, at most 4 MB (operators only): `steps`, one for each subscription, and `summary`.

    `dry_run` does nothing, `prune` removes what left the file, `adopt` takes over what was made otherwise.
    """
    operators(grant, "apply a file")
    asked = {"dry_run": dry_run, "prune": prune, "adopt": adopt}
    *steps, last = here.rows("subscriptions.apply", {**given, **asked})
    return JSONResponse({"steps": steps, **last})


def rotate(here: Here, grant: Subscribes, name: str, given: Sent) -> Response:
    """The old one signs too for as long as `keep` says (operators only)."""
    operators(grant, "change a signing secret")
    if wrong := sorted(given.keys() - {"keep"}):
        raise ConfigError([f"{each} cannot be given here; leave it out" for each in wrong])
    return JSONResponse(here.run("subscriptions.rotate", {**given, "name": name}))


def pause(here: Here, grant: Subscribes, name: str, given: Sent) -> Response:
    """Nothing is sent until it goes on; what comes meanwhile waits."""
    return _simply("pause", here, grant, name, given)


def resume(here: Here, grant: Subscribes, name: str, given: Sent) -> Response:
    """The next digest comes at its next hour, with what `waiting` counts."""
    return _simply("resume", here, grant, name, given)


def test(here: Here, grant: Subscribes, name: str, given: Sent) -> Response:
    """What became of the last post of the greeting."""
    return _simply("test", here, grant, name, given)


def _simply(what: str, here: Here, grant: Grant, name: str, given: Given) -> Response:
    _refuse_ours(given, *given)
    return JSONResponse(_seen(here.run(f"subscriptions.{what}", {"name": name}), grant))


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
