"""The next message of a subscription as it would go out now, byte for byte; nothing is stored or sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.errors import CgtwatchError
from cgtwatch.model.delivery import Message, Payload
from cgtwatch.model.subscription import Subscription
from cgtwatch.pipeline.digest import delivery_key, preview
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.framing import framed
from cgtwatch.web.pages.mailbox import part_of
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

LATEST = 20  # announcements that are told instead, where one likes to see some
_HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Content-Type",
)
_SAYING = frozenset({"text", "content", "title", "markdown", "description", "value", "name", "plain_text"})


@dataclass(frozen=True, slots=True)
class Body:
    """What a receiver gets, for a person to look at: a mail's parts and headers, or JSON laid out and the texts in it."""

    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    html: str = ""
    data: str = ""
    files: tuple[str, ...] = ()


def preview_routes(site: Site) -> list[Route]:
    """The page, and what stands in its frame."""
    page = Preview(site)
    return [
        Route("/subscriptions/{name}/preview", page.show),
        Route("/subscriptions/{name}/preview/html", page.html),
    ]


class Preview:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def show(self, request: Request) -> Response:
        """The message with its parts; `?last=20` tells the latest announcements instead of those that wait."""
        app = self._site.app
        one, message, count = _made(app, request)
        bodies, wrong = _bodies(app, one, message) if _operates(request) else ((), "")
        values = {
            "name": one.name,
            "kind": one.channel,
            "message": message,
            "count": count,
            "last": _last(request),
            "latest": LATEST,
            "silent": count == 0 and one.welcomed and not one.options.nothing_new,
            "bodies": bodies,
            "wrong": wrong,
            "frame": f"/subscriptions/{one.name}/preview/html" + (f"?last={LATEST}" if _last(request) else ""),
        }
        return self._site.answers.page(request, "preview", values, headers=ASKING)

    def html(self, request: Request) -> Response:
        """The HTML of the very mail for an operator; without its reader's own links for anybody else."""
        one, message, _ = _made(self._site.app, request)
        bodies = _bodies(self._site.app, one, message)[0] if _operates(request) and one.channel in {"email", "maildir"} else ()
        return framed(next((body.html for body in bodies if body.html), message.html))


def _operates(request: Request) -> bool:
    viewer = viewer_of(request)
    return viewer is not None and viewer.operates


def _last(request: Request) -> bool:
    return bool(request.query_params.get("last"))


def _made(app: App, request: Request) -> tuple[Subscription, Message, int]:
    one = app.store.subscription(request.path_params["name"])
    asked = replace(one, sent_upto=max(0, app.store.last_seq() - LATEST)) if _last(request) else one
    return one, *preview(asked, app.digest_parts, app.clock())


def _bodies(app: App, one: Subscription, message: Message) -> tuple[Sequence[Body], str]:
    """What the channel would send, post by post, or why it cannot."""
    try:
        payloads = app.channel(one.channel).freeze(message, one, delivery_key(one, one.sent_upto, app.store.last_seq()))
    except CgtwatchError as error:
        return (), str(error)
    return [body_of(payload) for payload in payloads], ""


def body_of(payload: Payload) -> Body:
    """A payload taken apart: a mail by its parts, JSON laid out; anything else as text."""
    whole = payload.filled
    if payload.content_type == "message/rfc822":
        return _mail(whole)
    text = whole.decode("utf-8", "replace")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return Body(text=text)
    return Body(text="\n".join(dict.fromkeys(_texts(data))), data=json.dumps(data, ensure_ascii=False, indent=2))


def _mail(whole: bytes) -> Body:
    mail = message_from_bytes(whole, policy=policy.default)
    files = tuple(part.get_filename() or part.get_content_type() for part in mail.iter_attachments())
    headers = tuple((name, str(mail[name])) for name in _HEADERS if name in mail)
    return Body(headers, part_of(mail, "plain"), part_of(mail, "html"), files=files)


def _texts(data: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """What a person would read of a card, in its order."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            if isinstance(value, str) and name in _SAYING and value.strip():
                yield value
            else:
                yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
