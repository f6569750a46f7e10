"""Decides before any handler whether a request may reach it, and says who is looking."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Exchange

from cgtwatch.app import App
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.user import Grant, Role, Scope
from cgtwatch.text.hosts import is_loopback
from cgtwatch.web.account.access import GRANT, Bearers
from cgtwatch.web.account.doors import Door, Known, door_of, is_program, known, template_of
from cgtwatch.web.account.keys import COOKIE, mailed_page, opens_mailed, opens_own
from cgtwatch.web.account.sessions import Session, Sessions
from cgtwatch.web.account.viewer import KEY, Viewer
from cgtwatch.web.forms import Refused, is_local, is_secure
from cgtwatch.web.parts import Site

_LONGEST_NEXT = 2000
_KEYED = Grant("", Role.READER, frozenset({Scope.READ}))  # what a key opens, where it opens one of the addresses for programs
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Let:
    """What the guard found: who looks, what a token allows, what opened the page, and the cookies that the answer shall carry."""

    viewer: Viewer | None = None
    grant: Grant | None = None
    refreshed: Session | None = None
    view: tuple[str, str] | None = None  # the page that a mail's link leads to, and its key


class Guard:
    """Lets a request through to its handler, with the `Viewer` in its scope, or answers in its place."""

    def __init__(self, app: ASGIApp, site: Site, sessions: Sessions) -> None:
        self._app, self._site, self._sessions = app, site, sessions
        self._bearers = Bearers(site.app)
        self._routes: tuple[Known, ...] | None = None

    async def __call__(self, scope: Exchange, receive: Receive, send: Send) -> None:
        """One exchange (ASGI 3). Nothing here speaks by WebSocket."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._routes is None:  # they are known to the site alone, which is made after its guard
            self._routes = known(scope["app"].routes)
        template, params = template_of(self._routes, scope)
        template = template or scope["path"]  # where nothing answers, a stranger learns nothing of it either
        door = door_of(template)
        if door is Door.STILL:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        found = await run_in_threadpool(self._look, request, door, template, params)
        if isinstance(found, Response):
            await found(scope, receive, send)
            return
        scope = {**scope, KEY: found.viewer, GRANT: found.grant}
        await self._app(scope, receive, self._with_cookies(request, found, send))

    def _look(self, request: Request, door: Door, template: str, params: Mapping[str, str]) -> Let | Response:
        try:
            return self._let(request, door, template, params)
        except Refused as error:
            headers = {401: {"WWW-Authenticate": 'Bearer realm="cgtwatch"'}, 429: {"Retry-After": "60"}}.get(error.status)
            return JSONResponse({"error": str(error)}, error.status, headers)
        except STORAGE_TROUBLE as error:
            return Let() if door is Door.PUBLIC else self._site.answers.busy(request, error)

    def _let(self, request: Request, door: Door, template: str, params: Mapping[str, str]) -> Let | Response:
        """Who may pass, or the answer in place of the handler's. Raises `Refused` where a program asks."""
        app = self._site.app
        if door is Door.METRICS and is_local(request) and "authorization" not in request.headers:
            return Let()
        of_programs = door in {Door.OWN, Door.METRICS} or (door in {Door.PROGRAMS, Door.MAILED} and is_program(template))
        if "authorization" in request.headers and of_programs:
            return Let(grant=self._bearers.holder(request))
        found = self._viewer(request)
        if found.viewer is not None or door is Door.PUBLIC:
            return found
        reading = request.method in _READING
        if door is Door.MAILED and reading:
            page = mailed_page(template, params, request)
            if (key := opens_mailed(app, request, page)) is not None:
                return Let(grant=_KEYED, view=(page, key))
        if door is Door.OWN and reading and opens_own(app, request, template):
            return Let(grant=_KEYED)
        if door in {Door.PROGRAMS, Door.METRICS} or is_program(template):
            self._bearers.holder(request)  # it brings none: says so
        return _to_log_in(request, door)

    def _viewer(self, request: Request) -> Let:
        """Whoever is logged in, else whoever sits at this machine while no password is set."""
        app, sessions = self._site.app, self._sessions
        if (known := sessions.read(request)) is not None:
            session, who = known
            viewer = Viewer(who.name, who.role, sessions.csrf(session.id), who.id, session.id)
            return Let(viewer=viewer, refreshed=sessions.refreshed(session))
        return Let(viewer=Viewer("", Role.OPERATOR, sessions.csrf(""))) if is_open(app, request) else Let()

    def _with_cookies(self, request: Request, found: Let, send: Send) -> Send:
        """Passes the answer on with the cookies that the guard has to set, unless the handler sets its own or it may be kept."""
        if found.refreshed is None and found.view is None:
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "set-cookie" not in headers and "public" not in headers.get("cache-control", ""):
                    for line in self._cookies(request, found):
                        headers.append("set-cookie", line)
            await send(message)

        return sending

    def _cookies(self, request: Request, found: Let) -> list[str]:
        carrier = Response()
        if found.refreshed is not None:
            self._sessions.put(request, carrier, found.refreshed)
        if found.view is not None:
            page, key = found.view
            secure = is_secure(request, self._site.app.settings.public_url)
            path = quote(page.partition("?")[0])
            carrier.set_cookie(COOKIE, key, path=path, httponly=True, samesite="lax", secure=secure)
        return carrier.headers.getlist("set-cookie")


def is_open(app: App, request: Request) -> bool:
    """Whether no log-in is needed: somebody on this machine asks, nobody else can, and no password is set."""
    return is_loopback(app.settings.listen[0]) and is_local(request) and not app.store.any_password()


def _to_log_in(request: Request, door: Door) -> Response:
    """The log-in page, which leads back to the page that was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = {"next": asked} if request.method in _READING and 1 < len(asked) <= _LONGEST_NEXT else {}
    if door is Door.MAILED:
        query["from"] = "message"
    return RedirectResponse(f"/login?{urlencode(query)}" if query else "/login", 303, {"Vary": "Cookie"})
