"""How what a handler knows becomes an answer: pages from templates, short notes, JSON for programs."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from cgtwatch.app import App
from cgtwatch.compose.words import Words
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.safety import ASKING, HEADERS
from cgtwatch.web.static_files import asset
from cgtwatch.web.words import LANGUAGES, clock, language_of, page_words, relative, utc, zone

LANGUAGE, _A_YEAR = "lang", 365 * 86400  # the cookie of the language chosen last, and its seconds
# The pages of the bar: address, and the phrase that names it.
PLACES = (
    ("/", "nav_today"), ("/events", "nav_events"), ("/calendar", "nav_calendar"), ("/sources", "nav_sources"),
    ("/subscriptions", "nav_subscriptions"), ("/deliveries", "nav_deliveries"), ("/report", "nav_report"),
)  # fmt: skip
_log = logging.getLogger(__name__)


class Answers:
    """Makes pages in the language of whoever asks."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._templates = Environment(
            loader=PackageLoader("cgtwatch.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters.update(clock=clock, utc=utc)

    def page(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        said: Words | None = None,
    ) -> Response:
        """The template filled in; `said` is the wording where it is not the one that the request asks for."""
        said, now = said or wording(request), self._app.clock()
        css, js = asset("css").address, asset("js").address
        look = {"css": css, "js": js, "viewer": viewer_of(request), "here": request.url.path, "places": PLACES}
        look["other"] = in_language(request, "en" if said.language == "zh" else "zh")
        frame = look | {"words": said, "language": said.language, "now": now, "zone": zone(now), "ago": partial(_ago, now, said)}
        body = self._templates.get_template(f"{template}.html.j2").render(**frame, **values)
        vary = {"Content-Language": said.language, "Vary": "Accept-Language, Cookie"}
        own = ASKING if look["viewer"] else {}  # the bar holds a form
        answer = HTMLResponse(body, status, {**vary, **own, **(headers or {})})
        if request.query_params.get("lang") in LANGUAGES:
            secure = request.url.scheme == "https"
            answer.set_cookie(LANGUAGE, said.language, max_age=_A_YEAR, httponly=True, samesite="lax", secure=secure)
        return answer

    def note(
        self,
        request: Request,
        about: str,
        status: int,
        *,
        what: str | None = None,
        headers: Mapping[str, str] | None = None,
        public: bool = False,
    ) -> Response:
        """A page of one heading and one sentence; for programs the sentence alone. A public one leads nowhere else."""
        said = wording(request)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": said.say(about)}, status, headers)
        sentence = what if what is not None else _sentence(said, about)
        values = {"heading": said.say(about), "what": sentence, "public": public}
        return self.page(request, "note", values, status=status, headers=headers)

    def icon(self) -> str:
        """The mark in the browser's tab."""
        return self._templates.get_template("icon.svg.j2").render()

    # --- what goes wrong

    def refused(self, request: Request, error: Exception) -> Response:
        """An address that does not exist, or a method that it does not take."""
        status = error.status_code if isinstance(error, HTTPException) else 400
        headers = error.headers if isinstance(error, HTTPException) else None
        return self.note(request, "not_found" if status == 404 else "not_allowed", status, headers=headers)

    def not_found(self, request: Request, _error: Exception) -> Response:
        """A good address of something that is not stored."""
        return self.note(request, "not_found", 404)

    def busy(self, request: Request, error: Exception) -> Response:
        """The store cannot be read; it says why in the log alone."""
        _log.warning("page not served path=%s: %s", pathless(request), error)
        return self.note(request, "busy", 503, headers={"Retry-After": "5"})

    def broken(self, request: Request, _error: Exception) -> Response:
        """A fault of ours: the server logs it whole and the reader sees nothing of it."""
        return self.note(request, "broken", 500, headers={**HEADERS, **ASKING})


def wording(request: Request) -> Words:
    """The wording that a request asks for: `?lang=zh` or `en`, else what was chosen last, else the browser's."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
    return page_words(language_of(asked, request.headers.get("accept-language", "")))


def in_language(request: Request, language: str) -> str:
    """The same page, with all that it was asked, in `language`."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*rest, ('lang', language)])}"


def pathless(request: Request) -> str:
    """The path for a log: of an address that is a key in itself only its first step."""
    path = request.url.path
    first = path.split("/")[1] if path.count("/") > 1 else ""
    return f"/{first}/…" if first in {"unsubscribe", "confirm", "manage", "feeds", "websub"} else path


def _ago(now: Any, said: Words, at: Any) -> str:  # noqa: ANN401 - times, as a template hands them over
    return relative(at, now, said)


def _sentence(said: Words, about: str) -> str:
    known = said.tables["phrases"]
    return said.say(f"{about}_what") if f"{about}_what" in known else ""
