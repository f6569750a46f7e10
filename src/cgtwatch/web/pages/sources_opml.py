"""Lists of feeds in and out: `/sources.opml`, and `/sources/import`, which shows what a list would bring before it is added."""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cgtwatch.compose.links import safe_link
from cgtwatch.config.opml import Feed
from cgtwatch.errors import CgtwatchError, ConfigError, NotFound
from cgtwatch.ops.opml import export, plan
from cgtwatch.web.account.posting import posted
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form
from cgtwatch.web.pages.refusing import refused
from cgtwatch.web.pages.sources_doing import AGAIN
from cgtwatch.web.pages.sources_new import told
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING
from cgtwatch.web.trials import TooMany, Trial, Trials
from cgtwatch.web.uploads import posted_upload

CHOSEN = 250  # entries that can be chosen one by one; of a longer list all are taken
Row = dict[str, Any]


class FeedLists:
    """The handlers."""

    def __init__(self, site: Site, trials: Trials) -> None:
        self._site, self._trials = site, trials

    def out(self, request: Request) -> Response:
        """The feeds among the sources, by place."""
        text, _ = export(self._site.app, wording(request).language)
        headers = {"Content-Disposition": 'attachment; filename="cgtwatch-sources.opml"'}
        return Response(text, media_type="text/x-opml; charset=utf-8", headers=headers)

    def ask(self, request: Request) -> Response:
        """The question for a file, or for what is pasted."""
        return self._asked(request, "")

    def _asked(self, request: Request, wrong: str) -> Response:
        return self._site.answers.page(request, "source_import", {"wrong": wrong}, status=422 if wrong else 200, headers=ASKING)

    async def take(self, request: Request) -> Response:
        """Read the list; nothing is added yet."""
        form = await posted(self._site, request, posted_upload)
        return form if isinstance(form, Response) else await run_in_threadpool(self._taken, request, form)

    def _taken(self, request: Request, form: Form) -> Response:
        content = form.one("file").encode("latin-1", "replace") or _undeclared(form.one("text")).encode()
        if not content:
            return self._asked(request, wording(request).say("src_import_empty"))
        try:
            made = self._trials.begin(lambda: self._rows(content), {"import": "opml"})
        except TooMany:
            return self._site.answers.note(request, "src_busy", 503, headers={"Retry-After": "10"})
        if made.done.is_set() and made.error:
            return self._asked(request, made.error)
        return RedirectResponse(f"/sources/import/{made.key}", 303)

    def _rows(self, content: bytes) -> Iterator[Row]:
        found = plan(self._site.app, content, enabled=False)
        yield from ({"entry": one} for one in found.entries)
        yield from ({"known": there, **_shown(feed)} for feed, there in found.known)
        yield from ({"wrong": why, **_shown(feed)} for feed, why in found.wrong)

    def offer(self, request: Request) -> Response:
        """What would be added, what is watched already, and what cannot be. Raises `NotFound`."""
        return self._offered(request, self._found(request), ())

    def _found(self, request: Request) -> Trial:
        made = self._trials.get(request.path_params["key"])
        if made is None or "import" not in made.about:
            raise NotFound("no such list; it may have been forgotten")
        return made

    def _offered(self, request: Request, made: Trial, problems: tuple[str, ...]) -> Response:
        said, rows = wording(request), _of(made)
        fresh = [{**one["entry"], "place": said.place(one["entry"].get("jurisdiction")), "title": _name(one["entry"], said.language)}
                 for one in rows if "entry" in one]  # fmt: skip
        values = {
            "key": made.key, "running": not made.done.is_set(), "error": made.error, "fresh": fresh, "choose": len(fresh) <= CHOSEN,
            "known": [one for one in rows if "known" in one], "unfit": [one for one in rows if "wrong" in one], "problems": problems,
        }  # fmt: skip
        headers = {**ASKING, **(AGAIN if values["running"] else {})}
        return self._site.answers.page(request, "source_import_offer", values, status=422 if problems else 200, headers=headers)

    async def add(self, request: Request) -> Response:
        """Add what was chosen, switched on or off."""
        form = await posted(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._added, request, form)

    def _added(self, request: Request, form: Form) -> Response:
        made = self._found(request)
        fresh = [one["entry"] for one in _of(made) if "entry" in one]
        chosen = set(form.all("n"))
        entries = [{**one, "enabled": form.one("on") == "on"} for one in fresh if len(fresh) > CHOSEN or one["id"] in chosen]
        if not entries:
            return self._offered(request, made, (wording(request).say("src_import_none"),))
        try:
            self._site.run("sources.add", {"entries": entries})
        except ConfigError as error:
            wrong, others = told(error.problems)
            return self._offered(request, made, (*(f"{name}: {what}" for name, what in wrong.items()), *others))
        except CgtwatchError as error:
            return refused(self._site, request, error)
        return RedirectResponse(f"/sources?done=imported&n={len(entries)}", 303)


def _of(made: Trial) -> list[Row]:
    return made.rows if made.done.is_set() else []


def _shown(feed: Feed) -> Row:
    return {"title": feed.title, "url": feed.url, "link": safe_link(feed.url)}


def _name(entry: Mapping[str, Any], language: str) -> str:
    name = entry["name"]
    return str(name[language] if isinstance(name, Mapping) else name)


def _undeclared(text: str) -> str:
    """Pasted text without the XML declaration: it is UTF-8 now, whatever it says of itself."""
    return text.partition("?>")[2] if text.lstrip().startswith("<?xml") else text
