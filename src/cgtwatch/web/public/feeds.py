"""`/feeds/…`: what a subscription was told, for feed readers; whoever knows the address may read it."""

from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, request_response

from cgtwatch.app import App
from cgtwatch.compose.why import why_subscription
from cgtwatch.deliver.feed import Item, items
from cgtwatch.engine.readers.adding import feeds_of
from cgtwatch.model.subscription import Subscription
from cgtwatch.web.exchange import Exchange
from cgtwatch.web.public.feed_formats import FORMS, Channel
from cgtwatch.web.public.links import subject_of, subscription_of
from cgtwatch.web.words import page_words

PURPOSE = "feed"
MOST_ITEMS, MOST_DELIVERIES = 100, 50


def feed_routes(app: App) -> list[Route]:
    """The addresses of feeds."""
    return [
        Route(f"/feeds/{{token}}.{form}", Exchange(request_response(Feeds(app, form).show), vary=""), methods=["GET", "HEAD"])
        for form in FORMS
    ]


class Feeds:
    """The handler of one form."""

    def __init__(self, app: App, form: str) -> None:
        self._app, self._form = app, form
        self._type, self._write = FORMS[form]

    def show(self, request: Request) -> Response:
        """The feed; 410 where the subscription has ended."""
        who = subject_of(self._app, PURPOSE, request.path_params["token"])
        if who is None:
            return PlainTextResponse("no such feed\n", 404)
        one = subscription_of(self._app, who)
        if one is None or one.channel != "feed":
            return PlainTextResponse("this feed has ended\n", 410)
        channel = self._channel(one)
        headers = {
            "Last-Modified": format_datetime(channel.updated.astimezone(UTC).replace(microsecond=0), usegmt=True),
            "X-Robots-Tag": "noindex",
        }
        return Response(self._write(channel), media_type=f"{self._type}; charset=utf-8", headers=headers)

    def _channel(self, one: Subscription) -> Channel:
        said = page_words(one.language)
        found = _latest(self._app, one)
        began = one.created_at or datetime(1970, 1, 1, tzinfo=UTC)
        addresses = feeds_of(self._app, one)
        return Channel(
            title=said.say("colon", a=said.say("brand"), b=one.name),
            about=why_subscription(one, said, self._app.issuer_names(), self._app.topic_names()),
            home=self._app.settings.public_url or addresses["rss"].partition("/feeds/")[0],
            addresses=addresses,
            language="zh-CN" if one.language == "zh" else "en",
            updated=max((item.at for item in found), default=began),
            items=found,
        )


def _latest(app: App, one: Subscription) -> list[Item]:
    """The newest items first, each once."""
    told = [item for delivery in app.store.in_feed(one.name, MOST_DELIVERIES) for item in items(delivery)]
    return list({item.id: item for item in reversed(told)}.values())[::-1][:MOST_ITEMS]
