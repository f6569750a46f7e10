"""The forms of pages behind the log-in: taken only from who may change something, and only from a page that we made for them."""

import hmac

from starlette.requests import Request
from starlette.responses import Response

from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.forms import Form, Refused, from_our_page, posted_form
from cgtwatch.web.parts import Site


async def posted(site: Site, request: Request) -> Form | Response:
    """The fields of a form that an operator posts, or the page that says why it is not taken.

    Every such form holds `{{ parts.guarded(viewer) }}`; without its value, or from a stranger's page, nothing is done.
    """
    who = viewer_of(request)
    if who is None or not who.operates or not from_our_page(request, site.app.settings.public_url):
        return site.answers.note(request, "not_from_here", 403)
    try:
        form = await posted_form(request)
    except Refused as error:
        return site.answers.note(request, "not_understood", error.status)
    if not hmac.compare_digest(form.one("csrf").encode(), who.csrf.encode()):
        return site.answers.note(request, "not_from_here", 403)
    if site.perform is None:
        return site.answers.note(request, "later", 503)
    return form
