"""The `cgtwatch` command: its groups, and how errors become lines and exit codes.

Commands import what they use inside their bodies, so that `--help` answers in a tenth of a second.
"""

import errno
import os
import sys
from typing import Annotated

import typer

from cgtwatch.cli import (
    assistants,
    changing_sources,
    database,
    deadlines,
    deliveries,
    demo,
    events,
    reading,
    replaying,
    reporting,
    rules,
    serve,
    sources,
    subscriptions,
    templates,
    understanding,
    users,
    work,
)
from cgtwatch.errors import BusyError, CgtwatchError, ConfigError

_MENDS = {
    errno.ENOENT: "make its folder first, or name another place",
    errno.EISDIR: "name a file in it",
    errno.ENOTDIR: "name a folder where it says a file",
    errno.ENOSPC: "make room, or name another place",
    errno.ENAMETOOLONG: "name it shorter",
}
EXIT_FAILED, EXIT_USAGE, EXIT_BUSY = 1, 2, 75

app = typer.Typer(
    name="cgtwatch",
    help="Watches regulators for changes of cell and gene therapy policy, and tells the people who must know.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _version(wanted: bool) -> None:
    if wanted:
        from cgtwatch import __version__

        print(f"cgtwatch {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Holds what every command shares."""


for module in (serve, work, reading, deadlines, reporting, understanding, replaying, demo, assistants):
    module.register(app)
app.add_typer(events.group, name="events")
changing_sources.register(sources.group)
app.add_typer(sources.group, name="sources")
app.add_typer(rules.group, name="rules")
app.add_typer(subscriptions.group, name="subscriptions")
app.add_typer(templates.group, name="templates")
app.add_typer(deliveries.group, name="deliveries")
app.add_typer(users.group, name="users")
app.add_typer(database.group, name="db")
database.register(app)


def main() -> None:
    """Run the command line and end the process with the exit code of its contract: 0, 1, 2 or 75."""
    os.umask(0o077)  # what we store holds readers' addresses and hooks
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        app()
    except SystemExit as stopped:
        return stopped.code if isinstance(stopped.code, int) else EXIT_FAILED
    except ConfigError as error:
        return _say(error.problems, EXIT_USAGE)
    except BusyError as error:
        return _say((str(error),), EXIT_BUSY)
    except CgtwatchError as error:
        return _say((str(error),), EXIT_FAILED)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a file or a disk that will not have it
        place = f"{error.filename}: " if error.filename else ""
        mend = _MENDS.get(error.errno or 0, "mend its permissions, or name another place")
        return _say((f"{place}{error.strerror or error}; {mend}",), EXIT_FAILED)
    except KeyboardInterrupt:
        return 130
    return 0


def _say(lines: tuple[str, ...], code: int) -> int:
    for line in lines:
        print(f"cgtwatch: {line}", file=sys.stderr)
    return code
