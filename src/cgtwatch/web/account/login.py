"""`/login` and `/logout`: somebody says who they are, and that they are done."""

import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.user import Account
from cgtwatch.ops.passwords import LONGEST, Passwords
from cgtwatch.web.account.guard import is_open
from cgtwatch.web.account.posting import posted_own
from cgtwatch.web.account.sessions import Sessions
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.forms import Form, Refused, client_of, from_our_page, posted_form
from cgtwatch.web.limits import Limit
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

WINDOW = timedelta(minutes=15)
# Wrong log-ins in a window: by one client for one name, by one client, and for one name by all. The last is wide, since whoever
# fills it keeps the name's owner out for a while.
OF_BOTH, OF_CLIENT, OF_NAME = 5, 20, 100
LONGEST_NAME = 64
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_NOT_AFTER = frozenset({"/login", "/logout", "/setup"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages of log-in share."""

    site: Site
    sessions: Sessions
    passwords: Passwords


def login_routes(desk: Desk) -> list[Route]:
    """The addresses of logging in and out."""
    login = Login(desk)
    return [
        Route("/login", login.show),
        Route("/login", login.take, methods=["POST"]),
        Route("/logout", login.leave, methods=["POST"]),
    ]


class Login:
    """The handlers. A wrong name and a wrong password are answered alike, in words and in time."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._site = desk, desk.site
        self._of_both, self._of_client, self._of_name = Limit(OF_BOTH, WINDOW), Limit(OF_CLIENT, WINDOW), Limit(OF_NAME, WINDOW)

    def show(self, request: Request) -> Response:
        """The form; whoever is in already is led on."""
        if viewer_of(request) is not None:
            return RedirectResponse(safe_next(request.query_params.get("next", "")), 303)
        return self._form(request, safe_next(request.query_params.get("next", "")))

    async def take(self, request: Request) -> Response:
        """A name and a password: a new session and on to the page that was asked for, or the form again."""
        if not from_our_page(request, self._site.app.settings.public_url):
            return self._site.answers.note(request, "foreign", 403, public=True)
        try:
            form = await posted_form(request)
        except Refused as error:
            return self._site.answers.note(request, "not_understood", error.status, public=True)
        return await run_in_threadpool(self._taken, request, form)

    def _taken(self, request: Request, form: Form) -> Response:
        name, then = form.one("name")[:LONGEST_NAME], safe_next(form.one("next"))
        limits = self._limits(request, name)
        now = self._site.app.clock()
        if any(limit.reached(key, now) for limit, key in limits):
            _log.warning("log-in refused: too many wrong ones client=%s", client_of(request) or "here")
            return self._form(request, then, name, "login_often", 429)
        try:
            account = self._checked(name, form.fields.get("password", ("",))[0])
        except STORAGE_TROUBLE as error:
            _log.warning("log-in not served: %s", error)
            return self._form(request, then, name, "login_busy", 503)
        if account is None:
            for limit, key in limits:
                limit.take(key, now)
            _log.warning("log-in failed client=%s", client_of(request) or "here")
            return self._form(request, then, name, "login_wrong", 401)
        return self._in(request, account, then)

    def _limits(self, request: Request, name: str) -> list[tuple[Limit, str]]:
        client = client_of(request) or "here"
        return [(self._of_both, f"{client} {name.casefold()}"), (self._of_client, client), (self._of_name, name.casefold())]

    def _checked(self, name: str, password: str) -> Account | None:
        """Whoever that is; None where the name or the password is wrong. Raises `BusyError` where too many log in at once."""
        store, passwords = self._site.app.store, self._desk.passwords
        account = store.account(name)
        kept = account.password if account is not None else None
        if len(password) > LONGEST or not passwords.matches(password, kept) or account is None or kept is None:
            return None
        if passwords.is_dated(kept):
            try:
                store.rehash_password(account, passwords.hashed(password))
            except STORAGE_TROUBLE as error:
                _log.warning("password not hashed anew: %s", error)
        return account

    def _in(self, request: Request, account: Account, then: str) -> Response:
        sessions, before = self._desk.sessions, viewer_of(request)
        if before is not None and before.session:
            sessions.end(before.session)
        answer = RedirectResponse(then, 303)
        sessions.put(request, answer, sessions.begin(account))
        _log.info("logged in user=%s client=%s", account.name, client_of(request) or "here")
        return answer

    def _form(self, request: Request, then: str, name: str = "", wrong: str = "", status: int = 200) -> Response:
        app = self._site.app
        try:
            closed = not is_open(app, request) and not app.store.any_password()
        except STORAGE_TROUBLE:
            closed = False
        values = {
            "next": "" if then == "/" else then,
            "name": name,
            "wrong": wrong,
            "closed": closed,
            "message": request.query_params.get("from") == "message",
        }
        beside = {401: {"WWW-Authenticate": 'Bearer realm="cgtwatch"'}, 429: {"Retry-After": str(int(WINDOW.total_seconds()))}}
        headers = {**ASKING, **beside.get(status, {})}  # RFC 9110 15.5.2: a 401 names a way in
        return self._site.answers.page(request, "login", values, status=status, headers=headers)

    async def leave(self, request: Request) -> Response:
        """End this session; a copy of its cookie opens nothing any more."""
        who = viewer_of(request)
        form = await posted_own(self._site, request)
        if isinstance(form, Response):
            return form
        answer = RedirectResponse("/login", 303)
        if who is not None and who.session:
            await run_in_threadpool(self._desk.sessions.end, who.session)
            self._desk.sessions.drop(request, answer)
            _log.info("logged out user=%s", who.name)
        return answer


def safe_next(text: str) -> str:
    """A path of our own to go on to; `/` for anything else: another host, a scheme, a control character, the log-in itself."""
    if len(text) > 2000 or not _OWN_PATH.fullmatch(text):
        return "/"
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or f"/{parts.path.split('/')[1]}" in _NOT_AFTER:
        return "/"
    return text
