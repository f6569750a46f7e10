"""`sources check|list|test|discover|release|backfill`: is the file right, how are the sources, what would one or an address give."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="The sources: validate the file, show health, try one.", no_args_is_help=True, rich_markup_mode=None)
Row = dict[str, Any]


@group.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A file other than the configured one.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Also visit every switched-on source once; nothing is stored.")] = False,
    json: Json = False,
) -> None:
    """Validate sources.yaml; all mistakes are told at once, with line and mend (exit 2)."""
    from cgtwatch.app import App
    from cgtwatch.cli import show, working

    with App(working.settings()) as app:
        found = app.read_sources(file)
        on = sum(source.enabled for source in found.sources)
        for warning in found.warnings:
            show.note(f"warning: {warning}")
        if show.as_json(json):
            show.print_json({"file": found.path, "sources": len(found.sources), "enabled": on, "warnings": list(found.warnings)})
        else:
            print(f"{found.path}: {len(found.sources)} sources, {on} switched on, no mistake")
        if live:
            app.use_sources(found)
            _try_all(app, [source.id for source in found.sources if source.enabled], json)


@group.command(name="list")
def list_sources(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Only these.")] = None,
    off: Annotated[bool, typer.Option("--off", help="In the table, also those that are switched off.")] = False,
    json: Json = False,
) -> None:
    """Every source with its health: last success, last new item, expected next, what was got, what to try.

    Those in trouble stand first. JSON holds every source, in the order of the file.
    """
    from cgtwatch.app import App
    from cgtwatch.cli import show, working
    from cgtwatch.cli.health import print_health
    from cgtwatch.ops.sources import health_rows
    from cgtwatch.store import state_of

    settings = working.settings()
    with App(settings, readonly=True) as app:
        named = {app.source(name).id for name in ids or ()}
        rows = [
            row for row in health_rows(app, stored=state_of(settings.database_url) != "empty") if not named or row["id"] in named
        ]
        if show.as_json(json):
            for row in rows:
                show.print_json(row)
        else:
            print_health(rows, app.clock(), off=off or bool(named))


@group.command()
def test(
    source: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    every: Annotated[bool, typer.Option("--all", help="All switched-on sources.")] = False,
    json: Json = False,
) -> None:
    """One dry visit: what the source would give, as a table. Nothing is stored."""
    from cgtwatch.app import App
    from cgtwatch.cli import working
    from cgtwatch.errors import ConfigError

    if source is None and not every:
        raise ConfigError(["name a source, or say --all; `cgtwatch sources list` shows them"])
    with App(working.settings()) as app:
        _try_all(app, [source] if source else [one.id for one in app.sources if one.enabled], json)


def _try_all(app: Any, ids: list[str], json: bool) -> None:  # noqa: ANN401 - an App
    from cgtwatch.cli import show
    from cgtwatch.ops.sources import dry_visit

    failed = 0
    for name in ids:
        found = dry_visit(app, app.source(name))
        failed += found["error"] is not None
        if show.as_json(json):
            show.print_json(found)
            continue
        print(f"{name}: {found['error'] or 'ok'}" + (f"\n  try: {found['hint']}" if found["hint"] else ""))
        for warning in found["warnings"]:
            print(f"  warning: {warning}")
        if found["items"]:
            columns = ("published", "title", "url")
            show.table(columns, ([row[column] for column in columns] for row in found["items"]), empty="")
    if failed and failed == len(ids):
        raise typer.Exit(1)


@group.command()
def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page with a list, a site's front page, or a feed.")],
    browser: Annotated[
        bool, typer.Option("--browser", help="Read the page with the browser: for challenges, and lists drawn by script.")
    ] = False,
    json: Json = False,
) -> None:
    """Propose sources from an address: feeds, lists and the map of the site as ready entries, with the items they would give."""
    from cgtwatch.app import App
    from cgtwatch.cli import show, working
    from cgtwatch.ops.discovery import discover as propose

    found = 0
    with App(working.settings()) as app:
        for row in propose(app, url if "://" in url else f"https://{url}", browser=browser):
            found += row["proposal"] is not None
            if show.as_json(json):
                show.print_json(row)
            else:
                _print_proposal(row)
    if not found:
        raise typer.Exit(1)


def _print_proposal(row: Row) -> None:
    from cgtwatch.cli import show

    if row["proposal"] is None:
        print(f"{row['url']}: {row['error']}" + (f"\n  try: {row['hint']}" if row["hint"] else ""))
        return
    print(f"# {row['proposal']}: {row['count']} entries, {row['dated']} with a date. Put this under `sources:`")
    print(row["entry"])
    columns = ("published", "title", "url")
    show.table(columns, ([item[column] for column in columns] for item in row["items"]), empty="No entry now.")
    print()


@group.command()
def release(
    source: Annotated[str, typer.Argument(metavar="ID")],
    keep: Annotated[bool, typer.Option("--keep/--drop", help="Believe the held page at the next visit, or forget it.")],
    json: Json = False,
) -> None:
    """Let go what the guard holds of a source."""
    from cgtwatch.cli import show, working

    rows = working.ask("sources.release", {"id": source, "keep": keep})
    columns = ("source", "released", "kept")
    show.listing(rows, json, columns, lambda row: [row[name] for name in columns], empty="Nothing was held.")


@group.command()
def backfill(
    source: Annotated[str, typer.Argument(metavar="ID")],
    since: Annotated[str, typer.Option(metavar="DATE", help="Back to this day, as in 2025-01-01.")],
    pages: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many pages (200).")] = None,
    json: Json = False,
) -> None:
    """Fetch the older pages of a source: stored, searchable and in reports, told to nobody.

    It asks as politely as a visit. Ended early it keeps what it has, and goes on the next time. Ends with 1 where DATE was not reached.
    """
    from cgtwatch.cli import show, working

    day = _day(since)
    rows = working.ask("sources.backfill", {"id": source, "since": day, "pages": pages})
    summary: Row = {}
    read: list[Row] = []
    for row in show.progress(rows, None, source):
        if "summary" in row:
            summary = dict(row["summary"])
        else:
            read.append(dict(row))
        if show.as_json(json):
            show.print_json(row)
    if not show.as_json(json):
        columns = ("page", "new", "completed", "known", "older", "relevant", "newest", "oldest", "requests")
        show.table(columns, ([row[name] for name in columns] for row in read), empty="")
        print(
            f"{source}: {summary['pages']} pages, {summary['new']} new, {summary['completed']} completed, {summary['known']} known, "
            f"{summary['relevant']} relevant; {summary['why']}"
        )
    if not summary["reached"]:
        raise typer.Exit(1)


def _day(text: str) -> str:
    from datetime import date

    from cgtwatch.errors import ConfigError

    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError as error:
        raise ConfigError([f"--since {text!r} is no day; write it as in 2025-01-01"]) from error
