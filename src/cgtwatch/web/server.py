"""Serve the page on LISTEN, on a thread beside the ticks."""

import logging
import socket
import threading
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address

import uvicorn

from cgtwatch.app import App
from cgtwatch.engine.operations import perform
from cgtwatch.engine.service import Service
from cgtwatch.errors import ConfigError
from cgtwatch.web.parts import Perform
from cgtwatch.web.site import make_site

_log = logging.getLogger(__name__)


def start(service: Service) -> Callable[[], None]:
    """The page of a running service, which does what the page's readers may ask for."""
    return serve(service.app, partial(perform, service.engine))


def serve(app: App, perform: Perform | None = None) -> Callable[[], None]:
    """Listen and serve; gives back what stops it. Without `perform` nothing is changed.

    Raises `ConfigError` where the address cannot be had.
    """
    host, port = app.settings.listen
    listener = _bind(host, port)
    if not _loopback(host):
        _log.warning(
            "page reachable from outside without a log-in host=%s; put a proxy with one before it, or listen on 127.0.0.1", host
        )
    config = uvicorn.Config(
        make_site(app, perform),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="web", daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(3.0)
        listener.close()

    return stop


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


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
