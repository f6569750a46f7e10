"""`run`: the service."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cgtwatch.app import App
    from cgtwatch.engine.service import Service


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(run)


def run(
    role: Annotated[
        str, typer.Option(help="all; or scheduler, worker, web, of which several processes share one PostgreSQL.")
    ] = "all",
    web: Annotated[bool, typer.Option("--web/--no-web", help="Serve the page on LISTEN.")] = True,
) -> None:
    """The service: polls, tells new from known, classifies, sends; with its page on LISTEN. Stops cleanly on SIGTERM."""
    import logging

    from cgtwatch.app import App
    from cgtwatch.cli import working
    from cgtwatch.engine.prepare import await_database
    from cgtwatch.engine.roles import role_of
    from cgtwatch.engine.service import Service, obey_signals
    from cgtwatch.ops import logs
    from cgtwatch.web.server import start, start_signs

    settings = working.settings()
    part = role_of(role, settings)
    asked, web = web, web and part.serves
    logs.set_up(settings.log_format, working.secrets(settings), level=logging.INFO, aside=True)
    if settings.engine == "procrastinate":
        await_database(settings.database_url)
    with working.owning(settings), App(settings) as app:
        service = Service(app, os.environ.get("NOTIFY_SOCKET"), part)
        obey_signals(service)
        signs = start_signs if asked and "CGTWATCH_LISTEN" in settings.names else None
        service.run(start if web else signs, lambda running: _greet(running, web))
        if not service.ended_cleanly:  # a thread hangs in a peer's or a parser's hands, and closing would wait for it;
            logging.shutdown()  # everything recorded is recorded
            os._exit(0)


def _greet(service: "Service", web: bool) -> None:
    """Say where everything is, beside the work: whoever reads us may be slow, or gone."""
    text = "".join(f"{line}\n" for line in _whereabouts(service, web)).encode()

    def say() -> None:  # past Python's own buffer, whose lock a thread that hangs would hold beyond the end
        with suppress(OSError):
            os.write(sys.stderr.fileno(), text)

    telling = threading.Thread(target=say, name="greeting", daemon=True)
    telling.start()
    telling.join(1.0)


def _whereabouts(service: "Service", web: bool) -> Iterator[str]:
    app = service.app
    on = sum(source.enabled for source in app.sources)
    yield f"cgtwatch watches {on} sources of {app.settings.sources}"
    yield f"  data     {app.settings.data_dir}"
    mail = "SMTP server" if app.settings.smtp_url else f"local mailbox {app.settings.data_dir / 'mailbox'}"
    yield f"  mail     {mail}"
    if web:
        yield f"  page     {app.settings.local_url}/"
        yield from _invitation(app)
    yield "  stop     Ctrl-C"


def _invitation(app: "App") -> Iterator[str]:
    """Where nobody can log in yet and others can reach the page: how to set the first password.

    The address is as good as a password, so it is told to a person at a terminal alone, never to a log.
    """
    from cgtwatch.ops.first import LIVES, reached_from_outside, set_up_address

    if not reached_from_outside(app.settings) or app.store.any_password():
        return
    if sys.stderr.isatty():
        yield f"  set up   {set_up_address(app)}"
        hours = LIVES.days * 24
        yield f"           No password is set: choose the first one there, within {hours} hours. Until then the page is closed to other machines."
    else:
        yield "  set up   no password is set, the page is closed to other machines; `cgtwatch users set-up` prints where to set the first one"
