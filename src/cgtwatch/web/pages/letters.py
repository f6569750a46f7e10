"""`/mail/…`: a letter of the local mailbox, with its headers and as a mail program would show it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.errors import NotFound
from cgtwatch.web.framing import framed
from cgtwatch.web.pages.mailbox import letter
from cgtwatch.web.parts import Site


def mailbox_routes(site: Site) -> list[Route]:
    """The page of a letter, and its HTML for the frame in it."""
    mailbox = site.app.settings.data_dir / "mailbox"

    def show(request: Request) -> Response:
        found = letter(mailbox, request.path_params["key"])
        if found is None:
            raise NotFound("no such letter")
        return site.answers.page(request, "mail", {"letter": found})

    def html(request: Request) -> Response:
        found = letter(mailbox, request.path_params["key"])
        return framed(found.html if found else "")

    return [Route("/mail/{key}", show), Route("/mail/{key}/html", html)]
