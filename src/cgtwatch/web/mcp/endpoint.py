"""`/mcp`: the address at which assistants ask; what it needs is optional and loaded when the first one does."""

import threading
from importlib.util import find_spec
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from cgtwatch import registry
from cgtwatch.app import App
from cgtwatch.web.account.access import GRANT
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.forms import from_our_page

PATH = "/mcp"
MISSING = "the MCP endpoint needs the extra `mcp`; install it with: pip install 'cgtwatch[mcp]'"
_OVER = {"http": "cgtwatch.web.mcp.server:OverHttp"}
_MADE = {"jsonrpc": "2.0", "id": None}


class Answers(Protocol):
    """A server that answers one exchange."""

    async def answer(self, scope: Scope, receive: Receive, send: Send, hosts: list[str], origins: list[str]) -> None: ...


def mcp_routes(app: App) -> list[Route]:
    """The address."""
    return [Route(PATH, Endpoint(app))]


class Endpoint:
    """The handler (ASGI 3): reading is for tokens of any scope, for who is logged in and, as the API, for this machine while it is open."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._server: Answers | None = None
        self._guard = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange."""
        request = Request(scope, receive)
        if (no := self._refused(request)) is not None:
            await no(scope, receive, send)
            return
        server = await run_in_threadpool(self._loaded)
        host = request.headers.get("host", "")  # one of ours: `Safety` has seen to it
        await server.answer(scope, receive, send, [host], self._origins(host))

    def _refused(self, request: Request) -> Response | None:
        if find_spec("mcp") is None:
            return _error(501, MISSING)
        if request.method != "POST":  # no stream is offered, and no session is kept that could be ended
            return _error(405, "send JSON-RPC by POST (MCP, streamable HTTP)", {"Allow": "POST"})
        if request.scope.get(GRANT) is not None:
            return None
        if viewer_of(request) is None:
            asks = {"WWW-Authenticate": 'Bearer realm="cgtwatch"'}
            return _error(401, "send `Authorization: Bearer cgt_…`, made by `cgtwatch users token`", asks)
        if not from_our_page(request, self._app.settings.public_url):
            return _error(403, "this did not come from a page of this site")
        return None

    def _origins(self, host: str) -> list[str]:
        ours = [f"http://{host}", f"https://{host}"]
        if self._app.settings.public_url is not None:
            parts = urlsplit(self._app.settings.public_url)
            ours.append(f"{parts.scheme}://{parts.netloc}")
        return ours

    def _loaded(self) -> Answers:
        """The SDK takes half a second to load, so who never asks does not wait for it."""
        with self._guard:
            if self._server is None:
                make: Any = registry.load(_OVER, "http", what="transport of MCP")
                self._server = make(self._app)
            return self._server


def _error(status: int, said: str, headers: dict[str, str] | None = None) -> Response:
    """JSON-RPC's shape of an error without a request (JSON-RPC 2.0, 5.1), as MCP asks for."""
    return JSONResponse({**_MADE, "error": {"code": -32600, "message": said}}, status, headers)
