"""How much of a request is taken in, and for how long it may keep us waiting: sizes and patience for every body."""

import math
from collections.abc import Mapping

import anyio
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MB = 1 << 20
MOST = 5 * MB  # bytes of a body; handlers take less where they know better
# What others hand over to us, by the beginning of its path.
LARGER: Mapping[str, int] = {"/api/inbox": 21 * MB, "/api/bounces": 21 * MB, "/websub/": 17 * MB}
PATIENCE = 60.0  # seconds for a whole body, and one more for every 64 KB that came: who sends slowly sends at all
_PACE = 64 << 10


class Bounds:
    """Refuses bodies that are too large (413), announced or not, and gives up those that never end (408)."""

    def __init__(self, app: ASGIApp, patience: float = PATIENCE) -> None:
        self._app, self._patience = app, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next((size for path, size in LARGER.items() if scope["path"].startswith(path)), MOST)
        if _announced(scope) > most:
            # What is still on its way is not read: the connection cannot be used again.
            refusal = PlainTextResponse("the body is too large\n", 413, {"Connection": "close"})
            await refusal(scope, receive, send)
            return
        await self._app(scope, _Body(receive, most, self._patience).receive, send)


class _Body:
    """A body as it comes in. Handlers see a refusal of HTTP, whatever reads for them."""

    def __init__(self, receive: Receive, most: int, patience: float) -> None:
        self._receive, self._most, self._patience = receive, most, patience
        self._size, self._whole = 0, False
        self._since: float | None = None

    async def receive(self) -> Message:
        """The next piece. Raises `HTTPException`: 408 where it takes too long, 413 where it is too much."""
        if self._whole:  # what comes now is that the other end has gone, which may take as long as it likes
            return await self._receive()
        now = anyio.current_time()
        self._since = now if self._since is None else self._since
        left = self._since + self._patience + self._size / _PACE - now
        try:
            with anyio.fail_after(max(0.0, left)):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the body did not come", {"Connection": "close"}) from None
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._size > self._most:
                raise HTTPException(413, "the body is too large", {"Connection": "close"})
        return message


def _announced(scope: Scope) -> float:
    """How many bytes the body is said to have (RFC 9110 8.6); 0 where nothing, or nothing sensible, is said."""
    said = [value for name, value in scope["headers"] if name == b"content-length"]
    if len(said) != 1 or not said[0].isdigit():
        return 0
    return int(said[0]) if len(said[0]) < 16 else math.inf
