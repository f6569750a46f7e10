"""Who asks the API, and what they may do there: bearer tokens (RFC 6750), whoever is logged in, and this machine's own eyes."""

import hmac
from collections.abc import Callable
from datetime import timedelta

from starlette.requests import Request

from cgtwatch.app import App
from cgtwatch.model.user import Grant, Role, Scope, own_scopes
from cgtwatch.ops.tokens import hashed
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.forms import Refused, bearer, client_of, from_our_page
from cgtwatch.web.limits import Limit

FAILURES, WINDOW = 20, timedelta(minutes=1)  # wrong tokens from one address
HEADER = "x-csrf-token"  # in which a script of our own pages brings back what its forms would
GRANT = "cgtwatch.grant"  # in the scope of a request whose token `guard` has found good
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HERE = Grant("", Role.READER, frozenset({Scope.READ}))
_NONE = "no valid token; send `Authorization: Bearer cgt_…`, made by `cgtwatch users token`"
Access = Callable[[Request, Scope], Grant]


def access(app: App) -> Access:
    """Finds out who asks. Raises `Refused`: 401 without a token or a log-in, 403 without the scope or from a stranger's page."""

    def grant(request: Request, scope: Scope) -> Grant:
        token: Grant | None = request.scope.get(GRANT)
        who = token or _viewers(request, scope, app.settings.public_url)
        if scope not in who.scopes and scope is not Scope.READ:  # whoever may write may read
            raise Refused(403, f"you have not the scope {scope.value}; send a token made with `--scope {scope.value}`")
        return who

    return grant


def _viewers(request: Request, scope: Scope, public_url: str | None) -> Grant:
    """What somebody at a page may do: read what they may see, and write where the page itself brings its proof."""
    viewer = viewer_of(request)
    if viewer is None:
        raise Refused(401, _NONE)
    proof = request.headers.get(HEADER)
    if proof is None and request.method in _SAFE and (viewer.name or scope is Scope.READ):
        return Grant(viewer.name, viewer.role, own_scopes(viewer.role)) if viewer.name else _HERE
    if proof is None and not viewer.name:
        raise Refused(401, _NONE)
    ours = hmac.compare_digest((proof or "").encode(), viewer.csrf.encode()) and from_our_page(request, public_url)
    if not ours:
        raise Refused(403, f"a page's log-in writes only with its own {HEADER}; programs send a token")
    return Grant(viewer.name, viewer.role, own_scopes(viewer.role))


class Bearers:
    """Whose token a request brings."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._failures = Limit(FAILURES, WINDOW)

    def holder(self, request: Request) -> Grant:
        """What the token's holder may do. Raises `Refused`: 401 without a valid one, 429 after many wrong ones."""
        who = self._found(bearer(request))
        if who is None:
            given = "authorization" in request.headers
            if given and not self._failures.take(client_of(request) or "", self._app.clock()):
                raise Refused(429, "too many wrong tokens; wait a minute")
            raise Refused(401, _NONE)
        return who

    def _found(self, token: str | None) -> Grant | None:
        """Tokens are looked up by their hash, so that no comparison's time tells anything of one."""
        mark = hashed(token) if token is not None else None
        found = self._app.store.holder(mark) if mark is not None else None
        if found is None or not found[1].valid(self._app.clock()):
            return None
        user, kept = found
        return Grant(user.name, user.role, kept.scopes)
