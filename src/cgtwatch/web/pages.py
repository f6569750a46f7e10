"""The site: every address that it answers, and how answers become pages."""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.words import Words
from cgtwatch.errors import BusyError, NotFound, StoreError
from cgtwatch.ops.sources import health_rows
from cgtwatch.web.digests import digest_of, whole_data
from cgtwatch.web.event import event_page
from cgtwatch.web.home import home
from cgtwatch.web.inbox import inbox_routes
from cgtwatch.web.leaving import Left, Perform, leave, member_of, name_of
from cgtwatch.web.mailbox import letter
from cgtwatch.web.safety import ASKING, FRAMED, HEADERS, Safety, known_names
from cgtwatch.web.websub import websub_routes
from cgtwatch.web.words import clock, language_of, page_words, relative, utc, zone

STATIC = Path(__file__).parent / "static"
_log = logging.getLogger(__name__)


def make_site(app: App, perform: Perform | None = None) -> Starlette:
    """The site over `app`. `perform` is the service's runner of operations; None where nothing runs and all is only read."""
    pages = Pages(app, perform)
    routes = [
        Route("/", pages.home),
        Route("/events/{id}", pages.event),
        Route("/digests/{key}", pages.digest),
        Route("/digests/{key}/html", pages.digest_html),
        Route("/api/digests/{key}", pages.digest_json),
        Route("/api/sources", pages.sources_json),
        Route("/mail/{key}", pages.mail),
        Route("/mail/{key}/html", pages.mail_html),
        Route("/unsubscribe/{token}", pages.ask_to_leave),
        Route("/unsubscribe/{token}", pages.leave, methods=["POST"]),
        Route("/healthz", pages.healthz),
        Route("/page.css", lambda _: Response((STATIC / "page.css").read_bytes(), media_type="text/css")),
        Route("/icon.svg", lambda _: Response(pages.icon(), media_type="image/svg+xml")),
        *((*inbox_routes(app), *websub_routes(app)) if perform is not None else ()),
    ]
    names = known_names(app.settings.listen[0], app.settings.public_url)
    return Starlette(
        routes=routes,
        middleware=[Middleware(Safety, names=names)],
        exception_handlers={
            HTTPException: pages.refused,
            NotFound: pages.not_found,
            StoreError: pages.busy,
            BusyError: pages.busy,
            Exception: pages.broken,
        },
    )


class Pages:
    """The handlers. They run on worker threads and only read; `leave` alone changes something, by an operation."""

    def __init__(self, app: App, perform: Perform | None) -> None:
        self._app = app
        self._perform = perform
        self._templates = Environment(
            loader=PackageLoader("cgtwatch.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters.update(clock=clock, utc=utc)

    # --- pages

    def home(self, request: Request) -> Response:
        """Everything at a glance, in the language asked for (`?lang=zh` or `en`, else the browser's)."""
        return self._page(request, "home", home(self._app, _said(request)) | {"polls": self._perform is not None})

    def event(self, request: Request) -> Response:
        """One event with everything it rests on; `?field=stage` marks the words of that field alone."""
        event_id, field = request.path_params["id"], request.query_params.get("field")
        return self._page(request, "event", event_page(self._app, event_id, field, _said(request)))

    def digest(self, request: Request) -> Response:
        """A digest as it was sent, with what became of it."""
        delivery, found = digest_of(self._app, request.path_params["key"])
        return self._page(request, "digest", {"delivery": delivery, "digest": found})

    def digest_html(self, request: Request) -> Response:
        """The HTML of a digest, sandboxed."""
        return _framed(digest_of(self._app, request.path_params["key"])[1].html)

    def digest_json(self, request: Request) -> Response:
        """All of what a webhook was told in short (its `next`)."""
        return JSONResponse(whole_data(self._app, request.path_params["key"]))

    def sources_json(self, _request: Request) -> Response:
        """The health of every source of the file, with the fields of `sources list --json`."""
        return JSONResponse({"sources": list(health_rows(self._app, stored=True))})

    def mail(self, request: Request) -> Response:
        """One letter of the local mailbox with its headers."""
        found = letter(self._mailbox, request.path_params["key"])
        if found is None:
            raise NotFound("no such letter")
        return self._page(request, "mail", {"letter": found})

    def mail_html(self, request: Request) -> Response:
        """The HTML part of a letter, sandboxed."""
        found = letter(self._mailbox, request.path_params["key"])
        return _framed(found.html if found else "")

    def healthz(self, _request: Request) -> Response:
        """Alive, and able to read the store."""
        return JSONResponse({"ok": True, "seq": self._app.store.last_seq()})

    def icon(self) -> str:
        """The mark in the browser's tab."""
        return self._templates.get_template("icon.svg.j2").render()

    # --- unsubscribing

    def ask_to_leave(self, request: Request) -> Response:
        """A page with a button; nothing is changed by looking at it."""
        who = member_of(self._app, request.path_params["token"])
        if who is None:
            return self._note(request, "leave_wrong", 404)
        name = name_of(self._app, who)
        if name is None:
            return self._note(request, "left", 200, what=_said(request).say("left_before", name=who.rpartition(" ")[0]))
        if self._perform is None:
            return self._note(request, "leave_later", 503)
        return self._page(request, "leave", {"name": name}, headers=ASKING)

    def leave(self, request: Request) -> Response:
        """End the subscription at once: no log-in, no cookie, no redirection (RFC 8058 3.1)."""
        who = member_of(self._app, request.path_params["token"])
        if who is None:
            return self._note(request, "leave_wrong", 404)
        name = name_of(self._app, who)
        ended = leave(self._perform, name) if name else Left.BEFORE
        if ended is Left.LATER:
            return self._note(request, "leave_later", 503, headers={"Retry-After": "300"})
        what = "left_what" if ended is Left.DONE else "left_before"
        return self._note(request, "left", 200, what=_said(request).say(what, name=who.rpartition(" ")[0]))

    # --- what goes wrong

    def refused(self, request: Request, error: Exception) -> Response:
        """An address that does not exist, or a method that it does not take."""
        status = error.status_code if isinstance(error, HTTPException) else 400
        headers = error.headers if isinstance(error, HTTPException) else None
        return self._note(request, "not_found" if status == 404 else "not_allowed", status, headers=headers)

    def not_found(self, request: Request, _error: Exception) -> Response:
        """A good address of something that is not stored."""
        return self._note(request, "not_found", 404)

    def busy(self, request: Request, error: Exception) -> Response:
        """The store cannot be read; it says why in the log alone."""
        _log.warning("page not served path=%s: %s", request.url.path, error)
        return self._note(request, "busy", 503, headers={"Retry-After": "5"})

    def broken(self, request: Request, _error: Exception) -> Response:
        """A fault of ours: the server logs it whole and the reader sees nothing of it."""
        return self._note(request, "broken", 500, headers=HEADERS)

    # --- making answers

    @property
    def _mailbox(self) -> Path:
        return self._app.settings.data_dir / "mailbox"

    def _note(
        self, request: Request, about: str, status: int, *, what: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A page of one heading and one sentence; for programs the sentence alone."""
        said = _said(request)
        sentence = what if what is not None else _sentence(said, about)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": said.say(about)}, status, headers)
        values = {"heading": said.say(about), "what": sentence}
        return self._page(request, "note", values, status=status, headers=headers)

    def _page(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        said, now = _said(request), self._app.clock()
        frame = {"words": said, "language": said.language, "now": now, "zone": zone(now), "ago": partial(_ago, now, said)}
        body = self._templates.get_template(f"{template}.html.j2").render(**frame, **values)
        return HTMLResponse(body, status, {"Content-Language": said.language, "Vary": "Accept-Language", **(headers or {})})


def _said(request: Request) -> Words:
    return page_words(language_of(request.query_params.get("lang"), request.headers.get("accept-language", "")))


def _ago(now: Any, said: Words, at: Any) -> str:  # noqa: ANN401 - times, as a template hands them over
    return relative(at, now, said)


def _sentence(said: Words, about: str) -> str:
    known = said.tables["phrases"]
    return said.say(f"{about}_what") if f"{about}_what" in known else ""


def _framed(html: str) -> Response:
    """A letter's HTML for its frame; its links open in a tab of their own, since nothing from outside may stand in the frame."""
    if not html:
        raise NotFound("no HTML is stored here")
    return HTMLResponse(html.replace("<head>", '<head><base target="_blank">', 1), headers=FRAMED)
