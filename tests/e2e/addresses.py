"""Every page of the site, found by its routes and links, so that a new one cannot be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import document_fromstring
from newsroom import Newsroom
from starlette.routing import BaseRoute, Match, Route

from cgtwatch.deliver.tokens import confirm_url, manage_url, unsubscribe_url
from web.watched import HOME, TestClient

PROGRAMS = ("/api", "/feed", "/mcp", "/websub", "/page.", "/icon", "/healthz")  # what answers programs and not people
FRAMED = "sandbox"  # in the policy of what is shown in a frame alone


@dataclass
class Found:
    """`pages`: path of the route → an address of a page that people read. `every`: all pages looked at. `files`: what is no page:
    downloads, feeds, copies, what stands in frames. `dead`: a linked address → its status, and the page it stands on. `met`: the
    paths of all routes that an address led to."""

    pages: dict[str, str] = field(default_factory=dict)
    every: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    dead: dict[str, tuple[int, str]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)


def explored(room: Newsroom, enough: int = 2, **more: int) -> Found:
    """The site as found from its bar and from the links of letters; of the addresses of one route `enough` are looked at, of those
    whose path begins with a word of `more` so many.
    """
    routes, found = room.asgi.routes, Found()
    seen: dict[str, set[str]] = {}
    with TestClient(
        room.asgi, base_url=HOME, client=("127.0.0.1", 40000), follow_redirects=False, raise_server_exceptions=False
    ) as client:
        starts = [*(path for path in readable(routes) if "{" not in path), *_mailed(room)]
        waiting = [(address, "") for address in starts]
        while waiting:
            address, page = waiting.pop(0)
            path = _route(routes, address)
            met = seen.setdefault(path, set())
            if address in met or (path and len(met) >= more.get(path.strip("/").partition("/")[0], enough)):
                continue
            met.add(address)
            answer = client.get(address)
            if answer.status_code < 400:
                found.met.add(path)
            elif page or answer.status_code >= 500:
                found.dead[address] = answer.status_code, page
            if answer.status_code == 200 and not _is_page(answer):
                found.files.append(address)
            elif answer.status_code == 200:
                found.pages.setdefault(path, address)
                found.every.append(address)
                waiting += [(link, address) for link in _links(address, answer.text)]
    return found


def _is_page(answer: Any) -> bool:
    got = answer.headers
    if "attachment" in got.get("content-disposition", ""):
        return False
    return "text/html" in got.get("content-type", "") and FRAMED not in got["content-security-policy"]


def readable(routes: list[BaseRoute]) -> Iterator[str]:
    """The paths that answer a GET, of people's pages."""
    for route in routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()) and not route.path.startswith(PROGRAMS):
            yield route.path


def _route(routes: list[BaseRoute], address: str) -> str:
    scope: Any = {"type": "http", "method": "GET", "path": urlsplit(address).path, "headers": []}
    matched = (route for route in routes if isinstance(route, Route) and route.matches(scope)[0] is Match.FULL)
    return next((route.path for route in matched), "")


def _links(page: str, text: str) -> list[str]:
    written = cast("list[str]", document_fromstring(text).xpath("//a/@href | //iframe/@src"))
    every = [urldefrag(urljoin(page, link)).url for link in written]
    return [link for link in every if link.startswith("/") and not link.startswith("//")]


def _mailed(room: Newsroom) -> list[str]:
    """What letters link to."""
    app, one = room.bench.app, room.bench.app.store.subscription("mei")
    return [
        unsubscribe_url("", app.secret_key, one),
        manage_url("", app.secret_key, one, room.bench.now),
        confirm_url("", app.secret_key, one, room.bench.now),
    ]
