"""`subscriptions show|export|erase`: everything about one reader, taken along or forgotten."""

import sys
from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

Who = Annotated[str, typer.Argument(metavar="NAME|ADDRESS")]


def show_one(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    tried: Annotated[int, typer.Option("--try", metavar="N", help="Try its filter on the latest N events.")] = 0,
    secret: Annotated[bool, typer.Option("--secret", help="Show the signing secret of a webhook again.")] = False,
    json: Json = False,
) -> None:
    """Everything about one subscription: what it asks for, when it is told next and what, how its last messages went."""
    from cgtwatch.cli import show, working
    from cgtwatch.engine.readers.showing import described

    with working.reading() as app:
        row = described(app, name, tried, secret=secret)
    if show.as_json(json):
        show.print_json(row)
        return
    _facts(row)
    cells = [[sent["created_at"], sent["state"], sent["subject"], sent["attempts"], sent["answer"]] for sent in row["messages"]]
    if cells:
        print()
        show.table(("queued", "state", "subject", "attempts", "answer"), cells, empty="")
    if row["bounces"]:
        print()
        show.table(
            ("at", "kind", "status", "answer"), [[b["at"], b["kind"], b["status"], b["said"]] for b in row["bounces"]], empty=""
        )
    if row["tried"]:
        print()
        show.table(
            ("sent", "title", "why"), [["yes" if t["wanted"] else "no", t["title"], t["why"]] for t in row["tried"]], empty=""
        )
        print(f"{sum(t['wanted'] for t in row['tried'])} of the latest {len(row['tried'])} events would be sent")


def _facts(row: dict[str, Any]) -> None:
    from cgtwatch.cli.show import shown
    from cgtwatch.cli.wording import bounce_words, filter_words, word

    waiting = row["waiting"]
    facts = {
        "name": row["name"], "to": f"{row['to']} ({row['channel']}, {row['promise']})",
        "status": f"{row['status']}{': ' if row['note'] else ''}{row['note']}", "asks for": filter_words(row["filter"]),
        "told": f"{row['cadence']} {row['tz']}, in {row['lang']}", "next message": _next(row), "quiet hours": word(row["quiet"]),
        "nothing new": "a message also then" if row["nothing_new"] else "no message then", "at most": word(row["most"]),
        "calendar": word(row["calendar"]), "reminders": word(row["reminders"]), "made": f"{shown(row['created_at'])} by {_MAKER[row['origin']]}",
        "waiting": f"{waiting['events']} events of {waiting['of']} new ones",
        "messages": ", ".join(f"{count} {state}" for state, count in row["states"].items()) or "none yet",
        "came back": bounce_words(row["bounced"]) or "nothing",
    }  # fmt: skip
    if "secret" in row:
        facts["secret"] = row["secret"]
    if row["old_secret_until"]:
        facts["old secret"] = f"signs too until {shown(row['old_secret_until'])}"
    for name, value in facts.items():
        print(f"{name:<13} {value}")
    for title in waiting["titles"]:
        print(f"{'':<13}   {shown(title)}")


_MAKER = {"operator": "command", "file": "a file", "page": "its reader"}


def _next(row: dict[str, Any]) -> str:
    """When the reader is told next, on the reader's own clock."""
    from datetime import datetime

    if row["next"]:
        return f"{datetime.fromisoformat(row['next']):%Y-%m-%d %H:%M} {row['tz']}"
    return "when something is new" if row["status"] == "active" else "–"


def export(
    who: Annotated[str | None, typer.Argument(metavar="[NAME|ADDRESS]")] = None,
    secrets: Annotated[bool, typer.Option("--secrets", help="With the whole addresses of hooks, which are passwords.")] = False,
) -> None:
    """Everything that is stored about a person, as JSON; without a name all subscriptions, as a file for `subscriptions apply`."""
    import json

    from cgtwatch.cli import show, working
    from cgtwatch.engine.readers.as_file import as_file
    from cgtwatch.engine.readers.persons import exported

    with working.reading() as app:
        if who is None:
            print(as_file(app, secrets=secrets), end="")
            return
        print(json.dumps(show.plain(exported(app, who, secrets=secrets)), ensure_ascii=False, indent=2))


def erase(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Forget a person: all subscriptions to the address, what was sent, answered and returned, the letters in the local mailbox."""
    from cgtwatch.cli import show, working
    from cgtwatch.errors import ConfigError

    if not yes:
        if not sys.stdin.isatty():
            raise ConfigError(["erase cannot be undone; add --yes where nobody can be asked"])
        typer.confirm(f"Forget everything about {who!r}? This cannot be undone", abort=True)
    for row in working.ask("subscriptions.erase", {"name": who}):
        if show.as_json(json):
            show.print_json(row)
            continue
        counts = ("subscriptions", "pending", "deliveries", "attempts", "bounces", "letters")
        print("erased: " + ", ".join(f"{_COUNTED.get(name, name)} {row[name]}" for name in counts if row[name]))
        where = "no longer stands in the database's file" if not row["traces"] else _TRACES.format(**row)
        print(f"The address {where}.")
        for sentence in row["beyond"]:
            print(f"Not reached: {sentence}.")
        if row["traces"]:
            raise typer.Exit(1)


_COUNTED = {"pending": "sign-ups that waited"}  # all others by their own names
_TRACES = "still stands {traces} times in free space of the database's file; make room on the disk and erase again"
