"""`/deliveries`: dead letters, unknown outcomes, what waits and what was sent; who reads; and for this machine the buttons."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.why import why_subscription
from cgtwatch.compose.words import Words
from cgtwatch.engine.readers.adding import feeds_of
from cgtwatch.errors import STORAGE_TROUBLE, CgtwatchError, ConfigError, NotFound
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.select import shown_target
from cgtwatch.store.records import Attempt
from cgtwatch.web.answers import Answers, wording
from cgtwatch.web.api.deliveries import state_of
from cgtwatch.web.forms import Form, Refused, from_our_page, is_local, posted_form
from cgtwatch.web.parts import Perform
from cgtwatch.web.safety import ASKING

ROWS, READERS = 50, 200
# What needs a person first.
ORDER = (
    DeliveryState.DEAD, DeliveryState.UNKNOWN, DeliveryState.RETRY, DeliveryState.QUEUED, DeliveryState.ATTEMPTED, DeliveryState.SENT,
    DeliveryState.CANCELLED,
)  # fmt: skip
_SENDABLE = frozenset(
    {DeliveryState.DEAD, DeliveryState.UNKNOWN, DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.RETRY}
)
_CLOSINGS: Mapping[DeliveryState, tuple[str, ...]] = {
    DeliveryState.UNKNOWN: ("sent", "dead", "cancelled"),
    DeliveryState.DEAD: ("sent", "cancelled"),
    DeliveryState.QUEUED: ("cancelled",),
    DeliveryState.RETRY: ("sent", "cancelled"),
}
_TONES = {"sent": "good", "dead": "bad", "unknown": "warn", "retry": "warn"}
_SAID = frozenset({"redelivered", "resolved"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery with its attempts, and what may be done with it."""

    one: Delivery
    attempts: tuple[Attempt, ...]
    tone: str
    again: bool
    closings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscription in words. `to` and `feeds` are for this machine's eyes alone."""

    name: str
    channel: str
    to: str
    asks: str
    status: str
    tone: str
    next: datetime | None
    note: str
    bounces: int
    feeds: Mapping[str, str]


def deliveries_routes(app: App, answers: Answers, perform: Perform | None) -> list[Route]:
    """The page and its buttons."""
    page = Deliveries(app, answers, perform)
    return [
        Route("/deliveries", page.show),
        Route("/deliveries/{key}", page.do, methods=["POST"]),
    ]


class Deliveries:
    """The handlers. Until there is a log-in, being on this machine is the right to see addresses and to press a button."""

    def __init__(self, app: App, answers: Answers, perform: Perform | None) -> None:
        self._app, self._answers, self._perform = app, answers, perform

    def show(self, request: Request) -> Response:
        """`?state=dead` shows those alone, `?before=KEY` what is older."""
        try:
            state = state_of(request.query_params.get("state"))
            found = self._app.store.ledger(state, request.query_params.get("before"), ROWS + 1)
        except ConfigError:
            raise NotFound("no such state") from None
        said, here, counts = wording(request), is_local(request), self._app.store.unsettled()
        subscriptions, done = self._app.store.subscriptions(), request.query_params.get("done")
        values = {
            "lines": [self._line(one, here) for one in found[:ROWS]],
            "older": found[ROWS - 1].key if len(found) > ROWS else "",
            "state": state.value if state else "",
            "filters": [(one.value, said.name("states", one), counts.get(one)) for one in ORDER],
            "readers": [self._reader(one, said, here) for one in subscriptions[:READERS]],
            "more_readers": max(0, len(subscriptions) - READERS),
            "local": here,
            "done": done if done in _SAID else "",
        }
        return self._answers.page(request, "deliveries", values, headers=ASKING)

    def _line(self, one: Delivery, here: bool) -> Line:
        may = here and self._perform is not None
        closings = _CLOSINGS.get(one.state, ()) if may else ()
        tone = _TONES.get(one.state.value, "quiet")
        return Line(one, self._app.store.attempts(one.key), tone, may and one.state in _SENDABLE, closings)

    def _reader(self, one: Subscription, said: Words, here: bool) -> Reader:
        due = one.next_due if one.cadence.every is not Every.NOW and one.status is Status.ACTIVE else None
        return Reader(
            name=one.name,
            channel=said.name("channels", one.channel),
            to=shown_target(one.channel, one.target) if here and one.channel != "feed" else "",
            asks=why_subscription(one, said, self._app.issuer_names(), self._app.topic_names()),
            status=said.name("statuses", one.status) or said.say("is_active"),
            tone="good" if one.status is Status.ACTIVE else "warn",
            next=max(due, self._app.clock()) if due else None,
            note=one.note,
            bounces=len(self._app.store.bounces(one.name)),
            feeds=feeds_of(self._app, one) if here and one.channel == "feed" else {},
        )

    async def do(self, request: Request) -> Response:
        """Send again, or say what became of it; only from this page on this machine."""
        if not is_local(request) or not from_our_page(request, None, surely=True):
            return self._answers.note(request, "not_from_here", 403)
        try:
            form = await posted_form(request)
        except Refused as error:
            return self._answers.note(request, "not_understood", error.status)
        return await run_in_threadpool(self._done, request, form)

    def _done(self, request: Request, form: Form) -> Response:
        key, doing = request.path_params["key"], form.one("do")
        if self._perform is None:
            return self._answers.note(request, "later", 503)
        try:
            if doing == "redeliver":
                self._run("deliveries.redeliver", {"key": key})
            elif doing in {"sent", "cancelled", "dead"}:
                self._run("deliveries.resolve", {"key": key, "state": doing})
            else:
                return self._answers.note(request, "not_understood", 400)
        except NotFound:
            raise
        except CgtwatchError as error:
            return self._refused(request, error)
        done = "redelivered" if doing == "redeliver" else "resolved"
        return RedirectResponse(f"/deliveries?done={done}{_kept(request, form)}", 303)

    def _run(self, operation: str, args: Mapping[str, Any]) -> None:
        if self._perform is not None:
            list(self._perform(operation, args))
            _log.info("%s by page delivery=%s", operation, args["key"])

    def _refused(self, request: Request, error: CgtwatchError) -> Response:
        """It is in a state in which that cannot be done, as when somebody else was first; or nothing can be stored now."""
        if isinstance(error, STORAGE_TROUBLE) and type(error).__name__ != "StoreError":
            return self._answers.note(request, "later", 503, headers={"Retry-After": "5"})
        return self._answers.note(request, "not_now", 409, what=str(error))


def _kept(request: Request, form: Form) -> str:
    """The filter and the language that the page had."""
    lang, state = request.query_params.get("lang"), form.one("state")
    known = {one.value for one in DeliveryState}
    return (f"&state={state}" if state in known else "") + (f"&lang={lang}" if lang in {"zh", "en"} else "")
