"""Where hubs reach us (W3C WebSub): they ask whether we meant it, and tell that a feed has news."""

import hmac
import logging
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.model.push import Push, PushState
from cgtwatch.pipeline.push import PURPOSE, Intent, answer, secret_of, signature
from cgtwatch.web.public.links import subject_of

LONGEST_CHALLENGE = 1000
MOST = 16 * 1024 * 1024  # bytes of a ping; a hub sends the whole feed along, which is not looked at
APART = timedelta(seconds=30)  # between two visits that pings bring forward: a storm of them is one hint
_log = logging.getLogger(__name__)


def websub_routes(app: App) -> list[Route]:
    """The addresses of hubs; none where they could not reach us."""
    if app.settings.public_url is None:
        return []
    hubs = Hubs(app)
    return [
        Route("/websub/{token}", hubs.asked, methods=["GET"]),
        Route("/websub/{token}", hubs.told, methods=["POST"]),
    ]


class Hubs:
    """The handlers. What they are told is a hint: a visit is brought forward, and nothing of a ping is read or kept."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._forward: dict[str, datetime] = {}  # by source: the last visit that was brought forward

    def asked(self, request: Request) -> Response:
        """Verification of intent (WebSub 5.3): confirmed only for what we asked for."""
        source_id, push = self._push(request)
        if source_id is None:
            return _no(404)
        given = request.query_params
        intent = Intent(
            given.get("hub.mode", ""),
            given.get("hub.topic", ""),
            given.get("hub.challenge", ""),
            given.get("hub.lease_seconds", ""),
        )
        confirmed, after = answer(push, intent, self._app.clock())
        if not confirmed or len(intent.challenge) > LONGEST_CHALLENGE:
            return _no(404)
        if after is not None:
            try:
                self._app.store.save_push(after)
            except STORAGE_TROUBLE:
                return _no(503)
        _log.info("hub %s confirmed source=%s", intent.mode, source_id)
        return PlainTextResponse(intent.challenge)

    async def told(self, request: Request) -> Response:
        """Content distribution (WebSub 7): taken in any case, believed only with the right signature."""
        source_id, push = await run_in_threadpool(self._push, request)
        if source_id is None:
            return _no(404)
        if push is None:
            return _no(410)  # the hub shall stop telling us
        if await _signed(request, secret_of(self._app.secret_key, push)) and push.state is not PushState.REFUSED:
            await run_in_threadpool(self._hint, source_id)
        else:
            _log.info("hub's ping not believed source=%s", source_id)
        return _no(202)

    def _push(self, request: Request) -> tuple[str | None, Push | None]:
        token = request.path_params["token"]
        source_id = subject_of(self._app, PURPOSE, token)
        return source_id, self._app.store.push(source_id) if source_id else None

    def _hint(self, source_id: str) -> None:
        now = self._app.clock()
        at = next_hint(self._forward.get(source_id), now)
        if at is None:
            return
        self._forward[source_id] = at
        try:
            moved = self._app.store.bring_forward([source_id], at)
        except STORAGE_TROUBLE:
            return  # a hint that is lost costs nothing but time
        _log.info("hub told of news source=%s moved=%s", source_id, moved)


def next_hint(before: datetime | None, now: datetime) -> datetime | None:
    """When a ping that comes `now` leads to a visit, where the one before led to one at `before`; None: that one will do.

    Not sooner than a while after it, but then: the news of a second ping must not wait for the next regular visit.
    """
    if before is None or not now - APART < before <= now + APART:  # the clock may have been set back
        return now
    return None if before > now else before + APART


async def _signed(request: Request, secret: str) -> bool:
    """Whether the body is signed; it goes through the hash piece by piece and is gone. All of it is read, or the hub would retry."""
    check = signature(request.headers.get("x-hub-signature", ""), secret)
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > MOST:
                return False
            if check is not None:
                check[0].update(piece)
    except ClientDisconnect:
        return False
    return check is not None and hmac.compare_digest(check[0].hexdigest(), check[1])


def _no(status: int) -> Response:
    return PlainTextResponse("", status)
