"""`subscriptions apply`: a file of subscriptions, its plan, and what came of it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

COLUMNS = ("action", "name", "to", "changes", "why")
ENDED_WRONG = ("taken",)


def apply(
    file: Annotated[
        Path | None, typer.Argument(help="subscriptions.yaml; without it the one that CGTWATCH_SUBSCRIPTIONS names.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and do nothing.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what an earlier file made and this one no longer has.")] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take over subscriptions of the same name that were made by command.")
    ] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a file that shows what may stand in it.")] = False,
    json: Json = False,
) -> None:
    """Make the subscriptions of a file so; all of it or nothing, and the second time nothing.

    Ends with 1 where a name of the file belongs to a subscription that the file did not make, with 2 where the file has mistakes.
    """
    from cgtwatch.cli import show, working

    if example:
        from cgtwatch.config.packaged import example_subscriptions

        print(example_subscriptions().read_text(encoding="utf-8"), end="")
        return
    args: dict[str, Any] = {"dry_run": dry_run, "prune": prune, "adopt": adopt}
    if file is not None:
        args |= {"text": _text(file), "file": str(file)}
    if show.as_json(json):
        rows = []
        for row in working.ask("subscriptions.apply", args):
            rows.append(row)
            show.print_json(row)
    else:
        rows = list(working.ask("subscriptions.apply", {**args, "dry_run": True}))
        _plan(rows)
        if not dry_run:
            _done(list(working.ask("subscriptions.apply", args)))
    if any(row.get("action") in ENDED_WRONG for row in rows):
        raise typer.Exit(1)


def _text(file: Path) -> str:
    """The file's text: read here, for the service may be another user's."""
    from cgtwatch.config.subscriptions import read_subscriptions
    from cgtwatch.errors import ConfigError

    try:
        return read_subscriptions(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{file}: is not UTF-8 (byte {error.start}); save the file as UTF-8"]) from None


def _plan(rows: list[dict[str, Any]]) -> None:
    from cgtwatch.cli import show

    *steps, last = rows
    summary = last["summary"]
    for warning in summary["warnings"]:
        show.note(f"warning: {warning}")
    told = [row for row in steps if row["action"] != "unchanged" or row["why"]]
    cells = [[row["action"], row["name"], row["to"], _changes(row), row["why"]] for row in told]
    show.table(COLUMNS, cells, empty="Nothing to change.")
    print(f"{summary['file']}: {_counts(summary) or 'no subscription'}")


def _done(rows: list[dict[str, Any]]) -> None:
    *steps, last = rows
    if any(last["summary"][name] for name in ("add", "change", "remove")):
        print("done")
    for row in steps:
        if "secret" in row:
            print(f"Signing secret of {row['name']} (Standard Webhooks), to be given to its receiver: {row['secret']}")


def _counts(summary: dict[str, Any]) -> str:
    return ", ".join(f"{summary[name]} {word}" for name, word in _WORDS.items() if summary[name])


def _changes(row: dict[str, Any]) -> str:
    from cgtwatch.cli.wording import word

    return "; ".join(f"{name}: {word(before)} → {word(now)}" for name, (before, now) in row["changed"].items())


_WORDS = {
    "add": "to add", "change": "to change", "remove": "to remove", "unchanged": "unchanged", "left": "no longer in the file",
    "off": "stay off", "taken": "not the file's",
}  # fmt: skip


def rotate(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    keep: Annotated[str, typer.Option(help="How long the old secret signs too; 0s: no longer, where it has leaked.")] = "24h",
    json: Json = False,
) -> None:
    """Give a webhook another signing secret; for a while each message is signed with both."""
    from cgtwatch.cli import show, working

    for row in working.ask("subscriptions.rotate", {"name": name, "keep": keep}):
        if show.as_json(json):
            show.print_json(row)
            continue
        until = row["old_secret_until"]
        print(f"New signing secret of {name}, to be given to its receiver: {row['secret']}")
        print(f"Until {show.shown(until)} messages are signed with the old one too." if until else "The old one signs no longer.")
