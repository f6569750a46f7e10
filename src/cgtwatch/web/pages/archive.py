"""`/digests`: everything that was sent, as it was sent, under addresses that stay."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.web.framing import framed
from cgtwatch.web.pages.digests import digest_of
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

ROWS = 50


def archive_routes(site: Site) -> list[Route]:
    """The list, and each digest with what became of it."""

    def show(request: Request) -> Response:
        name, before = request.query_params.get("subscription", "").strip()[:100], request.query_params.get("before", "")
        found = site.app.store.sent_digests(name, before, ROWS + 1)
        kept = {"subscription": name} if name else {}
        older = urlencode(kept | {"before": found[ROWS - 1].key}) if len(found) > ROWS else ""
        values = {
            "digests": found[:ROWS],
            "name": name,
            "older": f"/digests?{older}" if older else None,
            "newest": (f"/digests?{urlencode(kept)}" if kept else "/digests") if before else None,
        }
        return site.answers.page(request, "archive", values, headers=ASKING)

    def one(request: Request) -> Response:
        delivery, found = digest_of(site.app, request.path_params["key"])
        return site.answers.page(request, "digest", {"delivery": delivery, "digest": found})

    def html(request: Request) -> Response:
        return framed(digest_of(site.app, request.path_params["key"])[1].html)

    return [Route("/digests", show), Route("/digests/{key}", one), Route("/digests/{key}/html", html)]
