"""`/api/live`: news as it is announced, as server-sent events (WHATWG HTML 9.2)."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from cgtwatch.web.api.described import reads, router
from cgtwatch.web.api.filtering import LiveAsked, asked_query
from cgtwatch.web.api.here import Here, Reads
from cgtwatch.web.api.hub import Hub, Listener
from cgtwatch.web.forms import Refused

_COME_BACK = 5000  # milliseconds


def live_routes() -> APIRouter:
    """The address of live news."""
    to = router("live")
    to.add_api_route("/live", live, response_class=EventSourceResponse, **reads("News as it is announced.", None))
    return to


async def _place(
    request: Request,
    here: Here,
    _grant: Reads,
    asked: Annotated[LiveAsked, Query()],
    last: Annotated[
        str | None, Header(alias="Last-Event-ID", description="The `id` heard last; a browser sends it by itself.", max_length=20)
    ] = None,
) -> AsyncIterator[Listener]:
    hub: Hub = request.app.state.hub
    if last and not (last.isascii() and last.isdigit()):
        raise Refused(400, "Last-Event-ID: write the number that came as `id`")
    one = await hub.join(asked_query(here.app, request), int(last) if last else asked.after_seq)
    try:
        yield one
    finally:
        hub.leave(one)


async def live(request: Request, one: Annotated[Listener, Depends(_place)]) -> AsyncIterator[ServerSentEvent]:
    """`event: announcement`, `id:` its number, `data:` its event as `events --json`; a comment every quarter of a minute.

    It begins with what came after `Last-Event-ID` (or `after_seq`), else with what comes from now on. At most 50 may listen at a time.
    """
    hub: Hub = request.app.state.hub
    yield ServerSentEvent(comment="listening", retry=_COME_BACK)
    async for news in hub.told(one):
        yield ServerSentEvent(event="announcement", id=str(news.seq), raw_data=json.dumps(news.record, ensure_ascii=False))
