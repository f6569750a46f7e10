"""Serve the page on LISTEN, on a thread beside the ticks."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from functools import partial

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from cgtwatch import registry
from cgtwatch.app import App
from cgtwatch.engine.operations import perform_at_once
from cgtwatch.engine.service import Service
from cgtwatch.errors import ConfigError
from cgtwatch.ops.first import reached_from_outside
from cgtwatch.web.health import Signs, signs_of
from cgtwatch.web.parts import Perform

SITE = {"make": "cgtwatch.web.site:make_site"}  # half of all that the service loads
HEADERS_WITHIN = 20.0  # seconds from the connection, or the answer before, to the end of a request's headers
READ_WITHIN, READ = 60.0, 64 << 10  # seconds in which so many bytes of an answer that waits have to be taken in
MOST_CONNECTIONS = 512  # at once; whoever comes then is asked to come again (503)
_log = logging.getLogger(__name__)


class Page:
    """The page of one process. Its address is taken at once, so that a browser waits for the first answer instead of being refused;
    it is answered from `open` on.
    """

    def __init__(self, listener: socket.socket, make: Callable[[], Starlette]) -> None:
        self._listener, self._make = listener, make
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Load the site and answer."""
        config = uvicorn.Config(
            self._make(),
            http=_Impatient,
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # see `forwarded`
            limit_concurrency=MOST_CONNECTIONS,
            server_header=False,
            date_header=True,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), name="web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(3.0)
        self._listener.close()


def start(service: Service) -> Page:
    """The page of a running service, which does what the page's readers may ask for."""
    return taken(service.app, partial(perform_at_once, service.engine), watched(service))


def start_signs(service: Service) -> Page | None:
    """Of a running service its signs of life alone, as `start`: for one without pages, which works on where the address is taken."""
    try:
        return taken(service.app, None, watched(service), pages=False)
    except ConfigError as error:
        _log.warning("signs of life not served: %s", error)
        return None


def watched(service: Service, signs: Signs | None = None) -> Signs:
    """The signs of life of a service, which count from now on what it does."""
    signs = signs or signs_of(service.vitals)
    service.engine.listeners.append(signs.metrics.count)
    service.pulse.listeners.append(signs.metrics.ticked)
    return signs


def taken(app: App, perform: Perform | None = None, signs: Signs | None = None, *, pages: bool = True) -> Page:
    """A page that is still to be opened. Without `perform` nothing is changed, without `pages` none are there.

    Raises `ConfigError` where the address cannot be had.
    """
    listener = _bind(*app.settings.listen)
    if pages and reached_from_outside(app.settings) and not app.store.any_password():
        _log.warning(
            "no password is set, so the pages stay closed to other machines; run: cgtwatch users add NAME --role operator --password"
        )

    def make() -> Starlette:
        made: Starlette = registry.load(SITE, "make", what="part of the page")(app, perform, signs=signs, pages=pages)
        return made

    return Page(listener, make)


def serve(app: App) -> Callable[[], None]:
    """Show what is stored, where nothing runs that would change it; gives back what stops it. Raises as `taken` does."""
    page = taken(app)
    page.open()
    return page.close


class _Impatient(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, but a connection that does not say what it wants, or does not take what it asked for, is
    closed: it holds a place that others need.
    """

    _silent: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A browser has come."""
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Some of a request. Each piece ends uvicorn's own patience between two requests, so that ours has to go on."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """An answer is given; what comes now belongs to the next request, or to a body that nobody reads."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """More waits to be taken in than is kept for anybody."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """Most of it was taken in."""
        super().resume_writing()
        _cancel(self._unread)
        self._unread = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end has gone, or was sent away."""
        _cancel(self._silent)
        _cancel(self._unread)
        self._silent = self._unread = None
        super().connection_lost(exc)

    def _look(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            _cancel(self._silent)
            self._silent = None
        elif self._silent is None:
            self._silent = self.loop.call_later(HEADERS_WITHIN, self._hurry)

    def _wait_for_reader(self) -> None:
        self._unread = self.loop.call_later(READ_WITHIN, self._press, self.transport.get_write_buffer_size())

    def _press(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < READ:
            self.transport.abort()
        else:
            self._wait_for_reader()

    def _hurry(self) -> None:
        self._silent = None
        if not self.transport.is_closing():
            self.transport.close()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # from here on a browser waits for the first answer instead of being refused
    except OSError as error:
        listener.close()
        raise ConfigError(
            [f"CGTWATCH_LISTEN={host}:{port}: cannot be listened on ({error.strerror}); set another address, or `run --no-web`"]
        ) from error
    return listener
