"""`db upgrade|backup|check` and `doctor`: the database, and what is wrong with the installation."""

from pathlib import Path
from typing import Annotated

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="The database: upgrade, copy, check.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add `doctor` to `app`."""
    app.command()(doctor)


@group.command()
def upgrade() -> None:
    """Bring the database to this version's schema, after a backup."""
    from datetime import UTC, datetime

    from cgtwatch.cli import working
    from cgtwatch.engine.prepare import migrate
    from cgtwatch.ops.ownership import own

    settings = working.settings()
    with own(settings.data_dir):
        was = migrate(settings.database_url, settings.data_dir, datetime.now(UTC))
    print("the database is current" if was == "current" else f"the database was {was} and is current now")


@group.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="Where to; default: a dated file in DATA_DIR/backup.")] = None,
) -> None:
    """A consistent copy of the database, also while the service runs."""
    from datetime import UTC, datetime

    from cgtwatch.cli import working

    with working.reading() as app:
        target = file or app.settings.data_dir / "backup" / f"cgtwatch-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
        print(app.store.backup(target))


@group.command()
def check(
    mend: Annotated[bool, typer.Option("--mend", help="Make the search index anew first.")] = False,
    json: Json = False,
) -> None:
    """Is the database whole, and do its contents agree with each other?"""
    from cgtwatch.cli import show, working

    if mend:
        for row in working.ask("events.reindex", {}):
            show.note(f"the search index was made anew, with {row['entries']} events")
    with working.reading() as app:
        problems = app.store.check()
    if show.as_json(json):
        show.print_json({"problems": problems})
    else:
        print("\n".join(problems) or "the database is whole")
    if problems:
        raise typer.Exit(1)


def doctor(json: Json = False) -> None:
    """What is wrong with this installation, each with its mend."""
    from cgtwatch.cli import show, working
    from cgtwatch.ops.doctor import examine

    rows = examine(working.settings())
    columns = ("check", "ok", "found", "mend")
    show.listing(
        rows, json, columns, lambda row: [row["check"], "ok" if row["ok"] else "WRONG", row["found"], row["mend"]], empty=""
    )
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)
