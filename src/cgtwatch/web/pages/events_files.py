"""Events of a query as files: CSV and a workbook for people, JSON for programs; within bounds, so that nothing else has to wait."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from cgtwatch import registry
from cgtwatch.app import App
from cgtwatch.compose.records import event_record, instant
from cgtwatch.compose.table import COLUMNS, About, as_csv, rows
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent
from cgtwatch.ops.listed import in_pieces
from cgtwatch.store.records import EventQuery
from cgtwatch.web.answers import wording
from cgtwatch.web.filters import address, read
from cgtwatch.web.limits import Turns
from cgtwatch.web.naming import context_of
from cgtwatch.web.pages.events_facets import PATH, unset
from cgtwatch.web.parts import Site

_WORKBOOK = {"make": "cgtwatch.compose.workbook:as_workbook"}  # loaded when somebody wants one
_PAGE = 500  # events in memory at once
# Rows at most. A workbook is made whole before its first byte can leave: 10,000 rows take some seconds.
MOST_ROWS: Final[Mapping[str, int]] = {"csv": 50_000, "json": 50_000, "xlsx": 10_000}
FILES: Final = tuple(MOST_ROWS)
SIDE_BY_SIDE, WAITING = 2, 4  # workbooks: each keeps a core busy, and a thread from all other pages
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file is asked to hold, and for whom."""

    app: App
    query: EventQuery
    said: Words

    def events(self, most: int) -> Iterator[PolicyEvent]:
        """The events in their order, a few hundred at a time."""
        pieces = in_pieces(self.app.store, replace(self.query, after=None), _PAGE)
        return islice(chain.from_iterable(pieces), most)


def file_routes(site: Site) -> list[Route]:
    """`/events.csv`, `.json` and `.xlsx`, with the query of the page."""
    return [Route(f"{PATH}.{kind}", _handler(site.app, kind)) for kind in FILES]


def _handler(app: App, kind: str) -> Callable[[Request], Response]:
    turns = Turns(SIDE_BY_SIDE, WAITING)

    def show(request: Request) -> Response:
        asked = read(request.query_params.multi_items(), app.today(), app.topic_names())
        wanted = Wanted(app, asked.query, wording(request))
        name = f"cgtwatch-{app.clock():%Y-%m-%d}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept-Language, Cookie"}
        if kind == "xlsx":
            with turns.turn():
                book = _workbook(wanted)
            return Response(book, media_type=_TYPES[kind], headers=headers)
        return StreamingResponse(_json(wanted) if kind == "json" else _csv(wanted), media_type=_TYPES[kind], headers=headers)

    return show


def _csv(wanted: Wanted) -> Iterator[str]:
    context = _context(wanted)
    return as_csv(_heads(wanted.said), rows(wanted.events(MOST_ROWS["csv"]), context, wanted.said))


def _json(wanted: Wanted) -> Iterator[str]:
    """`events` as of `events --json`; `truncated` says whether there are more than the file may hold."""
    number, most = 0, MOST_ROWS["json"]
    head = {"query": address(wanted.query).removeprefix("?"), "made_at": instant(wanted.app.clock())}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "events": ['
    for number, event in enumerate(islice(wanted.events(most + 1), most + 1), start=1):
        if number <= most:
            yield (",\n" if number > 1 else "\n") + json.dumps(event_record(event), ensure_ascii=False)
    yield f'\n], "truncated": {json.dumps(number > most)}}}\n'


def _workbook(wanted: Wanted) -> bytes:
    said, context, most = wanted.said, _context(wanted), MOST_ROWS["xlsx"]
    found = list(rows(wanted.events(most + 1), context, said))
    chosen = said.say("comma").join(text for _, text in unset(wanted.query, context, said)) or said.say("about_all")
    lines = [
        (said.say("about_filter"), chosen),
        (said.say("about_made"), str(instant(wanted.app.clock()))),
        (said.say("about_rows"), str(min(len(found), most))),
    ]
    if len(found) > most:
        lines.append((said.say("about_cut"), said.say("about_cut_what", n=most)))
    about = About(said.say("about_sheet"), tuple(lines))
    make: Callable[..., bytes] = registry.load(_WORKBOOK, "make", what="part of the page")
    return make(_heads(said), found[:most], about, said.say("nav_events"))


def _heads(said: Words) -> list[str]:
    return [said.name("columns", name) for name in COLUMNS]


def _context(wanted: Wanted) -> Any:  # noqa: ANN401 - a `DigestContext`
    return replace(context_of(wanted.app, wanted.said), public_url=wanted.app.settings.public_url)
