"""The style and the script of all pages: each one file to the browser, put together from small ones."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; `address` changes with its content, so a browser may keep it for ever."""

    content: bytes
    address: str


@cache
def asset(kind: str) -> Asset:
    """All files of `kind` (css or js) in the order of their names, as one."""
    found = sorted(files("cgtwatch.web").joinpath(f"static/{kind}").iterdir(), key=lambda one: one.name)
    content = b"\n".join(one.read_bytes() for one in found if one.name.endswith(f".{kind}"))
    return Asset(content, f"/page.{kind}?{hashlib.sha256(content).hexdigest()[:12]}")


def static_routes() -> list[Route]:
    """`/page.css` and `/page.js`."""
    return [_route("css", "text/css"), _route("js", "text/javascript")]


def _route(kind: str, media_type: str) -> Route:
    def show(request: Request) -> Response:
        found = asset(kind)
        kept = _FOREVER if request.url.query and found.address.endswith(request.url.query) else "no-cache"
        return Response(found.content, media_type=media_type, headers={"Cache-Control": kept})

    return Route(f"/page.{kind}", show)
