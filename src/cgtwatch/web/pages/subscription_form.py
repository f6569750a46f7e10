"""Forms of an operator: a new subscription, and other wishes for one that there is; both can be tried before they are stored."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.words import Words
from cgtwatch.engine.readers.wishes import known_of, wished
from cgtwatch.errors import CgtwatchError, ConfigError, NotFound
from cgtwatch.model.subscription import Subscription
from cgtwatch.model.taxonomy import Importance
from cgtwatch.web.account.posting import posted
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.filters import filter_of, not_kept, read
from cgtwatch.web.forms import Form
from cgtwatch.web.pages.matching import tried
from cgtwatch.web.pages.refusing import refused
from cgtwatch.web.pages.targets import BARE, EXAMPLES, target_of, ways
from cgtwatch.web.parts import Site
from cgtwatch.web.public.issuers import show_issuers
from cgtwatch.web.public.wishes import Wishes, asked, first_wishes, form_wishes, issuers_of, offer, wishes_of, wrong_wishes
from cgtwatch.web.safety import ASKING
from cgtwatch.web.words import page_words

NEW = "new"  # this page's own address, so no subscription made here is called so
_FIELDS = {"--to": "to", "NAME": "name", "--since": "since", "--query": "query", "--promise": "promise", "--tz": "tz"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds, right or wrong."""

    wishes: Wishes
    name: str = ""
    channel: str = "email"
    address: str = ""
    since: str = ""
    promise: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


def form_routes(site: Site) -> list[Route]:
    """The addresses of both forms."""
    forms = Forms(site)
    return [
        Route("/subscriptions/new", forms.fresh),
        Route("/subscriptions/new", forms.post_fresh, methods=["POST"]),
        Route("/subscriptions/{name}/edit", forms.edit),
        Route("/subscriptions/{name}/edit", forms.post_edit, methods=["POST"]),
    ]


class Forms:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def fresh(self, request: Request) -> Response:
        """An empty form, or one that holds the filter of another page: its address takes the names of the Events page."""
        if (no := self._operators(request)) is not None:
            return no
        wishes, left_out = prefilled(self._site.app, request, wording(request).language)
        return self._page(request, Filled(wishes), None, {"left_out": left_out})

    def edit(self, request: Request) -> Response:
        """The wishes of a subscription as they stand."""
        if (no := self._operators(request)) is not None:
            return no
        one = self._site.app.store.subscription(request.path_params["name"])
        return self._page(request, self._held(one, wording(request)), one)

    async def post_fresh(self, request: Request) -> Response:
        """Try it, or make it."""
        form = await posted(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._taken, request, form, None)

    async def post_edit(self, request: Request) -> Response:
        """Try it, or store it."""
        form = await posted(self._site, request)
        if isinstance(form, Response):
            return form
        one = await run_in_threadpool(self._site.app.store.subscription, request.path_params["name"])
        return await run_in_threadpool(self._taken, request, form, one)

    def _operators(self, request: Request) -> Response | None:
        viewer = viewer_of(request)
        if viewer is None or not viewer.operates:
            return self._site.answers.note(request, "operators_only", 403)
        return None

    def _held(self, one: Subscription, said: Words) -> Filled:
        return Filled(wishes_of(one, self._site.app, said), one.name, one.channel, promise=one.promise.value)

    def _taken(self, request: Request, form: Form, one: Subscription | None) -> Response:
        said, app = wording(request), self._site.app
        filled = Filled(
            form_wishes(form), form.one("name"), form.one("channel"), form.one("to"), form.one("since"), form.one("promise")
        )
        try:
            args, wrong = self._args(filled, one, said)
            if form.one("do") == "try":
                wrong = {name: what for name, what in wrong.items() if name not in {"name", "to"}}
                count = tried(wished(_filter_of(args), known_of(app), one), app, app.clock()) if not wrong else None
                return self._page(request, replace(filled, wrong=wrong), one, {"tried": count}, 422 if wrong else 200)
            if not wrong:
                return self._stored(args, one)
        except NotFound:
            raise
        except ConfigError as error:
            wrong = _told(error)
        except CgtwatchError as error:
            return refused(self._site, request, error)
        return self._page(request, replace(filled, wrong=wrong), one, status=422)

    def _args(self, filled: Filled, one: Subscription | None, said: Words) -> tuple[dict[str, Any], dict[str, str]]:
        """What the operation is asked, and what is wrong with it in the reader's language."""
        app, now = self._site.app, self._site.app.clock()
        offered = offer(app, said, now, filled.wishes)
        wrong = dict(wrong_wishes(filled.wishes, offered, said))
        if one is None and filled.name in {"", NEW}:
            wrong["name"] = said.say("wrong_name")
        to = target_of(filled.channel, filled.address)
        if to is None and (one is None or one.channel != filled.channel):
            wrong["to"] = said.say("wrong_target")
        since = _moment(filled.since, filled.wishes.zone) if filled.since and one is None else None
        if filled.since and one is None and since is None:
            wrong["since"] = said.say("wrong_day")
        if wrong:
            return {}, wrong
        more = {"to": to, "promise": filled.promise or None}
        if one is not None:
            was = asked(wishes_of(one, app, said), offered)
            kept = {name: value for name, value in asked(filled.wishes, offered).items() if value != was[name]}
            changed = {name: value for name, value in more.items() if value is not None and not _same(name, value, one)}
            return {"name": one.name, **kept, **changed}, {}
        return {"name": filled.name, **asked(filled.wishes, offered), **more, "since": since}, {}

    def _stored(self, args: Mapping[str, Any], one: Subscription | None) -> Response:
        assert self._site.perform is not None  # `posted` has seen to it
        operation = "subscriptions.add" if one is None else "subscriptions.change"
        if one is None or len(args) > 1:
            list(self._site.perform(operation, args))
            _log.info("%s by page subscription=%s", operation, args["name"])
        return RedirectResponse(f"/subscriptions/{args['name']}?done={'added' if one is None else 'changed'}", 303)

    def _page(
        self, request: Request, filled: Filled, one: Subscription | None, more: Mapping[str, Any] | None = None, status: int = 200
    ) -> Response:
        said, app = wording(request), self._site.app
        values = {
            "form": filled,
            "wishes": filled.wishes,
            "wrong": filled.wrong,
            "offer": offer(app, said, app.clock(), filled.wishes),
            "ways": ways(said),
            "examples": [(said.name("channels", name), text) for name, text in EXAMPLES.items()],
            "bare": one is not None and one.channel in BARE,
            "editing": one.name if one else "",
            "tried": None,
            "left_out": (),
            **(more or {}),
        }
        return self._site.answers.page(request, "subscription_form", values, status=status, headers=ASKING)


def prefilled(app: App, request: Request, language: str) -> tuple[Wishes, tuple[str, ...]]:
    """The wishes that an address of the Events page means, and the names of what no subscription can ask for."""
    asked_for = read(request.query_params.multi_items(), app.clock().date(), app.topic_names()).query
    meant, first = filter_of(asked_for), first_wishes(language)
    least = str(meant.importance or "")
    wishes = replace(
        first, topics=tuple(map(str, meant.topics)), places=meant.jurisdictions, levels=tuple(map(str, meant.levels)),
        kinds=tuple(map(str, meant.doc_types)), stages=tuple(map(str, meant.stages)), query=meant.query, named=meant.issuers,
        issuers=show_issuers(meant.issuers, issuers_of(app, meant.issuers), page_words(language)),
        importance=least if least in {Importance.HIGH, Importance.MEDIUM} else "",
    )  # fmt: skip
    return wishes, not_kept(asked_for)


def _filter_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is asked for that on which the number depends."""
    return {name: value for name, value in args.items() if name not in {"name", "to", "since", "promise"}}


def _same(name: str, value: object, one: Subscription) -> bool:
    return (name == "promise" and value == one.promise.value) or (name == "to" and one.channel in BARE and value == one.target)


def _told(error: ConfigError) -> dict[str, str]:
    """Field → what the operation says is wrong with it."""
    wrong: dict[str, str] = {}
    for line in error.problems:
        taken = "exists already" in line
        option = "NAME" if taken else next((one for one in _FIELDS if line.startswith(one)), "")
        wrong[_FIELDS.get(option, "query")] = line.removeprefix(option).lstrip(": ") if option else line
    return wrong


def _moment(text: str, zone: str) -> str | None:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), ZoneInfo(zone)).isoformat()
    except (ValueError, KeyError, OSError):
        return None
