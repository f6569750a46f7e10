"""`/calendar`: comment deadlines and days on which acts come into force, as a month, as a list, and for calendar programs."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from cgtwatch import registry
from cgtwatch.app import App
from cgtwatch.compose.calendar import Shape, calendar
from cgtwatch.compose.words import Words, words
from cgtwatch.diff.calendar import Calendar
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.outlook import Due
from cgtwatch.web import filters
from cgtwatch.web.account.keys import own_address
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.exchange import Exchange
from cgtwatch.web.filter_words import chip
from cgtwatch.web.naming import context_of
from cgtwatch.web.pages.calendar_days import (
    AHEAD,
    KINDS,
    Entry,
    Span,
    days,
    each_once,
    entry,
    first_entries,
    grid,
    month_before,
    month_of,
    next_month,
    span_of,
)
from cgtwatch.web.parts import Site
from cgtwatch.web.words import LANGUAGES

MOST, MOST_IN_FILE = 1000, 500  # of each kind
LISTED = 200  # entries
BEFORE, AFTER = timedelta(days=60), timedelta(days=3 * 366)  # what a file holds, from today
AGAIN = timedelta(hours=6)
_NATIONS = {"nations": "cgtwatch.diff.nations:nations"}  # a tenth of a second, and only for who looks at a calendar
VIEWS = ("month", "list")
_OFFERED = ("jurisdiction", "modality", "importance")  # with a control of their own
_OWN = ("month", "view", "kind")


def calendar_routes(site: Site) -> list[Route]:
    """The page, and the file that calendar programs subscribe to."""
    page = _Page(site)
    file = Exchange(request_response(page.file), vary="Cookie")
    return [Route("/calendar", page.show), Route("/calendar.ics", file, methods=["GET", "HEAD"])]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for. `month` is None where what is coming is meant, `view` empty where the screen decides."""

    events: filters.Asked
    month: date | None
    view: str
    kind: str

    def address(self, path: str = "/calendar", **more: str) -> str:
        own = {"view": self.view, "kind": self.kind, "month": f"{self.month:%Y-%m}" if self.month else ""} | more
        said = [*filters.pairs(self.events.query), *((name, value) for name, value in own.items() if value)]
        return f"{path}?{urlencode(said)}" if said else path


class _Page:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site, self._app = site, site.app

    def show(self, request: Request) -> Response:
        """A month's grid and the list of its days; without `view` the width of the screen decides which."""
        said, today = wording(request), self._app.today()
        asked = self._asked(request, today)
        month = asked.month or today.replace(day=1)
        span = span_of(month)
        coming = asked.month is None and asked.view != "month"
        wanted = Span(month, min(span.first, today), max(span.last, today + timedelta(days=AHEAD))) if coming else span
        found, more = self._due(wanted, asked)
        entries = list(_entries(self._app, found, today, said))
        every = days(entries, today, said)
        inside = [one for one in every if (one.on.year, one.on.month) == (month.year, month.month)]
        listed, cut = first_entries([one for one in every if today <= one.on] if coming else inside, LISTED)
        values = {
            "asked": asked, "month": month, "month_said": said.say("report_month", year=month.year, month=_month(month, said)),
            "weeks": grid(span, every, today, said), "listed": listed, "cut": cut, "coming": coming, "ahead": AHEAD, "more": more, "most": MOST,
            "before": asked.address(month=f"{month_before(month):%Y-%m}"), "after": asked.address(month=f"{next_month(month):%Y-%m}"),
            "now_address": asked.address(month=""), "views": _views(asked, said), "kinds": _kinds(asked, said),
            "controls": _controls(self._app, asked, said), "kept": _kept(asked), "unset": _unset(self._app, asked, said),
            "file": self._file_address(request, asked, said), "bells": self._file_address(request, asked, said, alarm="1"),
        }  # fmt: skip
        return self._site.answers.page(request, "calendar", values)

    def file(self, request: Request) -> Response:
        """The calendar of a filter (RFC 5545): 60 days back, three years ahead; `alarm=1` rings a week before each day."""
        today = self._app.today()
        asked = self._asked(request, today)
        if asked.events.wrong:
            names = ", ".join(asked.events.wrong)
            return Response(f"not understood: {names}\n", 400, media_type="text/plain")
        language = request.query_params.get("lang", "")
        said = words(language if language in LANGUAGES else "en")
        kinds = [KINDS[asked.kind]] if asked.kind else list(KINDS.values())
        events = self._app.store.due_events(today - BEFORE, today + AFTER, asked.events.query, MOST_IN_FILE)
        headers = {"Cache-Control": "private, no-cache", "ETag": _mark(events, str(request.query_params), today)}
        if headers["ETag"] in request.headers.get("if-none-match", ""):  # without writing what is there already
            return Response(status_code=304, headers=headers)
        name = said.say("calendar_name") if asked.kind != "deadline" else said.say("deadlines")
        shape = Shape(
            bell=request.query_params.get("alarm") == "1", deadlines="comment_deadline" in kinds,
            effective="effective_date" in kinds, name=name, again=AGAIN,
        )  # fmt: skip
        body = calendar(events, said, self._app.issuer_names(), shape=shape)
        headers["Content-Disposition"] = 'inline; filename="cgtwatch.ics"'
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    def _asked(self, request: Request, today: date) -> _Asked:
        params = request.query_params
        read = filters.read(params.multi_items(), today, self._app.topic_names())
        view, kind = params.get("view", ""), params.get("kind", "")
        month = month_of(params.get("month", ""))
        return _Asked(read, month, view if view in VIEWS else "", kind if kind in KINDS else "")

    def _due(self, span: Span, asked: _Asked) -> tuple[list[Due], bool]:
        found = self._app.store.due_between(span.first, span.last, asked.events.query, MOST)
        full = any(sum(one.kind == kind for one in found) >= MOST for kind in KINDS.values())
        wanted = KINDS.get(asked.kind)
        return [one for one in each_once(found) if wanted in (None, one.kind)], full

    def _file_address(self, request: Request, asked: _Asked, said: Words, **more: str) -> str:
        """As a calendar program needs it: whole, with its language, and with the key of whoever looks."""
        bare = replace(asked, month=None, view="")
        path = own_address(self._app, viewer_of(request), bare.address("/calendar.ics", lang=said.language, **more))
        home = self._app.settings.public_url or str(request.base_url)
        return home.rstrip("/") + path


def _mark(events: Iterable[PolicyEvent], asked: str, today: date) -> str:
    """A weak validator (RFC 9110 8.8.1): what was asked for, and which events in which state answer it."""
    said = "\n".join([asked, str(today), *(f"{one.id} {one.last_changed}" for one in events)])
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _entries(app: App, found: Iterable[Due], today: date, said: Words) -> Iterable[tuple[date, Entry]]:
    names = app.issuer_names()
    for one in found:
        issuers = said.issuers(one.issuers, names)
        yield one.on, entry(one, today, said, issuers, _free(one, said))


def _free(one: Due, said: Words) -> str:
    """That offices are shut there on that day; empty where they work, or where nobody knows."""
    country = (one.jurisdiction or "").partition("-")[0]
    if one.kind != "comment_deadline" or not country:
        return ""
    known = _calendar(country, one.on.year)
    if known.works(one.on):
        return ""
    return said.say("calendar_weekend" if one.on not in known.holidays else "calendar_holiday")


@cache
def _calendar(country: str, year: int) -> Calendar:
    """The days off of a country; weekends alone where the library does not know it."""
    nations: Callable[..., dict[str, Calendar]] = registry.load(_NATIONS, "nations", what="calendar")
    return nations([country], [year]).get(country, Calendar())


def _month(month: date, said: Words) -> str:
    return str(said.tables["months"][month.month - 1])


def _views(asked: _Asked, said: Words) -> list[tuple[str, str, None, bool]]:
    every = [(view, said.say(f"calendar_{view}"), view == asked.view) for view in VIEWS]
    return [(asked.address(view=view), name, None, current) for view, name, current in every]


def _kinds(asked: _Asked, said: Words) -> list[tuple[str, str, bool]]:
    both = [("", said.say("calendar_both")), *((kind, said.say(f"calendar_{kind}s")) for kind in KINDS)]
    return [(asked.address(kind=kind), name, kind == asked.kind) for kind, name in both]


def _controls(app: App, asked: _Asked, said: Words) -> list[dict[str, Any]]:
    """A control for each of the names that most people narrow by."""
    topics = [(code, said.name("modalities", code)) for code in said.tables["modalities"]]
    own = [(one, said.pick(names, one)) for one, names in app.topic_names().items()]
    levels = [(str(word), said.name("importances", word)) for word in Importance if word is not Importance.NONE]
    offered = {"jurisdiction": _places(said), "modality": topics + own, "importance": levels}
    found = []
    for name, options in offered.items():
        given = filters.chosen(asked.events.query, name)
        one = {"name": name, "label": said.name("labels", "modalities" if name == "modality" else name), "options": options}
        found.append(one | {"chosen": given[0] if len(given) == 1 else ""})
    return found


def _places(said: Words) -> list[tuple[str, str]]:
    """Each place once, under the first of its codes."""
    named = {name: code for code, name in reversed(said.tables["places"].items())}
    return [(named[name], name) for code, name in said.tables["places"].items() if named[name] == code]


def _kept(asked: _Asked) -> list[tuple[str, str]]:
    """What the form carries on: everything that it has no control for."""
    pairs = [(name, value) for name, value in filters.pairs(asked.events.query) if name not in (*_OFFERED, "query")]
    for name in _OFFERED:
        given = filters.chosen(asked.events.query, name)
        pairs += [(name, value) for value in given] if len(given) > 1 else []
    month = f"{asked.month:%Y-%m}" if asked.month else ""
    return pairs + [(name, value) for name, value in zip(_OWN, (month, asked.view, asked.kind), strict=True) if value]


def _unset(app: App, asked: _Asked, said: Words) -> list[tuple[str, str]]:
    """Each thing asked for, and the address without it."""
    found, context = [], context_of(app, said)
    for name, value in filters.pairs(asked.events.query):
        if name != "sort":  # days have their own order
            less = replace(asked, events=filters.Asked(filters.minus(asked.events.query, name, value)))
            found.append((less.address(), chip(name, value, context, said)))
    return found
