"""The forms of pages behind the log-in: taken only from who may send them, and only from a page that we made for them."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from cgtwatch.web.account.viewer import Viewer, viewer_of
from cgtwatch.web.forms import Form, Refused, from_our_page, posted_form
from cgtwatch.web.parts import Site

Read = Callable[[Request], Awaitable[Form]]


async def posted(site: Site, request: Request, read: Read = posted_form) -> Form | Response:
    """The fields of a form that an operator posts, or the page that says why it is not taken. `read` reads it: forms with a file
    are read by `uploads.posted_upload`.

    Every such form holds `{{ parts.guarded(viewer) }}`; without its value, or from a stranger's page, nothing is done.
    """
    who = viewer_of(request)
    if who is not None and not who.operates:
        return site.answers.note(request, "operators_only", 403)
    return await posted_own(site, request, read)


async def posted_own(site: Site, request: Request, read: Read = posted_form) -> Form | Response:
    """The fields of a form about nobody but whoever posts it, which readers may post as well."""
    who = viewer_of(request)
    if who is None or not from_our_page(request, site.app.settings.public_url):
        return site.answers.note(request, "foreign", 403)
    try:
        form = await read(request)
    except Refused as error:
        return site.answers.note(request, "not_understood", error.status)
    if not proven(who, form.one("csrf")):
        return site.answers.note(request, "form_expired", 403)
    if site.perform is None:
        return site.answers.note(request, "later", 503)
    return form


def proven(who: Viewer, given: str) -> bool:
    """Whether `given` is what a form of this log-in brings back; for forms that are no `posted` ones, as uploads are."""
    return hmac.compare_digest(given.encode(), who.csrf.encode())
