"""`/subscribe` and `/confirm/…`: a reader signs up and confirms it by mail (double opt-in).

What is answered is the same whether or not an address is known here, a program that follows links confirms nothing, and nobody can
let us write to a stranger more than once a day.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.why import why_subscription
from cgtwatch.compose.words import Words
from cgtwatch.deliver.tokens import manage_url
from cgtwatch.errors import STORAGE_TROUBLE, CgtwatchError
from cgtwatch.model.subscription import Status, Subscription
from cgtwatch.select import parse_target
from cgtwatch.web.answers import Answers, wording
from cgtwatch.web.forms import Form, client_of
from cgtwatch.web.limits import Limit
from cgtwatch.web.parts import Perform
from cgtwatch.web.public.links import form_of_ours, later, linked, performed, said_to
from cgtwatch.web.public.wishes import Wishes, asked, first_wishes, form_wishes, offer, wrong_wishes
from cgtwatch.web.safety import ASKING

PURPOSE = "confirm"
TRAP = "website"  # a field that no person sees; programs that fill in everything fill it in
LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3, without its brackets
HOUR = timedelta(hours=1)
FROM_ONE, FROM_ALL = 10, 200  # sign-ups in an hour
FORMS = 60  # from one client in an hour, the mistaken ones too: names are looked up among thousands of authorities
_log = logging.getLogger(__name__)


def signup_routes(app: App, answers: Answers, perform: Perform | None) -> list[Route]:
    """The addresses of signing up."""
    one = SignUp(app, answers, perform)
    return [
        Route("/subscribe", one.show),
        Route("/subscribe", one.take, methods=["POST"]),
        Route("/confirm/{token}", one.ask),
        Route("/confirm/{token}", one.confirm, methods=["POST"]),
    ]


class SignUp:
    """The handlers."""

    def __init__(self, app: App, answers: Answers, perform: Perform | None) -> None:
        self._app, self._answers, self._perform = app, answers, perform
        self._of_one, self._of_all, self._forms = Limit(FROM_ONE, HOUR), Limit(FROM_ALL, HOUR), Limit(FORMS, HOUR)

    # --- signing up

    def show(self, request: Request) -> Response:
        """The form."""
        if (closed := self._closed(request)) is not None:
            return closed
        return self._form(request, "", first_wishes(wording(request).language), {})

    async def take(self, request: Request) -> Response:
        """A form that was filled in: what is wrong with it, or that a mail is on its way."""
        if (closed := self._closed(request)) is not None:
            return closed
        form = await form_of_ours(self._app, self._answers, request)
        if isinstance(form, Response):
            return form
        return await run_in_threadpool(self._taken, request, form)

    def _taken(self, request: Request, form: Form) -> Response:
        address, wishes = form.one("address"), form_wishes(form)
        if form.one(TRAP):
            _log.info("sign-up by a program left alone")
            return self._sent(request, address)
        if (busy := self._room(request, self._forms)) is not None:
            return busy
        said = wording(request)
        offered = offer(self._app, said, self._app.clock(), first_wishes(said.language))
        wrong = wrong_wishes(wishes, offered, said)
        if (to := target_of(address)) is None:
            wrong = {"address": said.say("wrong_address"), **wrong}
        if wrong or to is None:
            return self._form(request, address, wishes, wrong, status=422)
        busy = self._room(request, self._of_one, self._of_all)
        return busy or self._ask(request, to, address, wishes, asked(wishes, offered))

    def _room(self, request: Request, of_one: Limit, of_all: Limit | None = None) -> Response | None:
        """Says so where there were too many lately."""
        now, who = self._app.clock(), client_of(request)
        if (who is None or of_one.take(who, now)) and (of_all is None or of_all.take("", now)):
            return None
        _log.warning("sign-up refused: too many in the last hour")
        return self._answers.note(request, "signup_busy", 429, headers={"Retry-After": "3600"}, public=True)

    def _ask(self, request: Request, to: str, address: str, wishes: Wishes, args: Mapping[str, Any]) -> Response:
        if self._perform is None:
            return later(self._answers, request)
        try:
            list(self._perform("signup.ask", {"to": to, **args}))
        except STORAGE_TROUBLE as error:
            _log.warning("sign-up could not be stored: %s", error)
            return later(self._answers, request)
        except CgtwatchError as error:
            _log.warning("sign-up not taken: %s", type(error).__name__)
            return self._form(request, address, wishes, {"address": wording(request).say("wrong_something")}, status=422)
        _log.info("sign-up taken")
        return self._sent(request, address)

    def _form(self, request: Request, address: str, wishes: Wishes, wrong: Mapping[str, str], *, status: int = 200) -> Response:
        said = wording(request)
        offered = offer(self._app, said, self._app.clock(), first_wishes(said.language))
        values = {"address": address[:LONGEST_ADDRESS], "wishes": wishes, "offer": offered, "wrong": wrong, "trap": TRAP}
        return self._answers.page(request, "subscribe", values, status=status, headers=ASKING)

    def _sent(self, request: Request, address: str) -> Response:
        return self._answers.note(
            request,
            "signup_sent",
            200,
            what=wording(request).say("signup_sent_what", address=address[:LONGEST_ADDRESS]),
            public=True,
        )

    def _closed(self, request: Request) -> Response | None:
        """Says so where nobody can sign up."""
        settings = self._app.settings
        if not settings.signup or settings.public_url is None:
            return self._answers.note(request, "signup_off", 404, public=True)
        return later(self._answers, request) if self._perform is None else None

    # --- confirming

    def ask(self, request: Request) -> Response:
        """A page with a button: those who open every link of a mail, as scanners do, shall confirm nothing."""
        found = linked(self._app, self._answers, request, PURPOSE)
        if isinstance(found, Response):
            return found
        if found.status is not Status.PENDING:
            return self._confirmed(request, found)
        said = said_to(request, found)
        return self._answers.page(request, "confirm", {"asks": self._asks(found, said)}, headers=ASKING, said=said)

    def confirm(self, request: Request) -> Response:
        """The reader's word: the subscription is served from now on. Twice is as good as once."""
        done = performed(self._app, self._answers, request, PURPOSE, (self._perform, "subscriptions.confirm"))
        if isinstance(done, Response):
            return done
        found, _ = done
        _log.info("confirmed by link subscription=%s", found.name)
        return self._confirmed(request, found)

    def _confirmed(self, request: Request, one: Subscription) -> Response:
        said = said_to(request, one)
        manage = manage_url("", self._app.secret_key, one, self._app.clock())
        return self._answers.page(request, "confirmed", {"asks": self._asks(one, said), "manage": manage}, said=said)

    def _asks(self, one: Subscription, said: Words) -> str:
        return why_subscription(one, said, self._app.issuer_names(), self._app.topic_names())


def target_of(address: str) -> str | None:
    """A mail address as `--to` has it; None for anything else."""
    to = f"mailto:{quote(address, safe='@')}"
    try:
        parse_target(to)
    except ValueError:
        return None
    return to if address.isprintable() and len(address) <= LONGEST_ADDRESS else None
