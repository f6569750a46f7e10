"""The site: every address that it answers."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from cgtwatch.app import App
from cgtwatch.errors import BusyError, NotFound, StoreError
from cgtwatch.ops.passwords import Passwords
from cgtwatch.web.account.access import access
from cgtwatch.web.account.first import first_routes
from cgtwatch.web.account.guard import Guard
from cgtwatch.web.account.login import Desk, login_routes
from cgtwatch.web.account.page import account_routes
from cgtwatch.web.account.sessions import Sessions
from cgtwatch.web.answers import Answers
from cgtwatch.web.api.app import make_api
from cgtwatch.web.api.page import api_page_routes
from cgtwatch.web.bounds import Bounds
from cgtwatch.web.forwarded import Forwarded
from cgtwatch.web.incoming.bounces import bounce_routes
from cgtwatch.web.incoming.inbox import inbox_routes
from cgtwatch.web.incoming.websub import websub_routes
from cgtwatch.web.mcp.endpoint import mcp_routes
from cgtwatch.web.pages.archive import archive_routes
from cgtwatch.web.pages.calendar import calendar_routes
from cgtwatch.web.pages.deliveries import deliveries_routes
from cgtwatch.web.pages.digests import digest_of
from cgtwatch.web.pages.event import event_routes
from cgtwatch.web.pages.events import events_routes
from cgtwatch.web.pages.mailbox import letter
from cgtwatch.web.pages.report import report_routes
from cgtwatch.web.pages.sources_routes import sources_routes
from cgtwatch.web.pages.subscriptions import subscriptions_routes
from cgtwatch.web.pages.today import today_routes
from cgtwatch.web.parts import Perform, Site
from cgtwatch.web.public.feeds import feed_routes
from cgtwatch.web.public.filter_feeds import filter_feed_routes
from cgtwatch.web.public.leaving import leaving_routes
from cgtwatch.web.public.managing import managing_routes
from cgtwatch.web.public.signup import signup_routes
from cgtwatch.web.public.told import told_routes
from cgtwatch.web.safety import FRAMED, Safety, known_names
from cgtwatch.web.static_files import static_routes


def make_site(app: App, perform: Perform | None = None, passwords: Passwords | None = None) -> Starlette:
    """The site over `app`. `perform` is the service's runner of operations; None where nothing runs and all is only read."""
    answers = Answers(app)
    site = Site(app, answers, perform)
    desk = Desk(site, Sessions(app), passwords or Passwords())
    pages, who = Pages(app, answers, perform), access(app)
    routes = [
        *today_routes(site),
        *calendar_routes(site),
        *report_routes(site),
        *events_routes(site),
        *event_routes(site),
        *subscriptions_routes(site),
        *archive_routes(site),
        *sources_routes(site),
        Route("/digests/{key}", pages.digest),
        Route("/digests/{key}/html", pages.digest_html),
        Route("/mail/{key}", pages.mail),
        Route("/mail/{key}/html", pages.mail_html),
        Route("/healthz", pages.healthz),
        *login_routes(desk),
        *first_routes(desk),
        *account_routes(desk),
        *static_routes(),
        Route("/icon.svg", lambda _: Response(answers.icon(), media_type="image/svg+xml")),
        *told_routes(app),
        *leaving_routes(app, answers, perform),
        *signup_routes(app, answers, perform),
        *managing_routes(app, answers, perform),
        *feed_routes(app),
        *filter_feed_routes(site),
        *deliveries_routes(site),
        *((*inbox_routes(app), *bounce_routes(app), *websub_routes(app)) if perform is not None else ()),
        *mcp_routes(app),
        *api_page_routes(site),
        Mount("/api", make_api(app, perform, who)),
    ]
    names = known_names(app.settings.listen[0], app.settings.public_url)
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Forwarded, trusted=app.settings.trusted_proxies),
            Middleware(Safety, names=names, public_url=app.settings.public_url),
            Middleware(Bounds),
            Middleware(Guard, site=site, sessions=desk.sessions),
        ],
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

    def digest(self, request: Request) -> Response:
        """A digest as it was sent, with what became of it."""
        delivery, found = digest_of(self._app, request.path_params["key"])
        return self._answers.page(request, "digest", {"delivery": delivery, "digest": found})

    def digest_html(self, request: Request) -> Response:
        """The HTML of a digest, sandboxed."""
        return _framed(digest_of(self._app, request.path_params["key"])[1].html)

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
