"""An address at which whoever holds one token hands something over: a document, a mail that came back."""

import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cgtwatch.web.forms import Refused, bearer

SIDE_BY_SIDE = 4  # bodies held in memory


class Handover:
    """Lets in whoever holds the token, a few at once; what is refused is told as `error` and `mend`."""

    def __init__(self, token: str, variable: str) -> None:
        """`variable` is how the operator calls the token."""
        self._token = sha256(token.encode()).digest()
        self._variable = variable
        self._reading = 0

    async def take(self, request: Request, work: Callable[[Request], Awaitable[Response]]) -> Response:
        """What `work` answers, or why it was refused: `work` may raise `Refused` too."""
        try:
            self._check(request)
        except Refused as error:
            return refusal(error)
        self._reading += 1
        try:
            return await work(request)
        except Refused as error:
            return refusal(error)
        finally:
            self._reading -= 1

    def _check(self, request: Request) -> None:
        given = bearer(request)
        if given is None or not hmac.compare_digest(sha256(given.encode()).digest(), self._token):
            raise Refused(401, "no valid token", f"send `Authorization: Bearer` with the value of {self._variable}")
        if self._reading >= SIDE_BY_SIDE:
            raise Refused(429, "too many at once", "wait a minute and send them one after the other")


def refusal(error: Refused) -> Response:
    """`error` and `mend` as JSON, with what its status asks for (RFC 9110 11.6.1, 10.2.3)."""
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "60"}, 503: {"Retry-After": "60"}}.get(error.status)
    return JSONResponse({"error": str(error), "mend": error.mend}, error.status, headers)
