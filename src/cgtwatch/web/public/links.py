"""What the pages behind signed links share: whose link it is, the form that such a page posts, the words of its reader."""

import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from cgtwatch.app import App
from cgtwatch.compose.words import Words
from cgtwatch.deliver.tokens import member, read
from cgtwatch.errors import CgtwatchError, NotFound
from cgtwatch.model.subscription import Subscription
from cgtwatch.web.answers import Answers, wording
from cgtwatch.web.forms import Form, Refused, from_our_page, posted_form
from cgtwatch.web.parts import Perform
from cgtwatch.web.words import page_words

_log = logging.getLogger(__name__)
_LONGEST_TOKEN = 400


def subject_of(app: App, purpose: str, token: str) -> str | None:
    """Whom `token` was signed for; None where it is forged, damaged or expired."""
    return read(app.secret_key, purpose, token, app.clock()) if len(token) <= _LONGEST_TOKEN else None


def subscription_of(app: App, who: str) -> Subscription | None:
    """That very subscription; None where it has ended, also when a namesake was made since."""
    try:
        found = app.store.subscription(who.rpartition(" ")[0])
    except NotFound:
        return None
    return found if member(found) == who else None


def linked(app: App, answers: Answers, request: Request, purpose: str) -> Subscription | Response:
    """The subscription that the link was made for, or the page that says why there is none: `PURPOSE_wrong`, `PURPOSE_gone`."""
    who = subject_of(app, purpose, request.path_params["token"])
    if who is None:
        return answers.note(request, f"{purpose}_wrong", 404, public=True)
    found = subscription_of(app, who)
    return found if found is not None else answers.note(request, f"{purpose}_gone", 410, public=True)


async def form_of_ours(app: App, answers: Answers, request: Request) -> Form | Response:
    """The form that one of our pages posted, or the page that says why it is not taken."""
    if not from_our_page(request, app.settings.public_url):
        return answers.note(request, "foreign", 403, public=True)
    try:
        return await posted_form(request)
    except Refused as error:
        return answers.note(request, "not_understood", error.status, public=True)


def performed(
    app: App, answers: Answers, request: Request, purpose: str, asked: tuple[Perform | None, str]
) -> tuple[Subscription, list[dict[str, Any]]] | Response:
    """The subscription that the link was made for and the rows of the operation `asked` for it, or the page that says why not."""
    found, (perform, operation) = linked(app, answers, request, purpose), asked
    if isinstance(found, Response):
        return found
    if perform is None:
        return later(answers, request)
    try:
        return found, list(perform(operation, {"name": found.name}))
    except CgtwatchError as error:
        return trouble(answers, request, purpose, error)


def trouble(answers: Answers, request: Request, purpose: str, error: CgtwatchError) -> Response:
    """What kept us from doing it: the subscription has ended since, or nothing can be stored now."""
    if isinstance(error, NotFound):
        return answers.note(request, f"{purpose}_gone", 410, public=True)
    _log.warning("not done for a reader: %s", error)
    return later(answers, request)


def later(answers: Answers, request: Request) -> Response:
    """Nothing can be stored now."""
    return answers.note(request, "later", 503, headers={"Retry-After": "300"}, public=True)


def said_to(request: Request, one: Subscription) -> Words:
    """The wording asked for, else the reader's own."""
    return wording(request) if "lang" in request.query_params else page_words(one.language)
