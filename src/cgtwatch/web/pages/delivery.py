"""One delivery: where it goes, how it stands, every attempt, and the very bytes that its receiver gets."""

from typing import Any

from starlette.responses import Response

from cgtwatch.app import App
from cgtwatch.errors import NotFound
from cgtwatch.model.delivery import Delivery
from cgtwatch.web.account.viewer import Viewer
from cgtwatch.web.framing import framed
from cgtwatch.web.pages.preview import Body, body_of
from cgtwatch.web.pages.reader_words import shown_to


def delivery_page(app: App, one: Delivery, viewer: Viewer | None) -> dict[str, Any]:
    """What the template of that name shows; addresses and bytes are for operators, since the links in a mail are its reader's own."""
    operates = viewer is not None and viewer.operates
    body = kept_body(one) if operates else None
    return {
        "one": one,
        "to": shown_to(one.channel, one.target) if operates else "",
        "operates": operates,
        "body": body,
        "framed": bool(body and body.html),
        "dead": app.store.dead_letters(one.subscription) if operates and one.subscription else 0,
        "served": bool(one.subscription) and _served(app, one.subscription),
    }


def delivery_html(one: Delivery) -> Response:
    """The HTML of a stored mail, sandboxed. Raises `NotFound`."""
    body = kept_body(one)
    return framed(body.html if body else "")


def kept_body(one: Delivery) -> Body | None:
    """What was frozen, taken apart; None where its bytes are no longer kept."""
    return body_of(one.payload) if one.payload.body else None


def _served(app: App, name: str) -> bool:
    """Whether a subscription of that name has a page."""
    try:
        app.store.subscription(name)
    except NotFound:
        return False
    return True
