"""`/`: what is new since one looked, what is open for comment, what is in trouble, and what comes next."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.assemble import Story, stories
from cgtwatch.compose.card import Card, card
from cgtwatch.compose.view import alone
from cgtwatch.compose.words import Words
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.subscription import Subscription
from cgtwatch.ops.sources import health_rows
from cgtwatch.store.records import EventQuery
from cgtwatch.web.account.posting import posted_own
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import whole
from cgtwatch.web.naming import context_of
from cgtwatch.web.pages.mailbox import letters
from cgtwatch.web.pages.pictures import Picture, weeks_picture, weeks_until
from cgtwatch.web.pages.seen import COOKIE, KEPT, Seen, all_seen, seen_from
from cgtwatch.web.pages.sources import pulse, troubles
from cgtwatch.web.parts import Site

NEWEST = 30  # stories
_LOOKED_AT = 120  # announcements and events that the newest are taken from
_BEFORE, _OPEN, _READERS, _SENT, _TROUBLES = 15, 10, 6, 6, 4
_MOST_COUNTED = 500
_LATELY = timedelta(days=7)  # what came in them is news to who looks for the first time
_STUCK = (DeliveryState.DEAD, DeliveryState.UNKNOWN, DeliveryState.RETRY)


def today_routes(site: Site) -> list[Route]:
    """The first page, and the button that says that all on it was seen."""
    page = _Today(site)
    return [Route("/", page.show), Route("/seen", page.mark, methods=["POST"])]


class _Today:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def show(self, request: Request) -> Response:
        """Everything at a glance, in the language asked for (`?lang=zh` or `en`, else the browser's)."""
        app, said = self._site.app, wording(request)
        last, today = app.store.last_seq(), app.today()
        kept = request.cookies.get(COOKIE)
        seen = seen_from(kept, last, today, None if kept else app.store.seq_before(app.clock() - _LATELY))
        values = home(app, said, seen, today) | {"polls": self._site.perform is not None, "first": not kept}
        answer = self._site.answers.page(request, "today", values)
        if "prefetch" not in request.headers.get("sec-purpose", ""):  # nobody looks at what a browser gets beforehand
            _keep(answer, request, seen)
        return answer

    async def mark(self, request: Request) -> Response:
        """All up to `upto` is old news to this browser; whoever may look may say so, since nobody else sees it."""
        form = await posted_own(self._site, request)
        if isinstance(form, Response):
            return form
        upto = whole(form.one("upto"))
        if upto is None:
            return self._site.answers.note(request, "not_understood", 400)
        app, answer = self._site.app, RedirectResponse("/", 303)
        today = app.today()
        _keep(answer, request, all_seen(request.cookies.get(COOKIE), upto, app.store.last_seq(), today))
        return answer


def _keep(answer: Response, request: Request, seen: Seen) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, str(seen), max_age=KEPT, httponly=True, samesite="lax", secure=secure)


def home(app: App, said: Words, seen: Seen, today: date) -> dict[str, Any]:
    """Everything at a glance, for the template of that name."""
    store, now = app.store, app.clock()
    rows, context = list(health_rows(app, stored=True)), context_of(app, said)
    told = _told(app, seen.shown, today)
    known = {event.id for story in told for event in (story.event, *story.reports)}
    before = _before(app, known) if len(told) < NEWEST else []
    fresh = [story for story in told if story.seq > seen.mark]
    open_now = store.open_consultations(today, _OPEN)
    wrong = troubles(store.open_alarms(), rows, said)

    def cards(some: Iterable[Story]) -> list[Card]:
        return [card(story, context, said, today) for story in some]

    return {
        "today": said.day(today),
        "pulse": pulse(rows, now),
        "troubles": wrong[:_TROUBLES],
        "more_troubles": max(0, len(wrong) - _TROUBLES),
        "new": cards(fresh),
        "new_count": len(fresh)
        if len(told) < NEWEST or len(fresh) < len(told)
        else store.announced_after(seen.mark, _MOST_COUNTED),
        "upto": seen.shown,
        "old": cards(story for story in told if story.seq <= seen.mark),
        "before": cards(alone(event) for event in before[:_BEFORE]),
        "before_count": len(before),
        "open": cards(alone(event) for event in open_now),
        "soonest": said.day(open_now[0].labels.comment_deadline) if open_now else "",
        "open_count": store.count_open(today, _MOST_COUNTED),
        "most": _MOST_COUNTED,
        "picture": _weeks(app, said, today),
        "letters": letters(app.settings.data_dir / "mailbox"),
        "readers": [_reader(one, said, now) for one in store.next_digests(_READERS)],
        "deliveries": _deliveries(app),
        "stuck": sum(store.unsettled().get(state, 0) for state in _STUCK[:2]),
        "signup": app.settings.signup,
    }


def _told(app: App, last: int, today: date) -> list[Story]:
    """What was announced last, latest first, each act once with its reports.

    Left out is what a person has said is not relevant, and what was only reminded of a deadline that is over.
    """
    told = (one for one in app.store.announcements(max(0, last - _LOOKED_AT), last) if one.event.labels.relevant)
    worth = (story for story in stories(told) if story.news or (story.event.labels.comment_deadline or today) >= today)
    return sorted(worth, key=lambda story: -story.seq)[:NEWEST]


def _before(app: App, known: Iterable[str]) -> list[PolicyEvent]:
    """What no announcement ever told, latest day first."""
    seen = frozenset(known)
    events = app.store.events(EventQuery(relevant=True, limit=_LOOKED_AT))
    quiet = [event for event in events if not event.seq and event.main and event.id not in seen]
    return sorted(quiet, key=lambda event: event.on or date.min, reverse=True)


def _weeks(app: App, said: Words, today: date) -> Picture:
    first = weeks_until(today)[0]
    return weeks_picture(app.store.acts_by_week(first, today + timedelta(days=6 - today.weekday())), today, said)


def _reader(one: Subscription, said: Words, now: datetime) -> dict[str, Any]:
    """A subscription without its target: the page may be read by others."""
    due = one.next_due
    return {
        "name": one.name, "channel": said.name("channels", one.channel), "next": due if due is None or due > now else now,
    }  # fmt: skip


def _deliveries(app: App) -> list[Delivery]:
    """What got stuck, then what went last."""
    stuck = [one for state in _STUCK for one in app.store.ledger(state, None, _SENT)]
    keys = {one.key for one in stuck}
    return [*stuck, *(one for one in app.store.ledger(None, None, _SENT) if one.key not in keys)][:_SENT]
