"""All that a shortened digest told, on one page: what its mail counts and links instead of listing it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.messages import digest
from cgtwatch.compose.whole import MOST, PATH, asked_for
from cgtwatch.errors import NotFound
from cgtwatch.model.event import AnnouncementKind
from cgtwatch.pipeline.edition import backlog
from cgtwatch.select import wanted
from cgtwatch.select.reminding import timely
from cgtwatch.web.safety import FRAMED


def told_routes(app: App) -> list[Route]:
    """The page; it holds nothing of who asked, so everybody with the same filter shares its address."""

    def told(request: Request) -> Response:
        return HTMLResponse(whole_page(app, request.query_params.multi_items()), headers=FRAMED)

    return [Route(PATH, told)]


def whole_page(app: App, query: list[tuple[str, str]]) -> str:
    """The digest of a range and a filter with every event, as they are known now. Raises `NotFound`.

    It may be opened years later: a reminder that has lost its point is shown as the act that it reminded of.
    """
    asked = asked_for(query)
    if asked is None:
        raise NotFound("no such range")
    now, reader = app.clock(), asked.reader
    found = (*backlog(reader, app.store)[-MOST:], *app.store.announcements(asked.after, asked.upto))
    fresh = {id(one) for one in timely(found, now.astimezone(ZoneInfo(reader.timezone)).date())}
    told = [one if id(one) in fresh else replace(one, kind=AnnouncementKind.NEW, cause="") for one in found]
    choices = [(one, wanted(reader, one.event)) for one in told]
    picked = [(one, choice) for one, choice in choices if choice.wanted]
    if not picked:
        raise NotFound("nothing in that range")
    context = app.digest_parts.context(reader, {one.event.id: choice.reasons for one, choice in picked}, now)
    return digest(reader, [one for one, _ in picked], replace(context, unlimited=True, open_consultations=()), now).html
