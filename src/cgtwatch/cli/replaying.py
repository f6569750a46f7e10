"""`replay`: what today's rules would make of what is stored."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cgtwatch.cli.show import Json

if TYPE_CHECKING:
    from cgtwatch.app import App
    from cgtwatch.ops.replay import Asked

_SIGNS = {"new": ("+", "green"), "vanished": ("-", "red"), "changed": ("~", "yellow")}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(replay)


def replay(
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only what was first seen or changed since then (ISO 8601).")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only documents of this source.")] = None,
    pages: Annotated[
        bool, typer.Option("--pages", help="Take their kept pages apart again too, not only read the stored text.")
    ] = False,
    json: Json = False,
) -> None:
    """Read every stored document again by today's rules and show which events would differ. Nothing is changed or told.

    `+` would be new, `-` would vanish, `~` would change: each field before → after.
    """
    from datetime import datetime

    from cgtwatch.cli import working
    from cgtwatch.cli.arguments import moment
    from cgtwatch.config.suggest import did_you_mean
    from cgtwatch.errors import ConfigError
    from cgtwatch.ops.replay import Asked

    begin = moment(since, "--since")
    start = datetime.fromisoformat(begin) if begin else None
    with working.reading() as app:
        total = app.store.count_readings(start, source)
        known = {one.id for one in app.sources}
        if source and not total and source not in known and not app.store.count_readings(None, source):
            raise ConfigError([f"--source {source!r} is no source{did_you_mean(source, known)}; see `cgtwatch sources list`"])
        _replay(app, Asked(start, source, pages), total, json)


def _replay(app: "App", asked: "Asked", total: int, json: bool) -> None:
    from cgtwatch.cli import show
    from cgtwatch.ops.replay import replayed

    with _bar(total) as tick:
        for row in replayed(app, asked, tick):
            if show.as_json(json):
                show.print_json(row)
            elif "summary" in row:
                print("\n".join(_sum(row["summary"])))
            else:
                _say(row)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a person's standard error."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda n: bar.update(task, completed=n)


def _say(row: Mapping[str, Any]) -> None:
    from cgtwatch.cli.marking import spoken
    from cgtwatch.cli.show import shown

    sign, colour = _SIGNS[row["change"]]
    typer.secho(f"{sign} {row['event']} {shown(row['date'])} {shown(row['title'])}", fg=colour)
    for name, pair in row["fields"].items():
        print(f"    {name:<17}{spoken(pair['before'])} → {spoken(pair['after'])}")


def _sum(found: Mapping[str, Any]) -> Iterator[str]:
    before = ", ".join(f"{name or 'unknown'} ({n})" for name, n in found["rules"]["before"].items())
    yield (
        f"{found['items']} documents, {found['events']} events read again in {found['seconds']:.1f} s: {found['same']} the same, "
        f"{found['changed']} would change, {found['new']} would be new, {found['vanished']} would vanish"
    )
    if found["fields"]:
        yield "  fields: " + ", ".join(f"{name} {n}" for name, n in found["fields"].items())
    if "pages" in found:
        yield "  pages: " + ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in found["pages"].items())
    yield f"  rules now {found['rules']['now']}, before {before or 'none'}"
