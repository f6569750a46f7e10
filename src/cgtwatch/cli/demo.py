"""`demo`: the whole job offline, in a minute."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(demo)


def demo(
    place: Annotated[
        Path | None, typer.Option("--place", metavar="DIR", help="Where to keep everything; default: a new temporary directory.")
    ] = None,
    stay: Annotated[
        bool | None, typer.Option("--stay/--no-stay", help="Keep the page open afterwards; default: on a terminal.")
    ] = None,
) -> None:
    """The whole job, offline, in under a minute: a made-up regulator, two days of its life, digests you can open."""
    import logging
    import sys

    from cgtwatch.demo.story import Story, fresh_place
    from cgtwatch.ops import logs

    logs.set_up("text", (), level=logging.ERROR)
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    story = Story(place.resolve() if place else fresh_place())
    for line in story.tell():
        print(line, flush=True)
    print("8. To be opened in a browser:")
    for path in story.digests:
        print(f"   {path.as_uri()}")
    if stay if stay is not None else sys.stdout.isatty():
        _stay(story.place)


def _stay(place: Path) -> None:
    """Serve the page over what the demo stored, until Ctrl-C; nothing polls any more."""
    import threading

    from cgtwatch.app import App
    from cgtwatch.config.settings import load_settings
    from cgtwatch.web.server import serve

    environ = {"CGTWATCH_DATA_DIR": str(place / "data"), "CGTWATCH_SOURCES": str(place / "sources.yaml")}
    with App(load_settings(environ, place), readonly=True) as app:
        stop = serve(app)
        host, port = app.settings.listen
        print(f"   http://{host}:{port}/  (Ctrl-C ends)", flush=True)
        try:
            threading.Event().wait()
        finally:
            stop()
