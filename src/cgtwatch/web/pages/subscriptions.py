"""`/subscriptions`: everybody who is told something, searched and a page at a time; what they ask for, when, and what is in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgtwatch.compose.words import Words
from cgtwatch.deliver import CHANNELS
from cgtwatch.engine.readers.subscribing import bounced
from cgtwatch.errors import NotFound
from cgtwatch.model.subscription import Status
from cgtwatch.store.overview import Reader, ReaderQuery
from cgtwatch.web.account.viewer import Viewer, viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.pages.preview import preview_routes
from cgtwatch.web.pages.reader_words import InWords, in_words
from cgtwatch.web.pages.subscription import subscription_page_routes
from cgtwatch.web.pages.subscription_form import form_routes
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

ROWS = 50
LONGEST_WORD = 100
_TROUBLE = "trouble"
_DONE = frozenset({"removed"})


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list; the numbers are of messages that wait for a word, and of mails that came back."""

    one: InWords
    last_sent: datetime | None
    stuck: int
    bounces: int


def subscriptions_routes(site: Site) -> list[Route]:
    """The list, and the pages of single ones."""
    return [
        Route("/subscriptions", Subscriptions(site).show),
        *form_routes(site),  # `new` stands before the names
        *preview_routes(site),
        *subscription_page_routes(site),
    ]


class Subscriptions:
    """The handler of the list."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def show(self, request: Request) -> Response:
        """`?q=` in names (operators: addresses too), `?status=`, `?channel=`, `?after=` the last name of the page before."""
        viewer, said, store = viewer_of(request), wording(request), self._site.app.store
        query = asked(request, viewer)
        found, alarms = store.readers(query), store.bounce_counts()
        now = self._site.app.clock()
        lines = [_line(one, in_words(one.subscription, self._site.app, said, viewer, now), alarms) for one in found[:ROWS]]
        kept = {name: request.query_params.get(name, "") for name in ("q", "status", "channel")}
        done = request.query_params.get("done", "")
        values = {
            "lines": lines,
            "count": store.count_readers(query),
            "older": _address(kept | {"after": lines[-1].one.name}) if len(found) > ROWS else None,
            "newer": _address(kept) if query.after else None,
            "kept": kept,
            "tabs": _tabs(kept, store.statuses(), said),
            "channels": [(name, said.name("channels", name)) for name in CHANNELS],
            "narrowed": any(kept.values()),
            "done": done if done in _DONE else "",
            "rests": self._site.perform is None,
        }
        return self._site.answers.page(request, "subscriptions", values, headers=ASKING)


def asked(request: Request, viewer: Viewer | None) -> ReaderQuery:
    """What the address asks for. Raises `NotFound` for a status or channel that there is not."""
    status, channel = request.query_params.get("status", ""), request.query_params.get("channel", "")
    if status not in {"", _TROUBLE, *Status} or channel not in {"", *CHANNELS}:
        raise NotFound("no such status or channel")
    return ReaderQuery(
        word=request.query_params.get("q", "").strip()[:LONGEST_WORD],
        targets=viewer is not None and viewer.operates,
        status=Status(status) if status not in {"", _TROUBLE} else None,
        channel=channel,
        trouble=status == _TROUBLE,
        after=request.query_params.get("after", "")[:LONGEST_WORD],
        limit=ROWS + 1,
    )


def _line(one: Reader, words: InWords, counts: Mapping[str, Mapping[str, int]]) -> Line:
    return Line(words, one.last_sent, one.stuck, sum(bounced(counts.get(one.subscription.name, {})).values()))


def _tabs(kept: Mapping[str, str], counts: Mapping[Status, int], said: Words) -> list[tuple[str, str, int | None, bool]]:
    """Address, text, number and whether it is the present one; a status that nobody has is left out."""
    rest = {name: value for name, value in kept.items() if name != "status"}
    every = [("", said.say("sub_all"), sum(counts.values()))]
    every += [(one.value, said.name("statuses", one) or said.say("is_active"), counts[one]) for one in Status if one in counts]
    tabs: list[tuple[str, str, int | None, bool]] = [
        (_address(rest | {"status": value}), text, count, kept["status"] == value) for value, text, count in every
    ]
    return [*tabs, (_address(rest | {"status": _TROUBLE}), said.say("sub_trouble"), None, kept["status"] == _TROUBLE)]


def _address(asked: Mapping[str, Any]) -> str:
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"/subscriptions?{said}" if said else "/subscriptions"
