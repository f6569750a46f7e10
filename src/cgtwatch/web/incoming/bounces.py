"""`POST /api/bounces`: a mail server, or a service that sends for us, hands over what came back about a mail."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.deliver.mail.returned import MOST
from cgtwatch.engine.returning import report
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.web.forms import Refused, body_of, kind_of
from cgtwatch.web.incoming.handover import Handover

KINDS = frozenset({"message/rfc822", "application/octet-stream", "text/plain", ""})
_WHOLE = "send the whole mail as message/rfc822"


def bounce_routes(app: App) -> list[Route]:
    """The address for reports; none without a token."""
    if app.settings.bounce_token is None:
        return []
    return [Route("/api/bounces", Bounces(app, app.settings.bounce_token).post, methods=["POST"])]


class Bounces:
    """The handler. Whoever holds the token may only hand a mail over; what it says must prove itself."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._handover = Handover(token, "CGTWATCH_BOUNCE_TOKEN")

    async def post(self, request: Request) -> Response:
        """202 with `outcome` (counted, paused, known, unknown, ignored) and `why`; else `error` and `mend`."""
        return await self._handover.take(request, self._take)

    async def _take(self, request: Request) -> Response:
        if kind_of(request) not in KINDS:
            raise Refused(415, "no mail", _WHOLE)
        raw = await body_of(request, MOST, "let the mail server return headers only")
        if not raw:
            raise Refused(400, "an empty mail", _WHOLE)
        try:
            row = await run_in_threadpool(report, self._app, raw)
        except STORAGE_TROUBLE:
            raise Refused(503, "nothing can be stored now", "send it again later") from None
        return JSONResponse({"outcome": row.outcome, "why": row.why}, 202)
