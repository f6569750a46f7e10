"""The Events page: search, facets, a page of hits, and the same as files."""

from dataclasses import replace
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.compose.words import Words
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.web.account.keys import own_address
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.filters import Asked, address, is_bare, minus, read
from cgtwatch.web.naming import context_of
from cgtwatch.web.pages.events_facets import PATH, facets, frame, leasts, spans, unset
from cgtwatch.web.pages.events_files import FILES, MOST_ROWS, file_routes
from cgtwatch.web.pages.events_hits import hits
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

ROWS = 25
SORTS = (Sort.CHANGED, Sort.DATE, Sort.DEADLINE, Sort.IMPORTANCE)


def events_routes(site: Site) -> list[Route]:
    """The page and its downloads; they stand before `/events/{id}`, which would take them for events."""
    return [*file_routes(site), Route(PATH, EventsPage(site).show)]


class EventsPage:
    """The handler; it runs on a worker thread."""

    def __init__(self, site: Site) -> None:
        self._site, self._app = site, site.app

    def show(self, request: Request) -> Response:
        """A page of what the address asks for (see `filters.read`)."""
        said, today = wording(request), self._app.today()
        asked = read(request.query_params.multi_items(), today, self._app.topic_names())
        values = self._found(asked, said, today) | self._leads(request, asked.query)
        return self._site.answers.page(request, "events", values, headers=ASKING)

    def _found(self, asked: Asked, said: Words, today: date) -> dict[str, Any]:
        query, context = replace(asked.query, limit=ROWS), context_of(self._app, said)
        found = self._app.store.browse(query)
        years, months = spans(query, found.counts, said, today)
        return {
            "asked": frame(query),
            "wrong": [(said.say(f"unread_{name}"), values) for name, values in asked.wrong.items()],
            "hits": hits(self._app, found.events, query.query, context, said),
            "total": found.total,
            "facets": facets(query, found.counts, context, said),
            "leasts": leasts(query, found.counts, said),
            "years": years,
            "months": months,
            "unset": unset(query, context, said),
            "sorts": [(str(one), said.say(f"sort_{one}"), query.sort is one) for one in SORTS],
            "next": address(query, PATH, after=found.events[-1].id) if found.more and found.events else "",
            "first": address(query, PATH) if query.after else "",
            "anything": address(replace(minus(query, "relevant"), relevant=None), PATH) if query.relevant else "",
            "wordless": address(minus(query, "query"), PATH) if query.query else "",
            "bare": is_bare(query),
            "rows": ROWS,
        }

    def _leads(self, request: Request, query: EventQuery) -> dict[str, Any]:
        """Where else the same query leads: files, feeds, the calendar, a subscription."""
        viewer = viewer_of(request)
        return {
            "files": [(kind.upper(), address(query, f"{PATH}.{kind}")) for kind in FILES],
            "most": MOST_ROWS,
            "feed": own_address(self._app, viewer, address(query, "/feed.atom")),
            "calendar": address(query, "/calendar"),
            "subscribe": address(query, "/subscriptions/new"),
        }
