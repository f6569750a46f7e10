"""`/sources/new`: what an address offers to be watched, with the items it would give; one of it is named and added."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import Words
from cgtwatch.config.addresses import same_page
from cgtwatch.engine.looking import sound_address
from cgtwatch.errors import CgtwatchError, ConfigError, NotFound
from cgtwatch.ops.guessing import language_of, place_of
from cgtwatch.web.account.posting import posted
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import Form
from cgtwatch.web.pages.refusing import refused
from cgtwatch.web.pages.sources_doing import AGAIN
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING
from cgtwatch.web.trials import TooMany, Trial, Trials

# The fields of the form for a proposal; names in two languages are one key of the file.
FIELDS = ("id", "name_zh", "name_en", "issuer", "jurisdiction", "language", "every")
EVERYS = ("30m", "1h", "2h", "3h", "6h", "12h", "1d", "7d")
LANGUAGES = ("zh", "en", "ja", "ko", "de", "fr", "es", "it", "pt")
_WHERE = re.compile(r"^.*?: sources\[\d+\] [^:]*: ")
_FIELD = re.compile(r"^(id|name|issuer|jurisdiction|language|every)(?:\.(zh|en))?: (.*)$", re.DOTALL)
Errors = Mapping[str, str]


class Adding:
    """The handlers."""

    def __init__(self, site: Site, trials: Trials) -> None:
        self._site, self._trials = site, trials

    def ask(self, request: Request) -> Response:
        """The question for an address; `?url=` fills it in."""
        return self._asked(request, request.query_params.get("url", "")[:2000], "", False)

    def _asked(self, request: Request, url: str, wrong: str, browser: bool) -> Response:
        values = {"url": url, "wrong": wrong, "browser": browser, "can_browse": self._site.app.settings.browser is not None}
        return self._site.answers.page(request, "source_new", values, status=422 if wrong else 200, headers=ASKING)

    async def look(self, request: Request) -> Response:
        """Look at the address."""
        form = await posted(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._looked, request, form)

    def _looked(self, request: Request, form: Form) -> Response:
        perform, browser = self._site.perform, bool(form.one("browser"))
        try:
            url = sound_address(form.one("url"))
        except ConfigError as error:
            return self._asked(request, form.one("url"), str(error).removeprefix("url: "), browser)
        if perform is None:
            return self._site.answers.note(request, "later", 503)
        try:
            made = self._trials.begin(lambda: perform("sources.discover", {"url": url, "browser": browser}), {"url": url})
        except TooMany:
            return self._site.answers.note(request, "src_busy", 503, headers={"Retry-After": "10"})
        return RedirectResponse(f"/sources/new/{made.key}", 303)

    def offer(self, request: Request) -> Response:
        """What was found; until then the page comes again by itself. Raises `NotFound`."""
        return self._offered(request, self._found(request), None, {}, ())

    def _found(self, request: Request) -> Trial:
        made = self._trials.get(request.path_params["key"])
        if made is None or "url" not in made.about:
            raise NotFound("no such look; it may have been forgotten")
        return made

    def _offered(self, request: Request, made: Trial, form: Form | None, wrong: Errors, others: Iterable[str]) -> Response:
        said, running = wording(request), not made.done.is_set()
        chosen = form.one("n") if form is not None else ""
        rows = made.rows if not running else []
        offers = [self._offer(n, row, said, form if str(n) == chosen else None) for n, row in enumerate(rows) if row["proposal"]]
        first = next((one["n"] for one in offers if not one["watched"]), 0)
        values = {
            "key": made.key, "url": made.about["url"], "running": running, "error": made.error, "begun": made.begun,
            "troubles": [row for row in rows if row["proposal"] is None],
            "offers": offers, "chosen": chosen or str(first), "refused": bool(chosen), "wrong": wrong, "others": tuple(others),
            "everys": EVERYS, "languages": LANGUAGES, "issuers": self._issuers(said), "jurisdictions": _places(said),
        }  # fmt: skip
        status, headers = (422 if wrong or others else 200), {**ASKING, **(AGAIN if running else {})}
        return self._site.answers.page(request, "source_offers", values, status=status, headers=headers)

    def _offer(self, number: int, row: Mapping[str, Any], said: Words, form: Form | None) -> dict[str, Any]:
        keys = row["keys"]
        place = keys.get("jurisdiction") or place_of(keys["url"]) or ""
        guesses = {
            "id": self._free(keys["id"]), "name_zh": keys["name"], "name_en": keys["name"], "issuer": "", "jurisdiction": place,
            "language": keys.get("language") or language_of(place) or "", "every": keys.get("every", "6h"),
        }  # fmt: skip
        watched = next((one.id for one in self._site.app.sources if one.url and same_page(one.url) == same_page(keys["url"])), "")
        return {
            "n": number, "kind": said.name("src_kinds", row["proposal"]), "url": row["url"], "link": safe_link(row["url"]), "title": row["title"],
            "count": row["count"], "dated": row["dated"], "entry": row["entry"], "watched": watched,
            "items": [{**item, "link": safe_link(item["url"] or "")} for item in row["items"]],
            "values": {name: form.one(name) for name in FIELDS} if form is not None else guesses,
        }  # fmt: skip

    def _free(self, name: str) -> str:
        """The id, with a number behind it where another source has it."""
        taken = {source.id for source in self._site.app.sources}
        return next(one for one in (name, *(f"{name[:60]}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)

    def _issuers(self, said: Words) -> list[tuple[str, str]]:
        names = self._site.app.issuer_names()
        return sorted(((each, said.issuers([each], names)) for each in names), key=lambda pair: pair[1].casefold())

    async def add(self, request: Request) -> Response:
        """Add proposal `n` with the values of the form."""
        form = await posted(self._site, request)
        return form if isinstance(form, Response) else await run_in_threadpool(self._added, request, form)

    def _added(self, request: Request, form: Form) -> Response:
        made, number = self._found(request), form.one("n")
        rows = made.rows if made.done.is_set() else []
        if not number.isdecimal() or len(number) > 4 or int(number) >= len(rows) or not rows[int(number)]["proposal"]:
            return self._site.answers.note(request, "not_understood", 400)
        entry = _entry(rows[int(number)]["keys"], form)
        try:
            self._site.run("sources.add", {"entries": [entry]})
        except ConfigError as error:
            wrong, others = told(error.problems)
            return self._offered(request, made, form, wrong, others)
        except CgtwatchError as error:
            return refused(self._site, request, error)
        return RedirectResponse(f"/sources/{entry['id']}?done=added", 303)


def _entry(keys: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The proposal with the values of the form in the order in which a person would write them."""
    zh, en = form.one("name_zh"), form.one("name_en")
    names: Any = {"zh": zh or en, "en": en or zh} if zh != en else zh
    given = {name: form.one(name) for name in ("issuer", "jurisdiction", "language", "every")}
    own = {"id": form.one("id"), "name": names, "enabled": bool(form.one("enabled")), **given}
    rest = {name: value for name, value in keys.items() if name not in own}
    entry = {**{name: own[name] for name in ("id", "name", "enabled")}, **rest, **given}
    return {name: value for name, value in entry.items() if value not in (None, "") or name in {"id", "every"}}


def told(problems: Iterable[str]) -> tuple[Errors, list[str]]:
    """Mistakes by the field of the form, and those of no field. Where in a file they would stand is nobody's business here."""
    wrong: dict[str, str] = {}
    others = []
    for problem in problems:
        words = _WHERE.sub("", problem)
        if (found := _FIELD.match(words)) is None:
            others.append(words)
            continue
        name = f"name_{found[2] or 'zh'}" if found[1] == "name" else found[1]
        wrong.setdefault(name, found[3])
    return wrong, others


def _places(said: Words) -> list[tuple[str, str]]:
    return [(code, said.place(code)) for code in said.tables["places"]]
