"""`/setup/…`: the first operator chooses a name and a password; the address dies with the first password that is set."""

import logging
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.errors import STORAGE_TROUBLE, ConfigError
from cgtwatch.ops.first import is_set_up_token
from cgtwatch.ops.passwords import LONGEST, SHORTEST, weakness
from cgtwatch.web.account.login import Desk
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form
from cgtwatch.web.public.links import form_of_ours, later
from cgtwatch.web.safety import ASKING

_LONGEST_TOKEN = 400
NOTHING_WRONG: Mapping[str, str] = dict.fromkeys(
    ("name", "password", "again", "now", "label"), ""
)  # templates ask for all of them
_log = logging.getLogger(__name__)


def first_routes(desk: Desk) -> list[Route]:
    """The address of setting up."""
    first = First(desk)
    return [Route("/setup/{token}", first.show), Route("/setup/{token}", first.take, methods=["POST"])]


class First:
    """The handlers. Of two who set up at once, the store lets one be first."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._site = desk, desk.site

    def show(self, request: Request) -> Response:
        """The form."""
        closed = self._closed(request)
        return closed if closed is not None else form_page(self._desk, request, "", {})

    async def take(self, request: Request) -> Response:
        """The form that was filled in."""
        form = await form_of_ours(self._site.app, self._site.answers, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._taken, request, form)

    def _taken(self, request: Request, form: Form) -> Response:
        closed = self._closed(request)
        return closed if closed is not None else make_first(self._desk, request, form)

    def _closed(self, request: Request) -> Response | None:
        """Says so where the address is wrong or too old, or nobody is to be first any more."""
        app, token = self._site.app, request.path_params["token"]
        if len(token) > _LONGEST_TOKEN or not is_set_up_token(app.secret_key, token, app.clock()):
            return self._site.answers.note(request, "setup_wrong", 404, public=True)
        if app.store.any_password():
            return self._site.answers.note(request, "setup_gone", 410, public=True)
        return later(self._site.answers, request) if self._site.perform is None else None


def make_first(desk: Desk, request: Request, form: Form) -> Response:
    """Make the first operator of a form that came from where it may come from, and log them in."""
    site, name = desk.site, form.one("name")
    wrong = wrong_password(request, form, name)
    if wrong:
        return form_page(desk, request, name, wrong, 422)
    try:
        site.run("users.first", {"name": name, "password": desk.passwords.hashed(password_of(form))})
    except STORAGE_TROUBLE as error:
        _log.warning("set-up not served: %s", error)
        return later(site.answers, request)
    except ConfigError as error:
        if site.app.store.any_password():
            return site.answers.note(request, "setup_gone", 410, public=True)
        taken = any("exists already" in line for line in error.problems)
        return form_page(desk, request, name, {"name": wording(request).say("wrong_user_taken" if taken else "wrong_user")}, 422)
    _log.info("first operator made user=%s", name)
    answer = RedirectResponse("/", 303)
    account = site.app.store.account(name)
    if account is not None:
        desk.sessions.put(request, answer, desk.sessions.begin(account))
    return answer


def wrong_password(request: Request, form: Form, name: str) -> dict[str, str]:
    """What is wrong with a new password that is asked for twice, by field."""
    said, password = wording(request), password_of(form)
    if weak := weakness(password, name):
        return {"password": said.say(f"weak_{weak}", shortest=SHORTEST, longest=LONGEST)}
    again = form.fields.get("again", ("",))[0]
    return {} if again == password else {"again": said.say("wrong_again")}


def password_of(form: Form, field: str = "password") -> str:
    """The password as it was typed, blanks at its ends and all."""
    return form.fields.get(field, ("",))[0]


def form_page(desk: Desk, request: Request, name: str, wrong: Mapping[str, str], status: int = 200) -> Response:
    """The form in which the first operator is named."""
    values = {"name": name[:64], "wrong": {**NOTHING_WRONG, **wrong}, "shortest": SHORTEST}
    return desk.site.answers.page(request, "setup", values, status=status, headers=ASKING)
