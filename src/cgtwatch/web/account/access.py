"""Who asks the API, and what they may do there: bearer tokens (RFC 6750), and this machine's own eyes."""

from collections.abc import Callable
from datetime import timedelta

from starlette.requests import Request

from cgtwatch.app import App
from cgtwatch.model.user import Grant, Role, Scope
from cgtwatch.ops.tokens import hashed
from cgtwatch.web.forms import Refused, bearer, client_of, is_local
from cgtwatch.web.limits import Limit

FAILURES, WINDOW = 20, timedelta(minutes=1)  # wrong tokens from one address
_HERE = Grant("", Role.READER, frozenset({Scope.READ}))
Access = Callable[[Request, Scope], Grant]


def access(app: App) -> Access:
    """Finds out who asks. Raises `Refused`: 401 without a valid token, 403 without the scope, 429 after many wrong ones."""
    failures = Limit(FAILURES, WINDOW)

    def grant(request: Request, scope: Scope) -> Grant:
        given = request.headers.get("authorization")
        if given is None and is_local(request) and scope is Scope.READ:
            return _HERE
        who = _holder(app, bearer(request))
        if who is None:
            if given is not None and not failures.take(client_of(request) or "", app.clock()):
                raise Refused(429, "too many wrong tokens; wait a minute")
            raise Refused(401, "no valid token; send `Authorization: Bearer cgt_…`, made by `cgtwatch users token`")
        if scope not in who.scopes and scope is not Scope.READ:  # whoever may write may read
            raise Refused(403, f"this token has not the scope {scope.value}; make one with `--scope {scope.value}`")
        return who

    return grant


def _holder(app: App, token: str | None) -> Grant | None:
    """Tokens are looked up by their hash, so that no comparison's time tells anything of one."""
    mark = hashed(token) if token is not None else None
    found = app.store.holder(mark) if mark is not None else None
    if found is None or not found[1].valid(app.clock()):
        return None
    user, kept = found
    return Grant(user.name, user.role, kept.scopes)
