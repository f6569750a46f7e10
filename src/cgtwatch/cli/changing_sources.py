"""`sources pause|resume|change|add|remove|export|import`: sources.yaml changed by command, its comments kept."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

Row = dict[str, Any]
Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="Sources of the file.")]
_COLUMNS = ("source", "enabled", "changed", "file")


def pause(ids: Ids, json: Json = False) -> None:
    """Switch sources off: `enabled: false` in sources.yaml, all else as it is; a running service obeys at once."""
    _told("sources.pause", {"ids": ids}, json)


def resume(ids: Ids, json: Json = False) -> None:
    """Switch sources on."""
    _told("sources.resume", {"ids": ids}, json)


def change(
    source: Annotated[str, typer.Argument(metavar="ID")],
    name: Annotated[str | None, typer.Option(help="Its name; --name-en besides makes this the Chinese one.")] = None,
    name_en: Annotated[str | None, typer.Option("--name-en", help="Its name in English.")] = None,
    every: Annotated[str | None, typer.Option(help="How often it is asked, as in 2h.")] = None,
    url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="Its place, as in CN-GD.")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, as in zh.")] = None,
    json: Json = False,
) -> None:
    """Change simple values of a source; the rest is for an editor."""
    values = {
        "every": every,
        "url": url,
        "issuer": issuer,
        "jurisdiction": jurisdiction,
        "language": language,
        "name": _name(name, name_en),
    }
    _told("sources.change", {"id": source, "values": {key: value for key, value in values.items() if value is not None}}, json)


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page with a list, a site's front page, or a feed.")],
    name: Annotated[str | None, typer.Option(help="Its name; --name-en besides makes this the Chinese one.")] = None,
    name_en: Annotated[str | None, typer.Option("--name-en", help="Its name in English.")] = None,
    id: Annotated[str | None, typer.Option(help="Its id (default: made of the address).")] = None,
    issuer: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="Its place (default: that of the address).")] = None,
    language: Annotated[str | None, typer.Option(help="Its language (default: that of the page).")] = None,
    every: Annotated[str | None, typer.Option(help="How often it is asked (6h).")] = None,
    number: Annotated[
        int, typer.Option("--number", "-n", min=1, metavar="N", help="Take the Nth proposal of `sources discover`.")
    ] = 1,
    off: Annotated[bool, typer.Option("--off", help="Add it switched off.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Read the page with the browser.")] = False,
    json: Json = False,
) -> None:
    """Look at an address and add what it offers (the first proposal of `sources discover`) to sources.yaml, below its region."""
    from cgtwatch.cli import working
    from cgtwatch.errors import ConfigError

    rows = list(working.ask("sources.discover", {"url": url, "browser": browser}))
    offers = [row for row in rows if row["proposal"]]
    if not offers:
        raise ConfigError([f"{row['url']}: {row['error']}" + (f"; {row['hint']}" if row["hint"] else "") for row in rows])
    if number > len(offers):
        raise ConfigError([f"--number {number}: there are {len(offers)} proposals; `cgtwatch sources discover {url}` shows them"])
    given = {
        "id": id,
        "issuer": issuer,
        "jurisdiction": jurisdiction,
        "language": language,
        "every": every,
        "name": _name(name, name_en),
    }
    keys = offers[number - 1]["keys"] | {key: value for key, value in given.items() if value is not None} | {"enabled": not off}
    _told("sources.add", {"entries": [{key: keys[key] for key in ("id", "name", "enabled")} | keys]}, json)


def remove(source: Annotated[str, typer.Argument(metavar="ID")], json: Json = False) -> None:
    """Take a source out of sources.yaml; what it has brought stays stored."""
    from cgtwatch.cli import show, working

    columns = ("source", "removed", "file")
    rows = working.ask("sources.remove", {"id": source})
    show.listing(rows, json, columns, lambda row: [row[name] for name in columns], empty="")


def export(
    opml: Annotated[bool, typer.Option("--opml", help="As OPML 2.0, for feed readers (the only form so far).")] = True,
    lang: Annotated[str, typer.Option(help="Names in zh or en.")] = "en",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A file instead of standard output.")] = None,
) -> None:
    """The feeds among the sources that are on, by place."""
    from cgtwatch.app import App
    from cgtwatch.cli import show, working
    from cgtwatch.errors import ConfigError
    from cgtwatch.ops.opml import export as exported

    if not opml:
        raise ConfigError(["--no-opml: there is no other form; leave it out"])
    with App(working.settings(), readonly=True) as app:
        text, left_out = exported(app, lang)
    if left_out:
        show.note(f"{left_out} feeds are left out: no other reader could get them by their address alone, or it holds a secret")
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="A list of feeds from another reader.")],
    on: Annotated[bool, typer.Option("--on/--off", help="Whether they are switched on (default: off).")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be added.")] = False,
    json: Json = False,
) -> None:
    """Add the feeds of an OPML file to sources.yaml, each below its region; those that are watched already are left out."""
    from cgtwatch.app import App
    from cgtwatch.cli import show, working
    from cgtwatch.ops.opml import plan

    with App(working.settings(), readonly=True) as app:
        found = plan(app, file.read_bytes(), enabled=on)
    for feed, there in found.known:
        show.note(f"{feed.url}: watched already as {there}")
    for feed, why in found.wrong:
        show.note(f"{feed.url}: {why}")
    if dry_run or not found.entries:
        rows = [{"source": one["id"], "enabled": one["enabled"], "changed": False, "url": one["url"]} for one in found.entries]
        columns = ("source", "enabled", "changed", "url")
        show.listing(iter(rows), json, columns, lambda row: [*list(row.values())], empty="Nothing new in this list.")
        return
    _told("sources.add", {"entries": [dict(one) for one in found.entries]}, json)


def _name(name: str | None, english: str | None) -> Any:  # noqa: ANN401 - a text, or one for each language
    return {"zh": name or english, "en": english} if english is not None else name


def _told(operation: str, args: Row, json: bool) -> None:
    from cgtwatch.cli import show, working

    rows = working.ask(operation, args)
    show.listing(rows, json, _COLUMNS, lambda row: [row[name] for name in _COLUMNS], empty="")


def register(group: typer.Typer) -> None:
    """The commands, put into the group of sources."""
    for command in (pause, resume, change, add, remove, export):
        group.command()(command)
    group.command(name="import")(import_)
