"""The site: every address that it answers."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from cgtwatch.app import App
from cgtwatch.errors import BusyError, NotFound, StoreError
from cgtwatch.ops.passwords import Passwords
from cgtwatch.ops.vitals import Vitals
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
from cgtwatch.web.health import Signs, health_routes, signs_of
from cgtwatch.web.incoming.bounces import bounce_routes
from cgtwatch.web.incoming.inbox import inbox_routes
from cgtwatch.web.incoming.websub import websub_routes
from cgtwatch.web.mcp.endpoint import mcp_routes
from cgtwatch.web.pages.archive import archive_routes
from cgtwatch.web.pages.calendar import calendar_routes
from cgtwatch.web.pages.deliveries import deliveries_routes
from cgtwatch.web.pages.event import event_routes
from cgtwatch.web.pages.events import events_routes
from cgtwatch.web.pages.letters import mailbox_routes
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
from cgtwatch.web.safety import Safety, known_names
from cgtwatch.web.static_files import static_routes


def make_site(
    app: App,
    perform: Perform | None = None,
    passwords: Passwords | None = None,
    signs: Signs | None = None,
    *,
    pages: bool = True,
) -> Starlette:
    """The site over `app`. `perform` is the service's runner of operations; None where nothing runs and all is only read.

    `signs` are those of the process (default: of one that has no ticks). Without `pages` they are all that is answered.
    """
    answers = Answers(app)
    site = Site(app, answers, perform)
    desk = Desk(site, Sessions(app), passwords or Passwords())
    signs = signs or signs_of(Vitals(app))
    routes = [*health_routes(signs), *(_routes(site, desk) if pages else ())]
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


def _routes(site: Site, desk: Desk) -> list[BaseRoute]:
    app, answers, perform = site.app, site.answers, site.perform
    return [
        # for people
        *today_routes(site),
        *calendar_routes(site),
        *report_routes(site),
        *events_routes(site),
        *event_routes(site),
        *subscriptions_routes(site),
        *archive_routes(site),
        *deliveries_routes(site),
        *sources_routes(site),
        *mailbox_routes(site),
        *login_routes(desk),
        *first_routes(desk),
        *account_routes(desk),
        # for readers of a message and for strangers
        *told_routes(app),
        *leaving_routes(app, answers, perform),
        *signup_routes(app, answers, perform),
        *managing_routes(app, answers, perform),
        # for programs
        *feed_routes(app),
        *filter_feed_routes(site),
        *((*inbox_routes(app), *bounce_routes(app), *websub_routes(app)) if perform is not None else ()),
        *mcp_routes(app),
        *api_page_routes(site),
        Mount("/api", make_api(app, perform, access(app))),  # after the addresses that begin so and are not its own
        # for browsers
        *static_routes(),
        _icon(answers),
    ]


def _icon(answers: Answers) -> Route:
    return Route("/icon.svg", lambda _: Response(answers.icon(), media_type="image/svg+xml"))
