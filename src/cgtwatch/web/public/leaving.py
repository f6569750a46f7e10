"""Unsubscribing by the link in a message: a POST acts at once (RFC 8058), a GET asks first, so that no link scanner ends anything."""

import logging
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.errors import CgtwatchError, NotFound
from cgtwatch.web.answers import Answers, wording
from cgtwatch.web.parts import Perform
from cgtwatch.web.public.links import subject_of, subscription_of
from cgtwatch.web.safety import ASKING

PURPOSE = "unsubscribe"
_log = logging.getLogger(__name__)


class Left(StrEnum):
    """How an unsubscription ended."""

    DONE = "done"
    BEFORE = "before"  # it had ended already: for whoever asks the wish is fulfilled
    LATER = "later"  # nothing can be stored now


def leaving_routes(app: App, answers: Answers, perform: Perform | None) -> list[Route]:
    """The addresses of unsubscribe links."""
    leaving = Leaving(app, answers, perform)
    return [
        Route("/unsubscribe/{token}", leaving.ask),
        Route("/unsubscribe/{token}", leaving.leave, methods=["POST"]),
    ]


class Leaving:
    """The handlers."""

    def __init__(self, app: App, answers: Answers, perform: Perform | None) -> None:
        self._app, self._answers, self._perform = app, answers, perform

    def ask(self, request: Request) -> Response:
        """A page with a button; nothing is changed by looking at it."""
        who = subject_of(self._app, PURPOSE, request.path_params["token"])
        if who is None:
            return self._answers.note(request, "leave_wrong", 404, public=True)
        found = subscription_of(self._app, who)
        if found is None:
            return self._note(request, "left_before", who)
        if self._perform is None:
            return self._answers.note(request, "leave_later", 503, public=True)
        return self._answers.page(request, "leave", {"name": found.name}, headers=ASKING)

    def leave(self, request: Request) -> Response:
        """End the subscription at once: no log-in, no cookie, no redirection (RFC 8058 3.1)."""
        who = subject_of(self._app, PURPOSE, request.path_params["token"])
        if who is None:
            return self._answers.note(request, "leave_wrong", 404, public=True)
        found = subscription_of(self._app, who)
        ended = leave(self._perform, found.name) if found else Left.BEFORE
        if ended is Left.LATER:
            return self._answers.note(request, "leave_later", 503, headers={"Retry-After": "300"}, public=True)
        return self._note(request, "left_what" if ended is Left.DONE else "left_before", who)

    def _note(self, request: Request, what: str, who: str) -> Response:
        return self._answers.note(request, "left", 200, what=wording(request).say(what, name=who.rpartition(" ")[0]), public=True)


def leave(perform: Perform | None, name: str) -> Left:
    """End the subscription; what is queued for it is cancelled with it. Twice is as good as once."""
    if perform is None:
        return Left.LATER
    try:
        list(perform("subscriptions.remove", {"name": name, "by": "reader"}))
    except NotFound:
        return Left.BEFORE
    except CgtwatchError as error:
        _log.warning("unsubscription could not be stored: %s", error)
        return Left.LATER
    _log.info("unsubscribed by link subscription=%s", name)
    return Left.DONE
