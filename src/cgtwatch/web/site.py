"""The site: every address that it answers."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.errors import BusyError, NotFound, StoreError
from cgtwatch.ops.sources import health_rows
from cgtwatch.web.account.access import access
from cgtwatch.web.account.guard import Guard
from cgtwatch.web.answers import Answers, wording
from cgtwatch.web.api.deliveries import delivery_routes
from cgtwatch.web.api.subscriptions import subscription_routes
from cgtwatch.web.forms import is_local
from cgtwatch.web.incoming.bounces import bounce_routes
from cgtwatch.web.incoming.inbox import inbox_routes
from cgtwatch.web.incoming.websub import websub_routes
from cgtwatch.web.pages.deliveries import deliveries_routes
from cgtwatch.web.pages.digests import digest_of, whole_data
from cgtwatch.web.pages.event import event_page
from cgtwatch.web.pages.mailbox import letter
from cgtwatch.web.pages.today import home
from cgtwatch.web.parts import Perform
from cgtwatch.web.public.feeds import feed_routes
from cgtwatch.web.public.leaving import leaving_routes
from cgtwatch.web.public.managing import managing_routes
from cgtwatch.web.public.signup import signup_routes
from cgtwatch.web.public.told import told_routes
from cgtwatch.web.safety import FRAMED, Safety, known_names
from cgtwatch.web.static_files import static_routes


def make_site(app: App, perform: Perform | None = None) -> Starlette:
    """The site over `app`. `perform` is the service's runner of operations; None where nothing runs and all is only read."""
    answers = Answers(app)
    pages, who = Pages(app, answers, perform), access(app)
    routes = [
        Route("/", pages.home),
        Route("/events/{id}", pages.event),
        Route("/digests/{key}", pages.digest),
        Route("/digests/{key}/html", pages.digest_html),
        Route("/api/digests/{key}", pages.digest_json),
        Route("/api/sources", pages.sources_json),
        Route("/mail/{key}", pages.mail),
        Route("/mail/{key}/html", pages.mail_html),
        Route("/healthz", pages.healthz),
        *static_routes(),
        Route("/icon.svg", lambda _: Response(answers.icon(), media_type="image/svg+xml")),
        *told_routes(app),
        *leaving_routes(app, answers, perform),
        *signup_routes(app, answers, perform),
        *managing_routes(app, answers, perform),
        *feed_routes(app),
        *deliveries_routes(app, answers, perform),
        *subscription_routes(app, perform, who),
        *delivery_routes(app, perform, who),
        *((*inbox_routes(app), *bounce_routes(app), *websub_routes(app)) if perform is not None else ()),
    ]
    names = known_names(app.settings.listen[0], app.settings.public_url)
    return Starlette(
        routes=routes,
        middleware=[Middleware(Safety, names=names), Middleware(Guard, parts=app)],
        exception_handlers={
            HTTPException: answers.refused,
            NotFound: answers.not_found,
            StoreError: answers.busy,
            BusyError: answers.busy,
            Exception: answers.broken,
        },
    )


class Pages:
    """The handlers that only read; they run on worker threads."""

    def __init__(self, app: App, answers: Answers, perform: Perform | None) -> None:
        self._app = app
        self._answers = answers
        self._perform = perform

    # --- pages

    def home(self, request: Request) -> Response:
        """Everything at a glance, in the language asked for (`?lang=zh` or `en`, else the browser's)."""
        return self._answers.page(request, "today", home(self._app, wording(request)) | {"polls": self._perform is not None})

    def event(self, request: Request) -> Response:
        """One event with everything it rests on; `?field=stage` marks the words of that field alone."""
        event_id, field = request.path_params["id"], request.query_params.get("field")
        page = event_page(self._app, event_id, field, wording(request))
        told = page["found"].told if is_local(request) else ()  # mails link here: one reader is not told of another
        return self._answers.page(request, "event", page | {"told": told})

    def digest(self, request: Request) -> Response:
        """A digest as it was sent, with what became of it."""
        delivery, found = digest_of(self._app, request.path_params["key"])
        return self._answers.page(request, "digest", {"delivery": delivery, "digest": found})

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
        return self._answers.page(request, "mail", {"letter": found})

    def mail_html(self, request: Request) -> Response:
        """The HTML part of a letter, sandboxed."""
        found = letter(self._mailbox, request.path_params["key"])
        return _framed(found.html if found else "")

    def healthz(self, _request: Request) -> Response:
        """Alive, and able to read the store."""
        return JSONResponse({"ok": True, "seq": self._app.store.last_seq()})

    @property
    def _mailbox(self) -> Path:
        return self._app.settings.data_dir / "mailbox"


def _framed(html: str) -> Response:
    """A letter's HTML for its frame; its links open in a tab of their own, since nothing from outside may stand in the frame."""
    if not html:
        raise NotFound("no HTML is stored here")
    return HTMLResponse(html.replace("<head>", '<head><base target="_blank">', 1), headers=FRAMED)
