"""The addresses below `/sources`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.web.pages import sources_list, sources_one
from cgtwatch.web.pages.rhythm import Rhythms
from cgtwatch.web.pages.sources_doing import Doing
from cgtwatch.web.pages.sources_new import Adding
from cgtwatch.web.pages.sources_opml import FeedLists
from cgtwatch.web.parts import Site
from cgtwatch.web.trials import Trials


def sources_routes(site: Site) -> list[Route]:
    """The list, one source, what can be done with it, new ones, and lists of feeds in and out."""
    rhythms, trials = Rhythms(), Trials(site.app.clock)
    doing, adding, lists = Doing(site, trials), Adding(site, trials), FeedLists(site, trials)

    def every(request: Request) -> Response:
        return sources_list.show(site, rhythms, request)

    def one(request: Request) -> Response:
        return sources_one.show(site, rhythms, request)

    return [
        Route("/sources", every),
        Route("/sources.opml", lists.out),
        Route("/sources/import", lists.ask),
        Route("/sources/import", lists.take, methods=["POST"]),
        Route("/sources/import/{key}", lists.offer),
        Route("/sources/import/{key}", lists.add, methods=["POST"]),
        Route("/sources/new", adding.ask),
        Route("/sources/new", adding.look, methods=["POST"]),
        Route("/sources/new/{key}", adding.offer),
        Route("/sources/new/{key}", adding.add, methods=["POST"]),
        Route("/sources/{id}", one),
        Route("/sources/{id}", doing.do, methods=["POST"]),
        Route("/sources/{id}/remove", doing.ask_to_remove),
        Route("/sources/{id}/tried/{key}", doing.tried),
    ]
