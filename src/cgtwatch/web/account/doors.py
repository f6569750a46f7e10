"""Which addresses open to whom: the one table. Whatever is not in it needs somebody who is let in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Scope


class Door(Enum):
    """What an address asks of whoever comes."""

    STILL = "still"  # nothing, and nobody is looked up: files that are the same for all, and a sign of life
    PUBLIC = "public"  # nothing: it is meant for strangers, or checks a token of its own
    MAILED = "mailed"  # the key that stands in messages, or a log-in
    OWN = "own"  # the key that a user was given for a feed reader, a token, or a log-in
    PROGRAMS = "programs"  # a token, or a log-in; told as JSON
    METRICS = "metrics"  # this machine itself, a token, or a log-in; it tells of numbers alone
    PAGES = "pages"  # a log-in


STILL = frozenset({"/page.css", "/page.js", "/icon.svg", "/healthz", "/readyz"})
PUBLIC = frozenset(
    {
        "/login", "/setup/{token}",
        "/subscribe", "/confirm/{token}", "/manage/{token}", "/manage/{token}/data.json", "/unsubscribe/{token}",
        "/feeds/{token}.rss", "/feeds/{token}.atom", "/feeds/{token}.json",
        "/websub/{token}", "/api/inbox", "/api/bounces",
        "/api/health", "/api/openapi.json", "/api/schema/webhook.json",  # how to ask; what was asked for is not in them
    }
)  # fmt: skip
# To what their link leads that stands in messages: the page itself, and what it is made of; nothing else.
MAILED: Mapping[str, str] = {
    "/events/{id}": "/events/{id}",
    "/events/{id}/copy": "/events/{id}",
    "/events/{id}/stored/{key}": "/events/{id}",
    "/events/{id}/stored/{key}/frame": "/events/{id}",
    "/events/{id}/stored/{key}/file": "/events/{id}",
    "/digests/{key}": "/digests/{key}",
    "/digests/{key}/html": "/digests/{key}",
    "/api/digests/{key}": "/digests/{key}",
    "/told": "/told",
}
# What programs read that cannot log in and know nothing but an address: feed readers and calendars.
OWN = frozenset({"/feed.atom", "/feed.json", "/feed.rss", "/calendar.ics"})
METRICS = "/metrics"
_PROGRAMS = ("/api", "/mcp")  # told as JSON, and open to tokens


def door_of(template: str) -> Door:
    """The door of the address that is written so in the routes."""
    if template in STILL:
        return Door.STILL
    if template in PUBLIC:
        return Door.PUBLIC
    if template in MAILED:
        return Door.MAILED
    if template in OWN:
        return Door.OWN
    if template == METRICS:
        return Door.METRICS
    return Door.PROGRAMS if is_program(template) else Door.PAGES


def is_program(path: str) -> bool:
    """Whether a program asks there, which wants JSON instead of a page."""
    return any(path == one or path.startswith(f"{one}/") for one in _PROGRAMS)


@dataclass(frozen=True, slots=True)
class Known:
    """A route as the site will ask it; of a mount, those within."""

    route: Route | Mount
    inner: tuple["Known", ...] = ()


def known(routes: Iterable[BaseRoute]) -> tuple[Known, ...]:
    """The routes in their order, routers that FastAPI keeps whole taken apart."""
    found: list[Known] = []
    for route in routes:
        if isinstance(route, Mount):
            found.append(Known(route, known(route.routes or ())))
        elif isinstance(route, Route):
            found.append(Known(route))
        else:
            for one in iter_route_contexts([route]):
                assert one.path is not None
                assert one.endpoint is not None
                found.append(Known(Route(one.path, one.endpoint, methods=[*(one.methods or ())])))
    return tuple(found)


def template_of(routes: Iterable[Known], scope: Scope) -> tuple[str, Mapping[str, str]]:
    """The address as the route is written that will answer (`/events/{id}`), and what stands in its holes.

    The routes themselves are asked, in their order, so that no path can be read one way here and another way there. Empty where
    nothing answers; of a route that does not take the method, its own address, since it says so itself.
    """
    partial: tuple[str, Mapping[str, str]] | None = None
    for one in routes:
        match, child = one.route.matches(scope)
        if match is Match.NONE:
            continue
        path, params = one.route.path, child.get("path_params", {})
        if isinstance(one.route, Mount):
            inner, params = template_of(one.inner, {**scope, **child})
            path = (
                path + inner if inner else scope["path"]
            )  # where nothing within answers, the path itself, whoever may hear that
        if match is Match.FULL:
            return path, params
        partial = partial or (path, params)
    return partial or ("", {})


def templates(routes: Iterable[Known], before: str = "") -> Iterator[str]:
    """Every address that the routes answer."""
    for one in routes:
        path = before + one.route.path
        if one.inner:
            yield from templates(one.inner, path)
        else:
            yield path
