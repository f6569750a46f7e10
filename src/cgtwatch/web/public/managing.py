"""`/manage/…`: what the reader of a message may do from its footer: see why it came, change, pause, end, download, erase."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.why import why_subscription
from cgtwatch.errors import CgtwatchError, ConfigError
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.web.answers import Answers, wording
from cgtwatch.web.forms import Form
from cgtwatch.web.parts import Perform
from cgtwatch.web.public.leaving import Left, leave
from cgtwatch.web.public.links import form_of_ours, later, linked, performed, said_to, trouble
from cgtwatch.web.public.wishes import Wishes, asked, form_wishes, offer, wishes_of, wrong_wishes
from cgtwatch.web.safety import ASKING
from cgtwatch.web.words import relative

PURPOSE = "manage"
_DONE = frozenset({"changed", "paused", "resumed"})
_log = logging.getLogger(__name__)
Doing = Callable[[Request, Subscription, Form], Response]


def managing_routes(app: App, answers: Answers, perform: Perform | None) -> list[Route]:
    """The addresses of manage links."""
    managing = Managing(app, answers, perform)
    return [
        Route("/manage/{token}", managing.show),
        Route("/manage/{token}", managing.do, methods=["POST"]),
        Route("/manage/{token}/data.json", managing.data),
    ]


class Managing:
    """The handlers. The link itself is the right to do what stands here, for its one subscription."""

    def __init__(self, app: App, answers: Answers, perform: Perform | None) -> None:
        self._app, self._answers, self._perform = app, answers, perform
        self._doing: Mapping[str, Doing] = {
            "change": self._change,
            "pause": self._pause,
            "resume": self._resume,
            "leave": self._leave,
            "erase": self._erase,
        }

    def show(self, request: Request) -> Response:
        """The subscription as it stands; `?done=…` says what was done a moment ago."""
        found = linked(self._app, self._answers, request, PURPOSE)
        return found if isinstance(found, Response) else self._page(request, found, None, {})

    async def do(self, request: Request) -> Response:
        """What was asked for by a button, then the page again (303), so that reloading it does nothing twice."""
        form = await form_of_ours(self._app, self._answers, request)
        if isinstance(form, Response):
            return form
        return await run_in_threadpool(self._done, request, form)

    def data(self, request: Request) -> Response:
        """Everything that is stored about the reader, as a file."""
        done = performed(self._app, self._answers, request, PURPOSE, (self._perform, "subscriptions.export"))
        if isinstance(done, Response):
            return done
        found, rows = done
        body = json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False, indent=2)
        named = {"Content-Disposition": f'attachment; filename="cgtwatch-{found.name}.json"'}
        return Response(body, media_type="application/json", headers=named)

    # --- what is done

    def _done(self, request: Request, form: Form) -> Response:
        found = linked(self._app, self._answers, request, PURPOSE)
        if isinstance(found, Response):
            return found
        doing = self._doing.get(form.one("do"))
        if doing is None:
            return self._answers.note(request, "not_understood", 400, public=True)
        if self._perform is None:
            return later(self._answers, request)
        return doing(request, found, form)

    def _change(self, request: Request, one: Subscription, form: Form) -> Response:
        wishes, said = form_wishes(form), said_to(request, one)
        before = wishes_of(one, self._app, said)
        offered = offer(self._app, said, self._app.clock(), before)
        wrong = wrong_wishes(wishes, offered, said)
        if wrong:
            return self._page(request, one, wishes, wrong, status=422)
        now, was = asked(wishes, offered), asked(before, offered)
        changed = {name: value for name, value in now.items() if value != was[name]}
        try:
            self._run("subscriptions.change", {"name": one.name, **changed}) if changed else None
        except ConfigError as error:
            _log.warning("change not taken subscription=%s problems=%s", one.name, len(error.problems))
            return self._page(request, one, wishes, {"query": said.say("wrong_query")}, status=422)
        except CgtwatchError as error:
            return self._trouble(request, error)
        return self._again(request, "changed", wishes.language if one.language != wishes.language else None)

    def _pause(self, request: Request, one: Subscription, _form: Form) -> Response:
        return self._simply(request, one, "pause", "paused")

    def _resume(self, request: Request, one: Subscription, _form: Form) -> Response:
        return self._simply(request, one, "resume", "resumed")

    def _simply(self, request: Request, one: Subscription, operation: str, done: str) -> Response:
        try:
            self._run(f"subscriptions.{operation}", {"name": one.name})
        except CgtwatchError as error:
            return self._trouble(request, error)
        return self._again(request, done)

    def _leave(self, request: Request, one: Subscription, _form: Form) -> Response:
        if leave(self._perform, one.name) is Left.LATER:
            return later(self._answers, request)
        return self._answers.note(request, "left", 200, what=wording(request).say("left_what", name=one.name), public=True)

    def _erase(self, request: Request, one: Subscription, form: Form) -> Response:
        if not form.one("sure"):
            return self._page(request, one, None, {"sure": said_to(request, one).say("wrong_sure")}, status=422)
        try:
            self._run("subscriptions.erase", {"name": one.name})
        except CgtwatchError as error:
            return self._trouble(request, error)
        _log.info("erased by link")
        return self._answers.note(request, "erased", 200, public=True)

    def _run(self, operation: str, args: Mapping[str, Any]) -> None:
        if self._perform is not None:
            list(self._perform(operation, args))
            _log.info("%s by link subscription=%s", operation, args["name"])

    # --- answers

    def _page(
        self, request: Request, one: Subscription, wishes: Wishes | None, wrong: Mapping[str, str], *, status: int = 200
    ) -> Response:
        said, now, done = said_to(request, one), self._app.clock(), request.query_params.get("done")
        before = wishes_of(one, self._app, said)
        due = one.next_due if one.cadence.every is not Every.NOW and one.status is Status.ACTIVE else None
        values = {
            "to": one.target if "@" in one.target else said.name("channels", one.channel),
            "asks": why_subscription(one, said, self._app.issuer_names(), self._app.topic_names()),
            "status": one.status.value,
            "next": relative(max(due, now), now, said) if due else "",
            "note": one.note,
            "wishes": wishes or before,
            "offer": offer(self._app, said, now, before),
            "wrong": wrong,
            "done": done if done in _DONE and not wrong else "",
            "data": f"{request.url.path}/data.json",
        }
        return self._answers.page(request, "manage", values, status=status, headers=ASKING, said=said)

    def _again(self, request: Request, done: str, language: str | None = None) -> Response:
        """The page anew; a changed language is spoken from here on."""
        given = language or request.query_params.get("lang")
        lang = f"&lang={given}" if given in {"zh", "en"} else ""
        return RedirectResponse(f"{request.url.path}?done={done}{lang}", 303)

    def _trouble(self, request: Request, error: CgtwatchError) -> Response:
        return trouble(self._answers, request, PURPOSE, error)
