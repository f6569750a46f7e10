"""Decides before any handler who is looking."""

import hmac

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from cgtwatch.app import App
from cgtwatch.model.user import Role
from cgtwatch.web.account.viewer import KEY, Viewer
from cgtwatch.web.forms import is_local


class Guard:
    """Puts the `Viewer` of each request into its scope."""

    def __init__(self, app: ASGIApp, parts: App) -> None:
        self._app, self._parts = app, parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange (ASGI 3)."""
        if scope["type"] == "http":
            role = Role.OPERATOR if is_local(Request(scope)) else Role.READER
            scope[KEY] = Viewer("", role, self._csrf(""))
        await self._app(scope, receive, send)

    def _csrf(self, name: str) -> str:
        return hmac.digest(self._parts.secret_key, f"csrf {name}".encode(), "sha256").hex()
