"""`/subscriptions/NAME`: one subscription with what it asks, how it stands and what it was sent; and an operator's buttons."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.why import why_subscription
from cgtwatch.engine.readers.adding import feeds_of, secret_of
from cgtwatch.engine.readers.as_file import target_text
from cgtwatch.engine.readers.subscribing import bounced
from cgtwatch.errors import CgtwatchError, NotFound
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.subscription import Status, Subscription
from cgtwatch.select import wanted
from cgtwatch.web.account.posting import posted
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form
from cgtwatch.web.pages.reader_words import in_words, options_in_words
from cgtwatch.web.pages.refusing import refused
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

TITLES, SENT, BOUNCES = 8, 8, 5
MOST_JUDGED = 1000  # announcements
_PLAIN: Mapping[str, str] = {"pause": "paused", "resume": "resumed", "confirm": "confirmed"}
_DONE = frozenset({"added", "changed", "paused", "resumed", "confirmed", "rotated", "tested", "tested_not", "redelivered"})
_log = logging.getLogger(__name__)


def subscription_page_routes(site: Site) -> list[Route]:
    """The addresses of single subscriptions."""
    page = SubscriptionPage(site)
    return [Route("/subscriptions/{name}", page.show), Route("/subscriptions/{name}", page.do, methods=["POST"])]


class SubscriptionPage:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shown = {"remove": self._remove, "rotate": self._rotate, "reveal": self._reveal}

    def show(self, request: Request) -> Response:
        """The subscription as it stands; `?done=…` says what was done a moment ago."""
        return self._page(request, self._site.app.store.subscription(request.path_params["name"]))

    async def do(self, request: Request) -> Response:
        """What a button asks for, then the page again (303)."""
        form = await posted(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._done, request, form)

    # --- what is done

    def _done(self, request: Request, form: Form) -> Response:
        one = self._site.app.store.subscription(request.path_params["name"])
        doing = form.one("do")
        try:
            if doing in self._shown:
                return self._shown[doing](request, one, form)
            done = self._plainly(one.name, doing)
        except NotFound:
            raise
        except CgtwatchError as error:
            return refused(self._site, request, error)
        if not done:
            return self._site.answers.note(request, "not_understood", 400)
        return RedirectResponse(f"/subscriptions/{one.name}?done={done}", 303)

    def _plainly(self, name: str, doing: str) -> str:
        """Do what needs nothing but the name; what is to be said of it then, empty where nothing is called so."""
        if doing in _PLAIN:
            self._run(f"subscriptions.{doing}", {"name": name})
        elif doing == "test":
            rows = self._run("subscriptions.test", {"name": name})
            return "tested" if rows and rows[-1].get("state") == "sent" else "tested_not"
        elif doing == "again":
            self._run("deliveries.redeliver", {"dead": True, "subscription": name})
            return "redelivered"
        return _PLAIN.get(doing, "")

    def _remove(self, request: Request, one: Subscription, form: Form) -> Response:
        """Asked for twice: by the button, and by the tick beside it."""
        if not form.one("sure"):
            return self._page(request, one, {"wrong": wording(request).say("wrong_sure")}, 422)
        self._run("subscriptions.remove", {"name": one.name})
        return RedirectResponse("/subscriptions?done=removed", 303)

    def _rotate(self, request: Request, one: Subscription, form: Form) -> Response:
        """The new secret is shown at once, by no address that could be opened again."""
        self._run("subscriptions.rotate", {"name": one.name, "keep": "0s" if form.one("leaked") else None})
        return self._reveal(request, self._site.app.store.subscription(one.name), form)

    def _reveal(self, request: Request, one: Subscription, _form: Form) -> Response:
        shown = {"target": target_text(one.channel, one.target), **secret_of(self._site.app, one)}
        return self._page(request, one, {"revealed": shown})

    def _run(self, operation: str, args: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        rows = self._site.run(operation, args)
        _log.info("%s by page subscription=%s", operation, args.get("name") or args.get("subscription"))
        return rows

    # --- the page

    def _page(self, request: Request, one: Subscription, more: Mapping[str, Any] | None = None, status: int = 200) -> Response:
        app, said, viewer = self._site.app, wording(request), viewer_of(request)
        now, done = app.clock(), request.query_params.get("done", "")
        operates = viewer is not None and viewer.operates
        waiting, of = _waiting(app, one)
        values = {
            "one": in_words(one, app, said, viewer, now),
            "state": one.status.value,
            "kind": one.channel,
            "why": why_subscription(one, said, app.issuer_names(), app.topic_names()),
            "options": options_in_words(one, said),
            "origin": one.origin.value,
            "promise": one.promise.value.replace("-", "_"),
            "created_at": one.created_at,
            "old_secret": one.options.old_secret_until if one.options.old_secret_until > now.isoformat() else "",
            "titles": waiting[:TITLES],
            "waiting": len(waiting),
            "of": of,
            "sent": app.store.sent_digests(one.name, limit=SENT),
            "states": [(name, said.name("states", name), n) for name, n in sorted(app.store.states_of(one.name).items())],
            "bounces": list(app.store.bounces(one.name))[:BOUNCES] if operates else [],
            "bounced": sum(bounced(app.store.bounce_counts().get(one.name, {})).values()),
            "feeds": feeds_of(app, one) if operates and one.channel == "feed" else {},
            "dead": app.store.dead_letters(one.name),
            "pending": one.status is Status.PENDING,
            "acts": operates and self._site.perform is not None,
            "done": done if done in _DONE and not more else "",
            "revealed": None,
            "wrong": "",
            **(more or {}),
        }
        return self._site.answers.page(request, "subscription", values, status=status, headers=ASKING)


def _waiting(app: App, one: Subscription) -> tuple[list[PolicyEvent], str]:
    """The events that its next message tells, and among how many they were chosen; of a long pause the first thousand are judged."""
    found = app.store.announcements(one.sent_upto, None, MOST_JUDGED)
    came = {each.event.id: each.event for each in found}
    of = f"{len(came)}+" if len(found) == MOST_JUDGED else str(len(came))
    return [event for event in came.values() if wanted(one, event).wanted], of
