"""What every answer carries, and which host names are answered at all."""

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cgtwatch.web.forms import is_secure

_NOTHING = "default-src 'none'; base-uri 'none'; "
_PAGE = _NOTHING + "style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _PAGE + "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",  # unless an answer says that it is the same for all
}
HSTS = "max-age=31536000"  # RFC 6797; for this name alone, whose neighbours are not ours to decide about
# Pages with a form. Without a referrer their own posts would come from the origin `null` (Fetch 3.2), as a stranger's may.
ASKING: Mapping[str, str] = {
    "Content-Security-Policy": _PAGE + "form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
# A letter is our own composition, but it is shown as if it were a stranger's: no script, no form, nothing from outside. Its links
# open beside the page, out of the sandbox, since a regulator's site without scripts is seldom readable.
FRAMED = {
    "Content-Security-Policy": _NOTHING
    + "sandbox allow-popups allow-popups-to-escape-sandbox; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}


class Safety:
    """Answers only under known names, and puts `HEADERS` on every answer that does not carry its own.

    A stranger's web page can let its own *name* point at this machine and then read what we answer (DNS rebinding); under a bare
    address it cannot, so those are always answered.
    """

    def __init__(self, app: ASGIApp, names: Collection[str], public_url: str | None = None) -> None:
        self._app, self._public_url = app, public_url
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        secure = is_secure(Request(scope), self._public_url)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if secure:
                    headers.setdefault("Strict-Transport-Security", HSTS)
            await send(message)

        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(given) == 1 and self._known(given[0]):
            await self._app(scope, receive, guarded)
            return
        refusal = "this name is not served here; set CGTWATCH_PUBLIC_URL to the address under which the page shall be read\n"
        await PlainTextResponse(refusal, 400)(scope, receive, guarded)

    def _known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def known_names(listen: str, public_url: str | None) -> frozenset[str]:
    """The names of this machine that `Safety` needs: its own, and that of the public address."""
    public = urlsplit(public_url).hostname if public_url else None
    return frozenset(filter(None, ("localhost", listen, public)))
