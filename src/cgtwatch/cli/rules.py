"""`rules check|example`: are your own rules right, and what may stand in them."""

from pathlib import Path
from typing import Annotated

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="Your own terms, authorities and topics.", no_args_is_help=True, rich_markup_mode=None)


@group.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A file other than the configured one.")] = None,
    json: Json = False,
) -> None:
    """Validate rules.yaml; all mistakes are told at once, with line and mend (exit 2)."""
    from cgtwatch.app import App
    from cgtwatch.cli import show, working
    from cgtwatch.errors import ConfigError

    with App(working.settings()) as app:
        found = app.read_rules(file)
        if found.mistakes:
            raise ConfigError(found.mistakes)
        app.use_rules(found)
        for warning in found.warnings:
            show.note(f"warning: {warning}")
        if show.as_json(json):
            show.print_json({"file": found.path, **found.counts, "version": app.rules.version, "warnings": list(found.warnings)})
        elif found.path is None:
            print("no rules of your own; `cgtwatch rules example > rules.yaml` begins a file beside sources.yaml")
        else:
            print(f"{found.path}: {found.summary}, no mistake")
            print(f"version {app.rules.version}")


@group.command()
def example() -> None:
    """Print a file that shows everything that may stand in rules.yaml."""
    from cgtwatch.config.packaged import example_rules

    print(example_rules().read_text(encoding="utf-8"), end="")
