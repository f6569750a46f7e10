"""`/deliveries`: dead letters, unknown outcomes, what waits and what was sent, by whom, by which way and when; and the buttons."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.compose.words import Words
from cgtwatch.deliver import CHANNELS
from cgtwatch.errors import CgtwatchError, NotFound
from cgtwatch.model.delivery import Delivery, DeliveryState
from cgtwatch.store.overview import OPERATOR, LedgerQuery
from cgtwatch.store.records import Attempt
from cgtwatch.web.account.posting import posted
from cgtwatch.web.account.viewer import Viewer, viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form
from cgtwatch.web.pages.delivery import delivery_html, delivery_page
from cgtwatch.web.pages.refusing import refused
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

ROWS = 50
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
_ASKED = ("state", "subscription", "channel", "since", "until")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery with its attempts, and what may be done with it."""

    one: Delivery
    attempts: tuple[Attempt, ...]
    tone: str
    again: bool
    closings: tuple[str, ...]


def deliveries_routes(site: Site) -> list[Route]:
    """The ledger and its single lines."""
    page = Deliveries(site)
    return [
        Route("/deliveries", page.show),
        Route("/deliveries/{key}", page.one),
        Route("/deliveries/{key}", page.do, methods=["POST"]),
        Route("/deliveries/{key}/html", page.html),
    ]


class Deliveries:
    """The handlers. Readers see how it goes; addresses, bodies and buttons are for operators."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def show(self, request: Request) -> Response:
        """`?state= &subscription= &channel= &since= &until=` (days of this machine's zone), `?before=KEY` what is older."""
        store, said, viewer = self._site.app.store, wording(request), viewer_of(request)
        kept = {name: request.query_params.get(name, "") for name in _ASKED}
        query = asked(kept, request.query_params.get("before", ""))
        found, counts = store.delivery_lines(query), store.unsettled()
        done = request.query_params.get("done", "")
        dead = store.dead_letters(kept["subscription"]) if kept["subscription"] and kept["subscription"] != OPERATOR else 0
        values = {
            "lines": [line_of(one, self._attempts(one), self._may(viewer)) for one in found[:ROWS]],
            "older": _address(kept | {"before": found[ROWS - 1].key}) if len(found) > ROWS else None,
            "newest": _address(kept) if query.before else None,
            "kept": kept,
            "tabs": _tabs(kept, counts, said),
            "channels": [(name, said.name("channels", name)) for name in CHANNELS],
            "narrowed": any(kept.values()),
            "operator": OPERATOR,
            "dead": dead if self._may(viewer) else 0,
            "done": done if done in _SAID else "",
        }
        return self._site.answers.page(request, "deliveries", values, headers=ASKING)

    def one(self, request: Request) -> Response:
        """One delivery with every attempt and, for operators, what is sent."""
        viewer, app = viewer_of(request), self._site.app
        found = app.store.delivery(request.path_params["key"])
        line = line_of(found, app.store.attempts(found.key), self._may(viewer))
        done = request.query_params.get("done", "")
        values = delivery_page(app, found, viewer) | {"line": line, "done": done if done in _SAID else ""}
        return self._site.answers.page(request, "delivery", values, headers=ASKING)

    def html(self, request: Request) -> Response:
        """The HTML of a stored mail, for the frame; operators alone, since its links are its reader's own."""
        viewer = viewer_of(request)
        if viewer is None or not viewer.operates:
            return self._site.answers.note(request, "operators_only", 403)
        return delivery_html(self._site.app.store.delivery(request.path_params["key"]))

    async def do(self, request: Request) -> Response:
        """Send again, or say what became of it."""
        form = await posted(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._done, request, form)

    # --- what is done

    def _done(self, request: Request, form: Form) -> Response:
        key, doing = request.path_params["key"], form.one("do")
        try:
            if doing == "redeliver":
                self._run("deliveries.redeliver", {"key": key})
            elif doing in {"sent", "cancelled", "dead"}:
                self._run("deliveries.resolve", {"key": key, "state": doing})
            else:
                return self._site.answers.note(request, "not_understood", 400)
        except NotFound:
            raise
        except CgtwatchError as error:
            return refused(self._site, request, error)
        done = {"done": "redelivered" if doing == "redeliver" else "resolved"}
        if form.one("there"):
            return RedirectResponse(f"/deliveries/{key}?{urlencode(done)}", 303)
        return RedirectResponse(_address(done | {name: form.one(name) for name in _ASKED}), 303)

    def _run(self, operation: str, args: Mapping[str, Any]) -> None:
        self._site.run(operation, args)
        _log.info("%s by page delivery=%s", operation, args["key"])

    def _may(self, viewer: Viewer | None) -> bool:
        return viewer is not None and viewer.operates and self._site.perform is not None

    def _attempts(self, one: Delivery) -> Sequence[Attempt]:
        """Those of a line; what went well at once has nothing to tell."""
        well = one.state is DeliveryState.SENT and one.attempts <= 1
        return () if well else self._site.app.store.attempts(one.key)


def line_of(one: Delivery, attempts: Sequence[Attempt], may: bool) -> Line:
    """A line of the ledger; `may`: whoever looks may press its buttons."""
    closings = _CLOSINGS.get(one.state, ()) if may else ()
    return Line(one, tuple(attempts), _TONES.get(one.state.value, "quiet"), may and one.state in _SENDABLE, closings)


def asked(given: Mapping[str, str], before: str) -> LedgerQuery:
    """What an address asks for. Raises `NotFound` for a state, way or day that there is not."""
    state, channel = given["state"], given["channel"]
    if state not in {"", *DeliveryState} or channel not in {"", *CHANNELS}:
        raise NotFound("no such state or channel")
    return LedgerQuery(
        state=DeliveryState(state) if state else None,
        subscription=given["subscription"],
        channel=channel,
        since=_day(given["since"]),
        until=_day(given["until"], timedelta(days=1)),
        before=before,
        limit=ROWS + 1,
    )


def _day(text: str, later: timedelta = timedelta()) -> datetime | None:
    """When a day begins where this machine stands, as times are shown here, or so much later. Raises `NotFound`."""
    if not text:
        return None
    try:
        return (datetime.combine(date.fromisoformat(text), time()) + later).astimezone().astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotFound("no such day") from None


def _tabs(kept: Mapping[str, str], counts: Mapping[DeliveryState, int], said: Words) -> list[tuple[str, str, int | None, bool]]:
    """Address, text, number and whether it is the present one; states in which nothing is are left out."""
    rest = {name: value for name, value in kept.items() if name != "state"}
    narrowed = any(rest.values())  # then the numbers, which are of all, would mislead
    tabs: list[tuple[str, str, int | None, bool]] = [(_address(rest), said.say("ledger_all"), None, not kept["state"])]
    for state in ORDER:
        count = counts.get(state)
        if count != 0 or narrowed or kept["state"] == state:
            shown = None if narrowed else count
            tabs.append((_address(rest | {"state": state.value}), said.name("states", state), shown, kept["state"] == state))
    return tabs


def _address(asked_for: Mapping[str, str]) -> str:
    said = urlencode({name: value for name, value in asked_for.items() if value})
    return f"/deliveries?{said}" if said else "/deliveries"
