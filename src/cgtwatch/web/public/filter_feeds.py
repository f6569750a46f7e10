"""`/feed.atom`, `/feed.json` and `/feed.rss`: what a filter finds, newest change first, for feed readers of somebody who may see it."""

from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, request_response

from cgtwatch.app import App
from cgtwatch.compose.card import card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.told import story_record
from cgtwatch.compose.view import alone
from cgtwatch.compose.words import Words
from cgtwatch.deliver.feed import Item, entry_of
from cgtwatch.model.event import PolicyEvent
from cgtwatch.store.records import EventQuery
from cgtwatch.web.answers import wording
from cgtwatch.web.exchange import Exchange
from cgtwatch.web.filter_words import title
from cgtwatch.web.filters import address, read
from cgtwatch.web.parts import Site
from cgtwatch.web.public.feed_formats import FORMS, Channel

MOST = 100  # entries


def filter_feed_routes(site: Site) -> list[Route]:
    """The addresses; they take the names of the Events page, `lang`, and the key of their user."""
    return [
        Route(
            f"/feed.{form}",
            Exchange(request_response(partial(_feed, site, form)), "Cookie, Accept-Language"),
            methods=["GET", "HEAD"],
        )
        for form in FORMS
    ]


def _feed(site: Site, form: str, request: Request) -> Response:
    """The feed; 400 where the address asks for what there is not. Nothing of a feed reader's is answered but by its key or token."""
    app, said = site.app, wording(request)
    today = app.today()
    asked = read(request.query_params.multi_items(), today, app.topic_names())
    if asked.wrong:
        return PlainTextResponse(f"not understood: {', '.join(asked.wrong)}\n", 400)
    wanted = EventQuery(**{name: getattr(asked.query, name) for name in _KEPT}, limit=MOST, today=today)
    found = app.store.events(wanted)
    kind, write = FORMS[form]
    updated = max((event.last_changed for event in found), default=datetime(1970, 1, 1, tzinfo=UTC))
    context = _context(app)
    channel = _channel(app, request, wanted, (context, said), form)
    items = [_item(event, context, said, today) for event in found]
    headers = {"Last-Modified": format_datetime(updated.astimezone(UTC), usegmt=True), "X-Robots-Tag": "noindex"}
    return Response(write(channel(updated=updated, items=items)), media_type=f"{kind}; charset=utf-8", headers=headers)


# A feed has one order, its newest first, and no pages.
_KEPT = (
    "query", "jurisdictions", "issuers", "doc_types", "stages", "topics", "importance", "relevant", "sources", "levels", "first", "last", "open_on",
)  # fmt: skip


def _channel(app: App, request: Request, query: EventQuery, names: tuple[DigestContext, Words], form: str) -> "partial[Channel]":
    context, said = names
    home = (app.settings.public_url or str(request.base_url)).rstrip("/")
    about = title(query, context, said)
    asked = f"?{request.url.query}" if request.url.query else ""
    return partial(
        Channel,
        title=said.say("colon", a=said.say("brand"), b=about) if about else said.say("brand"),
        about=about or said.say("brand"),
        home=home + address(query, "/events"),
        addresses={form: f"{home}/feed.{form}{asked}"},
        language="zh-CN" if said.language == "zh" else "en",
        id=home + address(query, "/feed.atom"),
    )


def _context(app: App) -> DigestContext:
    names = {source.id: source.name for source in app.sources}
    return DigestContext(app.issuer_names(), names, app.settings.public_url, topic_names=app.topic_names())


def _item(event: PolicyEvent, context: DigestContext, said: Words, today: date) -> Item:
    """An event as one entry, whose id stays when it changes: then its time of change says so."""
    story = alone(event)
    entry = entry_of(story_record(story, "", card(story, context, said, today)))
    return Item(
        f"urn:cgtwatch:{event.id}", entry["title"], entry["link"], tuple(entry["lines"]), entry["summary"], tuple(entry["tags"]),
        event.last_changed, event.language, event.first_seen,
    )  # fmt: skip
