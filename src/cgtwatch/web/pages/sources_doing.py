"""What an operator does with a source: try it, visit it, switch it off and on, let go what is held, take it out of the file."""

import logging
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cgtwatch.compose.links import safe_link
from cgtwatch.errors import CgtwatchError, NotFound
from cgtwatch.web.account.posting import posted
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form
from cgtwatch.web.pages.refusing import refused
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING
from cgtwatch.web.trials import TooMany, Trial, Trials

AGAIN = {"Refresh": "2"}  # seconds after which a page of unfinished work looks again; it needs no script
# Done at once: the operation, its arguments, and the phrase that says so.
_QUICK: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "pause": ("sources.pause", {}, "paused"),
    "resume": ("sources.resume", {}, "resumed"),
    "keep": ("sources.release", {"keep": True}, "kept"),
    "drop": ("sources.release", {"keep": False}, "dropped"),
    "remove": ("sources.remove", {}, "removed"),
}
SHOWN = 200  # items of a test on its page; a map of a site may hold 50,000
_log = logging.getLogger(__name__)


class Doing:
    """The handlers."""

    def __init__(self, site: Site, trials: Trials) -> None:
        self._site, self._trials = site, trials

    async def do(self, request: Request) -> Response:
        """`do`: test, poll, pause, resume, keep, drop or remove."""
        form = await posted(self._site, request)
        if isinstance(form, Response):
            return form
        return await run_in_threadpool(self._done, request, form)

    def _done(self, request: Request, form: Form) -> Response:
        name, doing = self._site.app.source(request.path_params["id"]).id, form.one("do")
        if doing in {"test", "poll"}:
            return self._begun(request, name, doing)
        if doing not in _QUICK:
            return self._site.answers.note(request, "not_understood", 400)
        operation, args, done = _QUICK[doing]
        try:
            self._site.run(operation, {"id": name, "ids": [name], **args})
        except NotFound:
            raise
        except CgtwatchError as error:
            return refused(self._site, request, error)
        _log.info("%s by page source=%s", operation, name)
        return RedirectResponse("/sources?done=removed" if doing == "remove" else f"/sources/{name}?done={done}", 303)

    def _begun(self, request: Request, name: str, doing: str) -> Response:
        perform = self._site.perform
        if perform is None:
            return self._site.answers.note(request, "later", 503)
        args: tuple[str, Mapping[str, Any]] = ("poll", {"ids": [name]}) if doing == "poll" else ("sources.test", {"id": name})
        try:
            made = self._trials.begin(lambda: perform(*args), {"source": name, "what": doing})
        except TooMany:
            return self._site.answers.note(request, "src_busy", 503, headers={"Retry-After": "10"})
        return RedirectResponse(f"/sources/{name}/tried/{made.key}", 303)

    def tried(self, request: Request) -> Response:
        """What a visit gave; until it has ended the page comes again by itself. Raises `NotFound`."""
        source = self._site.app.source(request.path_params["id"])
        made = self._trials.get(request.path_params["key"])
        if made is None or made.about.get("source") != source.id:
            raise NotFound("no such trial; it may have been forgotten")
        said, found = wording(request), _row(made).get("items", ())
        values = {
            "source": source, "name": said.pick(source.name, source.id), "what": made.about["what"],
            "running": not made.done.is_set(), "begun": made.begun, "error": made.error, "row": _row(made),
            "items": [{**item, "link": safe_link(item["url"] or "")} for item in found[:SHOWN]], "count": len(found),
        }  # fmt: skip
        return self._site.answers.page(
            request, "source_tried", values, headers={**ASKING, **(AGAIN if values["running"] else {})}
        )

    def ask_to_remove(self, request: Request) -> Response:
        """The page that asks before a source is taken out of the file."""
        source, said = self._site.app.source(request.path_params["id"]), wording(request)
        values = {"source": source, "name": said.pick(source.name, source.id)}
        return self._site.answers.page(request, "source_remove", values, headers=ASKING)


def _row(made: Trial) -> Mapping[str, Any]:
    """The row that tells of the source; empty while there is none."""
    return next((row for row in made.rows if "source" in row), {}) if made.done.is_set() else {}
