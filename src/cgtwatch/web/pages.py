"""The plain page: new events, sources and their health, the local mailbox."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.compose.records import event_record
from cgtwatch.ops.sources import health_rows
from cgtwatch.store.records import EventQuery
from cgtwatch.web.mailbox import letter, letters

NEWEST = 50
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
SAFETY = {
    "Content-Security-Policy": _POLICY + "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# A letter is our own composition, but it is shown as if it were a stranger's: no script, no form, no outside fetch.
LETTER_SAFETY = {
    **SAFETY,
    "Content-Security-Policy": "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
}
STYLE = Path(__file__).parent / "static" / "page.css"
WORDS: Mapping[str, Mapping[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))


def make_site(app: App) -> Starlette:
    """The site over `app`; every answer carries the safety headers and only known host names are served."""
    pages = Pages(app)
    routes = [
        Route("/", pages.home),
        Route("/mail/{key}", pages.mail),
        Route("/mail/{key}/html", pages.mail_html),
        Route("/healthz", pages.healthz),
        Route("/page.css", lambda _: Response(STYLE.read_bytes(), media_type="text/css")),
    ]
    hosts = TrustedHostMiddleware, _hosts(app)
    return Starlette(
        routes=routes, middleware=[Middleware(hosts[0], allowed_hosts=hosts[1], www_redirect=False), Middleware(_Safe)]
    )


def _hosts(app: App) -> list[str]:
    """Names under which the page may be asked for; others could be a web page that rebinds its own name to us."""
    names = {"localhost", "127.0.0.1", "[::1]", app.settings.listen[0]}
    if app.settings.public_url:
        names.add(urlsplit(app.settings.public_url).hostname or "")
    return sorted(name for name in names if name)


class _Safe(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        for name, value in SAFETY.items():
            response.headers.setdefault(name, value)
        return response


class Pages:
    """The handlers. They run on worker threads and only read."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._templates = Environment(
            loader=PackageLoader("cgtwatch.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters["when"] = when

    def home(self, request: Request) -> Response:
        """Everything at a glance, in the language asked for (`?lang=zh` or `en`, else the browser's)."""
        store = self._app.store
        events = [event_record(event) for event in store.events(EventQuery(relevant=True, limit=NEWEST))]
        sources = list(health_rows(self._app, stored=True))
        trouble = [row for row in sources if row["health"] not in {"ok", "unverified", "off", "slow"}]
        language = _language(request)
        return self._page(
            "home.html.j2", words=WORDS[language], language=language, events=events, sources=sources, trouble=trouble,
            alarms=store.open_alarms(), letters=letters(self._app.settings.data_dir / "mailbox"), counts=store.counts(),
            subscriptions=store.subscriptions(), now=self._app.clock(), names=self._issuers(language),
        )  # fmt: skip

    def mail(self, request: Request) -> Response:
        """One letter with its headers."""
        found = letter(self._app.settings.data_dir / "mailbox", request.path_params["key"])
        if found is None:
            return PlainTextResponse("no such letter", 404)
        language = _language(request)
        return self._page("mail.html.j2", words=WORDS[language], language=language, letter=found, now=self._app.clock())

    def mail_html(self, request: Request) -> Response:
        """The HTML part of a letter, sandboxed."""
        found = letter(self._app.settings.data_dir / "mailbox", request.path_params["key"])
        return (
            HTMLResponse(found.html, headers=LETTER_SAFETY) if found and found.html else PlainTextResponse("no such letter", 404)
        )

    def healthz(self, _request: Request) -> Response:
        """Alive, and able to read the store."""
        return JSONResponse({"ok": True, "seq": self._app.store.last_seq()})

    def _issuers(self, language: str) -> Mapping[str, str]:
        names = self._app.issuer_names()
        return {issuer: getattr(name, language) for issuer, name in names.items()}

    def _page(self, template: str, **values: Any) -> Response:  # noqa: ANN401 - whatever the template shows
        return HTMLResponse(self._templates.get_template(template).render(**values))


def _language(request: Request) -> str:
    asked = request.query_params.get("lang") or request.headers.get("accept-language", "")
    return "zh" if asked.lower().startswith("zh") else "en"


def when(value: object) -> str:
    """A time to the minute, UTC said; an empty one as a dash."""
    if isinstance(value, datetime):
        value = value.isoformat()
    text = str(value or "")
    return f"{text[:10]} {text[11:16]} UTC" if len(text) > 15 else text or "–"
