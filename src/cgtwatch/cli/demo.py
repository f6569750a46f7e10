"""`demo`: the whole job offline, in a minute."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cgtwatch.demo.story import Said, Story

HOST, PORT = "127.0.0.1", 8710


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(demo)


def demo(
    place: Annotated[
        Path | None, typer.Option("--place", metavar="DIR", help="Where to keep everything; default: a new temporary directory.")
    ] = None,
    stay: Annotated[
        bool | None, typer.Option("--stay/--no-stay", help="Serve the page afterwards, until Ctrl-C; default: on a terminal.")
    ] = None,
) -> None:
    """The whole job, offline, in under a minute: a made-up regulator, three days of its life, digests you can open."""
    import logging
    import sys

    from cgtwatch.demo.story import Story, fresh_place
    from cgtwatch.ops import logs

    logs.set_up("text", (), level=logging.ERROR)
    staying = sys.stdout.isatty() if stay is None else stay
    where = _place(place) if place is not None else fresh_place()
    with Story(where, f"http://{HOST}:{_free_port()}" if staying else None) as story:
        for said in story.tell():
            _say(said)
        _closing(story, staying)
        if staying:
            _stay(story)


def _place(place: Path) -> Path:
    """The directory asked for; a place where a demo was told already would tell a different story."""
    from cgtwatch.errors import ConfigError

    if (place / "data").exists() or (place / "sources.yaml").exists():
        raise ConfigError([f"--place {place}: something of cgtwatch lies there already; name a new or empty directory"])
    place.mkdir(parents=True, exist_ok=True)
    return place.resolve()


def _say(said: "Said") -> None:
    """A line; `secho` colours on a terminal only."""
    from cgtwatch.demo.story import Tone

    text = "".join(c if c.isprintable() else "�" for c in said.text)
    if said.tone is Tone.STEP:
        print()
    style = {Tone.STEP: {"bold": True, "fg": "cyan"}, Tone.GOOD: {"fg": "green"}, Tone.NOTE: {"fg": "yellow"}}.get(said.tone, {})
    typer.secho(text, **style)  # type: ignore[arg-type] # a table of its keywords


def _closing(story: "Story", staying: bool) -> None:
    print()
    typer.secho("9. Look for yourself", bold=True, fg="cyan")
    print("   The digests, for a browser:")
    for path in story.digests:
        print(f"     {path.as_uri()}")
    if not staying:
        print(
            "     (their links lead to the made-up site, which ends here; `cgtwatch demo --stay` keeps it, and serves the page)"
        )
    print("   Everything that was stored, with each command:")
    print(f"     cd {story.place} && cgtwatch events")
    print("   For real, with the shipped sources: cgtwatch run", flush=True)


def _stay(story: "Story") -> None:
    """Serve the page over what the demo stored, until Ctrl-C; nothing polls any more, and the clock stands still."""
    import threading

    from cgtwatch.app import App
    from cgtwatch.config.settings import load_settings
    from cgtwatch.web.server import serve

    with App(load_settings({}, story.place), story.clock, readonly=True) as app:
        stop = serve(app)
        page = f"{app.settings.local_url}/"
        print(f"   The page:\n     {page}   (Ctrl-C ends)", flush=True)
        try:
            _open(page)
            threading.Event().wait()
        finally:
            stop()


def _open(address: str) -> None:
    """Show it to a person who sits before a screen; a browser inside the terminal would be in the way."""
    import os
    import sys
    import webbrowser

    screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.stdout.isatty() and screen:
        webbrowser.open(address)


def _free_port() -> int:
    """The service's own port, or any other where a service runs already."""
    import socket

    for wanted in (PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return PORT
