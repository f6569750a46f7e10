"""`/api/sources/…`: what operators do with sources: look, visit, pause, find, add, change, take away."""

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from cgtwatch.errors import ConfigError
from cgtwatch.model.user import Grant, Scope
from cgtwatch.web.api.described import router, writes
from cgtwatch.web.api.here import Given, Here, Sent, Watches, operators
from cgtwatch.web.api.shapes import sources as shapes

_WRITE = Scope.SOURCES


def sourcing_routes() -> APIRouter:
    """The addresses of sources that change something, or visit somebody."""
    to = router("sources", "/sources")
    found = writes("What an address offers.", shapes.Discovered, _WRITE, body=shapes.Address)
    to.add_api_route("/discover", discover, **found)
    made = writes("Watch more sources.", shapes.Switched, _WRITE, body=shapes.NewSources, status=201)
    to.add_api_route("", add, **made)
    changed = writes("Change what a source says of itself.", shapes.Switch, _WRITE, body=shapes.SourceValues, method="PATCH")
    to.add_api_route("/{id}", change, **changed)
    to.add_api_route("/{id}", remove, **writes("Watch it no more.", shapes.Unwatched, _WRITE, method="DELETE"))
    to.add_api_route("/{id}/test", test, **writes("Visit it and only show what it gives.", shapes.Tested, _WRITE))
    to.add_api_route("/{id}/poll", poll, **writes("Visit it now.", shapes.Polled, _WRITE))
    to.add_api_route("/{id}/pause", pause, **writes("Switch it off.", shapes.Switch, _WRITE))
    to.add_api_route("/{id}/resume", resume, **writes("Switch it on.", shapes.Switch, _WRITE))
    released = writes("Let go what the guard holds.", shapes.Released, _WRITE, body=shapes.Release)
    to.add_api_route("/{id}/release", release, **released)
    return to


def discover(here: Here, grant: Watches, given: Sent) -> Response:
    """A few polite requests; nothing is stored. `keys` of a proposal can be added as they are."""
    _may(grant)
    _only(given, ("url",))
    return JSONResponse({"proposals": here.rows("sources.discover", {"url": _text(given, "url")})})


def add(here: Here, grant: Watches, given: Sent) -> Response:
    """All of them are written into sources.yaml, with its comments kept, or none."""
    _may(grant)
    _only(given, ("entries",))
    entries = given.get("entries")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ConfigError(["entries: write a list of sources, each with id, kind and url"])
    return JSONResponse({"sources": here.rows("sources.add", {"entries": entries})}, 201)


def change(here: Here, grant: Watches, id: str, given: Sent) -> Response:
    """What is left out stays as it is."""
    _may(grant)
    return JSONResponse(here.run("sources.change", {"id": id, "values": given}))


def remove(here: Here, grant: Watches, id: str) -> Response:
    """It leaves the file; what it has brought stays stored."""
    _may(grant)
    return JSONResponse(here.run("sources.remove", {"id": id}))


def test(here: Here, grant: Watches, id: str, given: Sent) -> Response:
    """Nothing is stored. `error` is null where it was read and believed."""
    _may(grant)
    _only(given, ())
    return JSONResponse(here.run("sources.test", {"id": id}))


def poll(here: Here, grant: Watches, id: str, given: Sent) -> Response:
    """As `cgtwatch poll ID`: what is new is stored and told."""
    _may(grant)
    _only(given, ())
    here.app.source(id)
    return JSONResponse(next(row for row in here.rows("poll", {"ids": [id]}) if "source" in row))


def pause(here: Here, grant: Watches, id: str, given: Sent) -> Response:
    """Written into sources.yaml, with its comments kept."""
    return _switch("sources.pause", here, grant, id, given)


def resume(here: Here, grant: Watches, id: str, given: Sent) -> Response:
    """Written into sources.yaml, with its comments kept."""
    return _switch("sources.resume", here, grant, id, given)


def release(here: Here, grant: Watches, id: str, given: Sent) -> Response:
    """`keep` true: the page is to be believed; false: it is thrown away."""
    _may(grant)
    if set(given) != {"keep"} or not isinstance(given["keep"], bool):
        raise ConfigError(['write {"keep": true}, or false'])
    return JSONResponse(here.run("sources.release", {"id": id, "keep": given["keep"]}))


def _switch(operation: str, here: Here, grant: Grant, source_id: str, given: Given) -> Response:
    _may(grant)
    _only(given, ())
    return JSONResponse(here.run(operation, {"ids": [source_id]}))


def _may(grant: Grant) -> None:
    operators(grant, "change what is watched")


def _only(given: Given, known: Iterable[str]) -> None:
    if wrong := sorted(given.keys() - set(known)):
        raise ConfigError([f"{name[:60]} cannot be given here; leave it out" for name in wrong])


def _text(given: Given, name: str) -> str:
    if not isinstance(given.get(name), str):
        raise ConfigError([f"{name}: write a text"])
    return str(given[name])
