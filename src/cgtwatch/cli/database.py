"""`db upgrade|backup|restore|check|vacuum|copy` and `doctor`: the database, and what is wrong with the installation."""

from pathlib import Path
from typing import Annotated

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="The database: upgrade, back up, restore, check, move.", no_args_is_help=True, rich_markup_mode=None)


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
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="Remove older dated copies, so that so many stay.")] = None,
) -> None:
    """A consistent copy of the database, also while the service runs."""
    from datetime import UTC, datetime

    from cgtwatch import store
    from cgtwatch.cli import show, working
    from cgtwatch.errors import ConfigError
    from cgtwatch.ops.copies import dated, thin_out

    if file is not None and keep is not None:
        raise ConfigError(["--keep counts the dated copies in DATA_DIR/backup; leave FILE out, or --keep"])
    with working.reading() as app:
        url, folder = app.settings.database_url, app.settings.data_dir / "backup"
    suffix = ".dump" if url.startswith("postgresql") else ".db"
    print(store.save_copy(url, file or dated(folder, datetime.now(UTC), suffix)))
    for old in thin_out(folder, keep) if keep else ():
        show.note(f"removed {old}")


@group.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The copy, as `db backup` made it.", show_default=False)],
) -> None:
    """Put a copy in the place of the database, which is kept beside. The service must be stopped."""
    from datetime import UTC, datetime

    from cgtwatch import store
    from cgtwatch.cli import show, working
    from cgtwatch.ops.ownership import own

    settings = working.settings()
    with own(settings.data_dir):
        done = store.restore(settings.database_url, file, datetime.now(UTC), settings.data_dir / "backup")
    print(f"restored {file}" + ("; the next start brings its older schema up to date" if done.state == "older" else ""))
    if done.kept is not None:
        show.note(f"the database of before is kept as {done.kept}; delete it when all is well")
    show.note("what was sent since the copy was made may be sent again, and pages are read anew; raw pages were not touched")


@group.command()
def vacuum() -> None:
    """Make the file anew without its empty room. The service must be stopped; once is enough, later room goes back by itself."""
    from cgtwatch import store
    from cgtwatch.cli import working
    from cgtwatch.ops.ownership import own

    settings = working.settings()
    with own(settings.data_dir):
        done = store.vacuum(settings.database_url)
    print(f"{done.before / 1e6:,.1f} MB before, {done.after / 1e6:,.1f} MB now")


@group.command()
def copy(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="postgresql+psycopg://USER@HOST/NAME, an empty database.")],
    json: Json = False,
) -> None:
    """Move a SQLite installation to PostgreSQL, and prove that all arrived. The service must be stopped; the source stays as it is."""
    from datetime import UTC, datetime

    from cgtwatch import store
    from cgtwatch.acquire.archive import Archive
    from cgtwatch.cli import show, working
    from cgtwatch.config.values import Place, database_url
    from cgtwatch.errors import ConfigError
    from cgtwatch.ops.ownership import own
    from cgtwatch.ops.retention import readable

    settings = working.settings()
    if to.startswith("postgres"):
        try:
            database_url(to, Place(Path.cwd(), None))
        except ValueError as wrong:
            raise ConfigError([f"--to: {wrong}"]) from wrong
    damaged: list[str] = []
    with own(settings.data_dir):
        bodies = readable(Archive(settings.data_dir / "archive"), damaged.append)
        found = store.copy(
            settings.database_url,
            to,
            bodies,
            datetime.now(UTC),
            lambda table: show.note(f"copying {table}"),
        )
    rows = [{"table": one.table, "rows": one.rows, "there": one.there, "hash": one.hash, "same": one.same} for one in found]
    columns = ("table", "rows", "there", "hash", "same")
    show.listing(
        rows,
        json,
        columns,
        lambda row: [row["table"], row["rows"], row["there"], row["hash"][:16], "yes" if row["same"] else "NO"],
        empty="",
    )
    for problem in damaged:
        show.note(f"left out, for it is no longer what was stored: {problem}")
    show.note(
        "all tables are equal. Set CGTWATCH_DATABASE_URL to the new address and start the service; keep DATA_DIR: its secret.key"
    )
    show.note(
        "is behind every signed link (several machines need its content as CGTWATCH_SECRET_KEY), and the mailbox and inbox stay there"
    )


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
    from cgtwatch.cli.doctoring import print_findings
    from cgtwatch.ops.doctor import examine

    rows = examine(working.settings())
    if show.as_json(json):
        for row in rows:
            show.print_json(row)
    else:
        print_findings(rows)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)
