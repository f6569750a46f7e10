"""`mcp`: the tools for assistants on standard input and output, for programs that start their servers themselves."""

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(name="mcp")(serve)


def serve() -> None:
    """Answer an assistant on standard input and output (Model Context Protocol); reads only. The service has it at /mcp too."""
    import logging
    from importlib.util import find_spec

    from cgtwatch.cli import working
    from cgtwatch.errors import ConfigError
    from cgtwatch.ops import logs
    from cgtwatch.web.mcp.endpoint import MISSING

    if find_spec("mcp") is None:
        raise ConfigError([MISSING])
    from cgtwatch.web.mcp.server import over_stdio

    found = working.settings()
    logs.set_up(found.log_format, working.secrets(found), level=logging.WARNING)  # to standard error: the other is the protocol's
    with working.reading() as app:
        over_stdio(app)
