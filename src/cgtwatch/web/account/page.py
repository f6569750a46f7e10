"""`/account`: a user's own password, tokens and log-ins; and for this machine without a password, where to set the first."""

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.errors import STORAGE_TROUBLE, ConfigError, NotFound
from cgtwatch.model.user import Scope, Token, own_scopes
from cgtwatch.ops.passwords import SHORTEST
from cgtwatch.web.account.first import NOTHING_WRONG, make_first, password_of, wrong_password
from cgtwatch.web.account.login import OF_BOTH, WINDOW, Desk
from cgtwatch.web.account.posting import posted_own
from cgtwatch.web.account.viewer import Viewer, viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form, whole
from cgtwatch.web.limits import Limit
from cgtwatch.web.safety import ASKING

DAYS = (30, 90, 365)
_DONE = frozenset({"password", "revoked", "ended"})
_log = logging.getLogger(__name__)
Doing = Callable[[Request, Viewer, Form], Response]


def account_routes(desk: Desk) -> list[Route]:
    """The page and its buttons."""
    page = AccountPage(desk)
    return [Route("/account", page.show), Route("/account", page.take, methods=["POST"])]


class AccountPage:
    """The handlers. What is done here concerns nobody but whoever does it, so readers may do it too."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._site = desk, desk.site
        self._once, self._tries = Once(), Limit(OF_BOTH, WINDOW)
        self._doing: Mapping[str, Doing] = {
            "password": self._password,
            "token": self._token,
            "revoke": self._revoke,
            "end": self._end,
        }

    def show(self, request: Request) -> Response:
        """The page; `?made=…` shows a token that was made a moment ago, once."""
        return self._page(request, {})

    async def take(self, request: Request) -> Response:
        """What was asked for by a button, then the page again (303)."""
        form = await posted_own(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._taken, request, form)

    def _taken(self, request: Request, form: Form) -> Response:
        who = viewer_of(request)
        if who is None:
            return RedirectResponse("/login", 303)
        if not who.name:
            return make_first(self._desk, request, form)
        doing = self._doing.get(form.one("do"))
        if doing is None:
            return self._site.answers.note(request, "not_understood", 400)
        try:
            return doing(request, who, form)
        except NotFound:
            raise
        except STORAGE_TROUBLE as error:
            _log.warning("account not changed: %s", error)
            return self._site.answers.note(request, "later", 503, headers={"Retry-After": "5"})

    def _password(self, request: Request, who: Viewer, form: Form) -> Response:
        """Another password; all other sessions end, and this one goes on under a new id."""
        said, now = wording(request), self._site.app.clock()
        if self._tries.reached(who.name, now):
            return self._page(request, {"now": said.say("login_often")}, 429)
        account = self._site.app.store.account(who.account)
        if account is None or not self._desk.passwords.matches(password_of(form, "now")[:1000], account.password):
            self._tries.take(who.name, now)
            return self._page(request, {"now": said.say("wrong_now")}, 422)
        if wrong := wrong_password(request, form, who.name):
            return self._page(request, wrong, 422)
        self._site.run("users.password", {"name": who.name, "password": self._desk.passwords.hashed(password_of(form))})
        _log.info("password changed user=%s", who.name)
        return self._anew(request, who, "password")

    def _token(self, request: Request, who: Viewer, form: Form) -> Response:
        """A new token, shown once on the page that follows."""
        days = form.one("days")
        if (frozenset(Scope) - own_scopes(who.role)) & {*form.all("scope")}:
            return self._site.answers.note(request, "operators_only", 403)
        args = {"name": who.name, "label": form.one("label"), "scope": list(form.all("scope")) or [Scope.READ.value]}
        try:
            [row] = self._site.run("users.token", {**args, "expires_days": int(days) if days in map(str, DAYS) else None})
        except ConfigError:
            return self._page(request, {"label": wording(request).say("wrong_label")}, 422)
        _log.info("token made user=%s token=%s", who.name, row["id"])
        shown = self._once.keep(who.session, row["token"], self._site.app.clock())
        return RedirectResponse(f"/account?made={shown}#tokens", 303)

    def _revoke(self, _request: Request, who: Viewer, form: Form) -> Response:
        number = whole(form.one("token"), 9)
        if number is None:
            raise NotFound("no such token")
        self._site.run("users.revoke", {"name": who.name, "ids": [number]})
        _log.info("token revoked user=%s token=%s", who.name, number)
        return RedirectResponse("/account?done=revoked#tokens", 303)

    def _end(self, request: Request, who: Viewer, _form: Form) -> Response:
        """Log out everywhere else; here a new session takes the place of the old one."""
        self._site.run("users.log-out", {"name": who.name})
        _log.info("logged out elsewhere user=%s", who.name)
        return self._anew(request, who, "ended")

    def _anew(self, request: Request, who: Viewer, done: str) -> Response:
        answer = RedirectResponse(f"/account?done={done}", 303)
        account = self._site.app.store.account(who.account)
        if account is not None:
            self._desk.sessions.put(request, answer, self._desk.sessions.begin(account))
        return answer

    def _page(self, request: Request, wrong: Mapping[str, str], status: int = 200) -> Response:
        who, now = viewer_of(request), self._site.app.clock()
        if who is None:
            return RedirectResponse("/login", 303)
        done, made = request.query_params.get("done"), request.query_params.get("made", "")
        values = {
            "tokens": [(one, one.valid(now)) for one in self._tokens(who)],
            "scopes": [one.value for one in Scope if one in own_scopes(who.role)],
            "days": DAYS,
            "wrong": {**NOTHING_WRONG, **wrong},
            "name": "",
            "done": done if done in _DONE and not wrong else "",
            "token": self._once.take(who.session, made, now) if made and who.session else "",
            "shortest": SHORTEST,
        }
        return self._site.answers.page(request, "account", values, status=status, headers=ASKING)

    def _tokens(self, who: Viewer) -> tuple[Token, ...]:
        """The user's tokens, newest first."""
        own = [one.tokens for one in self._site.app.store.users() if one.name == who.name] if who.name else []
        return own[0][::-1] if own else ()


class Once:
    """Secrets that are shown on the page after the one that made them, once, to the session that made them."""

    LIVES, MOST = timedelta(minutes=5), 100

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()
        self._guard = threading.Lock()

    def keep(self, session: str, secret: str, now: datetime) -> str:
        """The name under which `take` gives it back."""
        name = secrets.token_urlsafe(9)
        with self._guard:
            self._kept[session, name] = secret, now + self.LIVES
            while len(self._kept) > self.MOST:
                self._kept.popitem(last=False)
        return name

    def take(self, session: str, name: str, now: datetime) -> str:
        """The secret, for the first time; empty afterwards, for anybody else, and after some minutes."""
        with self._guard:
            secret, until = self._kept.pop((session, name), ("", now))
        return secret if now < until else ""
