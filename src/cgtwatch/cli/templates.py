"""`templates export|check`: a start for templates of one's own, and whether they work."""

from pathlib import Path
from typing import Annotated

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="Templates and wording of your own for digests and alarms.", no_args_is_help=True)


@group.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if it is not there.")],
) -> None:
    """Write the shipped templates, their style sheet and the wording to DIR, as a start. Files that are there stay as they are.

    Keep the ones that you change and remove the others: they are then taken from the next version.
    """
    from cgtwatch.compose.own import shipped_files

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in shipped_files().items():
        there = folder / name
        if there.exists():
            print(f"{there}: is there already, left as it is")
            continue
        there.write_text(text, encoding="utf-8")
        print(there)


@group.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Default: the folder that CGTWATCH_TEMPLATES names.")
    ] = None,
    json: Json = False,
) -> None:
    """Compose one of each message with the templates of DIR; ends with 1 where one is broken, with file and line."""
    from cgtwatch.cli import show, working
    from cgtwatch.compose.own import OwnTemplates
    from cgtwatch.errors import ConfigError
    from cgtwatch.pipeline.templating import try_all

    named = folder or working.settings().templates
    if named is None:
        raise ConfigError(["no templates of your own are in use; name a folder, or set CGTWATCH_TEMPLATES"])
    troubles = try_all(OwnTemplates(named))
    rows = [{"what": one.what, "error": one.why} for one in troubles]
    show.listing(rows, json, ("what", "error"), lambda row: [row["what"], row["error"]], empty="Every message can be composed.")
    if troubles:
        raise typer.Exit(1)
