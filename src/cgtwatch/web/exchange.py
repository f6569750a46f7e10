"""What HTTP itself offers for every answer that is read: HEAD, validators and 304 (RFC 9110), and gzip (RFC 1952)."""

import gzip
import hashlib
import zlib
from email.utils import parsedate_to_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST = 1024  # bytes; less is not worth packing
_LEVEL = 6
_PACKED = ("application/", "text/")
_NOT_PACKED = (
    "text/event-stream",
    "application/vnd.openxml",
)  # a stream whose lines come one by one, and what is packed in itself
_VARY = "Accept-Encoding"


class Exchange:
    """Answers HEAD as GET without a body; marks each whole answer with a strong validator of its bytes, and says 304 to who has them.

    `vary` names what else the answers depend on. An answer that may not be stored at all gets no validator.
    """

    def __init__(self, app: ASGIApp, vary: str = "Authorization, Cookie") -> None:
        self._app, self._vary = app, f"{vary}, {_VARY}" if vary else _VARY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange (ASGI 3)."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        exchange = _One(Headers(scope=scope), send, self._vary, head=head)
        await self._app({**scope, "method": "GET"}, receive, exchange.send)


class _One:
    """One answer on its way out: whole ones are held until their bytes are known, streams pass."""

    def __init__(self, asked: Headers, send: Send, vary: str, *, head: bool) -> None:
        self._asked, self._send, self._vary, self._head = asked, send, vary, head
        self._start: Message = {}
        self._packer: zlib._Compress | None = None
        self._over = False

    async def send(self, message: Message) -> None:
        """What the application says."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] != "http.response.body":
            await self._send(message)
        elif self._start:
            start, self._start = self._start, {}
            await (self._begin(start, message) if message.get("more_body") else self._whole(start, message.get("body", b"")))
        else:
            await self._piece(message)

    async def _whole(self, start: Message, body: bytes) -> None:
        headers = MutableHeaders(raw=start["headers"])
        _add_vary(headers, self._vary)
        packed = self._may_pack(headers) and len(body) >= SMALLEST
        if packed:
            body = gzip.compress(body, _LEVEL, mtime=0)
            headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(body))
        if start["status"] == 200 and headers.get("cache-control") != "no-store":
            headers.setdefault("Cache-Control", "private, no-cache")
            headers.setdefault("ETag", f'"{hashlib.sha256(body).hexdigest()[:32]}"')
            if self._known(headers):
                start = {**start, "status": 304}
                body = b""
                for name in ("content-length", "content-type", "content-encoding"):
                    if name in headers:
                        del headers[name]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": b"" if self._head else body})

    async def _begin(self, start: Message, first: Message) -> None:
        headers = MutableHeaders(raw=start["headers"])
        _add_vary(headers, self._vary)
        headers.setdefault("Cache-Control", "no-store")
        if self._may_pack(headers):
            headers["Content-Encoding"] = "gzip"
            self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        await self._send({**start, "headers": headers.raw})
        if self._head:  # the stream itself ends as soon as it hears that nobody listens
            self._over = True
            await self._send({"type": "http.response.body", "body": b""})
            return
        await self._piece(first)

    async def _piece(self, message: Message) -> None:
        if self._over:
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._packer is not None:
            body = self._packer.compress(body) + (b"" if more else self._packer.flush())
        await self._send({**message, "body": body})

    def _may_pack(self, headers: MutableHeaders) -> bool:
        kind = headers.get("content-type", "")
        fit = kind.startswith(_PACKED) and not kind.startswith(_NOT_PACKED) and "content-encoding" not in headers
        return fit and takes_gzip(self._asked.get("accept-encoding", ""))

    def _known(self, headers: MutableHeaders) -> bool:
        """Whether who asks has these bytes; the date counts only where no tag is given (RFC 9110 13.2.2)."""
        tags = self._asked.get("if-none-match")
        if tags is not None:
            given = [tag.strip().removeprefix("W/") for tag in tags[:4000].split(",")]
            return "*" in given or headers["etag"] in given
        try:
            since = parsedate_to_datetime(self._asked.get("if-modified-since", ""))
            return parsedate_to_datetime(headers.get("last-modified", "")) <= since
        except (TypeError, ValueError):
            return False


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding takes gzip (RFC 9110 12.5.3)."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _add_vary(headers: MutableHeaders, names: str) -> None:
    there = [one.strip() for one in headers.get("vary", "").split(",") if one.strip()]
    known = {one.lower() for one in there}
    headers["Vary"] = ", ".join([*there, *(one for one in names.split(", ") if one.lower() not in known)])
