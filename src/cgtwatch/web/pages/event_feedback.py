"""What a person says against a reading: the form of each field in its own vocabulary, and what is done with what they send."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cgtwatch.compose.words import Words
from cgtwatch.engine.marking import LONGEST_NOTE, READERS
from cgtwatch.errors import CgtwatchError, ConfigError, NotFound
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.web.account.posting import posted
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form
from cgtwatch.web.pages.refusing import refused
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

_WORDS: Mapping[str, tuple[str, type[StrEnum]]] = {
    "doc_type": ("doc_types", DocType),
    "stage": ("stages", Stage),
    "level": ("levels", Level),
    "importance": ("importances", Importance),
}
_DAYS = frozenset({"document_date", "effective_date", "comment_deadline"})
_TRUTHS = frozenset({"relevant", "cgt", "policy"})
CORRECTED = tuple(name for name in READERS if name != "relevant")  # that one has a button of its own
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Control:
    """How the right value of a field is asked for: `kind` is select, boxes, date or text; `now` are the values that stand there."""

    name: str
    label: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    now: tuple[str, ...] = ()


def control(name: str, event: PolicyEvent, issuers: Mapping[str, Names], said: Words) -> Control | None:
    """The control for the field of that name, filled with what stands there; None where there is no such field."""
    if name not in CORRECTED:
        return None
    label, value = said.name("labels", name), getattr(event.labels, name)
    if name in _TRUTHS:
        return Control(
            name, label, "select", (("yes", said.say("mark_yes")), ("no", said.say("mark_no"))), ("yes" if value else "no",)
        )
    if name in _WORDS:
        table, words = _WORDS[name]
        options = tuple((one.value, said.name(table, one)) for one in words if one.value != "none")
        return Control(name, label, "select", (("", said.say("mark_none")), *options), (str(value or ""),))
    if name == "jurisdiction":
        places = tuple((code, said.place(code)) for code in said.tables["places"])
        return Control(name, label, "select", (("", said.say("mark_none")), *places), (value or "",))
    if name == "modalities":
        return Control(name, label, "boxes", tuple((one.value, said.name("modalities", one)) for one in Modality), tuple(value))
    if name == "issuers":
        known = sorted((said.pick(names, key), key) for key, names in issuers.items())
        return Control(name, label, "text", tuple((key, shown) for shown, key in known), (", ".join(value),))
    kind = "date" if name in _DAYS else "text"
    return Control(name, label, kind, (), (value.isoformat() if name in _DAYS and value else str(value or ""),))


class Feedback:
    """The handlers of the forms."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def mark(self, request: Request) -> Response:
        """Lay what is said over the reading; back to the event, which shows it."""
        form = await posted(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._marked, request, form)

    async def clear(self, request: Request) -> Response:
        """Let the event be as it was read."""
        form = await posted(self._site, request)
        if isinstance(form, Response):
            return form
        return await run_in_threadpool(self._run, request, "events.clear", {"event": request.path_params["id"]}, "cleared")

    def _marked(self, request: Request, form: Form) -> Response:
        who = viewer_of(request)
        by = (who.name if who else "") or wording(request).say("operator")
        args = {"event": request.path_params["id"], "note": form.one("note")[: LONGEST_NOTE + 1], "by": by} | _said(form)
        return self._run(request, "events.mark", args, "marked")

    def _run(self, request: Request, operation: str, args: Mapping[str, Any], done: str) -> Response:
        try:
            self._site.run(operation, args)
        except NotFound:
            raise
        except ConfigError as error:
            return self._not_taken(request, error.problems)
        except CgtwatchError as error:
            return refused(self._site, request, error)
        _log.info("%s by page event=%s", operation, args["event"])
        return RedirectResponse(f"/events/{args['event']}?done={done}#feedback", 303)

    def _not_taken(self, request: Request, problems: Sequence[str]) -> Response:
        what = "; ".join(problem.removeprefix("--field ") for problem in problems)
        return self._site.answers.note(request, "mark_refused", 422, what=what, headers=ASKING)


def _said(form: Form) -> dict[str, Any]:
    """What the form says, as the operation takes it: "not relevant", "relevant", or one field with its value."""
    if form.one("relevant") in ("no", "yes"):
        return {"relevant": form.one("relevant") == "yes"}
    name, values = form.one("name"), form.all("value")
    return {"fields": [f"{name}={','.join(values)}"]}
