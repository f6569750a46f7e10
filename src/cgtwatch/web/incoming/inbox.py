"""`POST /api/inbox`: any script may push a document; it becomes a file in the inbox folder, which is a source like others."""

import logging
import os
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cgtwatch.app import App
from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.web.forms import Refused, body_of
from cgtwatch.web.incoming.handover import Handover
from cgtwatch.web.incoming.pushed import Document, from_fields, from_file
from cgtwatch.web.limits import Limit

SOURCE = "inbox"
MOST = 20 * 1024 * 1024  # bytes of a document
MOST_FILES = 10_000  # in the folder; half of what a folder source may hold
RATE, WINDOW = 120, timedelta(minutes=1)  # documents in a window
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
        self._handover = Handover(token, "CGTWATCH_INBOX_TOKEN")
        self._folder = app.settings.data_dir / SOURCE
        self._rate = Limit(RATE, WINDOW)
        self._writing = threading.Lock()

    async def post(self, request: Request) -> Response:
        """202 with `id`, `source` and `name` for a new document, 200 for one that is there; else `error` and `mend`."""
        return await self._handover.take(request, self._take)

    async def _take(self, request: Request) -> Response:
        if not self._rate.take("", self._app.clock()):
            raise Refused(429, "too many documents at once", "wait a minute and send them one after the other")
        body = await body_of(request, MOST, "send the document alone, or drop it into the folder by hand")
        if not body:
            raise Refused(400, "an empty document", "send JSON with title and text, or a file")
        return await run_in_threadpool(self._keep, await run_in_threadpool(_document, request, body))

    def _keep(self, document: Document) -> Response:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._writing:  # the same document may come twice at once
                names = [path.name for path in self._folder.iterdir()]
                there = next((name for name in names if name.endswith(document.ending)), None)
                if there is None and len(names) >= MOST_FILES:
                    raise Refused(507, f"the inbox holds {len(names)} files", f"move old files away from {self._folder}")
                if there is None:
                    _write(self._folder / document.name, document.body)
        except OSError as error:
            mend = "make room, or mend the data directory"
            raise Refused(507, f"the document could not be written: {error.strerror}", mend) from None
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
