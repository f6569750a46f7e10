"""`POST /api/inbox`: any script may push a document; it becomes a file in the inbox folder, which is a source like others."""

import hmac
import logging
import os
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.web.pushed import Document, Unfit, from_fields, from_file

SOURCE = "inbox"
MOST = 20 * 1024 * 1024  # bytes of a document
MOST_FILES = 10_000  # in the folder; half of what a folder source may hold
RATE, WINDOW = 120, timedelta(minutes=1)  # documents in a window
SIDE_BY_SIDE = 4  # bodies held in memory
_log = logging.getLogger(__name__)


def inbox_routes(app: App) -> list[Route]:
    """The address of the inbox; none without a token."""
    if app.settings.inbox_token is None:
        return []
    return [Route("/api/inbox", Inbox(app, app.settings.inbox_token).post, methods=["POST"])]


class Inbox:
    """The handler. A file is written whole or not at all; the same document again stays one."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._token = sha256(token.encode()).digest()
        self._folder = app.settings.data_dir / SOURCE
        self._taken: deque[datetime] = deque()
        self._reading = 0
        self._writing = threading.Lock()

    async def post(self, request: Request) -> Response:
        """202 with `id`, `source` and `name` for a new document, 200 for one that is there; else `error` and `mend`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(sha256(token.strip().encode()).digest(), self._token):
            return _refused(
                401, "no valid token", "send `Authorization: Bearer` with the value of CGTWATCH_INBOX_TOKEN", Bearer=True
            )
        if self._reading >= SIDE_BY_SIDE or not self._room():
            return _refused(429, "too many documents at once", "wait a minute and send them one after the other")
        self._reading += 1
        try:
            body = await _body(request)
            document = await run_in_threadpool(_document, request, body)
            return await run_in_threadpool(self._keep, document)
        except Unfit as error:
            return _refused(error.status, str(error), error.mend)
        except ClientDisconnect:
            return _refused(400, "the document was cut", "send it again")
        finally:
            self._reading -= 1

    def _room(self) -> bool:
        """Whether one more document may come now."""
        now = self._app.clock()
        while self._taken and not now - WINDOW < self._taken[0] <= now:
            self._taken.popleft()
        if len(self._taken) >= RATE:
            return False
        self._taken.append(now)
        return True

    def _keep(self, document: Document) -> Response:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._writing:  # the same document may come twice at once
                names = [path.name for path in self._folder.iterdir()]
                there = next((name for name in names if name.endswith(document.ending)), None)
                if there is None and len(names) >= MOST_FILES:
                    return _refused(507, f"the inbox holds {len(names)} files", f"move old files away from {self._folder}")
                if there is None:
                    _write(self._folder / document.name, document.body)
        except OSError as error:
            return _refused(507, f"the document could not be written: {error.strerror}", "make room, or mend the data directory")
        with suppress(*STORAGE_TROUBLE):  # else it is found at the next regular visit
            self._app.store.bring_forward([SOURCE], self._app.clock())
        if there is None:
            _log.info("document pushed name=%s bytes=%s", document.name, len(document.body))
        answer = {"id": document.id, "source": SOURCE, "name": there or document.name}
        return JSONResponse(answer, 202 if there is None else 200)


def _document(request: Request, body: bytes) -> Document:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind == "application/json":
        return from_fields(body)
    name = request.query_params.get("name", "")
    return from_file(body, kind, parameters, name, request.headers.get("content-disposition"))


async def _body(request: Request) -> bytes:
    """All of the request's body; raises `Unfit` as soon as it is more than it may be."""
    announced = request.headers.get("content-length", "")
    too_big = Unfit(413, f"more than {MOST // 1048576} MB", "send the document alone, or drop it into the folder by hand")
    if announced.isascii() and announced.isdigit() and (len(announced) > 12 or int(announced) > MOST):
        raise too_big
    parts, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST:
            raise too_big
        parts.append(piece)
    if not size:
        raise Unfit(400, "an empty document", "send JSON with title and text, or a file")
    return b"".join(parts)


def _write(path: Path, body: bytes) -> None:
    """All of it under its name, or nothing; a hidden file is not visited meanwhile."""
    draft = path.with_name(f".{path.name[-40:]}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with draft.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _refused(status: int, error: str, mend: str, **more: bool) -> Response:
    headers: Mapping[str, Any] = {"WWW-Authenticate": "Bearer"} if more else {"Retry-After": "60"} if status == 429 else {}
    return JSONResponse({"error": error, "mend": mend}, status, headers)
