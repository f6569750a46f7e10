"""`POST /api/bounces`: a mail server, or a service that sends for us, hands over what came back about a mail."""

import hmac
from hashlib import sha256

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.deliver.returned import MOST
from cgtwatch.engine.returning import report
from cgtwatch.errors import STORAGE_TROUBLE

KINDS = frozenset({"message/rfc822", "application/octet-stream", "text/plain", ""})
SIDE_BY_SIDE = 4  # reports held in memory


def bounce_routes(app: App) -> list[Route]:
    """The address for reports; none without a token."""
    if app.settings.bounce_token is None:
        return []
    return [Route("/api/bounces", Bounces(app, app.settings.bounce_token).post, methods=["POST"])]


class Bounces:
    """The handler. Whoever holds the token may only hand a mail over; what it says must prove itself."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._token = sha256(token.encode()).digest()
        self._reading = 0

    async def post(self, request: Request) -> Response:
        """202 with `outcome` (counted, paused, known, unknown, ignored) and `why`; else `error` and `mend`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(sha256(token.strip().encode()).digest(), self._token):
            mend = "send `Authorization: Bearer` with the value of CGTWATCH_BOUNCE_TOKEN"
            return JSONResponse({"error": "no valid token", "mend": mend}, 401, {"WWW-Authenticate": "Bearer"})
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in KINDS:
            return JSONResponse({"error": "no mail", "mend": "send the whole mail as message/rfc822"}, 415)
        if self._reading >= SIDE_BY_SIDE:
            return JSONResponse({"error": "too many at once", "mend": "wait and send it again"}, 429, {"Retry-After": "10"})
        self._reading += 1
        try:
            return await self._take(request)
        except ClientDisconnect:
            return JSONResponse({"error": "the mail was cut", "mend": "send it again"}, 400)
        finally:
            self._reading -= 1

    async def _take(self, request: Request) -> Response:
        raw = b""
        async for piece in request.stream():
            raw += piece
            if len(raw) > MOST:
                mend = "let the mail server return headers only"
                return JSONResponse({"error": f"more than {MOST // 1048576} MB", "mend": mend}, 413)
        if not raw:
            return JSONResponse({"error": "an empty mail", "mend": "send the whole mail as message/rfc822"}, 400)
        try:
            row = await run_in_threadpool(report, self._app, raw)
        except STORAGE_TROUBLE:
            return JSONResponse({"error": "nothing can be stored now", "mend": "send it again later"}, 503, {"Retry-After": "60"})
        return JSONResponse({"outcome": row.outcome, "why": row.why}, 202)
